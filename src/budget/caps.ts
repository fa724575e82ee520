/**
 * RAND's three published caps on what may leave, as verdicts on one rule. They disagree, so each is shown and the
 * tightest is applied: a declared rule that lets more through in some window is cut down to it.
 */
import { mostInWindow } from './bucket.ts';
import type { BucketRule } from './bucket.ts';
import { MONTH_MS, YEAR_MS } from './units.ts';

/** A published cap: an amount in any window of a length. */
export interface Cap {
  readonly name: 'SL3' | 'SL4' | 'SL5';
  readonly sentence: string;
  readonly windowMs: bigint;
  /** Bits allowed in any window; null when the cap needs an effective size that is unknown. */
  bits(sizeBits: bigint | null): bigint | null;
}

function percentOf(percent: bigint): (sizeBits: bigint | null) => bigint | null {
  return (sizeBits) => (sizeBits === null ? null : (sizeBits * percent) / 100n);
}

/** The caps as published (RAND, Securing AI Model Weights), in order of security level. */
export const CAPS: readonly Cap[] = [
  {
    name: 'SL3',
    sentence: '1 % of the effective size a year',
    windowMs: YEAR_MS,
    bits: percentOf(1n),
  },
  {
    name: 'SL4',
    sentence: '5 % of the effective size a year',
    windowMs: YEAR_MS,
    bits: percentOf(5n),
  },
  { name: 'SL5', sentence: '50 GB a month', windowMs: MONTH_MS, bits: () => 400_000_000_000n },
];

/** What one cap says about one rule. Unknown is never shown as pass. */
export interface CapVerdict {
  readonly cap: Cap['name'];
  readonly sentence: string;
  readonly verdict: 'within' | 'above' | 'unknown';
  readonly mostBits: bigint;
  readonly allowedBits: bigint | null;
}

/** Asks every cap about the most that a rule lets through in any window of the cap's length. */
export function judgeCaps(rule: BucketRule, sizeBits: bigint | null): readonly CapVerdict[] {
  return CAPS.map((cap) => {
    const allowedBits = cap.bits(sizeBits);
    const mostBits = mostInWindow(rule, cap.windowMs);
    const within = allowedBits === null ? 'unknown' : mostBits <= allowedBits ? 'within' : 'above';
    return { cap: cap.name, sentence: cap.sentence, verdict: within, mostBits, allowedBits };
  });
}

/** A rule after the caps: what is applied, and the caps that cut it down. */
export interface CappedRule {
  readonly rule: BucketRule;
  readonly cutBy: readonly Cap['name'][];
}

/**
 * Cuts a rule down until every cap that can be judged is met in every window. The burst is cut only where it alone
 * exceeds a cap's share of one twelfth; the rate takes what the burst leaves.
 */
export function applyCaps(
  declared: BucketRule,
  sizeBits: bigint | null,
  names: readonly Cap['name'][] = ['SL3', 'SL4', 'SL5'],
): CappedRule {
  let rule = declared;
  const cutBy: Cap['name'][] = [];
  for (const cap of CAPS.filter((each) => names.includes(each.name))) {
    const allowed = cap.bits(sizeBits);
    if (allowed === null || mostInWindow(rule, cap.windowMs) <= allowed) continue;
    cutBy.push(cap.name);
    const burstBits = rule.burstBits * 12n > allowed ? allowed / 12n : rule.burstBits;
    const flow = { ...rule, burstBits };
    rule =
      mostInWindow(flow, cap.windowMs) <= allowed
        ? flow
        : { ...flow, rateBits: allowed - burstBits, ratePeriodMs: cap.windowMs };
  }
  return { rule, cutBy };
}
