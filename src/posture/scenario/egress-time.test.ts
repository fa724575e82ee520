import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capsFor, yearsForCopy } from '../caps-arithmetic.ts';
import { COMPRESSION_RATIOS, yearsToExfiltrate } from './egress-time.ts';

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

test('under the published caps the scenario reckons as the assessment does', () => {
  for (const size of [1, 10]) {
    for (const cap of capsFor(size * 1e12)) {
      for (const ratio of COMPRESSION_RATIOS) {
        const expected = yearsForCopy(cap.sharePerYear, ratio);
        const years = yearsToExfiltrate(size, ratio, cap.bytesPerYear);
        assert.ok(Math.abs(years / expected - 1) < 1e-12);
      }
    }
  }
});
