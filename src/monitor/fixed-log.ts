/**
 * Logarithms in integers, so that a trained weight is the same bits on every machine.
 *
 * `Math.log` may differ in its last place between engines; this uses only IEEE multiplication of integers below 2^53,
 * which is exact, and shifts.
 */

/** Fractional bits of {@link log2Fixed}. */
export const LOG_BITS = 16;

const MANTISSA = 2 ** 26;

/** floor-like log2 of an integer from 1 to 2^53 − 1 in units of 2^-16; monotone, and exact at powers of two. */
export function log2Fixed(value: number): number {
  let exponent = 0;
  let mantissa = value;
  while (mantissa >= MANTISSA * 2) {
    mantissa = Math.floor(mantissa / 2);
    exponent++;
  }
  while (mantissa < MANTISSA) {
    mantissa *= 2;
    exponent--;
  }
  let log = exponent + 26;
  for (let bit = 0; bit < LOG_BITS; bit++) {
    // The square of a 27-bit integer is below 2^54 and divided by 2^26 at once: mantissa stays in [2^26, 2^28).
    mantissa = squareShifted(mantissa);
    log *= 2;
    if (mantissa >= MANTISSA * 2) {
      mantissa = Math.floor(mantissa / 2);
      log++;
    }
  }
  return log;
}

/** floor(m² / 2^26) for m < 2^27, in two halves so that every product stays below 2^53. */
function squareShifted(mantissa: number): number {
  const high = Math.floor(mantissa / 8192);
  const low = mantissa - high * 8192;
  // m = high·2^13 + low: m²/2^26 = high² + (2·high·low·2^13 + low²)/2^26.
  return high * high + Math.floor((2 * high * low * 8192 + low * low) / MANTISSA);
}
