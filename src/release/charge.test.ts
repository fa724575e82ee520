import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chargeBits, sealFrame } from '../wire/index.ts';
import { chargeOfShape, expectedGap } from './charge.ts';

test('the charge of a shape is the charge of the sealed frame', () => {
  const number = fc.oneof(
    fc.nat(300),
    fc.nat(2 ** 31 - 1),
    fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  );
  fc.assert(
    fc.property(
      number,
      number,
      number,
      fc.nat(20_000),
      (slotGap, destination, prefix, bodyBytes) => {
        const body = new Uint8Array(bodyBytes);
        const frame = sealFrame({ slotGap, destination, historyPrefix: prefix, body });
        const shape = { slotGap, destination, historyPrefix: prefix, bodyBytes };
        assert.equal(chargeOfShape(shape), chargeBits(frame));
      },
    ),
  );
});

test('the expected gap counts from the last slot, and is small behind others', () => {
  const plan = { epochMs: 0, slotMs: 100, lagSlots: 1, bytesPerSlot: 1 };
  assert.equal(expectedGap({ plan, lastSlot: 10, waiting: 0 }, 5_000), 44);
  assert.equal(expectedGap({ plan, lastSlot: 10, waiting: 2 }, 5_000), 4);
  assert.ok(expectedGap({ plan: undefined, lastSlot: 0, waiting: 0 }, 5_000) > 1_000);
});
