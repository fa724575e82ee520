import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FORMULAS } from './formula.ts';
import {
  OTHER_PAIRS,
  PLAIN_PAIRS,
  SINGLES,
  TRIPLES,
  screenOtherPairs,
  screenPlainPairs,
  screenSingles,
  screenTarget,
  screenTriples,
  screenValue,
} from './screen.ts';
import { twoSided } from './normal.ts';

const value = fc.double({ min: 0.01, max: 4, noNaN: true });

function isClose(index: number, screened: number, a: number, b: number, c: number): void {
  const formula = FORMULAS[index];
  const exact = formula?.apply(a, b, c) ?? 0;
  const bound = 1e-9 * Math.max(1, Math.abs(exact));
  // A p-value that is zero, or one, says nothing about its statistic.
  if (formula?.name === 'p of a/b' && !(exact > 1e-280 && exact < 0.999)) return;
  if (Number.isNaN(exact)) assert.ok(Number.isNaN(screened), formula?.name);
  else assert.ok(Math.abs(exact - screened) <= bound, `${formula?.name ?? ''} ${String(screened)}`);
}

test('screened values are those of the formulas', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const out = new Float64Array(64);
      screenSingles(screenValue(a), true, out);
      SINGLES.forEach((index, i) => {
        isClose(index, out[i] as number, a, NaN, NaN);
      });
      screenPlainPairs(a, b, out);
      PLAIN_PAIRS.forEach((index, i) => {
        isClose(index, out[i] as number, a, b, NaN);
      });
      const target = screenTarget(twoSided(a / b), 0, 0);
      screenOtherPairs(screenValue(a), screenValue(b), target, out);
      OTHER_PAIRS.forEach((index, i) => {
        isClose(index, out[i] as number, a, b, NaN);
      });
      screenTriples(a, b, c, out);
      TRIPLES.forEach((index, i) => {
        isClose(index, out[i] as number, a, b, c);
      });
    }),
  );
});
