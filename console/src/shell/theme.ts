/** Light or dark: as the system says, until somebody chooses. */
import { useSyncExternalStore } from 'react';

/** What somebody may choose. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const NAME = 'sallyport-theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const watchers = new Set<() => void>();
let choice = readChoice();

function readChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(NAME);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

function apply(): void {
  const theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
  document.documentElement.dataset['theme'] = theme;
  for (const watcher of watchers) watcher();
}

dark.addEventListener('change', apply);
apply();

/** Chooses a theme and remembers it on this device. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(NAME, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  apply();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What is chosen. */
export function useTheme(): ThemeChoice {
  return useSyncExternalStore(watch, () => choice);
}
