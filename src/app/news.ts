/**
 * What just happened, for whoever listens: the console's live stream and the notifiers. The newest alarms of each project and of
 * the gate are kept; what is raised again and again is told once in a while, so that it drowns nothing else.
 */
import type { Lock, RequestNews } from '../requests/index.ts';

/** Something to hear of. */
export type NewsItem =
  | { readonly type: 'request'; readonly news: RequestNews }
  | ({ readonly type: 'alarm' } & Alarm)
  | { readonly type: 'lock'; readonly lock: Lock }
  | { readonly type: 'roster' }
  | ({ readonly type: 'token' } & TokenNews)
  /** The gate stops; whoever listens lets go. */
  | { readonly type: 'end' };

/** A token was made, agreed to or revoked. */
export interface TokenNews {
  /** Whoever answers for its bearer. */
  readonly sponsor: string;
  /** Whether it waits for that one's word. */
  readonly waits: boolean;
}

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
  /** The same again within `quietMs` is not told again; says whether it was told. */
  alarm(sentence: string, atMs: number, project?: string | null, quietMs?: number): boolean;
  /** Puts alarms back that were told before this process started; nobody is told again. */
  restore(before: readonly Alarm[]): void;
  lock(lock: Lock): void;
  roster(): void;
  token(news: TokenNews): void;
  /** The newest alarms, the newest first. */
  readonly alarms: readonly Alarm[];
  /** Calls back for each item; returns what ends that. */
  listen(listener: (item: NewsItem) => void): () => void;
  /** Ends every stream. */
  end(): void;
}

/** Alarms that are kept of each project, and of the gate as a whole. */
export const ALARMS_MAX = 100;
const QUIET_MS = 10 * 60_000;

const isSame = (a: Alarm, b: Alarm): boolean =>
  a.sentence === b.sentence && a.project === b.project;

/** The newest of each project, the newest first; of equal ones the newest. */
function keepNewest(alarms: readonly Alarm[]): Alarm[] {
  const kept: Alarm[] = [];
  const counts = new Map<string | null, number>();
  for (const alarm of [...alarms].sort((a, b) => b.atMs - a.atMs)) {
    const count = counts.get(alarm.project) ?? 0;
    if (count >= ALARMS_MAX || kept.some((each) => isSame(each, alarm))) continue;
    counts.set(alarm.project, count + 1);
    kept.push(alarm);
  }
  return kept;
}

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
    alarm: (sentence, atMs, project = null, quietMs = QUIET_MS) => {
      const alarm = { sentence, atMs, project };
      const before = alarms.find((each) => isSame(each, alarm));
      if (before !== undefined && atMs - before.atMs < quietMs) return false;
      alarms = keepNewest([alarm, ...alarms]);
      tell({ type: 'alarm', ...alarm });
      return true;
    },
    restore: (before) => {
      alarms = keepNewest([...alarms, ...before]);
    },
    lock: (lock) => {
      tell({ type: 'lock', lock });
    },
    roster: () => {
      tell({ type: 'roster' });
    },
    token: (news) => {
      tell({ type: 'token', ...news });
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
