/**
 * The tables of budgets. {@link debit} works inside the caller's transaction; the store's writes are serial, so that
 * what it reads cannot change before it is committed. Money is never given back: no function here adds tokens.
 */
import type { Kysely } from 'kysely';
import { isoTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import { listModels, thinnestBits } from '../models/index.ts';
import type { Model } from '../models/index.ts';
import type { Store } from '../store/index.ts';
import { changeRule, fillBucket, takeBits } from './bucket.ts';
import type { BucketLevel, BucketObstacle, BucketRule } from './bucket.ts';
import { applyCaps } from './caps.ts';
import type { Cap } from './caps.ts';
import { errors } from './errors.ts';
import { ENCLAVE, NEEDED_SCOPES, readBucket, sayBucket } from './ref.ts';
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

/** The verdict of a path of buckets. */
export type DebitVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly bucket: string;
      readonly obstacle: BucketObstacle | 'missing';
      readonly neededBits: bigint;
      readonly leftBits: bigint;
      readonly passesAtMs: number | null;
    };

/** The caps that are applied; all of them unless the configuration says otherwise. */
export type CapNames = readonly Cap['name'][];

function fromRow(row: BucketRow, models: readonly Model[]): Bucket {
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

function tables(db: Kysely<unknown>): Kysely<BudgetTables> {
  return db;
}

async function findRow(db: Kysely<unknown>, ref: BucketRef): Promise<BucketRow | undefined> {
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
      const nothing = { neededBits: bits, leftBits: 0n, passesAtMs: null };
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
      const refused = {
        ok: false,
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

function readRule(declared: Declaration, sizeBits: bigint | null): BucketRule {
  return {
    ...readRate(declared.rate, sizeBits),
    burstBits: readAmount(declared.burst, sizeBits),
    lifetimeBits: declared.lifetime === null ? null : readAmount(declared.lifetime, sizeBits),
  };
}

/** Writes a declared budget in the caller's transaction and returns the bucket as applied. */
export async function putBudget(
  tx: Kysely<unknown>,
  ref: BucketRef,
  declared: Declaration,
  nowMs: number,
  caps: CapNames,
): Promise<Bucket> {
  const sizeBits = sizeFor(ref, await listModels(tx));
  const capped = ref.scope === 'enclave' || ref.scope === 'model';
  const wanted = readRule(declared, sizeBits);
  const { rule, cutBy } = capped ? applyCaps(wanted, sizeBits, caps) : { rule: wanted, cutBy: [] };
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

/** The budgets of a gate. */
export interface Budgets {
  list(): Promise<readonly Bucket[]>;
  get(ref: BucketRef): Promise<Bucket>;
  uses(ref: BucketRef): Promise<readonly BucketUse[]>;
  /** Declares a budget; what is left out keeps its declared value. Ledgered. */
  declare(ref: BucketRef, change: Partial<Declaration>, by: string): Promise<Bucket>;
  wouldDebit(path: readonly BucketRef[], bits: bigint): Promise<DebitVerdict>;
}

/** Opens the budgets of a store. */
export function openBudgets(host: {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  caps: CapNames;
}): Budgets {
  const { store, ledger, clock, caps } = host;
  const list = (): Promise<readonly Bucket[]> => store.read((db) => listBuckets(db));
  const find = async (ref: BucketRef): Promise<Bucket | undefined> =>
    (await list()).find((each) => sayBucket(each.ref) === sayBucket(ref));
  return {
    list,
    get: async (ref) => {
      const bucket = await find(ref);
      if (bucket === undefined) throw errors.error('BUCKET_MISSING', { bucket: sayBucket(ref) });
      return bucket;
    },
    uses: (ref) => store.read((db) => listUses(db, ref)),
    declare: async (ref, change, by) => {
      const nowMs = clock.nowMs();
      const { value } = await ledger.record(
        (bucket: Bucket) => ({
          kind: 'budget.declared',
          at: isoTime(nowMs),
          by,
          ...describeRule(bucket),
        }),
        async (tx: Kysely<unknown>) => {
          const row = await findRow(tx, ref);
          const old = row === undefined ? undefined : fromRow(row, []).declared;
          const rate = change.rate ?? old?.rate;
          const burst = change.burst ?? old?.burst ?? defaultBurst(rate);
          if (rate === undefined || burst === undefined) throw errors.error('INCOMPLETE');
          const lifetime =
            change.lifetime === undefined ? (old?.lifetime ?? null) : change.lifetime;
          return putBudget(tx, ref, { rate, burst, lifetime }, nowMs, caps);
        },
      );
      return value;
    },
    wouldDebit: (path, bits) => store.read((db) => wouldDebit(db, path, bits, clock.nowMs())),
  };
}

/** Without a declared burst, the amount of one period may leave at once where the rate states one. */
function defaultBurst(rate: string | undefined): string | undefined {
  if (rate === undefined) return undefined;
  const amount = /^(.*?)\s*(?:\/|\bper\b)/i.exec(rate)?.[1];
  const years = /^\s*([\d.,_]+)\s*years?/i.exec(rate)?.[1];
  if (amount !== undefined) return amount;
  return years === undefined ? undefined : '0.1%';
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
