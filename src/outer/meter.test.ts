import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changePolicy, fullMeter, refillMeter, spendMeter } from './meter.ts';
import type { MeterPolicy } from './meter.ts';

test('over any stretch of slots at most burst + rate · time passes, and never more than the lifetime', () => {
  const frames = fc.array(
    fc.record({ gap: fc.nat(50_000), chargeBits: fc.bigInt({ min: 0n, max: 3_000n }) }),
    { minLength: 1, maxLength: 40 },
  );
  const policies = fc.record({
    burstBits: fc.bigInt({ min: 0n, max: 5_000n }),
    bitsPerDay: fc.bigInt({ min: 0n, max: 100_000n }),
    lifetimeBits: fc.bigInt({ min: 0n, max: 40_000n }),
  });
  fc.assert(
    fc.property(policies, frames, (policy: MeterPolicy, list) => {
      let state = fullMeter(policy, 0);
      let slot = 0;
      const passed: { slot: number; bits: bigint }[] = [];
      for (const { gap, chargeBits } of list) {
        slot += gap;
        const verdict = spendMeter(policy, state, { slot, chargeBits }, 100);
        if (!verdict.ok) continue;
        state = verdict.state;
        passed.push({ slot, bits: chargeBits });
      }
      for (let from = 0; from < passed.length; from++) {
        let sum = 0n;
        for (const { slot: at, bits } of passed.slice(from)) {
          sum += bits;
          const ms = BigInt(at - (passed[from]?.slot ?? 0)) * 100n;
          assert.ok(sum <= policy.burstBits + (policy.bitsPerDay * ms) / 86_400_000n + 1n);
        }
      }
      assert.ok(state.spentBits <= (policy.lifetimeBits ?? 0n));
    }),
  );
});

test('refilling in many steps earns exactly what one step earns', () => {
  const policy = { burstBits: 1n << 40n, bitsPerDay: 12_345n };
  const start = { ...fullMeter(policy, 0), leftBits: 0n };
  let steps = start;
  for (let slot = 1; slot <= 1_000; slot++) steps = refillMeter(policy, steps, slot * 7, 100);
  assert.deepEqual(steps, refillMeter(policy, start, 7_000, 100));
});

test('a smaller burst takes tokens away, a larger one gives none', () => {
  const state = fullMeter({ burstBits: 100n, bitsPerDay: 0n }, 5);
  assert.equal(changePolicy({ burstBits: 10n, bitsPerDay: 0n }, state).leftBits, 10n);
  assert.equal(changePolicy({ burstBits: 1_000n, bitsPerDay: 0n }, state).leftBits, 100n);
});
