import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quantileOf, showQuantiles } from './range.ts';
import type { Range, RangeShape } from './range.ts';

const rangeOf = (shape: RangeShape, low = -1e9, high = 1e9): Range => ({
  shape,
  source: 'ours',
  unit: '',
  low,
  high,
  drawn: 'world',
});

const near = (a: number, b: number): void => {
  assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
};

const sorted = fc
  .tuple(...[0, 1, 2].map(() => fc.double({ min: 0.001, max: 1000, noNaN: true })))
  .map((three) => three.sort((a, b) => a - b) as [number, number, number]);

test('three quantiles are met exactly, straight and by logarithm', () => {
  fc.assert(
    fc.property(sorted, fc.constantFrom('linear', 'log'), ([p10, p50, p90], scale) => {
      const shown = showQuantiles(rangeOf({ p10, p50, p90, scale: scale as 'log' }));
      near(shown.p10, p10);
      near(shown.p50, p50);
      near(shown.p90, p90);
    }),
  );
});

test('quantiles rise and stay inside the bounds, in all four forms', () => {
  const shape = sorted.chain(([a, b, c]) =>
    fc.constantFrom<RangeShape>(
      { value: b },
      { min: a, max: c },
      { min: a, mode: b, max: c },
      { p10: a, p50: b, p90: c },
      { p10: a, p50: b, p90: c, scale: 'log' },
    ),
  );
  const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
  fc.assert(
    fc.property(shape, share, share, (each, u, v) => {
      const range = rangeOf(each, 0.5, 500);
      const [low, high] = [quantileOf(range, Math.min(u, v)), quantileOf(range, Math.max(u, v))];
      assert.ok(low <= high + 1e-9 && low >= 0.5 && high <= 500);
    }),
  );
});

test('closed forms: uniform and triangle', () => {
  near(quantileOf(rangeOf({ min: 2, max: 6 }), 0.25), 3);
  near(quantileOf(rangeOf({ min: 0, mode: 0, max: 1 }), 0.75), 0.5);
  near(quantileOf(rangeOf({ min: 0, mode: 1, max: 2 }), 0.5), 1);
});
