/** A budget as people see it: what is left, when it refills, and the same rule in every unit. */
import { isoTime } from '../core/index.ts';
import { leftBits, refillBucket, whenHolds } from './bucket.ts';
import { CAPS, judgeCaps } from './caps.ts';
import { sayBucket } from './ref.ts';
import type { Kysely } from 'kysely';
import type { Store } from '../store/index.ts';
import { listBuckets, listUses } from './store.ts';
import type { AppliedRule, Bucket, BucketUse, Declaration } from './store.ts';
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

/** What a budget allows, in plain JSON; every count of bits is below 2^53. */
export interface RuleShown {
  readonly burstBits: number;
  readonly lifetimeBits: number | null;
  readonly rateBits: number;
  readonly ratePeriodMs: number;
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
}

/** One budget in plain JSON: what it allows, and what is left of it. */
export interface BudgetShown extends RuleShown {
  readonly budget: string;
  readonly leftBits: number;
  readonly spentBits: number;
  /** When the bucket is full again; null when it never will be. */
  readonly fullAt: string | null;
  readonly usedBy: readonly { principal: string; bits: number; debits: number; lastAt: string }[];
}

/** Shows what a declared budget allows, in every unit, and what each published cap says to it. */
export function showRule(declared: Declaration, applied: AppliedRule): RuleShown {
  const { rule, cutBy, sizeBits } = applied;
  return {
    burstBits: Number(rule.burstBits),
    lifetimeBits: rule.lifetimeBits === null ? null : Number(rule.lifetimeBits),
    rateBits: Number(rule.rateBits),
    ratePeriodMs: Number(rule.ratePeriodMs),
    declared,
    applied: { ...showRate(rule, sizeBits), burst: showBytes(rule.burstBits) },
    effectiveSizeBits: sizeBits === null ? null : Number(sizeBits),
    caps: judgeCaps(rule, sizeBits).map((verdict, index) => ({
      cap: `RAND ${verdict.cap}`,
      rule: CAPS[index]?.sentence ?? verdict.sentence,
      verdict: verdict.verdict,
      mostBits: Number(verdict.mostBits),
      allowedBits: verdict.allowedBits === null ? null : Number(verdict.allowedBits),
    })),
    cutBy: cutBy.map((name) => `RAND ${name}`),
  };
}

/** Shows a bucket at a time. */
export function showBudget(bucket: Bucket, uses: readonly BucketUse[], nowMs: number): BudgetShown {
  const { rule } = bucket;
  const level = refillBucket(rule, bucket.level, BigInt(nowMs));
  const fullMs = whenHolds(rule, level, rule.burstBits);
  return {
    ...showRule(bucket.declared, bucket),
    budget: sayBucket(bucket.ref),
    leftBits: Number(leftBits(rule, level)),
    spentBits: Number(level.spentBits),
    fullAt: fullMs === null || fullMs > 8_640_000_000_000_000n ? null : isoTime(Number(fullMs)),
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
