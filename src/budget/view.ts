/** A budget as people see it: what is left, when it refills, and the same rule in every unit. */
import { isoTime } from '../core/index.ts';
import { leftBits, refillBucket, whenHolds } from './bucket.ts';
import { CAPS, judgeCaps } from './caps.ts';
import { sayBucket } from './ref.ts';
import type { Kysely } from 'kysely';
import type { Store } from '../store/index.ts';
import { listBuckets, listUses } from './store.ts';
import type { Bucket, BucketUse } from './store.ts';
import { showBytes, showRate } from './units.ts';
import type { RateShown } from './units.ts';

/** One cap's verdict in plain JSON. */
export interface CapShown {
  readonly cap: string;
  readonly rule: string;
  readonly verdict: 'within' | 'above' | 'unknown';
  readonly mostBits: number;
  readonly allowedBits: number | null;
}

/** One budget in plain JSON; every count of bits is below 2^53. */
export interface BudgetShown {
  readonly budget: string;
  readonly leftBits: number;
  readonly burstBits: number;
  readonly spentBits: number;
  readonly lifetimeBits: number | null;
  readonly rateBits: number;
  readonly ratePeriodMs: number;
  /** When the bucket is full again; null when it never will be. */
  readonly fullAt: string | null;
  readonly declared: {
    readonly rate: string;
    readonly burst: string;
    readonly lifetime: string | null;
  };
  readonly applied: RateShown & { readonly burst: string };
  readonly effectiveSizeBits: number | null;
  readonly caps: readonly CapShown[];
  /** The caps that cut the declared rule down. */
  readonly cutBy: readonly string[];
  readonly usedBy: readonly { principal: string; bits: number; debits: number; lastAt: string }[];
}

/** Shows a bucket at a time. */
export function showBudget(bucket: Bucket, uses: readonly BucketUse[], nowMs: number): BudgetShown {
  const { rule } = bucket;
  const level = refillBucket(rule, bucket.level, BigInt(nowMs));
  const fullMs = whenHolds(rule, level, rule.burstBits);
  return {
    budget: sayBucket(bucket.ref),
    leftBits: Number(leftBits(rule, level)),
    burstBits: Number(rule.burstBits),
    spentBits: Number(level.spentBits),
    lifetimeBits: rule.lifetimeBits === null ? null : Number(rule.lifetimeBits),
    rateBits: Number(rule.rateBits),
    ratePeriodMs: Number(rule.ratePeriodMs),
    fullAt: fullMs === null || fullMs > 8_640_000_000_000_000n ? null : isoTime(Number(fullMs)),
    declared: bucket.declared,
    applied: { ...showRate(rule, bucket.sizeBits), burst: showBytes(rule.burstBits) },
    effectiveSizeBits: bucket.sizeBits === null ? null : Number(bucket.sizeBits),
    caps: judgeCaps(rule, bucket.sizeBits).map((verdict, index) => ({
      cap: `RAND ${verdict.cap}`,
      rule: CAPS[index]?.sentence ?? verdict.sentence,
      verdict: verdict.verdict,
      mostBits: Number(verdict.mostBits),
      allowedBits: verdict.allowedBits === null ? null : Number(verdict.allowedBits),
    })),
    cutBy: bucket.cutBy.map((name) => `RAND ${name}`),
    usedBy: uses.map((use) => ({
      principal: use.principal,
      bits: Number(use.bits),
      debits: use.debits,
      lastAt: isoTime(use.lastMs),
    })),
  };
}

/** Shows every budget. */
export async function listBudgets(store: Store, nowMs: number): Promise<readonly BudgetShown[]> {
  const order = ['enclave', 'automatic', 'model', 'project', 'principal'];
  const buckets = await store.read((db: Kysely<unknown>) => listBuckets(db));
  const sorted = [...buckets].sort(
    (a, b) => order.indexOf(a.ref.scope) - order.indexOf(b.ref.scope),
  );
  return Promise.all(
    sorted.map(async (bucket) =>
      showBudget(
        bucket,
        await store.read((db: Kysely<unknown>) => listUses(db, bucket.ref)),
        nowMs,
      ),
    ),
  );
}
