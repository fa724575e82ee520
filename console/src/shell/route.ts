/**
 * Where in the console somebody is: the part of the address after `#`. It never reaches the gate's logs, and the page
 * needs no other path than `/`.
 */
import { useMemo, useSyncExternalStore } from 'react';
import { readPlace } from './place.ts';
import type { Place } from './place.ts';

export { link } from './place.ts';
export type { Place } from './place.ts';

function watch(watcher: () => void): () => void {
  window.addEventListener('hashchange', watcher);
  return () => window.removeEventListener('hashchange', watcher);
}

/** The current place. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(watch, () => window.location.hash);
  return useMemo(() => readPlace(hash), [hash]);
}

/** Goes somewhere; `replace` leaves no step behind, for filters. */
export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.location.hash = address;
  else {
    window.history.replaceState(null, '', address);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

/** The token that the first start printed into the address (`#token=…`); taken out of the address at once. */
export function takeToken(): string | null {
  const match = /^#token=([^&]+)/.exec(window.location.hash);
  if (match?.[1] === undefined) return null;
  window.history.replaceState(null, '', window.location.pathname);
  return decodeURIComponent(match[1]);
}
