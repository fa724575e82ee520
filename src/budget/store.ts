/**
 * The tables of budgets. What changes them works inside the caller's transaction; the store's writes are serial, so
 * that what is read cannot change before it is committed. Money is never given back: no function here adds tokens.
 */
import type { Kysely } from 'kysely';
import { listModels, thinnestBits } from '../models/index.ts';
import type { Model } from '../models/index.ts';
import { changeRule, fillBucket } from './bucket.ts';
import type { BucketLevel, BucketRule } from './bucket.ts';
import { applyCaps } from './caps.ts';
import { errors } from './errors.ts';
import type { Cap } from './caps.ts';
import { readBucket, sayBucket } from './ref.ts';
import type { BucketRef } from './ref.ts';
import { readAmount, readRate } from './units.ts';

interface BucketRow {
  scope: string;
  id: string;
  declared_rate: string;
  declared_burst: string;
  declared_lifetime: string | null;
  rate_bits: bigint;
  rate_period_ms: bigint;
  burst_bits: bigint;
  lifetime_bits: bigint | null;
  cut_by: string;
  tokens_bits: bigint;
  remainder: bigint;
  seen_ms: bigint;
  spent_bits: bigint;
}

interface UseRow {
  scope: string;
  id: string;
  principal: string;
  bits: bigint;
  debits: bigint;
  last_ms: bigint;
}

/** The tables of this module. */
export interface BudgetTables {
  budget_buckets: BucketRow;
  budget_uses: UseRow;
}

/** A budget as a person wrote it, in any units. */
export interface Declaration {
  readonly rate: string;
  readonly burst: string;
  readonly lifetime: string | null;
}

/** A new model's budget: at most 1 % of its effective size in any year. */
export const DEFAULT_MODEL_BUDGET: Declaration = {
  rate: '0.9%/year',
  burst: '0.1%',
  lifetime: null,
};

/** A stored bucket. */
export interface Bucket {
  readonly ref: BucketRef;
  readonly declared: Declaration;
  readonly rule: BucketRule;
  readonly cutBy: readonly Cap['name'][];
  readonly level: BucketLevel;
  /** The effective size that its percentages and years are about. */
  readonly sizeBits: bigint | null;
}

/** Who took how much from a bucket. */
export interface BucketUse {
  readonly principal: string;
  readonly bits: bigint;
  readonly debits: number;
  readonly lastMs: number;
}

/** The caps that are applied; all of them unless the configuration says otherwise. */
export type CapNames = readonly Cap['name'][];

export function fromRow(row: BucketRow, models: readonly Model[]): Bucket {
  const ref = readBucket(
    row.scope === 'enclave' || row.scope === 'automatic' ? row.scope : `${row.scope}:${row.id}`,
  );
  return {
    ref,
    declared: {
      rate: row.declared_rate,
      burst: row.declared_burst,
      lifetime: row.declared_lifetime,
    },
    rule: {
      rateBits: row.rate_bits,
      ratePeriodMs: row.rate_period_ms,
      burstBits: row.burst_bits,
      lifetimeBits: row.lifetime_bits,
    },
    cutBy: row.cut_by === '' ? [] : (row.cut_by.split(' ') as Cap['name'][]),
    level: {
      tokensBits: row.tokens_bits,
      remainder: row.remainder,
      seenMs: row.seen_ms,
      spentBits: row.spent_bits,
    },
    sizeBits: sizeFor(ref, models),
  };
}

function sizeFor(ref: BucketRef, models: readonly Model[]): bigint | null {
  if (ref.scope !== 'model') return thinnestBits(models);
  return models.find((model) => model.id === ref.id)?.effectiveBits ?? null;
}

export function tables(db: Kysely<unknown>): Kysely<BudgetTables> {
  return db;
}

export async function findRow(db: Kysely<unknown>, ref: BucketRef): Promise<BucketRow | undefined> {
  return tables(db)
    .selectFrom('budget_buckets')
    .selectAll()
    .where('scope', '=', ref.scope)
    .where('id', '=', ref.id)
    .executeTakeFirst();
}

/** Every bucket, inside or outside a transaction. */
export async function listBuckets(db: Kysely<unknown>): Promise<readonly Bucket[]> {
  const models = await listModels(db);
  const rows = await tables(db)
    .selectFrom('budget_buckets')
    .selectAll()
    .orderBy('scope')
    .orderBy('id')
    .execute();
  return rows.map((row) => fromRow(row, models));
}

/** Who used a bucket, most first. */
export async function listUses(db: Kysely<unknown>, ref: BucketRef): Promise<readonly BucketUse[]> {
  const rows = await tables(db)
    .selectFrom('budget_uses')
    .selectAll()
    .where('scope', '=', ref.scope)
    .where('id', '=', ref.id)
    .orderBy('bits', 'desc')
    .limit(20)
    .execute();
  return rows.map((row) => ({
    principal: row.principal,
    bits: row.bits,
    debits: Number(row.debits),
    lastMs: Number(row.last_ms),
  }));
}

