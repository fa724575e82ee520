/**
 * Takes text apart into a template and the numbers in it: `12 / 340 (3.5%)` is one shape with three numbers.
 *
 * A place in a template is a control character, which canonical text never holds, and one character for its format:
 * decimals after the point, or the width of a number with leading zeros, or `=` for a canonically spelled decimal.
 */
import { tokenErrors } from './errors.ts';

const FIXED = '\u0002';
const PADDED = '\u0003';
const CANONICAL = '\u0004';
const NUMBERS_MAX = 40;
const DIGITS_MAX = 15;

const FIXED_NUMBER = /\d+(?:\.\d+)?/g;
const CANONICAL_NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?(?:e[+-]?\d+)?/g;
const PLACE = new RegExp(`[${FIXED}${PADDED}${CANONICAL}].`, 'g');

/** A text taken apart; joining gives the text again. */
export interface SplitText {
  readonly template: string;
  readonly numbers: readonly string[];
}

/** Takes text with numbers of any spelling apart. */
export function splitText(text: string): SplitText {
  if (!/\d/.test(text)) return { template: text, numbers: [] };
  const numbers: string[] = [];
  let glued = 0;
  const template = text.replace(FIXED_NUMBER, (number: string, at: number) => {
    const before = text.charCodeAt(at - 1) | 32;
    const after = text.charCodeAt(at + number.length) | 32;
    if (before >= 97 && before <= 122 && after >= 97 && after <= 122) glued++;
    const point = number.indexOf('.');
    const whole = point < 0 ? number : number.slice(0, point);
    const digits = number.length - (point < 0 ? 0 : 1);
    if (digits > DIGITS_MAX || (point >= 0 && number.length - point - 1 > 9)) glued += 9;
    numbers.push(number);
    if (whole.length > 1 && whole.startsWith('0')) {
      if (point >= 0) glued += 9;
      return PADDED + String.fromCharCode(48 + number.length);
    }
    return FIXED + String(point < 0 ? 0 : number.length - point - 1);
  });
  // Digits between letters are names and hashes, not numbers; they are spelled.
  if (glued > 2 || numbers.length > NUMBERS_MAX) return { template: text, numbers: [] };
  return { template, numbers };
}

/** Takes text apart in which every number has its canonical spelling. */
export function splitCanonical(text: string): SplitText {
  const numbers: string[] = [];
  const template = text.replace(CANONICAL_NUMBER, (number: string, at: number) => {
    const before = text.charCodeAt(at - 1);
    const name =
      before === 35 ||
      before === 95 ||
      before === 45 ||
      ((before | 32) >= 97 && (before | 32) <= 122);
    const digit = before >= 48 && before <= 57;
    if (name || digit || before === 46) return number;
    numbers.push(number);
    return `${CANONICAL}=`;
  });
  if (numbers.length > NUMBERS_MAX) return { template: text, numbers: [] };
  return { template, numbers };
}

/** The formats of a template's places, one character pair each. */
export function placesOf(template: string): readonly string[] {
  return template.match(PLACE) ?? [];
}

/** Puts numbers into a template. */
export function joinText(template: string, numbers: readonly string[]): string {
  let at = 0;
  return template.replace(PLACE, () => numbers[at++] ?? '');
}

/** The integer that stands for a number in a place: its digits without the point. */
export function digitsOf(number: string): number {
  return Number(number.replace('.', ''));
}

/** Spells the integer of a place again. */
export function spellPlace(place: string, value: number): string {
  const size = place.charCodeAt(1) - 48;
  if (value < 0 || size < 0 || size > DIGITS_MAX) throw tokenErrors.error('NUMBER_INVALID');
  const digits = String(value);
  if (place.startsWith(PADDED)) return digits.padStart(size, '0');
  if (size === 0) return digits;
  const padded = digits.padStart(size + 1, '0');
  return `${padded.slice(0, -size)}.${padded.slice(-size)}`;
}

/** True for a place that holds a canonically spelled decimal. */
export function isCanonicalPlace(place: string): boolean {
  return place.startsWith(CANONICAL);
}
