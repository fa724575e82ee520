/**
 * What locks stop of what is charged already: before a release is handed to the sender its locks are asked, as they were
 * before it was charged. Frames go in sequence, so what is behind a stopped one waits too, whoever it belongs to.
 */
import type { Kysely } from 'kysely';
import { findLocks } from '../egress/index.ts';
import type { ExportHost } from '../egress/index.ts';
import type { Releases } from '../release/index.ts';
import type { Lock, Request, Requests } from '../requests/index.ts';
import type { Store } from '../store/index.ts';
import type { RunningWire } from './wire.ts';

interface Parts {
  readonly store: Store;
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
/** Waiting requests that are told why. */
const TOLD_MAX = 10_000;

interface Rows {
  release_queue: { sequence: bigint; request_id: string; state: string };
  requests: { id: string; requester: string; sponsor: string | null; project: string };
}

/** Charged releases that the outer door is not known to have, counted by what locks look at: all of them, however many. */
async function countCharged(
  store: Store,
  side: '<' | '>=',
  next: number,
): Promise<readonly (Omit<Rows['requests'], 'id'> & { readonly count: number })[]> {
  const rows = await store.read((db: Kysely<Rows>) =>
    db
      .selectFrom('release_queue')
      .innerJoin('requests', 'requests.id', 'release_queue.request_id')
      .select(['requests.requester', 'requests.sponsor', 'requests.project'])
      .select((each) => each.fn.countAll().as('count'))
      .where('release_queue.state', '!=', 'acked')
      .where('release_queue.sequence', side, BigInt(next))
      .groupBy(['requests.requester', 'requests.sponsor', 'requests.project'])
      .execute(),
  );
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

function say(stopped: number, leaving: number): string {
  const many = (count: number): string =>
    count === 1 ? '1 charged release' : `${count.toLocaleString('en-GB')} charged releases`;
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
    const { exports, store, wire } = this.#parts;
    const count = async (side: '<' | '>='): Promise<number> => {
      let met = 0;
      for (const asker of await countCharged(store, side, wire.next)) {
        const locks = await findLocks(exports, asker);
        if (locks.some(({ id }) => id === lock.id)) met += asker.count;
      }
      return met;
    };
    const [leaving, stopped] = [await count('<'), await count('>=')];
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
