/** Who is locked now: a lock is the tool for a stolen key, so what that key signed before counts no longer either. */
import type { Kysely } from 'kysely';

/** Locks by the principal that they are on. */
export type LockedPeople = ReadonlyMap<string, string>;

/** Nobody is locked. */
export const NOBODY_LOCKED: LockedPeople = new Map();

interface LockRows {
  locks: {
    id: string;
    target_kind: string;
    target: string;
    at_ms: bigint;
    lifted_ms: bigint | null;
  };
}

/** Reads who is locked now. */
export async function readLocked(db: Kysely<unknown>): Promise<LockedPeople> {
  const rows = await (db as Kysely<LockRows>)
    .selectFrom('locks')
    .select(['id', 'target'])
    .where('target_kind', '=', 'principal')
    .where('lifted_ms', 'is', null)
    .orderBy('at_ms', 'desc')
    .execute();
  // Of several locks on one principal the first one is told.
  return new Map(rows.map(({ id, target }) => [target, id]));
}
