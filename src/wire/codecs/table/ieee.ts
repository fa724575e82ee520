/** Doubles as ordered integers: neighbours differ by one unit in the last place. */

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const LOW = LITTLE ? 0 : 1;
const HIGH = 1 - LOW;

/** The upper 32 bits of a double: sign, exponent and the first 20 bits of the fraction. */
export function highWord(value: number): number {
  DOUBLE[0] = value;
  return WORDS[HIGH] as number;
}

/** The lower 32 bits of a double. */
export function lowWord(value: number): number {
  DOUBLE[0] = value;
  return WORDS[LOW] as number;
}

/** The double of two words. */
export function doubleOf(high: number, low: number): number {
  WORDS[HIGH] = high >>> 0;
  WORDS[LOW] = low >>> 0;
  return DOUBLE[0] as number;
}

/** Units in the last place from `from` to `to`; NaN when their signs differ or they are too far apart to say. */
export function ulpsBetween(from: number, to: number): number {
  if (from === to) return 0;
  const sign = from < 0 || (from === 0 && to < 0) ? -1 : 1;
  if (!(from * sign >= 0 && to * sign >= 0)) return NaN;
  const fromHigh = highWord(from * sign);
  const fromLow = lowWord(from * sign);
  const high = highWord(to * sign) - fromHigh;
  if (!(Math.abs(high) < 1 << 20)) return NaN;
  return (high * 4294967296 + (lowWord(to * sign) - fromLow)) * sign;
}

/** The double `ulps` units in the last place after `from`; NaN when that leaves the finite doubles of its sign. */
export function addUlps(from: number, ulps: number): number {
  const sign = from < 0 || (from === 0 && ulps < 0) ? -1 : 1;
  const magnitude = from * sign;
  const steps = ulps * sign;
  const low = lowWord(magnitude) + (steps - Math.floor(steps / 4294967296) * 4294967296);
  const carry = low >= 4294967296 ? 1 : 0;
  const high = highWord(magnitude) + Math.floor(steps / 4294967296) + carry;
  if (high < 0 || high >= 0x7ff00000) return NaN;
  return doubleOf(high, low - carry * 4294967296) * sign;
}

/** floor(log2(|value|)) for a finite value other than zero; exact for normal doubles, -1023 below them. */
export function binaryExponent(value: number): number {
  return ((highWord(value) >>> 20) & 2047) - 1023;
}
