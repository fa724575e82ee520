/**
 * exp and ln in reproducible arithmetic.
 *
 * The engines' own `Math.exp` and `Math.log` may differ in the last digit between machines; encoder and decoder must
 * not. Results here are rounded from 100 bits, so that they also meet what statistics programs print.
 */
import { add, divide, multiply, negate, pairOf, productExact, scale } from './double-double.ts';
import type { Pair } from './double-double.ts';
import { binaryExponent, doubleOf } from './ieee.ts';

const LN2: Pair = { hi: 0.6931471805599453, lo: 2.3190468138462996e-17 };
const INVERSE_FACTORIALS: Pair[] = [];
for (let n = 0, value: Pair = { hi: 1, lo: 0 }; n < 14; n++) {
  if (n > 1) value = divide(value, pairOf(n));
  INVERSE_FACTORIALS.push(value);
}

/** 2^power for powers of normal and subnormal doubles, by exact multiplications. */
export function powerOfTwo(power: number): number {
  if (power >= -1022 && power <= 1023) return doubleOf((power + 1023) << 20, 0);
  let left = Math.abs(power);
  let factor = power < 0 ? 0.5 : 2;
  let result = 1;
  while (left > 0) {
    if (left & 1) result *= factor;
    factor *= factor;
    left >>= 1;
  }
  return result;
}

/** Coefficients of the series in the form in which the loops below read them. */
const HEADS = Float64Array.from(INVERSE_FACTORIALS, (pair) => pair.hi);
const RESTS = Float64Array.from(INVERSE_FACTORIALS, (pair) => pair.lo);
const SPLITTER = 134217729;
/** What {@link expParts} gives: both parts of a pair, and the power of two that it is multiplied by. */
const PARTS = new Float64Array(3);

/**
 * e^x as a pair without its power of two: `exp(x) = pair × 2^power`, left in {@link PARTS}. These are the sums and
 * products of `double-double.ts`, operation by operation, written out since objects for pairs cost most of the time.
 */
function expParts(xHi: number, xLo: number): void {
  const power = Math.round(xHi / LN2.hi);
  const turn = productExact(power, LN2.hi);
  const rest = add(add({ hi: xHi, lo: xLo }, negate(turn)), pairOf(-power * LN2.lo));
  sumSeries(rest.hi / 64, rest.lo / 64);
  doubleSixTimes();
  const whole = add(pairOf(1), { hi: PARTS[0] as number, lo: PARTS[1] as number });
  PARTS[0] = whole.hi;
  PARTS[1] = whole.lo;
  PARTS[2] = power;
}

/** exp − 1 of a small pair, by its series. */
function sumSeries(hi: number, lo: number): void {
  // Terms from the sixth on are below 2^-40 of the sum: a double holds all of them that counts.
  let tail = 0;
  for (let n = 11; n >= 6; n--) tail = tail * hi + (HEADS[n] as number);
  const start = add(INVERSE_FACTORIALS[5] as Pair, pairOf(tail * hi));
  let sumHi = start.hi;
  let sumLo = start.lo;
  const split = SPLITTER * hi;
  const high = split - (split - hi);
  const low = hi - high;
  for (let n = 4; n >= 0; n--) {
    // sum × small, and then + 1/n!, except in the last turn.
    const top = sumHi * hi;
    const cut = SPLITTER * sumHi;
    const sumHigh = cut - (cut - sumHi);
    const sumLow = sumHi - sumHigh;
    const error = sumHigh * high - top + sumHigh * low + sumLow * high + sumLow * low;
    const carried = error + (sumHi * lo + sumLo * hi);
    const product = top + carried;
    const productLo = carried - (product - top);
    if (n === 0) {
      sumHi = product;
      sumLo = productLo;
      break;
    }
    const head = HEADS[n] as number;
    const sum = product + head;
    const part = sum - product;
    const off = product - (sum - part) + (head - part);
    const rests = RESTS[n] as number;
    const under = productLo + rests;
    const underPart = under - productLo;
    const underOff = productLo - (under - underPart) + (rests - underPart);
    const joined = off + under;
    const near = sum + joined;
    const more = joined - (near - sum) + underOff;
    sumHi = near + more;
    sumLo = more - (sumHi - near);
  }
  PARTS[0] = sumHi;
  PARTS[1] = sumLo;
}

