/**
 * Locks: one person stops a principal, a project, a model or a lane at once; lifting a lock is a request. A lock is
 * easier than its end on purpose.
 */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import { checkText } from './texts.ts';

/** What can be locked. */
export const LOCK_TARGETS = ['principal', 'project', 'model', 'lane'] as const;

/** The lanes that there are: everything that leaves, everything that comes in, everything that is shared. */
export const LANES = ['export', 'import', 'share'] as const;

/** One kind of target. */
export type LockTarget = (typeof LOCK_TARGETS)[number];

/** A lock, in force until it is lifted. */
export interface Lock {
  readonly id: string;
  readonly target: { readonly kind: LockTarget; readonly id: string };
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  readonly liftedMs: number | null;
  readonly liftedBy: string | null;
}

interface LockTables {
  locks: {
    id: string;
    target_kind: string;
    target: string;
    by: string;
    reason: string;
    at_ms: bigint;
    lifted_ms: bigint | null;
    lifted_by: string | null;
  };
}

const LOCKS_MAX = 10_000;

function tables(db: Kysely<unknown>): Kysely<LockTables> {
  return db;
}

function fromRow(row: LockTables['locks']): Lock {
  return {
    id: row.id,
    target: { kind: row.target_kind as LockTarget, id: row.target },
    by: row.by,
    reason: row.reason,
    atMs: Number(row.at_ms),
    liftedMs: row.lifted_ms === null ? null : Number(row.lifted_ms),
    liftedBy: row.lifted_by,
  };
}

/** The locks of a gate. */
export interface Locks {
  /** Locks at once; a second lock on the same target is the first one. */
  lock(target: Lock['target'], by: string, reason: string): Promise<Lock>;
  list(): Promise<readonly Lock[]>;
  /** One lock; throws `REQUEST_LOCK_UNKNOWN`. */
  get(id: string): Promise<Lock>;
  /** Lifts a lock inside the transaction of the request that asked for it. */
  lift(tx: Kysely<unknown>, id: string, by: string): Promise<void>;
  /** The locks in force. */
  inForce(): Promise<readonly Lock[]>;
  /** The locks in force on any of these targets. */
  on(targets: readonly Lock['target'][]): Promise<readonly Lock[]>;
}

/** Opens the locks of a store. */
export function openLocks(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  random: Random;
  onLock?: (lock: Lock) => void;
}): Locks {
  const { store, ledger, clock, random } = host;
  const active = (db: Kysely<unknown>): Promise<readonly Lock[]> =>
    tables(db)
      .selectFrom('locks')
      .selectAll()
      .where('lifted_ms', 'is', null)
      .orderBy('at_ms')
      .execute()
      .then((rows) => rows.map(fromRow));
  const get = async (id: string): Promise<Lock> => {
    const row = await store.read((db: Kysely<LockTables>) =>
      db.selectFrom('locks').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    if (row === undefined) throw errors.error('LOCK_UNKNOWN', { id: id.slice(0, 80) });
    return fromRow(row);
  };
  return {
    lock: async (target, by, reason) => {
      const said = checkText(reason, 'REASON_NEEDED');
      const id = newId('lck', random);
      const { value } = await ledger.record<Lock, unknown>(
        (lock) =>
          lock.id !== id
            ? null
            : {
                kind: 'lock.set',
                by,
                lock: id,
                targetKind: target.kind,
                target: target.id,
                reason: said,
              },
        async (tx) => {
          const held = (await active(tx)).filter(
            (each) => each.target.kind === target.kind && each.target.id === target.id,
          );
          if (held[0] !== undefined) return held[0];
          if ((await active(tx)).length >= LOCKS_MAX)
            throw errors.error('LOCKS_FULL', { limit: LOCKS_MAX });
          const row = {
            id,
            target_kind: target.kind,
            target: target.id,
            by,
            reason: said,
            at_ms: BigInt(clock.nowMs()),
            lifted_ms: null,
            lifted_by: null,
          };
          await tables(tx).insertInto('locks').values(row).execute();
          return fromRow(row);
        },
      );
      host.onLock?.(value);
      return value;
    },
    list: async () => {
      const rows = await store.read((db: Kysely<LockTables>) =>
        db.selectFrom('locks').selectAll().orderBy('at_ms', 'desc').limit(1_000).execute(),
      );
      return rows.map(fromRow);
    },
    get,
    lift: async (tx, id, by) => {
      await tables(tx)
        .updateTable('locks')
        .set({ lifted_ms: BigInt(clock.nowMs()), lifted_by: by })
        .where('id', '=', id)
        .where('lifted_ms', 'is', null)
        .execute();
    },
    inForce: () => store.read((db: Kysely<unknown>) => active(db)),
    on: async (targets) => {
      const held = await store.read((db: Kysely<unknown>) => active(db));
      return held.filter((lock) =>
        targets.some((each) => each.kind === lock.target.kind && each.id === lock.target.id),
      );
    },
  };
}
