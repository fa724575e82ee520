/** Short confirmations. What a person has to keep is on the page itself, never only here. */
import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';

interface Toast {
  readonly id: number;
  readonly text: string;
}

let toasts: readonly Toast[] = [];
let counter = 0;
const watchers = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

/** Says something for a few seconds. */
export function say(text: string): void {
  const id = ++counter;
  change([...toasts.slice(-2), { id, text }]);
  setTimeout(() => change(toasts.filter((each) => each.id !== id)), 6000);
}

/** Where confirmations appear. */
export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className="toast">
          <span className="says">{toast.text}</span>
          <button
            type="button"
            onClick={() => change(toasts.filter((each) => each.id !== toast.id))}
          >
            Close
          </button>
        </div>
      ))}
    </div>
  );
}
