/** Keys. One table feeds the handler and the list that `?` shows; pages add theirs while they are open. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Dialog } from '../parts/layout.tsx';
import { Action } from '../parts/action.tsx';
import { go } from './route.ts';

/** A key, or two in a row (`g r`), and what it does. */
export interface Shortcut {
  readonly keys: string;
  readonly does: string;
  readonly act: () => void;
}

const PLACES: readonly Shortcut[] = [
  { keys: 'g h', does: 'Home', act: () => go('#/') },
  { keys: 'g r', does: 'Requests', act: () => go('#/requests') },
  { keys: 'g n', does: 'New export', act: () => go('#/export') },
  { keys: 'g b', does: 'Budgets', act: () => go('#/budgets') },
  { keys: 'g p', does: 'People & projects', act: () => go('#/people') },
  { keys: 'g o', does: 'Policy', act: () => go('#/policy') },
  { keys: 'g w', does: 'Waiting', act: () => go('#/waiting') },
  { keys: 'g l', does: 'Ledger', act: () => go('#/ledger') },
  { keys: 'g k', does: 'Locks', act: () => go('#/locks') },
];

const pageShortcuts = new Set<readonly Shortcut[]>();

/** Adds keys while a page is shown. The list has to be stable, or its keys are added again at each drawing. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    pageShortcuts.add(shortcuts);
    return () => {
      pageShortcuts.delete(shortcuts);
    };
  }, [shortcuts]);
}

/** Whether keys belong to what has the focus: somebody writes, or a dialog is open. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  const target = event.target as HTMLElement | null;
  return target?.closest('input, textarea, select, [contenteditable], [role=tablist]') !== null;
}

function ShortcutRows({ shortcuts }: { readonly shortcuts: readonly Shortcut[] }): ReactNode {
  return (
    <dl className="shortcuts">
      {shortcuts.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            {keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Listens to keys everywhere and shows their list. */
export function Shortcuts(props: {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}): ReactNode {
  const { open, onOpen } = props;
  const [first, setFirst] = useState('');
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      if (event.key === '?') {
        onOpen(true);
        return;
      }
      const all = [...[...pageShortcuts].flat(), ...PLACES];
      const pressed = first === '' ? event.key : `${first} ${event.key}`;
      const found = all.find((each) => each.keys === pressed);
      if (found !== undefined) {
        event.preventDefault();
        setFirst('');
        found.act();
        return;
      }
      setFirst(all.some((each) => each.keys.startsWith(`${event.key} `)) ? event.key : '');
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [first, onOpen]);
  if (!open) return null;
  const here = [...pageShortcuts].flat();
  return (
    <Dialog title="Keys" onClose={() => onOpen(false)}>
      {here.length === 0 ? null : (
        <div className="stack tight">
          <h3>On this page</h3>
          <ShortcutRows shortcuts={here} />
        </div>
      )}
      <div className="stack tight">
        <h3>Everywhere</h3>
        <ShortcutRows
          shortcuts={[{ keys: '?', does: 'This list', act: () => undefined }, ...PLACES]}
        />
      </div>
      <div className="actions">
        <Action onAct={() => onOpen(false)}>Close</Action>
      </div>
    </Dialog>
  );
}
