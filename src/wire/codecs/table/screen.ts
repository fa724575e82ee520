/**
 * All formulas of two or three sources at once on one row, in nearly right arithmetic.
 *
 * The search asks for tens of thousands of pairs of sources whether any formula comes near; straight code on values whose
 * exponentials and logarithms are known answers in a tenth of the time of calling each formula. What passes is computed
 * again by the formula itself. A test holds the numbers here against those of `formula.ts`.
 */
import { expRough, lnRough } from './elementary.ts';
import { FORMULAS } from './formula.ts';
import { GUESS_ERROR, normalTails, quantileGuess, quantileRough } from './normal.ts';

const LN_STEP = 1.959963984540054;
const SHORT_STEP = 1.96;
const Z90 = 1.6448536269514722;
const Z99 = 2.5758293035489004;
const LN2 = 0.6931471805599453;
const LN10 = 2.302585092994046;

/** A source's value in one row, with what formulas make of it. */
export interface ScreenedValue {
  readonly value: number;
  readonly exp: number;
  readonly ln: number;
  readonly root: number;
  /** exp of the 95 % limits' width, by the long and by the short quantile. */
  readonly expLong: number;
  readonly expShort: number;
}

/** Computes once per source and row what all pairs use. */
export function screenValue(value: number): ScreenedValue {
  return {
    value,
    exp: expRough(value),
    ln: lnRough(value),
    root: Math.sqrt(value),
    expLong: expRough(LN_STEP * value),
    expShort: expRough(SHORT_STEP * value),
  };
}

/** A target's value in one row, how near a prediction must be, and which statistics have it as their p-value. */
export interface ScreenedTarget {
  readonly value: number;
  readonly near: number;
  readonly nearExotic: number;
  readonly zLow: number;
  readonly zHigh: number;
}

/** Computes once per target and row what all pairs use. */
export function screenTarget(value: number, near: number, nearExotic: number): ScreenedTarget {
  const isShare = value > 0 && value <= 1;
  const zLow = isShare ? quantileGuess(Math.min(1, value + nearExotic)) - GUESS_ERROR : NaN;
  const zHigh = isShare ? quantileGuess(value - nearExotic) + GUESS_ERROR : NaN;
  return { value, near, nearExotic, zLow, zHigh };
}

/** Numbers in {@link FORMULAS} of the formulas of two sources without a constant, as {@link screenPair} gives them. */
export const PLAIN_PAIRS: readonly number[] = indexes(
  (name) => !/exp|ln|p of|z9|1\.96|3\.92|√/.test(name),
);
export const OTHER_PAIRS: readonly number[] = indexes((name) =>
  /exp|ln|p of|z9|1\.96|3\.92|√/.test(name),
);
/** Numbers of the formulas of three sources. */
export const TRIPLES: readonly number[] = FORMULAS.flatMap(({ arity }, index) =>
  arity === 3 ? [index] : [],
);

/** Numbers of the formulas of one source without a constant. */
export const SINGLES: readonly number[] = FORMULAS.flatMap(({ arity, fitted }, index) =>
  arity === 1 && !fitted ? [index] : [],
);

function indexes(wanted: (name: string) => boolean): number[] {
  return FORMULAS.flatMap(({ arity, fitted, name }, index) =>
    arity === 2 && !fitted && wanted(name) ? [index] : [],
  );
}

/** The values of {@link SINGLES}, in that order; p-values only for targets that may be some. */
export function screenSingles(source: ScreenedValue, mayBeP: boolean, out: Float64Array): void {
  const { value: a, exp, ln } = source;
  out[0] = a;
  out[1] = -a;
  out[2] = 1 - a;
  out[3] = 1 / a;
  out[4] = 100 * a;
  out[5] = a / 100;
  out[6] = 100 * (1 - a);
  out[7] = a * a;
  out[8] = source.root;
  out[9] = exp;
  out[10] = ln;
  out[11] = 1 / exp;
  out[12] = -ln;
  out[13] = ln / LN2;
  out[14] = ln / LN10;
  out[15] = exp - 1;
  out[16] = 1 - exp;
  out[17] = 100 * (1 - exp);
  out[18] = 100 * exp;
  out[19] = a > -1 ? lnRough(1 + a) : NaN;
  out[20] = a > 0 && a < 1 ? ln - lnRough(1 - a) : NaN;
  out[21] = exp / (1 + exp);
  out[22] = Math.abs(a);
  const tails = mayBeP ? normalTails(a, expRough) : undefined;
  out[23] = tails === undefined ? NaN : 2 * Math.min(tails.lower, tails.upper);
  out[24] = tails?.upper ?? NaN;
  out[25] = tails?.lower ?? NaN;
  out[26] = quantileRough(a);
  out[27] = -out[26];
  out[28] = a / LN2;
  out[29] = a - 1;
  out[30] = a + 1;
  out[31] = a / 2;
  out[32] = 2 * a;
  out[33] = a / 1000;
  out[34] = 1000 * a;
  out[35] = a / 365.25;
}

