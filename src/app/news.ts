/**
 * What just happened, for whoever listens: the console's live stream and the notifiers. Only the newest alarms are kept, in
 * memory; those of recalls are put back from the store at each start.
 */
import type { Lock, RequestNews } from '../requests/index.ts';

/** Something to hear of. */
export type NewsItem =
  | { readonly type: 'request'; readonly news: RequestNews }
  | ({ readonly type: 'alarm' } & Alarm)
  | { readonly type: 'lock'; readonly lock: Lock }
  | { readonly type: 'roster' }
  /** The gate stops; whoever listens lets go. */
  | { readonly type: 'end' };

/** Something that somebody should look at at once. */
export interface Alarm {
  readonly sentence: string;
  readonly atMs: number;
  /** The compartment that it tells about; null when it is about the gate as a whole. */
  readonly project: string | null;
}

/** The news of one gate. */
export interface News {
  request(news: RequestNews): void;
  alarm(sentence: string, atMs: number, project?: string | null): void;
  /** Puts alarms back that were told before this process started; nobody is told again. */
  restore(before: readonly Alarm[]): void;
  lock(lock: Lock): void;
  roster(): void;
  /** The newest alarms, the newest first. */
  readonly alarms: readonly Alarm[];
  /** Calls back for each item; returns what ends that. */
  listen(listener: (item: NewsItem) => void): () => void;
  /** Ends every stream. */
  end(): void;
}

/** Alarms that are kept. */
export const ALARMS_MAX = 100;

/** Opens the news. A listener that throws is dropped, so that nobody's stream can stop a request. */
export function openNews(): News {
  const listeners = new Set<(item: NewsItem) => void>();
  let alarms: Alarm[] = [];
  const tell = (item: NewsItem): void => {
    for (const listener of [...listeners]) {
      try {
        listener(item);
      } catch {
        listeners.delete(listener);
      }
    }
  };
  return {
    request: (news) => {
      tell({ type: 'request', news });
    },
    alarm: (sentence, atMs, project = null) => {
      const alarm = { sentence, atMs, project };
      alarms = [alarm, ...alarms].slice(0, ALARMS_MAX);
      tell({ type: 'alarm', ...alarm });
    },
    restore: (before) => {
      alarms = [...alarms, ...before].sort((a, b) => b.atMs - a.atMs).slice(0, ALARMS_MAX);
    },
    lock: (lock) => {
      tell({ type: 'lock', lock });
    },
    roster: () => {
      tell({ type: 'roster' });
    },
    end: () => {
      tell({ type: 'end' });
      listeners.clear();
    },
    get alarms() {
      return alarms;
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
