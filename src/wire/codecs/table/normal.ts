/**
 * The normal distribution, as statistics programs compute it.
 *
 * The tail follows W. J. Cody's rational approximations (Math. Comp. 1969, 631–638), operation by operation in the
 * order that common programs use, so that printed p-values are met to the last digit and not only nearly.
 */
import { exp, expRough, ln, lnRough } from './elementary.ts';

const A = [
  2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356,
  0.06568233791820745,
];
const B = [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const C = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726,
  6848.190450536283, 11602.65143764735, 9842.714838383978, 1.0765576773720192e-8,
];
const D = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
  34900.95272114598, 38912.00328609327, 19685.429676859992,
];
const P = [
  0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
  2.9112874951168793e-5, 0.023073441764940174,
];
const Q = [
  1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  7.297515550839662e-5,
];
const SQRT_32 = 5.656854249492381;
const ONE_SQRT_2PI = 0.3989422804014327;
const LN2 = 0.6931471805599453;

const at = (list: readonly number[], index: number): number => list[index] as number;

type Exp = (x: number) => number;

/** The probability that a standard normal variable is larger than `z` (upper) or smaller (lower). */
export function normalTails(z: number, power: Exp = exp): { lower: number; upper: number } {
  const y = Math.abs(z);
  if (y <= 0.67448975) {
    const square = y > 1.11e-16 ? z * z : 0;
    let top = at(A, 4) * square;
    let bottom = square;
    for (let i = 0; i < 3; i++) {
      top = (top + at(A, i)) * square;
      bottom = (bottom + at(B, i)) * square;
    }
    const part = (z * (top + at(A, 3))) / (bottom + at(B, 3));
    return { lower: 0.5 + part, upper: 0.5 - part };
  }
  const tail = y <= SQRT_32 ? middleTail(y, power) : farTail(y, power);
  return z > 0 ? { lower: 1 - tail, upper: tail } : { lower: tail, upper: 1 - tail };
}

function middleTail(y: number, power: Exp): number {
  let top = at(C, 8) * y;
  let bottom = y;
  for (let i = 0; i < 7; i++) {
    top = (top + at(C, i)) * y;
    bottom = (bottom + at(D, i)) * y;
  }
  return decay(y, (top + at(C, 7)) / (bottom + at(D, 7)), power);
}

function farTail(y: number, power: Exp): number {
  if (y > 37.5193) return 0;
  const square = 1 / (y * y);
  let top = at(P, 5) * square;
  let bottom = square;
  for (let i = 0; i < 4; i++) {
    top = (top + at(P, i)) * square;
    bottom = (bottom + at(Q, i)) * square;
  }
  const ratio = (square * (top + at(P, 4))) / (bottom + at(Q, 4));
  return decay(y, (ONE_SQRT_2PI - ratio) / y, power);
}

function decay(y: number, factor: number, power: Exp): number {
  const head = Math.trunc(y * 16) / 16;
  const rest = (y - head) * (y + head);
  return power(-head * head * 0.5) * power(-rest * 0.5) * factor;
}

/** Two-sided p-value of a standard normal statistic. */
export function twoSided(z: number, power: Exp = exp): number {
  return 2 * normalTails(-Math.abs(z), power).lower;
}

/** How far {@link quantileGuess} may be off. */
export const GUESS_ERROR = 1e-3;

/** The z ≥ 0 whose two-sided p-value is `p`, to three digits (Abramowitz and Stegun 26.2.23). */
export function quantileGuess(p: number): number {
  const t = Math.sqrt(2 * (LN2 - lnRough(Math.max(p, 1e-290))));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  return Math.max(0, t - top / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
}

/** The z ≥ 0 whose two-sided p-value is `p`, nearly; reproducible, for searches. */
export function quantileRough(p: number): number {
  if (!(p > 1e-290) || p > 1) return NaN;
  const goal = lnRough(p);
  let z = quantileGuess(p);
  for (let i = 0; i < 3; i++) {
    const value = twoSided(z, expRough);
    const slope = 2 * ONE_SQRT_2PI * expRough(-0.5 * z * z);
    z += ((lnRough(value) - goal) * value) / slope;
  }
  return z;
}

/** The z ≥ 0 whose two-sided p-value is `p`, by safeguarded Newton steps on the tail. */
export function twoSidedQuantile(p: number): number {
  if (!(p > 0) || p > 1) return p === 0 ? Infinity : NaN;
  let low = 0;
  let high = 39;
  let z = 1;
  for (let i = 0; i < 80; i++) {
    const value = twoSided(z);
    if (value === p) return z;
    if (value > p) low = z;
    else high = z;
    const slope = 2 * ONE_SQRT_2PI * exp(-0.5 * z * z);
    // Newton's step on the logarithm, which is nearly a parabola however small p is.
    const next = z + ((ln(value) - ln(p)) * value) / slope;
    const inside = next > low && next < high;
    const step = inside ? next : (low + high) / 2;
    if (step === z) return z;
    z = step;
  }
  return z;
}