/** The values of {@link PLAIN_PAIRS}, in that order. */
export function screenPlainPairs(a: number, b: number, out: Float64Array): void {
  const ratio = a / b;
  const difference = a - b;
  const sum = a + b;
  const product = a * b;
  out[0] = sum;
  out[1] = difference;
  out[2] = product;
  out[3] = ratio;
  out[4] = sum / 2;
  out[5] = 100 * ratio;
  out[6] = 100 * ratio;
  out[7] = 1 - ratio;
  out[8] = ratio - 1;
  out[9] = 2 * a - b;
  out[10] = difference / b;
  out[11] = (100 * difference) / b;
  out[12] = a / sum;
  out[13] = (2 * product) / sum;
  out[14] = a < b ? a : b;
  out[15] = a > b ? a : b;
  out[16] = a * ratio;
  out[17] = 0.9 * a + 0.1 * b;
  out[18] = 0.95 * a + 0.05 * b;
  out[19] = 0.98 * a + 0.02 * b;
  out[20] = 0.99 * a + 0.01 * b;
  out[21] = 0.999 * a + 0.001 * b;
}

/** The values of {@link OTHER_PAIRS}, in that order; for a p-value the target itself, if the statistic is right. */
export function screenOtherPairs(
  first: ScreenedValue,
  second: ScreenedValue,
  target: ScreenedTarget,
  out: Float64Array,
): void {
  const a = first.value;
  const b = second.value;
  const long = LN_STEP * b;
  const short = SHORT_STEP * b;
  const statistic = Math.abs(a / b);
  out[0] = a - long;
  out[1] = a + long;
  out[2] = a - long;
  out[3] = a + long;
  out[4] = a - short;
  out[5] = a + short;
  out[6] = a - Z90 * b;
  out[7] = a + Z90 * b;
  out[8] = out[6];
  out[9] = out[7];
  out[10] = a - Z99 * b;
  out[11] = a + Z99 * b;
  out[12] = out[10];
  out[13] = out[11];
  out[14] = first.exp / second.expLong;
  out[15] = first.exp * second.expLong;
  out[16] = out[14];
  out[17] = out[15];
  out[18] = first.exp / second.expShort;
  out[19] = first.exp * second.expShort;
  out[20] = a / second.expLong;
  out[21] = a * second.expLong;
  out[22] = a / second.expShort;
  out[23] = a * second.expShort;
  out[24] = (a - b) / (2 * LN_STEP);
  out[25] = (a - b) / 3.92;
  out[26] = (first.ln - second.ln) / (2 * LN_STEP);
  out[27] = Math.sqrt(a * b);
  out[28] = Math.sqrt(a * a + b * b);
  out[29] = Math.sqrt(a * a - b * b);
  out[30] = Math.sqrt((a * (1 - a)) / b);
  out[31] = a / second.root;
  out[32] = a * second.root;
  out[33] = statistic >= target.zLow && statistic <= target.zHigh ? target.value : NaN;
  out[34] = first.exp / second.exp;
  out[35] = first.ln - second.ln;
  out[36] = a * second.exp;
  out[37] = Math.sqrt(1 / a + 1 / b);
}

/** The values of {@link TRIPLES}, in that order. */
export function screenTriples(a: number, b: number, c: number, out: Float64Array): void {
  out[0] = a + b + c;
  out[1] = a - b - c;
  out[2] = a + b - c;
  out[3] = (a * b) / c;
  out[4] = (a - b) / c;
  out[5] = (a + b) / c;
  out[6] = a / (b + c);
  out[7] = (a + b + c) / 3;
}
