/** What a release needs from its neighbours, as narrow as it can be. */
import type { EntryInput, Recorded } from '../ledger/index.ts';
import type { BucketRef, DebitVerdict } from '../budget/index.ts';
import type { ReleaseDb } from './store.ts';

/** Who uses the budget; shown by the budget's own report. */
export interface DebitUse {
  readonly principal: string;
}

/** A debit that did not pass: nothing was taken anywhere. */
export type DebitRefused = Extract<DebitVerdict, { ok: false }>;

/** Debits all buckets of a path or none, inside the caller's transaction. */
export type Debit = (
  tx: ReleaseDb,
  path: readonly BucketRef[],
  bits: bigint,
  nowMs: number,
  use?: DebitUse,
) => Promise<DebitVerdict>;

/** The part of the ledger that a release needs. */
export interface ReleaseLedger {
  /** Commits change and entry together; resolves when a durable signed checkpoint covers the entry. */
  record<T>(
    entry: (value: T) => EntryInput,
    change: (tx: ReleaseDb) => Promise<T>,
    options?: { id?: string },
  ): Promise<Recorded<T>>;
  /** The receipt of an entry. */
  proof(id: string): Promise<string>;
  /** An entry's place; null when there is none. */
  show(id: string): Promise<{ readonly index: number } | null>;
  /** How many entries the last durable signed checkpoint covers. */
  readonly size: number;
}

/** Says in one sentence why a debit did not pass. */
export function sayRefused(refused: DebitRefused): string {
  const { bucket, obstacle, neededBits, leftBits } = refused;
  return `bucket \`${bucket}\` has ${String(leftBits)} bits left and ${String(neededBits)} are needed (${obstacle})`;
}
