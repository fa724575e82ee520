/**
 * The rules of one token bucket in bits, as pure functions on exact integers.
 *
 * Over any window of length T at most `burst + rate·T` bits are taken, and never more than the lifetime cap. The
 * fraction of a bit that a refill leaves over is carried, so that many small refills add up to exactly one large one;
 * it is dropped when the bucket is full, because a full bucket plus a carried fraction would allow more than the law.
 */

/** What an operator declared: `rateBits` every `ratePeriodMs`, at most `burstBits` at once, `lifetimeBits` for ever. */
export interface BucketRule {
  readonly rateBits: bigint;
  readonly ratePeriodMs: bigint;
  readonly burstBits: bigint;
  /** Null means that only rate and burst limit the bucket. */
  readonly lifetimeBits: bigint | null;
}

/** What has happened to a bucket so far. */
export interface BucketLevel {
  readonly tokensBits: bigint;
  /** Numerator of the carried fraction of a bit; the denominator is the rule's period. */
  readonly remainder: bigint;
  /** The latest time the bucket has seen; it never goes backwards. */
  readonly seenMs: bigint;
  readonly spentBits: bigint;
}

/** Why a bucket refuses. `rate` can pass later, `burst` and `lifetime` never will at this size. */
export type BucketObstacle = 'rate' | 'burst' | 'lifetime';

/** The verdict of one bucket on one debit. */
export type BucketVerdict =
  | { readonly ok: true; readonly level: BucketLevel }
  | {
      readonly ok: false;
      readonly obstacle: BucketObstacle;
      readonly leftBits: bigint;
      /** When the same debit would pass if nothing else is taken; null if it never will. */
      readonly passesAtMs: bigint | null;
    };

/** Largest count of bits that every rule accepts: 2^53 - 1, exact in JSON and in every database. */
export const BITS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** A new bucket: full, nothing spent. */
export function fillBucket(rule: BucketRule, nowMs: bigint): BucketLevel {
  return { tokensBits: rule.burstBits, remainder: 0n, seenMs: nowMs, spentBits: 0n };
}

/** The level at `nowMs`. A clock that went backwards adds nothing. */
export function refillBucket(rule: BucketRule, level: BucketLevel, nowMs: bigint): BucketLevel {
  if (nowMs <= level.seenMs) return level;
  const earned = level.remainder + (nowMs - level.seenMs) * rule.rateBits;
  const tokensBits = level.tokensBits + earned / rule.ratePeriodMs;
  if (tokensBits >= rule.burstBits) {
    return { ...level, tokensBits: rule.burstBits, remainder: 0n, seenMs: nowMs };
  }
  return { ...level, tokensBits, remainder: earned % rule.ratePeriodMs, seenMs: nowMs };
}

/** Bits that a refilled level still gives: what is in the bucket, or less near the lifetime cap. */
export function leftBits(rule: BucketRule, level: BucketLevel): bigint {
  const lifetimeLeft = (rule.lifetimeBits ?? BITS_MAX) - level.spentBits;
  if (lifetimeLeft <= 0n) return 0n;
  return lifetimeLeft < level.tokensBits ? lifetimeLeft : level.tokensBits;
}

/** The first time at which a level holds `wantBits`, or null if the rule never lets it. */
export function whenHolds(rule: BucketRule, level: BucketLevel, wantBits: bigint): bigint | null {
  if (level.tokensBits >= wantBits) return level.seenMs;
  if (wantBits > rule.burstBits || rule.rateBits === 0n) return null;
  const missing = (wantBits - level.tokensBits) * rule.ratePeriodMs - level.remainder;
  return level.seenMs + (missing + rule.rateBits - 1n) / rule.rateBits;
}

/** Takes bits from a bucket, all or nothing. */
export function takeBits(
  rule: BucketRule,
  level: BucketLevel,
  bits: bigint,
  nowMs: bigint,
): BucketVerdict {
  if (bits < 0n) throw new RangeError('a debit below zero would refill a bucket');
  const now = refillBucket(rule, level, nowMs);
  const left = leftBits(rule, now);
  if (bits <= left) {
    const spent = {
      ...now,
      tokensBits: now.tokensBits - bits,
      spentBits: now.spentBits + bits,
    };
    return { ok: true, level: spent };
  }
  if (now.spentBits + bits > (rule.lifetimeBits ?? BITS_MAX)) {
    return { ok: false, obstacle: 'lifetime', leftBits: left, passesAtMs: null };
  }
  const passesAtMs = whenHolds(rule, now, bits);
  const obstacle = passesAtMs === null ? 'burst' : 'rate';
  return { ok: false, obstacle, leftBits: left, passesAtMs };
}

/**
 * The level under a new rule: what was earned under the old one is settled first, nothing is given for the change,
 * and what is above the new burst is lost. What was spent stays spent.
 */
export function changeRule(
  before: BucketRule,
  after: BucketRule,
  level: BucketLevel,
  nowMs: bigint,
): BucketLevel {
  const settled = refillBucket(before, level, nowMs);
  const tokensBits = settled.tokensBits < after.burstBits ? settled.tokensBits : after.burstBits;
  return { ...settled, tokensBits, remainder: 0n };
}

/** The most that a rule lets through in any window of `windowMs`, rounded up. */
export function mostInWindow(rule: BucketRule, windowMs: bigint): bigint {
  const flow =
    rule.burstBits + (rule.rateBits * windowMs + rule.ratePeriodMs - 1n) / rule.ratePeriodMs;
  return rule.lifetimeBits !== null && rule.lifetimeBits < flow ? rule.lifetimeBits : flow;
}

/** A respect in which a rule may let more through than another: at once, over time, or for ever. */
export type Respect = 'burst' | 'rate' | 'lifetime';

/** In which respects a rule lets more through than another. */
export function looserIn(rule: BucketRule, than: BucketRule): readonly Respect[] {
  const lifetimeBits = rule.lifetimeBits ?? BITS_MAX + 1n;
  const respects: readonly (readonly [Respect, boolean])[] = [
    ['burst', rule.burstBits > than.burstBits],
    ['rate', rule.rateBits * than.ratePeriodMs > than.rateBits * rule.ratePeriodMs],
    ['lifetime', than.lifetimeBits !== null && lifetimeBits > than.lifetimeBits],
  ];
  return respects.flatMap(([respect, more]) => (more ? [respect] : []));
}

/** Whether a rule lets more through than another in any respect. */
export function isLooser(rule: BucketRule, than: BucketRule): boolean {
  return looserIn(rule, than).length > 0;
}
