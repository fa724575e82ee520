/** Live news from the gate: each event makes stale what it may have changed; nothing is patched by hand. */
import { useEffect, useSyncExternalStore } from 'react';
import { queryClient } from './queries.ts';
import { onReachable } from './client.ts';

/**
 * How news arrive: by themselves, by asking now and then where something on the way lets no stream through, or not at
 * all (`late`): then the page shows what was last known.
 */
export type Link = 'live' | 'connecting' | 'asking' | 'late';

const ASK_MS = 30_000;

/** Something that a person should notice at once. */
export interface News {
  readonly sentence: string;
  readonly at: string;
}

let link: Link = 'connecting';
let lastHeardMs = 0;
let news: News | null = null;
const watchers = new Set<() => void>();

function change(next: Partial<{ link: Link; news: News | null }>): void {
  if (next.link !== undefined) link = next.link;
  if (next.news !== undefined) news = next.news;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

onReachable((reachable) => {
  if (reachable) lastHeardMs = Date.now();
  const next: Link = reachable ? (link === 'late' ? 'connecting' : link) : 'late';
  if (next !== link) change({ link: next });
});

/** The state of the link to the gate. */
export function useLink(): Link {
  return useSyncExternalStore(watch, () => link);
}

/** When the gate last answered, in milliseconds; 0 if never. */
export function lastHeard(): number {
  return lastHeardMs;
}

/** The newest alarm of this visit; null when it was put away. */
export function useNews(): News | null {
  return useSyncExternalStore(watch, () => news);
}

/** Puts the newest alarm away. */
export function dismissNews(): void {
  change({ news: null });
}

function hear(text: string): void {
  let event: { type?: string; id?: string; event?: string; sentence?: string; at?: string };
  try {
    event = JSON.parse(text) as typeof event;
  } catch {
    return;
  }
  const stale = (...keys: readonly string[][]) => {
    for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
  };
  switch (event.type) {
    case 'request':
      stale(['requests', 'counts'], ['requests', 'queue'], ['home'], ['budgets']);
      if (event.id !== undefined) stale(['requests', 'one', event.id]);
      // What was granted or is over changes what one may see.
      if (event.event === 'grant' || event.event === 'end' || event.event === 'give-back')
        stale(['whoami'], ['projects'], ['windows'], ['shares']);
      return;
    case 'lock':
      stale(['locks'], ['home'], ['shares']);
      return;
    case 'share':
      stale(['shares'], ['home']);
      return;
    case 'roster':
      stale(['roster'], ['people'], ['projects'], ['policy'], ['whoami'], ['budgets'], ['tokens']);
      return;
    case 'token':
      stale(['tokens']);
      return;
    case 'alarm':
      change({
        news: { sentence: event.sentence ?? '', at: event.at ?? new Date().toISOString() },
      });
      stale(['home']);
      return;
    case undefined:
    default:
  }
}

/** Listens to the gate while somebody is signed in. */
export function useLiveNews(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined;
    const source = new EventSource('/v1/events');
    source.onopen = () => {
      // What happened while nobody listened is not told again, so everything is asked anew.
      if (link === 'late') void queryClient.invalidateQueries();
      lastHeardMs = Date.now();
      change({ link: 'live' });
    };
    let asking: ReturnType<typeof setInterval> | undefined;
    source.onerror = () => {
      // A stream that was refused is not tried again by the browser; one that broke is.
      if (source.readyState !== EventSource.CLOSED) {
        change({ link: 'late' });
        return;
      }
      change({ link: 'asking' });
      asking ??= setInterval(() => void queryClient.invalidateQueries(), ASK_MS);
    };
    const listen = (message: MessageEvent<string>) => hear(message.data);
    source.onmessage = listen;
    for (const type of ['request', 'alarm', 'lock', 'share', 'roster', 'token']) {
      source.addEventListener(type, listen);
    }
    return () => {
      source.close();
      clearInterval(asking);
    };
  }, [active]);
}
