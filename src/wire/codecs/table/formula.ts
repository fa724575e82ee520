/**
 * Formulas by which one column may follow from others.
 *
 * Each is a few operations in reproducible arithmetic, in the order in which programs commonly compute them, so that
 * a printed value is met exactly. The index of a formula is its number in a frame and is fixed for ever.
 */
import { exp, expm1, ln } from './elementary.ts';
import { normalTails, twoSided, twoSidedQuantile } from './normal.ts';

/** How the values of a formula's sources are combined; `c` is the coded constant of formulas that have one. */
export interface FormulaKind {
  readonly name: string;
  readonly arity: 1 | 2 | 3;
  /** The constant `c` is fitted by the encoder and coded in the plan. */
  readonly fitted?: boolean;
  readonly apply: (a: number, b: number, c: number) => number;
  /** For fitted formulas: the constant that makes `apply(a) = target`. */
  readonly fit?: (a: number, target: number) => number;
}

const Z_95 = 1.959963984540054;
const Z_90 = 1.6448536269514722;
const Z_99 = 2.5758293035489004;
const LN2 = 0.6931471805599453;
const LN10 = 2.302585092994046;

const one = (name: string, apply: (a: number) => number): FormulaKind => ({
  name,
  arity: 1,
  apply,
});
const two = (name: string, apply: (a: number, b: number) => number): FormulaKind => ({
  name,
  arity: 2,
  apply,
});
const fitted = (
  name: string,
  apply: (a: number, b: number, c: number) => number,
  fit: (a: number, target: number) => number,
): FormulaKind => ({ name, arity: 1, fitted: true, apply, fit });

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
  one('exp a', (a) => exp(a)),
  one('ln a', (a) => ln(a)),
  one('exp -a', (a) => exp(-a)),
  one('-ln a', (a) => -ln(a)),
  one('log2 a', (a) => ln(a) / LN2),
  one('log10 a', (a) => ln(a) / LN10),
  one('exp a - 1', (a) => expm1(a)),
  one('ln(1+a)', (a) => ln(1 + a)),
  one('logit a', (a) => ln(a / (1 - a))),
  one('logistic a', (a) => 1 / (1 + exp(-a))),
  one('|a|', (a) => Math.abs(a)),
  one('p two-sided', (a) => twoSided(a)),
  one('p upper', (a) => normalTails(a).upper),
  one('p lower', (a) => normalTails(a).lower),
  one('z of p', (a) => twoSidedQuantile(a)),
  one('-z of p', (a) => -twoSidedQuantile(a)),
  one('a/ln2', (a) => a / LN2),
  one('a-1', (a) => a - 1),
  one('a+1', (a) => a + 1),
  one('a/2', (a) => a / 2),
  one('2a', (a) => 2 * a),
  one('a/1000', (a) => a / 1000),
  one('1000a', (a) => 1000 * a),
  fitted(
    'a·c',
    (a, _b, c) => a * c,
    (a, t) => t / a,
  ),
  fitted(
    'a/c',
    (a, _b, c) => a / c,
    (a, t) => a / t,
  ),
  fitted(
    'a+c',
    (a, _b, c) => a + c,
    (a, t) => t - a,
  ),
  fitted(
    'c-a',
    (a, _b, c) => c - a,
    (a, t) => t + a,
  ),
  fitted(
    'c/a',
    (a, _b, c) => c / a,
    (a, t) => t * a,
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
  two('(a-b)/b', (a, b) => (a - b) / b),
  two('a/(a+b)', (a, b) => a / (a + b)),
  two('2ab/(a+b)', (a, b) => (2 * a * b) / (a + b)),
  two('a-z95·b', (a, b) => a - Z_95 * b),
  two('a+z95·b', (a, b) => a + Z_95 * b),
  two('a-1.96b', (a, b) => a - 1.96 * b),
  two('a+1.96b', (a, b) => a + 1.96 * b),
  two('a-z90·b', (a, b) => a - Z_90 * b),
  two('a+z90·b', (a, b) => a + Z_90 * b),
  two('a-z99·b', (a, b) => a - Z_99 * b),
  two('a+z99·b', (a, b) => a + Z_99 * b),
  two('a-2b', (a, b) => a - 2 * b),
  two('a+2b', (a, b) => a + 2 * b),
  two('exp(a-z95·b)', (a, b) => exp(a - Z_95 * b)),
  two('exp(a+z95·b)', (a, b) => exp(a + Z_95 * b)),
  two('exp(a-1.96b)', (a, b) => exp(a - 1.96 * b)),
  two('exp(a+1.96b)', (a, b) => exp(a + 1.96 * b)),
  two('a·exp(-z95·b)', (a, b) => a * exp(-Z_95 * b)),
  two('a·exp(z95·b)', (a, b) => a * exp(Z_95 * b)),
  two('(a-b)/2z95', (a, b) => (a - b) / (2 * Z_95)),
  two('(a-b)/3.92', (a, b) => (a - b) / 3.92),
  two('(ln a-ln b)/2z95', (a, b) => (ln(a) - ln(b)) / (2 * Z_95)),
  two('√(ab)', (a, b) => Math.sqrt(a * b)),
  two('√(a²+b²)', (a, b) => Math.sqrt(a * a + b * b)),
  two('√(a(1-a)/b)', (a, b) => Math.sqrt((a * (1 - a)) / b)),
  two('a/√b', (a, b) => a / Math.sqrt(b)),
  two('a-b²', (a, b) => a - b * b),
  two('p of a/b', (a, b) => twoSided(a / b)),
  two('exp(a-b)', (a, b) => exp(a - b)),
  two('ln a-ln b', (a, b) => ln(a) - ln(b)),
  two('min', (a, b) => (a < b ? a : b)),
  two('max', (a, b) => (a > b ? a : b)),
  two('2a-b', (a, b) => 2 * a - b),
  two('a²/b', (a, b) => (a * a) / b),
  two('√(1/a+1/b)', (a, b) => Math.sqrt(1 / a + 1 / b)),
  two('0.9a+0.1b', (a, b) => 0.9 * a + (1 - 0.9) * b),
  two('0.95a+0.05b', (a, b) => 0.95 * a + (1 - 0.95) * b),
  two('0.98a+0.02b', (a, b) => 0.98 * a + (1 - 0.98) * b),
  two('0.99a+0.01b', (a, b) => 0.99 * a + (1 - 0.99) * b),
  two('0.999a+0.001b', (a, b) => 0.999 * a + (1 - 0.999) * b),
  { name: 'a+b+c', arity: 3, apply: (a, b, c) => a + b + c },
  { name: 'a-b-c', arity: 3, apply: (a, b, c) => a - b - c },
  { name: 'a+b-c', arity: 3, apply: (a, b, c) => a + b - c },
  { name: 'a·b/c', arity: 3, apply: (a, b, c) => (a * b) / c },
  { name: '(a-b)/c', arity: 3, apply: (a, b, c) => (a - b) / c },
];

/** A value of the table that a formula reads: a unit of the plan, in this row or the row before. */
export interface Source {
  readonly unit: number;
  readonly lag: 0 | 1;
}

/** One formula of a plan. */
export interface Formula {
  /** Index in {@link FORMULAS}. */
  readonly kind: number;
  readonly sources: readonly Source[];
  /** Canonical spelling of the fitted constant, empty for none. */
  readonly constant: string;
}
