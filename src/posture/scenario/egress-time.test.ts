import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capAmounts, crossingTB, yearsToExfiltrate } from './egress-time.ts';

test("RAND's caps for weights of 1 and 10 TB", () => {
  const rounded = (weightsTB: number) =>
    capAmounts(weightsTB).map((cap) => [
      cap.name,
      cap.bytesPerYear / 1e9,
      Math.round(cap.bytesPerSecond),
      Math.round(cap.shareOfWeights * 1000) / 1000,
    ]);
  assert.deepEqual(rounded(1), [
    ['SL3', 10, 317, 0.01],
    ['SL4', 50, 1585, 0.05],
    ['SL5', 600, 19026, 0.6],
  ]);
  assert.deepEqual(rounded(10), [
    ['SL3', 100, 3171, 0.01],
    ['SL4', 500, 15855, 0.05],
    ['SL5', 600, 19026, 0.06],
  ]);
});

test('years to carry out a compressed copy: one and five per cent a year, at ÷ 16 and ÷ 100', () => {
  const years = (ratio: number, share: number): number =>
    Math.round(yearsToExfiltrate(1, ratio, share * 1e12) * 100) / 100;
  assert.deepEqual(
    [years(16, 0.01), years(100, 0.01), years(16, 0.05), years(100, 0.05)],
    [6.25, 1, 1.25, 0.2],
  );
  assert.equal(yearsToExfiltrate(1, 100, 0.01 * 1e12, 0.005), 200, 'verified inference');
  assert.equal(yearsToExfiltrate(1, 10, 0), Infinity);
});

test('the caps of SL4 and SL5 meet at 12 TB', () => {
  assert.equal(Math.round(crossingTB() * 1000) / 1000, 12);
});
