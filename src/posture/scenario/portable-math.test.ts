import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawUniform, runKeyOf, slotOf, strataOf } from './draws.ts';
import { exp, ln } from './portable-math.ts';

const close = (a: number, b: number, relative: number): boolean =>
  a === b || Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b));

test('ln and exp agree with those of the engine to 1e-14', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      assert.ok(close(ln(x), Math.log(x), 1e-14) || Math.abs(ln(x) - Math.log(x)) < 1e-15);
    }),
  );
  fc.assert(
    fc.property(fc.double({ min: -690, max: 690, noNaN: true }), (x) => {
      assert.ok(close(exp(x), Math.exp(x), 1e-13), `exp(${x})`);
    }),
  );
  assert.equal(ln(0), -Infinity);
  assert.equal(ln(1), 0);
  assert.equal(exp(0), 1);
  assert.equal(exp(-1000), 0);
  assert.ok(Number.isNaN(ln(-1)));
});

test('draws are the numbers that they always were', () => {
  const key = runKeyOf(1, 0);
  const drawn = ['a', 'b', 'theft'].map((name) => drawUniform(key, slotOf(name)));
  assert.deepEqual(drawn, GOLDEN);
});

const GOLDEN = [0.8420308144995943, 0.792958541191183, 0.4531085715861991];

test('draws are even, and draws of different names are not related', () => {
  const count = 50_000;
  const [a, b] = [slotOf('a'), slotOf('b')];
  let sum = 0;
  let product = 0;
  const tenths = new Array<number>(10).fill(0);
  for (let run = 0; run < count; run++) {
    const key = runKeyOf(3, run);
    const [x, y] = [drawUniform(key, a), drawUniform(key, b)];
    sum += x;
    product += (x - 0.5) * (y - 0.5);
    tenths[Math.floor(x * 10)]!++;
  }
  assert.ok(Math.abs(sum / count - 0.5) < 0.005);
  assert.ok(Math.abs((product / count) * 12) < 0.02, 'correlation');
  const expected = count / 10;
  const chi = tenths.reduce((all, n) => all + (n - expected) ** 2 / expected, 0);
  assert.ok(chi < 27.9, `chi-square of 9 degrees: ${chi}`);
});

test('strata are a permutation', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (count, seed) => {
      const order = [...strataOf(seed, 5, count)].sort((x, y) => x - y);
      assert.deepEqual(
        order,
        Array.from({ length: count }, (_, i) => i),
      );
    }),
  );
});
