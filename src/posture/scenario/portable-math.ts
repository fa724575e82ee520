/**
 * Logarithm and exponential from +, −, × and ÷ alone. `Math.log` and `Math.exp` may differ in the last bit between
 * versions of an engine; these cannot, so a scenario gives the same numbers on every machine.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;

// A number and its two halves share these bytes; which half holds the exponent depends on the machine's byte order.
const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);
number[0] = 1;
const EXPONENT_HALF = halves[1] === 0x3ff00000 ? 1 : 0;

/** 1/23, 1/21 … 1/1: the series of the area hyperbolic tangent. */
const LN_TERMS = Float64Array.from({ length: 12 }, (_, i) => 1 / (23 - 2 * i));

/** Natural logarithm of a positive normal number, to about 1e-15 relative; 0 gives -Infinity. */
export function ln(value: number): number {
  if (!(value > 0)) return value === 0 ? -Infinity : NaN;
  if (value === Infinity) return Infinity;
  number[0] = value;
  const high = halves[EXPONENT_HALF]!;
  let exponent = (high >>> 20) - 1023;
  halves[EXPONENT_HALF] = (high & 0xfffff) | 0x3ff00000;
  let mantissa = number[0];
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let series = LN_TERMS[0]!;
  for (let i = 1; i < LN_TERMS.length; i++) series = series * z + LN_TERMS[i]!;
  return exponent * LN2_HIGH + (2 * s * series + exponent * LN2_LOW);
}

/** e to the power of a number, to about 1e-15 relative; 0 below −700, Infinity above 700. */
export function exp(value: number): number {
  if (value < -700) return 0;
  if (value > 700) return Infinity;
  const power = Math.round(value * 1.4426950408889634);
  const rest = value - power * LN2_HIGH - power * LN2_LOW;
  let series = 1;
  for (let term = 14; term >= 1; term--) series = 1 + (series * rest) / term;
  number[0] = 1;
  halves[EXPONENT_HALF] = (power + 1023) << 20;
  return series * number[0];
}