/** A declared budget in bits, for the models and caps that it is read under. */
export interface AppliedRule {
  readonly rule: BucketRule;
  /** The caps that cut the declared rule down. */
  readonly cutBy: readonly Cap['name'][];
  readonly sizeBits: bigint | null;
}

/**
 * What a declared budget allows: its text in bits, cut down by the published caps where they apply. `lentBits` are lent to
 * its burst for a while. Pure. Throws the reader's error for a text that is none, or that needs a size nobody declared.
 */
export function applyDeclaration(
  ref: BucketRef,
  declared: Declaration,
  models: readonly Model[],
  caps: CapNames,
  lentBits = 0n,
): AppliedRule {
  const sizeBits = sizeFor(ref, models);
  const wanted: BucketRule = {
    ...readRate(declared.rate, sizeBits),
    burstBits: readAmount(declared.burst, sizeBits) + lentBits,
    lifetimeBits: declared.lifetime === null ? null : readAmount(declared.lifetime, sizeBits),
  };
  const capped = ref.scope === 'enclave' || ref.scope === 'model';
  const { rule, cutBy } = capped ? applyCaps(wanted, sizeBits, caps) : { rule: wanted, cutBy: [] };
  return { rule, cutBy, sizeBits };
}

/** Writes a declared budget in the caller's transaction and returns the bucket as applied. */
export async function putBudget(
  tx: Kysely<unknown>,
  ref: BucketRef,
  declared: Declaration,
  nowMs: number,
  caps: CapNames,
): Promise<Bucket> {
  const { rule, cutBy, sizeBits } = applyDeclaration(ref, declared, await listModels(tx), caps);
  const before = await findRow(tx, ref);
  const old = before === undefined ? undefined : fromRow(before, []);
  const now = BigInt(nowMs);
  const level =
    old === undefined ? fillBucket(rule, now) : changeRule(old.rule, rule, old.level, now);
  const row: BucketRow = {
    scope: ref.scope,
    id: ref.id,
    declared_rate: declared.rate,
    declared_burst: declared.burst,
    declared_lifetime: declared.lifetime,
    rate_bits: rule.rateBits,
    rate_period_ms: rule.ratePeriodMs,
    burst_bits: rule.burstBits,
    lifetime_bits: rule.lifetimeBits,
    cut_by: cutBy.join(' '),
    tokens_bits: level.tokensBits,
    remainder: level.remainder,
    seen_ms: level.seenMs,
    spent_bits: level.spentBits,
  };
  await tables(tx)
    .deleteFrom('budget_buckets')
    .where('scope', '=', ref.scope)
    .where('id', '=', ref.id)
    .execute();
  await tables(tx).insertInto('budget_buckets').values(row).execute();
  return { ref, declared, rule, cutBy, level, sizeBits };
}

/**
 * Lets a bucket hold so many bits more, full at once; a negative number takes that away again. The rate stays. Published
 * caps still cut it where they apply.
 */
export async function addAllowance(
  tx: Kysely<unknown>,
  ref: BucketRef,
  bits: bigint,
  nowMs: number,
  caps: CapNames,
): Promise<Bucket> {
  const row = await findRow(tx, ref);
  if (row === undefined) throw errors.error('BUCKET_MISSING', { bucket: sayBucket(ref) });
  const before = fromRow(row, await listModels(tx));
  const burst = before.rule.burstBits + bits;
  const declared = { ...before.declared, burst: `${String(burst > 0n ? burst : 0n)} bits` };
  const after = await putBudget(tx, ref, declared, nowMs, caps);
  const room = after.rule.burstBits - after.level.tokensBits;
  const given = bits > room ? room : bits;
  if (given <= 0n) return after;
  await tables(tx)
    .updateTable('budget_buckets')
    .set({ tokens_bits: after.level.tokensBits + given })
    .where('scope', '=', ref.scope)
    .where('id', '=', ref.id)
    .execute();
  return after;
}

/** Reads every declared budget again after the models changed, so that percentages and caps follow them. */
export async function reapplyBudgets(
  tx: Kysely<unknown>,
  nowMs: number,
  caps: CapNames,
): Promise<void> {
  for (const bucket of await listBuckets(tx)) {
    await putBudget(tx, bucket.ref, bucket.declared, nowMs, caps);
  }
}

/** A rule as plain JSON, for entries. */
export function describeRule(bucket: Bucket): Readonly<Record<string, string | null>> {
  const { rule, declared } = bucket;
  return {
    bucket: sayBucket(bucket.ref),
    declaredRate: declared.rate,
    declaredBurst: declared.burst,
    declaredLifetime: declared.lifetime,
    rateBits: String(rule.rateBits),
    ratePeriodMs: String(rule.ratePeriodMs),
    burstBits: String(rule.burstBits),
    lifetimeBits: rule.lifetimeBits === null ? null : String(rule.lifetimeBits),
    cutBy: bucket.cutBy.join(' '),
  };
}
