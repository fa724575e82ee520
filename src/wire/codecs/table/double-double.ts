/**
 * Sums of two doubles, 106 bits: enough that a result rounded to a double is nearly always the correctly rounded one,
 * and the same on every machine, since only + − × ÷ √ on IEEE doubles are used.
 */

/** An unevaluated sum `hi + lo` with `|lo| ≤ ulp(hi) / 2`. */
export interface Pair {
  readonly hi: number;
  readonly lo: number;
}

const SPLITTER = 134217729;

/** The pair of one double. */
export function pairOf(value: number): Pair {
  return { hi: value, lo: 0 };
}

function quickSum(a: number, b: number): Pair {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

/** The exact sum of two doubles. */
export function sumExact(a: number, b: number): Pair {
  const hi = a + b;
  const part = hi - a;
  return { hi, lo: a - (hi - part) + (b - part) };
}

/** The exact product of two doubles (Dekker), for magnitudes below 2^970. */
export function productExact(a: number, b: number): Pair {
  const hi = a * b;
  const ta = SPLITTER * a;
  const ah = ta - (ta - a);
  const al = a - ah;
  const tb = SPLITTER * b;
  const bh = tb - (tb - b);
  const bl = b - bh;
  return { hi, lo: ah * bh - hi + ah * bl + al * bh + al * bl };
}

/** Sum of two pairs. */
export function add(a: Pair, b: Pair): Pair {
  const s = sumExact(a.hi, b.hi);
  const t = sumExact(a.lo, b.lo);
  const u = quickSum(s.hi, s.lo + t.hi);
  return quickSum(u.hi, u.lo + t.lo);
}

/** Product of two pairs. */
export function multiply(a: Pair, b: Pair): Pair {
  const p = productExact(a.hi, b.hi);
  return quickSum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/** Quotient of two pairs. */
export function divide(a: Pair, b: Pair): Pair {
  const first = a.hi / b.hi;
  const rest = add(a, negate(multiply(b, pairOf(first))));
  const second = rest.hi / b.hi;
  const more = add(rest, negate(multiply(b, pairOf(second))));
  return add(quickSum(first, second), pairOf(more.hi / b.hi));
}

/** The negative of a pair. */
export function negate(a: Pair): Pair {
  return { hi: -a.hi, lo: -a.lo };
}

/** Multiplies by a power of two, exact. */
export function scale(a: Pair, factor: number): Pair {
  return { hi: a.hi * factor, lo: a.lo * factor };
}
