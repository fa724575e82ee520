import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { exp, expRough, expm1, ln, lnRough } from './elementary.ts';
import { addUlps, ulpsBetween } from './ieee.ts';
import { normalTails, twoSided, twoSidedQuantile } from './normal.ts';

/** Values that a 60-digit computation gives, rounded to the nearest double. */
const EXP: readonly (readonly [number, number])[] = [
  [1, 2.718281828459045],
  [-1, 0.36787944117144233],
  [0.1, 1.1051709180756477],
  [-2.2722035451591975, 0.10308477766655383],
  [10, 22026.465794806718],
  [100, 2.6881171418161356e43],
  [-100, 3.720075976020836e-44],
  [700, 1.0142320547350045e304],
  [0, 1],
];

const LN: readonly (readonly [number, number])[] = [
  [2, 0.6931471805599453],
  [10, 2.302585092994046],
  [0.5, -0.6931471805599453],
  [1, 0],
  [3, 1.0986122886681098],
  [1e300, 690.7755278982137],
  [1e-10, -23.025850929940457],
];

void test('exp and ln are rounded from exact values', () => {
  for (const [x, wanted] of EXP) assert.equal(exp(x), wanted, `exp ${String(x)}`);
  for (const [x, wanted] of LN) assert.equal(ln(x), wanted, `ln ${String(x)}`);
  assert.equal(exp(-1000), 0);
  assert.equal(exp(1000), Infinity);
  assert.ok(Number.isNaN(exp(NaN)));
  assert.ok(Number.isNaN(ln(-1)));
  assert.equal(ln(0), -Infinity);
  assert.equal(expm1(1e-10), 1.00000000005e-10);
});

void test('exp and ln undo each other, and the quick ones are near', () => {
  for (let i = 1; i < 2000; i++) {
    const x = i / 37;
    assert.ok(Math.abs(ln(exp(x)) - x) <= 2e-16 * Math.max(1, x));
    assert.ok(Math.abs(expRough(x) / exp(x) - 1) < 1e-13);
    assert.ok(Math.abs(lnRough(x) - ln(x)) < 1e-14);
  }
});

void test('the normal distribution meets published values', () => {
  assert.ok(Math.abs(twoSided(1.959963984540054) - 0.05) < 1e-15);
  assert.ok(Math.abs(normalTails(0).lower - 0.5) === 0);
  assert.ok(Math.abs(normalTails(1).upper / 0.15865525393145705 - 1) < 1e-15);
  assert.ok(Math.abs(normalTails(6).upper / 9.865876450376981e-10 - 1) < 1e-14);
  assert.ok(Math.abs(normalTails(20).upper / 2.7536241186062337e-89 - 1) < 1e-13);
  for (const p of [0.9, 0.5, 0.05, 1e-3, 1e-10, 1e-100]) {
    assert.ok(Math.abs(twoSided(twoSidedQuantile(p)) / p - 1) < 1e-12);
  }
});

void test('every bit of the functions is fixed', () => {
  const hash = createHash('sha256');
  const grid = new Float64Array(4 * 2001);
  for (let i = 0; i <= 2000; i++) {
    const x = (i - 1000) / 27;
    grid[4 * i] = exp(x);
    grid[4 * i + 1] = ln(i / 13 + 0.001);
    grid[4 * i + 2] = twoSided(x);
    grid[4 * i + 3] = expRough(x) + lnRough(i + 0.5);
  }
  const view = new DataView(new ArrayBuffer(8));
  for (const value of grid) {
    view.setFloat64(0, value);
    hash.update(new Uint8Array(view.buffer));
  }
  assert.equal(
    hash.digest('hex'),
    'c9d06ad7cc2c15b7ad6a42a09314229728b3247ea30ef6eca30581bebbb4fbb0',
  );
});

void test('doubles are stepped through in order', () => {
  for (const x of [0, 1, -1, 0.1, -5e-324, 1.7e308, 2 ** -1022, -3.5]) {
    for (const steps of [0, 1, 2, 1000, 2 ** 33, 2 ** 40 + 7]) {
      const up = addUlps(x, steps);
      if (Number.isNaN(up)) continue;
      assert.equal(ulpsBetween(x, up), steps, `${String(x)} ${String(steps)}`);
    }
  }
  assert.equal(addUlps(1, 1), 1 + Number.EPSILON);
  assert.ok(Number.isNaN(ulpsBetween(-1, 1)));
  assert.ok(Number.isNaN(addUlps(1.7976931348623157e308, 1)));
});