/** exp − 1 of 64 times the argument: it keeps all its bits while it is doubled, (1 + y)² − 1 = 2y + y². */
function doubleSixTimes(): void {
  let sumHi = PARTS[0] as number;
  let sumLo = PARTS[1] as number;
  for (let i = 0; i < 6; i++) {
    const top = sumHi * sumHi;
    const cut = SPLITTER * sumHi;
    const sumHigh = cut - (cut - sumHi);
    const sumLow = sumHi - sumHigh;
    const error = sumHigh * sumHigh - top + sumHigh * sumLow + sumLow * sumHigh + sumLow * sumLow;
    const carried = error + (sumHi * sumLo + sumLo * sumHi);
    const square = top + carried;
    const squareLo = carried - (square - top);
    const twice = sumHi * 2;
    const twiceLo = sumLo * 2;
    const sum = twice + square;
    const part = sum - twice;
    const off = twice - (sum - part) + (square - part);
    const under = twiceLo + squareLo;
    const underPart = under - twiceLo;
    const underOff = twiceLo - (under - underPart) + (squareLo - underPart);
    const joined = off + under;
    const near = sum + joined;
    const more = joined - (near - sum) + underOff;
    sumHi = near + more;
    sumLo = more - (sumHi - near);
  }
  PARTS[0] = sumHi;
  PARTS[1] = sumLo;
}

/** e to the power of a pair, as a pair; for results that are normal doubles. */
export function expPair(x: Pair): Pair {
  expParts(x.hi, x.lo);
  const pair = { hi: PARTS[0] as number, lo: PARTS[1] as number };
  return scale(pair, powerOfTwo(PARTS[2] as number));
}

/** e^x. */
export function exp(x: number): number {
  if (!(x < 709.8)) return x === x ? Infinity : NaN;
  if (x < -745.2) return 0;
  expParts(x, 0);
  const value = (PARTS[0] as number) + (PARTS[1] as number);
  const power = PARTS[2] as number;
  if (power >= -1021 && power <= 1023) return value * powerOfTwo(power);
  const half = Math.trunc(power / 2);
  return value * powerOfTwo(half) * powerOfTwo(power - half);
}

/** e^x − 1 without loss near zero. */
export function expm1(x: number): number {
  if (x < -40) return -1;
  if (!(x < 709)) return exp(x);
  const value = expPair(pairOf(x));
  if (Math.abs(x) > 1e-3) return add(value, pairOf(-1)).hi;
  let sum: Pair = INVERSE_FACTORIALS[8] as Pair;
  for (let n = 7; n >= 1; n--) sum = add(multiply(sum, pairOf(x)), INVERSE_FACTORIALS[n] as Pair);
  return multiply(sum, pairOf(x)).hi;
}

/** The natural logarithm as a pair, for positive normal doubles. */
export function lnPair(x: number): Pair {
  let mantissa = x;
  let power = 0;
  while (mantissa >= 4294967296) {
    mantissa /= 4294967296;
    power += 32;
  }
  while (mantissa < 1 / 4294967296) {
    mantissa *= 4294967296;
    power -= 32;
  }
  while (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    power++;
  }
  while (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    power--;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let n = 27; n >= 1; n -= 2) series = series * square + 1 / n;
  const guess = 2 * s * series;
  // One Newton step in pairs doubles the number of right digits: y + (m·e^−y − 1), error of third order ignored.
  const error = add(multiply(pairOf(mantissa), expPair(pairOf(-guess))), pairOf(-1));
  const correction = add(error, scale(multiply(error, error), -0.5));
  const fine = add(pairOf(guess), correction);
  return add(add(productExact(power, LN2.hi), pairOf(power * LN2.lo)), fine);
}

/** The natural logarithm of x. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  const value = lnPair(x);
  return value.hi + value.lo;
}

/** e^x to about 15 digits, quickly; reproducible, for searches. */
export function expRough(x: number): number {
  if (!(x < 709)) return x === x ? Infinity : NaN;
  if (x < -700) return 0;
  const power = Math.round(x / LN2.hi);
  const rest = (x - power * LN2.hi) / 4;
  let sum = 1;
  for (let n = 9; n >= 1; n--) sum = 1 + (sum * rest) / n;
  sum *= sum;
  return sum * sum * powerOfTwo(power);
}

/** ln x to about 15 digits, quickly; reproducible, for searches. */
export function lnRough(x: number): number {
  if (!(x > 1e-300 && x < 1e300)) return x === 0 ? -Infinity : NaN;
  const power = binaryExponent(x);
  const mantissa = x * powerOfTwo(-power);
  const high = mantissa > 1.4142135623730951;
  const m = high ? mantissa / 2 : mantissa;
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let series = 0;
  for (let n = 17; n >= 1; n -= 2) series = series * square + 1 / n;
  return 2 * s * series + (power + (high ? 1 : 0)) * LN2.hi;
}
