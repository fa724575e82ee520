import assert from 'node:assert/strict';
import test from 'node:test';
import { capsFor, crossingBytes, tightestCap, yearsForCopy } from './caps-arithmetic.ts';

const TB = 1e12;
const GB = 1e9;

function row(cap: string, size: number) {
  const found = capsFor(size).find((each) => each.cap === cap);
  assert.ok(found !== undefined);
  return found;
}

test("RAND's caps for a model of 1 TB are the published ones", () => {
  assert.equal(row('SL3', TB).bytesPerYear, 10 * GB);
  assert.equal(Math.round(row('SL3', TB).bytesPerSecond), 317);
  assert.equal(row('SL4', TB).bytesPerYear, 50 * GB);
  assert.equal((row('SL4', TB).bytesPerSecond / 1000).toFixed(1), '1.6');
  assert.equal(row('SL5', TB).bytesPerYear, 600 * GB);
  assert.equal(row('SL5', TB).sharePerYear, 0.6);
});

test("RAND's caps for a model of 10 TB are the published ones", () => {
  assert.equal(row('SL3', 10 * TB).bytesPerYear, 100 * GB);
  assert.equal((row('SL3', 10 * TB).bytesPerSecond / 1000).toFixed(1), '3.2');
  assert.equal(row('SL4', 10 * TB).bytesPerYear, 500 * GB);
  assert.equal((row('SL4', 10 * TB).bytesPerSecond / 1000).toFixed(1), '15.9');
  assert.equal(row('SL5', 10 * TB).bytesPerYear, 600 * GB);
  assert.equal(row('SL5', 10 * TB).sharePerYear, 0.06);
});

test('at an effective size of a tenth, 1 % a year is 1 GB of a model of 1 TB and 10 GB of one of 10 TB', () => {
  assert.equal(row('SL3', TB / 10).bytesPerYear, GB);
  assert.equal(Math.round(row('SL3', TB / 10).bytesPerSecond), 32);
  assert.equal(row('SL3', TB).bytesPerYear, 10 * GB);
});

test('a whole compressed copy: 1 % a year takes 6.25 years at ÷ 16 and 1 at ÷ 100; 5 % 1.25 years and 73 days', () => {
  assert.equal(yearsForCopy(0.01, 16), 6.25);
  assert.equal(yearsForCopy(0.01, 100), 1);
  assert.equal(yearsForCopy(0.05, 16), 1.25);
  assert.equal(Math.round(yearsForCopy(0.05, 100) * 365), 73);
  // 50 GB a month against 1 TB at ÷ 100: six days.
  assert.equal(Math.round(yearsForCopy(row('SL5', TB).sharePerYear, 100) * 365), 6);
});

test('the caps of SL4 and SL5 cross at 12 TB, and the tighter one applies on each side', () => {
  assert.equal(crossingBytes('SL4'), 12 * TB);
  assert.equal(tightestCap(TB).cap, 'SL3');
  assert.ok(row('SL4', 11 * TB).bytesPerYear < row('SL5', 11 * TB).bytesPerYear);
  assert.ok(row('SL4', 13 * TB).bytesPerYear > row('SL5', 13 * TB).bytesPerYear);
});
