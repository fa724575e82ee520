/** Small bodies in the sender's own tables. */
import type { GuardDb } from './guard-store.ts';

/** Keeps a small body. */
export async function insertBody(db: GuardDb, sha256: string, bytes: Uint8Array): Promise<void> {
  await db
    .insertInto('sender_bodies')
    .values({ sha256, bytes })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}

/** A small body; null when it is not among them. */
export async function readSmallBody(db: GuardDb, sha256: string): Promise<Uint8Array | null> {
  const row = await db
    .selectFrom('sender_bodies')
    .select('bytes')
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row === undefined ? null : new Uint8Array(row.bytes);
}
