/** Debits: taking bits from every bucket on a release's path, or from none, inside the caller's transaction. */
import type { Kysely } from 'kysely';
import { takeBits } from './bucket.ts';
import type { BucketLevel, BucketObstacle } from './bucket.ts';
import { ENCLAVE, NEEDED_SCOPES, sayBucket } from './ref.ts';
import type { BucketRef } from './ref.ts';
import { findRow, fromRow, tables } from './store.ts';

/** The verdict of a path of buckets. */
export type DebitVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly bucket: string;
      readonly obstacle: BucketObstacle | 'missing';
      readonly neededBits: bigint;
      readonly leftBits: bigint;
      /** What the bucket holds at most, or may ever give where that is in the way. */
      readonly wholeBits: bigint;
      readonly passesAtMs: number | null;
    };

interface Taken {
  readonly ref: BucketRef;
  readonly level: BucketLevel;
}

async function takePath(
  db: Kysely<unknown>,
  path: readonly BucketRef[],
  bits: bigint,
  nowMs: number,
): Promise<{ readonly verdict: DebitVerdict; readonly taken: readonly Taken[] }> {
  const taken: Taken[] = [];
  for (const ref of uniqueRefs(path)) {
    const row = await findRow(db, ref);
    if (row === undefined) {
      if (!NEEDED_SCOPES.includes(ref.scope)) continue;
      const nothing = { neededBits: bits, leftBits: 0n, wholeBits: 0n, passesAtMs: null };
      const verdict = {
        ok: false,
        bucket: sayBucket(ref),
        obstacle: 'missing',
        ...nothing,
      } as const;
      return { verdict, taken: [] };
    }
    const bucket = fromRow(row, []);
    const verdict = takeBits(bucket.rule, bucket.level, bits, BigInt(nowMs));
    if (!verdict.ok) {
      const { obstacle, leftBits, passesAtMs } = verdict;
      const { burstBits, lifetimeBits } = bucket.rule;
      const refused = {
        ok: false,
        wholeBits: obstacle === 'lifetime' ? (lifetimeBits ?? burstBits) : burstBits,
        bucket: sayBucket(ref),
        obstacle,
        neededBits: bits,
        leftBits,
        passesAtMs: passesAtMs === null ? null : Number(passesAtMs),
      } as const;
      return { verdict: refused, taken: [] };
    }
    taken.push({ ref, level: verdict.level });
  }
  return { verdict: { ok: true }, taken };
}

/** A bucket named twice on a path is debited once. The order is fixed, so that verdicts do not depend on it. */
function uniqueRefs(path: readonly BucketRef[]): readonly BucketRef[] {
  const byName = new Map(path.map((ref) => [sayBucket(ref), ref]));
  if (!byName.has('enclave')) byName.set('enclave', ENCLAVE);
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
}

/**
 * Takes bits from every bucket on the path, or from none. The enclave's bucket is on every path, named or not. Runs
 * in the caller's transaction: if that is rolled back, nothing was taken.
 */
export async function debit(
  tx: Kysely<unknown>,
  path: readonly BucketRef[],
  bits: bigint,
  nowMs: number,
  use?: { readonly principal: string },
): Promise<DebitVerdict> {
  const { taken, verdict } = await takePath(tx, path, bits, nowMs);
  if (!verdict.ok) return verdict;
  for (const { ref, level } of taken) {
    await tables(tx)
      .updateTable('budget_buckets')
      .set({
        tokens_bits: level.tokensBits,
        remainder: level.remainder,
        seen_ms: level.seenMs,
        spent_bits: level.spentBits,
      })
      .where('scope', '=', ref.scope)
      .where('id', '=', ref.id)
      .execute();
    if (use !== undefined) await noteUse(tx, ref, use.principal, bits, nowMs);
  }
  return { ok: true };
}

async function noteUse(
  tx: Kysely<unknown>,
  ref: BucketRef,
  principal: string,
  bits: bigint,
  nowMs: number,
): Promise<void> {
  await tables(tx)
    .insertInto('budget_uses')
    .values({ scope: ref.scope, id: ref.id, principal, bits, debits: 1n, last_ms: BigInt(nowMs) })
    .onConflict((conflict) =>
      conflict.columns(['scope', 'id', 'principal']).doUpdateSet((eb) => ({
        bits: eb('budget_uses.bits', '+', bits),
        debits: eb('budget_uses.debits', '+', 1n),
        last_ms: BigInt(nowMs),
      })),
    )
    .execute();
}

/** Whether a debit would pass now. Takes nothing. */
export async function wouldDebit(
  db: Kysely<unknown>,
  path: readonly BucketRef[],
  bits: bigint,
  nowMs: number,
): Promise<DebitVerdict> {
  return (await takePath(db, path, bits, nowMs)).verdict;
}
