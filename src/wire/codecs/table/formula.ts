/**
 * Formulas by which one column may follow from others.
 *
 * Each is a few operations in reproducible arithmetic, in the order in which programs commonly compute them, so that
 * a printed value is met exactly. The index of a formula is its number in a frame and is fixed for ever.
 */
import { exp, expRough, expm1, ln, lnRough } from './elementary.ts';
import { normalTails, quantileRough, twoSided, twoSidedQuantile } from './normal.ts';

/** Functions that a formula uses, in full or in rough precision. */
export interface Functions {
  readonly exp: (x: number) => number;
  readonly ln: (x: number) => number;
  /** The z ≥ 0 of a two-sided p-value. */
  readonly quantile: (p: number) => number;
}

const PRECISE: Functions = { exp, ln, quantile: twoSidedQuantile };
const ROUGH: Functions = { exp: expRough, ln: lnRough, quantile: quantileRough };

/** How the values of a formula's sources are combined; `c` is the coded constant of formulas that have one. */
export interface FormulaKind {
  readonly name: string;
  readonly arity: 1 | 2 | 3;
  /** Uses functions of its own or is rare: only a close hit makes it worth a second look. */
  readonly exotic: boolean;
  /** The constant is fitted by the encoder and coded in the plan. */
  readonly fitted: boolean;
  readonly apply: (a: number, b: number, c: number) => number;
  /** Nearly the same, quicker; for the search only. */
  readonly rough: (a: number, b: number, c: number) => number;
  /** For fitted formulas: the constant that makes the result `target`. */
  readonly fit: ((a: number, b: number, target: number) => number) | undefined;
}

/** Two-sided 95 %, 90 % and 99 % normal quantiles, as two families of statistics programs compute them. */
const Z95 = 1.9599639845400536;
const Z95S = 1.959963984540054;
const Z90 = 1.6448536269514715;
const Z90S = 1.6448536269514722;
const Z99 = 2.5758293035489;
const Z99S = 2.5758293035489004;
const LN2 = 0.6931471805599453;
const LN10 = 2.302585092994046;

type Compute = (a: number, b: number, c: number, f: Functions) => number;

function define(name: string, arity: 1 | 2 | 3, exotic: boolean, compute: Compute): FormulaKind {
  return {
    name,
    arity,
    exotic,
    fitted: false,
    apply: (a, b, c) => compute(a, b, c, PRECISE),
    rough: (a, b, c) => compute(a, b, c, ROUGH),
    fit: undefined,
  };
}

const one = (name: string, compute: (a: number, f: Functions) => number): FormulaKind =>
  define(name, 1, false, (a, _b, _c, f) => compute(a, f));
const two = (name: string, compute: (a: number, b: number) => number): FormulaKind =>
  define(name, 2, false, (a, b) => compute(a, b));
const rare = (name: string, compute: (a: number, b: number, f: Functions) => number): FormulaKind =>
  define(name, 2, true, (a, b, _c, f) => compute(a, b, f));
const three = (name: string, compute: (a: number, b: number, c: number) => number): FormulaKind =>
  define(name, 3, true, (a, b, c) => compute(a, b, c));

function fitted(
  name: string,
  arity: 1 | 2,
  apply: (a: number, b: number, c: number) => number,
  fit: (a: number, b: number, target: number) => number,
): FormulaKind {
  return { name, arity, exotic: true, fitted: true, apply, rough: apply, fit };
}

