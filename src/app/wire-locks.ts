/**
 * What locks stop of what is charged already: before a release is handed to the sender its locks are asked, as they were
 * before it was charged. Frames go in sequence, so what is behind a stopped one waits too, whoever it belongs to.
 */
import { findLocks } from '../egress/index.ts';
import type { ExportHost } from '../egress/index.ts';
import type { Releases } from '../release/index.ts';
import type { Lock, Request, Requests } from '../requests/index.ts';
import type { RunningWire } from './wire.ts';

interface Parts {
  readonly requests: Requests;
  readonly exports: ExportHost;
  readonly releases: Releases;
  readonly wire: Pick<RunningWire, 'stopped' | 'next'>;
}

/** What a new lock meets of what is charged. */
export interface LockMeets {
  /** Releases that it stops, and releases that it may come too late for: the sender has them. */
  readonly stopped: number;
  readonly leaving: number;
  readonly sentence: string;
}

const STARTING = 'the start of the gate';
/** Releases that are looked at when a lock is set, and waiting requests that are told why. */
const LOOKED_MAX = 200;
const TOLD_MAX = 10_000;

function say(stopped: number, leaving: number): string {
  const many = (count: number): string =>
    count === 1 ? '1 charged release' : `${String(count)} charged releases`;
  const waits =
    stopped === 0
      ? 'no charged release waits for the wire'
      : `${many(stopped)} and whatever is behind on the wire wait until it is lifted`;
  return leaving === 0
    ? waits
    : `${waits}; ${many(leaving)} had been handed to the sender before, and may leave`;
}

/** Asks the locks of what is charged. */
export class WireLocks {
  #parts: Parts | null = null;

  /** Nothing is handed over before this: nobody could say yet what is locked. */
  open(parts: Parts): void {
    this.#parts = parts;
  }

  /** What stops the release of a request, by the ids of the locks. */
  async on(id: string): Promise<readonly string[]> {
    if (this.#parts === null) return [STARTING];
    const { exports, requests } = this.#parts;
    if ((await exports.locks.inForce()).length === 0) return [];
    return (await findLocks(exports, await requests.get(id))).map((lock) => lock.id);
  }

  /** What a lock that was just set stops, and what it comes too late for. */
  async meets(lock: Lock): Promise<LockMeets> {
    if (this.#parts === null) return { stopped: 0, leaving: 0, sentence: say(0, 0) };
    const { exports, requests, releases, wire } = this.#parts;
    const [first] = await releases.unacked(0, 1);
    let [stopped, leaving] = [0, 0];
    for (const each of await releases.unacked(first?.sequence ?? 0, LOOKED_MAX)) {
      const locks = await findLocks(exports, await requests.get(each.requestId));
      if (!locks.some(({ id }) => id === lock.id)) continue;
      if (each.sequence < wire.next) leaving += 1;
      else stopped += 1;
    }
    return { stopped, leaving, sentence: say(stopped, leaving) };
  }

  /** Why charged requests wait; null for those that wait for nothing but the outer door. */
  async reasons(): Promise<(request: Pick<Request, 'id' | 'state'>) => string | null> {
    const stopped = this.#parts?.wire.stopped ?? null;
    if (this.#parts === null || stopped === null) return () => null;
    const behind = await this.#parts.releases.unacked(stopped.sequence, TOLD_MAX);
    const waiting = new Set(behind.map((each) => each.requestId));
    return ({ id, state }) => {
      if (state !== 'queued' || !waiting.has(id)) return null;
      return id === stopped.requestId
        ? `the end of ${stopped.by.join(' and ')}, which stops it before the wire`
        : 'the wire: what is before it there is stopped by a lock';
    };
  }
}
