/**
 * One spelling per number, in exact decimal arithmetic on the digit string.
 *
 * A number is `digits × 10^exponent` with no leading and no trailing zero in its digits, so that two spellings of one
 * value always meet here. Integers of any length stay exact: nothing passes through a double.
 */

/** A decimal number taken apart. Zero has the digits `0` and the exponent 0. */
export interface Decimal {
  readonly negative: boolean;
  /** Significant digits without leading or trailing zeros. */
  readonly digits: string;
  /** Power of ten of the last digit. */
  readonly exponent: number;
  /** Digits after the point as written, or -1 when written with an exponent or a bare point. */
  readonly decimals: number;
}

/** Longest cell that is read as a number; a longer one is text. */
export const NUMBER_LENGTH_MAX = 1024;
/** Largest magnitude of an exponent, as written and in the canonical spelling; a cell beyond it is text. */
const EXPONENT_MAX = 9999;

const NUMBER = /^([+-]?)(0|[1-9][0-9]*)?(?:(\.)([0-9]*))?(?:[eE]([+-]?[0-9]{1,5}))?$/;

/** Reads a trimmed cell as a number; undefined when it is none (`007`, `1,000`, `NaN`, `0x10` are text). */
export function parseDecimal(cell: string): Decimal | undefined {
  if (cell.length === 0 || cell.length > NUMBER_LENGTH_MAX) return undefined;
  const match = NUMBER.exec(cell);
  if (match === null) return undefined;
  const [, sign, whole = '', point, fraction = '', power] = match;
  if (whole === '' && fraction === '') return undefined;
  const written = power === undefined ? 0 : Number(power);
  if (Math.abs(written) > EXPONENT_MAX) return undefined;
  const all = whole + fraction;
  let start = 0;
  while (start < all.length - 1 && all.charCodeAt(start) === 48) start++;
  let end = all.length;
  while (end > start + 1 && all.charCodeAt(end - 1) === 48) end--;
  const digits = all.slice(start, end);
  const zero = digits === '0';
  const bare = point !== undefined && fraction === '';
  const exponent = zero ? 0 : written - fraction.length + (all.length - end);
  if (!staysNumber(cell, whole === '', digits, exponent)) return undefined;
  return {
    negative: sign === '-',
    digits,
    exponent,
    decimals: power !== undefined || bare ? -1 : fraction.length,
  };
}

/**
 * Whether every spelling of the number that is written here keeps the limits too: `12e9999` would become `1.2e+10000`,
 * and `.5` gets a digit before its point. What is read as a number is then read as one again.
 */
function staysNumber(cell: string, bare: boolean, digits: string, exponent: number): boolean {
  const power = digits.length + exponent - 1;
  if (power > EXPONENT_MAX || power < -EXPONENT_MAX) return false;
  if (cell.length < NUMBER_LENGTH_MAX - 16) return true;
  if (bare && cell.length === NUMBER_LENGTH_MAX) return false;
  return spellDecimal(true, digits, exponent).length <= NUMBER_LENGTH_MAX;
}

/** Writes the one canonical spelling: plain between 1e-7 and 1e21, else `d.ddde-8`, as ECMAScript writes doubles. */
export function spellDecimal(negative: boolean, digits: string, exponent: number): string {
  const sign = negative ? '-' : '';
  if (digits === '0') return `${sign}0`;
  const point = digits.length + exponent;
  if (point > 21 || point < -5) {
    const head = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
    return `${sign}${head}e${point > 0 ? '+' : ''}${String(point - 1)}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Writes a number with exactly `decimals` digits after the point; the number must have no more than those. */
export function spellFixed(
  negative: boolean,
  digits: string,
  exponent: number,
  decimals: number,
): string {
  const sign = negative ? '-' : '';
  const scaled = digits === '0' ? '0' : digits + '0'.repeat(exponent + decimals);
  if (decimals === 0) return sign + scaled;
  const padded = scaled.padStart(decimals + 1, '0');
  const point = padded.length - decimals;
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}

/** Rounds to `count` significant digits, half to even, on the digit string. */
export function roundDigits(
  digits: string,
  exponent: number,
  count: number,
): { digits: string; exponent: number } {
  if (digits.length <= count) return { digits, exponent };
  let kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const first = rest.charCodeAt(0) - 48;
  const tie = first === 5 && /^50*$/.test(rest);
  const odd = (kept.charCodeAt(count - 1) & 1) === 1;
  if (tie ? odd : first >= 5) kept = String(BigInt(kept) + 1n);
  let power = exponent + rest.length;
  let end = kept.length;
  while (end > 1 && kept.charCodeAt(end - 1) === 48) end--;
  power += kept.length - end;
  return { digits: kept.slice(0, end), exponent: power };
}

/** Numbers that a reader spelled anew: how many, and the first of them. */
export interface Respelled {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** Counts numbers whose spelling changes. */
export class RespelledCount {
  #count = 0;
  #from = '';
  #to = '';

  note(from: string, to: string): void {
    if (from === to) return;
    if (this.#count++ > 0) return;
    this.#from = from;
    this.#to = to;
  }

  /** What to add to the result of a parser. */
  get(): { readonly respelled?: Respelled } {
    if (this.#count === 0) return {};
    return { respelled: { count: this.#count, from: this.#from, to: this.#to } };
  }
}