/** All formulas in wire order. */
export const FORMULAS: readonly FormulaKind[] = [
  one('a', (a) => a),
  one('-a', (a) => -a),
  one('1-a', (a) => 1 - a),
  one('1/a', (a) => 1 / a),
  one('100a', (a) => 100 * a),
  one('a/100', (a) => a / 100),
  one('100(1-a)', (a) => 100 * (1 - a)),
  one('a²', (a) => a * a),
  one('√a', (a) => Math.sqrt(a)),
  one('exp a', (a, f) => f.exp(a)),
  one('ln a', (a, f) => f.ln(a)),
  one('exp -a', (a, f) => f.exp(-a)),
  one('-ln a', (a, f) => -f.ln(a)),
  one('log2 a', (a, f) => f.ln(a) / LN2),
  one('log10 a', (a, f) => f.ln(a) / LN10),
  one('exp a - 1', (a) => expm1(a)),
  one('1 - exp a', (a, f) => 1 - f.exp(a)),
  one('100(1 - exp a)', (a, f) => 100 * (1 - f.exp(a))),
  one('100 exp a', (a, f) => 100 * f.exp(a)),
  one('ln(1+a)', (a, f) => f.ln(1 + a)),
  one('logit a', (a, f) => f.ln(a / (1 - a))),
  one('logistic a', (a, f) => 1 / (1 + f.exp(-a))),
  one('|a|', (a) => Math.abs(a)),
  one('p two-sided', (a, f) => twoSided(a, f.exp)),
  one('p upper', (a, f) => normalTails(a, f.exp).upper),
  one('p lower', (a, f) => normalTails(a, f.exp).lower),
  one('z of p', (a, f) => f.quantile(a)),
  one('-z of p', (a, f) => -f.quantile(a)),
  one('a/ln2', (a) => a / LN2),
  one('a-1', (a) => a - 1),
  one('a+1', (a) => a + 1),
  one('a/2', (a) => a / 2),
  one('2a', (a) => 2 * a),
  one('a/1000', (a) => a / 1000),
  one('1000a', (a) => 1000 * a),
  one('a/365.25', (a) => a / 365.25),
  fitted(
    'a·c',
    1,
    (a, _b, c) => a * c,
    (a, _b, t) => t / a,
  ),
  fitted(
    'a/c',
    1,
    (a, _b, c) => a / c,
    (a, _b, t) => a / t,
  ),
  fitted(
    'a+c',
    1,
    (a, _b, c) => a + c,
    (a, _b, t) => t - a,
  ),
  fitted(
    'c-a',
    1,
    (a, _b, c) => c - a,
    (a, _b, t) => t + a,
  ),
  fitted(
    'c/a',
    1,
    (a, _b, c) => c / a,
    (a, _b, t) => t * a,
  ),
  fitted(
    'a+c·b',
    2,
    (a, b, c) => a + c * b,
    (a, b, t) => (t - a) / b,
  ),
  fitted(
    'c·a·b',
    2,
    (a, b, c) => c * (a * b),
    (a, b, t) => t / (a * b),
  ),
  fitted(
    'c·a/b',
    2,
    (a, b, c) => (c * a) / b,
    (a, b, t) => (t * b) / a,
  ),
  two('a+b', (a, b) => a + b),
  two('a-b', (a, b) => a - b),
  two('a·b', (a, b) => a * b),
  two('a/b', (a, b) => a / b),
  two('(a+b)/2', (a, b) => (a + b) / 2),
  two('100a/b', (a, b) => (100 * a) / b),
  two('100(a/b)', (a, b) => 100 * (a / b)),
  two('1-a/b', (a, b) => 1 - a / b),
  two('a/b-1', (a, b) => a / b - 1),
  two('2a-b', (a, b) => 2 * a - b),
  rare('(a-b)/b', (a, b) => (a - b) / b),
  rare('100(a-b)/b', (a, b) => (100 * (a - b)) / b),
  rare('a/(a+b)', (a, b) => a / (a + b)),
  rare('2ab/(a+b)', (a, b) => (2 * a * b) / (a + b)),
  rare('a-z95·b', (a, b) => a - Z95 * b),
  rare('a+z95·b', (a, b) => a + Z95 * b),
  rare('a-z95s·b', (a, b) => a - Z95S * b),
  rare('a+z95s·b', (a, b) => a + Z95S * b),
  rare('a-1.96b', (a, b) => a - 1.96 * b),
  rare('a+1.96b', (a, b) => a + 1.96 * b),
  rare('a-z90·b', (a, b) => a - Z90 * b),
  rare('a+z90·b', (a, b) => a + Z90 * b),
  rare('a-z90s·b', (a, b) => a - Z90S * b),
  rare('a+z90s·b', (a, b) => a + Z90S * b),
  rare('a-z99·b', (a, b) => a - Z99 * b),
  rare('a+z99·b', (a, b) => a + Z99 * b),
  rare('a-z99s·b', (a, b) => a - Z99S * b),
  rare('a+z99s·b', (a, b) => a + Z99S * b),
  rare('exp(a-z95·b)', (a, b, f) => f.exp(a - Z95 * b)),
  rare('exp(a+z95·b)', (a, b, f) => f.exp(a + Z95 * b)),
  rare('exp(a-z95s·b)', (a, b, f) => f.exp(a - Z95S * b)),
  rare('exp(a+z95s·b)', (a, b, f) => f.exp(a + Z95S * b)),
  rare('exp(a-1.96b)', (a, b, f) => f.exp(a - 1.96 * b)),
  rare('exp(a+1.96b)', (a, b, f) => f.exp(a + 1.96 * b)),
  rare('a·exp(-z95·b)', (a, b, f) => a * f.exp(-Z95 * b)),
  rare('a·exp(z95·b)', (a, b, f) => a * f.exp(Z95 * b)),
  rare('a·exp(-1.96b)', (a, b, f) => a * f.exp(-1.96 * b)),
  rare('a·exp(1.96b)', (a, b, f) => a * f.exp(1.96 * b)),
  rare('(a-b)/2z95', (a, b) => (a - b) / (2 * Z95)),
  rare('(a-b)/3.92', (a, b) => (a - b) / 3.92),
  rare('(ln a-ln b)/2z95', (a, b, f) => (f.ln(a) - f.ln(b)) / (2 * Z95)),
  rare('√(ab)', (a, b) => Math.sqrt(a * b)),
  rare('√(a²+b²)', (a, b) => Math.sqrt(a * a + b * b)),
  rare('√(a²-b²)', (a, b) => Math.sqrt(a * a - b * b)),
  rare('√(a(1-a)/b)', (a, b) => Math.sqrt((a * (1 - a)) / b)),
  rare('a/√b', (a, b) => a / Math.sqrt(b)),
  rare('a·√b', (a, b) => a * Math.sqrt(b)),
  rare('p of a/b', (a, b, f) => twoSided(a / b, f.exp)),
  rare('exp(a-b)', (a, b, f) => f.exp(a - b)),
  rare('ln a-ln b', (a, b, f) => f.ln(a) - f.ln(b)),
  rare('a·exp b', (a, b, f) => a * f.exp(b)),
  rare('min', (a, b) => (a < b ? a : b)),
  rare('max', (a, b) => (a > b ? a : b)),
  rare('a²/b', (a, b) => (a * a) / b),
  rare('√(1/a+1/b)', (a, b) => Math.sqrt(1 / a + 1 / b)),
  rare('0.9a+0.1b', (a, b) => 0.9 * a + (1 - 0.9) * b),
  rare('0.95a+0.05b', (a, b) => 0.95 * a + (1 - 0.95) * b),
  rare('0.98a+0.02b', (a, b) => 0.98 * a + (1 - 0.98) * b),
  rare('0.99a+0.01b', (a, b) => 0.99 * a + (1 - 0.99) * b),
  rare('0.999a+0.001b', (a, b) => 0.999 * a + (1 - 0.999) * b),
  three('a+b+c', (a, b, c) => a + b + c),
  three('a-b-c', (a, b, c) => a - b - c),
  three('a+b-c', (a, b, c) => a + b - c),
  three('a·b/c', (a, b, c) => (a * b) / c),
  three('(a-b)/c', (a, b, c) => (a - b) / c),
  three('(a+b)/c', (a, b, c) => (a + b) / c),
  three('a/(b+c)', (a, b, c) => a / (b + c)),
  three('(a+b+c)/3', (a, b, c) => (a + b + c) / 3),
];

/** A value of the table that a formula reads: a unit of the plan, in this row (0), the row before (1) or the last row with the
 * same key as this one (2). */
export interface Source {
  readonly unit: number;
  readonly lag: 0 | 1 | 2;
}

/** One formula of a plan. */
export interface Formula {
  /** Index in {@link FORMULAS}. */
  readonly kind: number;
  readonly sources: readonly Source[];
  /** Canonical spelling of the fitted constant, empty for none. */
  readonly constant: string;
}
