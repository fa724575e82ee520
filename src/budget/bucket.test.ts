import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { BucketLevel, BucketRule } from './bucket.ts';
import {
  changeRule,
  fillBucket,
  leftBits,
  mostInWindow,
  refillBucket,
  takeBits,
} from './bucket.ts';

const bits = (max: bigint) => fc.bigInt({ min: 0n, max });
const rules: fc.Arbitrary<BucketRule> = fc.record({
  rateBits: bits(10_000n),
  ratePeriodMs: fc.bigInt({ min: 1n, max: 5000n }),
  burstBits: bits(5000n),
  lifetimeBits: fc.option(bits(20_000n)),
});
const steps = fc.array(
  fc.record({ waitMs: fc.bigInt({ min: -50n, max: 2000n }), bits: bits(6000n) }),
  {
    maxLength: 60,
  },
);

interface Taken {
  readonly atMs: bigint;
  readonly bits: bigint;
}

function play(rule: BucketRule, list: readonly { waitMs: bigint; bits: bigint }[]) {
  let level: BucketLevel = fillBucket(rule, 1000n);
  let now = 1000n;
  const taken: Taken[] = [];
  for (const step of list) {
    now += step.waitMs;
    const verdict = takeBits(rule, level, step.bits, now);
    if (!verdict.ok) continue;
    level = verdict.level;
    taken.push({ atMs: level.seenMs, bits: step.bits });
  }
  return { level, taken };
}

describe('a bucket', () => {
  it('lets at most burst + rate x T through in every window, and the lifetime cap is never passed', () => {
    fc.assert(
      fc.property(rules, steps, (rule, list) => {
        const { taken, level } = play(rule, list);
        for (let from = 0; from < taken.length; from++) {
          let sum = 0n;
          for (let to = from; to < taken.length; to++) {
            sum += taken[to]?.bits ?? 0n;
            const windowMs = (taken[to]?.atMs ?? 0n) - (taken[from]?.atMs ?? 0n);
            // Exact: the sum may not pass burst + rate x T by even a fraction of a bit.
            assert.ok(
              sum * rule.ratePeriodMs <=
                rule.burstBits * rule.ratePeriodMs + rule.rateBits * windowMs,
            );
          }
        }
        const total = taken.reduce((sum, each) => sum + each.bits, 0n);
        assert.equal(level.spentBits, total);
        if (rule.lifetimeBits !== null) assert.ok(total <= rule.lifetimeBits);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same however often it is refilled in between', () => {
    fc.assert(
      fc.property(rules, fc.array(bits(500n), { maxLength: 30 }), (rule, waits) => {
        const empty = { ...fillBucket(rule, 0n), tokensBits: 0n };
        let now = 0n;
        let often = empty;
        for (const wait of waits) {
          now += wait;
          often = refillBucket(rule, often, now);
        }
        assert.deepEqual(
          { ...refillBucket(rule, empty, now), seenMs: now },
          { ...often, seenMs: now },
        );
      }),
    );
  });

  it('says truly when a debit will pass', () => {
    fc.assert(
      fc.property(rules, steps, bits(6000n), (rule, list, want) => {
        const { level } = play(rule, list);
        const verdict = takeBits(rule, level, want, level.seenMs);
        if (verdict.ok) return;
        if (verdict.passesAtMs === null) {
          assert.equal(takeBits(rule, level, want, level.seenMs + 10n ** 12n).ok, false);
          return;
        }
        assert.equal(takeBits(rule, level, want, verdict.passesAtMs).ok, true);
        assert.equal(takeBits(rule, level, want, verdict.passesAtMs - 1n).ok, false);
      }),
      { numRuns: 300 },
    );
  });

  it('gives nothing for a change of its rule', () => {
    fc.assert(
      fc.property(rules, rules, steps, (before, after, list) => {
        const { level } = play(before, list);
        const changed = changeRule(before, after, level, level.seenMs);
        assert.ok(changed.tokensBits <= level.tokensBits);
        assert.equal(changed.spentBits, level.spentBits);
        assert.ok(leftBits(after, changed) >= 0n);
      }),
    );
  });

  it('ignores a clock that goes backwards', () => {
    const rule = { rateBits: 10n, ratePeriodMs: 1n, burstBits: 100n, lifetimeBits: null };
    const level = { ...fillBucket(rule, 1000n), tokensBits: 5n };
    assert.deepEqual(refillBucket(rule, level, 1n), level);
  });

  it('states the most of a window', () => {
    const rule = { rateBits: 3n, ratePeriodMs: 2n, burstBits: 10n, lifetimeBits: 12n };
    assert.equal(mostInWindow(rule, 1n), 12n);
    assert.equal(mostInWindow({ ...rule, lifetimeBits: null }, 3n), 15n);
  });
});
