/**
 * Codes numbers: steps from a prediction, digits of a decimal, or the bits of a double.
 *
 * Leading digits and sizes are modelled; what is left of a full-precision double is coded as it is.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { parseDecimal, spellDecimal } from '../../../formats/index.ts';
import { tableErrors } from './errors.ts';
import { mixHash } from './hash.ts';
import { binaryExponent, doubleOf, highWord, lowWord } from './ieee.ts';

/** Steps beyond this magnitude are not coded as steps. */
export const STEPS_MAX = 2 ** 51;
const DIRECT = 15;
const POINT_BIAS = 100;
const ESCAPE = 255;

/** Where a number stands: its column, and what may tell about its digits. */
export interface NumberPlace {
  /** Hash of the column. */
  readonly column: number;
  /** Hash of what else is known and may matter, such as the shape of the text around it. */
  readonly hint: number;
  /** Digits of a similar number, most significant first, or empty. */
  readonly similar: string;
  /** A second one. */
  readonly similar2: string;
}

export class NumberCoder {
  readonly #engine: Engine;
  readonly #steps: Mix;
  readonly #size: Mix;
  readonly #digit: Mix;
  readonly #byte: Mix;

  constructor(engine: Engine) {
    this.#engine = engine;
    const selectors = [64];
    this.#steps = engine.mix({ contexts: 5, guesses: 0, selectors, symbolBits: 7, tableBits: 16 });
    this.#size = engine.mix({ contexts: 5, guesses: 2, selectors, symbolBits: 8, tableBits: 16 });
    this.#digit = engine.mix({
      contexts: 8,
      guesses: 2,
      selectors: [512, 32],
      symbolBits: 4,
      tableBits: 18,
    });
    this.#byte = engine.mix({
      contexts: 7,
      guesses: 0,
      selectors: [4],
      symbolBits: 8,
      tableBits: 18,
    });
  }

  /** The models, for priming. */
  get mixes(): readonly Mix[] {
    return [this.#steps, this.#size, this.#digit, this.#byte];
  }

  /** Codes steps other than zero. */
  steps(value: number, column: number, kind: number, previous: number): number {
    const mix = this.#steps;
    const near = Math.max(-20, Math.min(20, stepClass(previous)));
    mix.contexts[0] = mixHash(column, 1);
    mix.contexts[1] = mixHash(mixHash(column, near), 2);
    mix.contexts[2] = mixHash(kind, 3);
    mix.contexts[3] = mixHash(mixHash(kind, near), 4);
    mix.contexts[4] = 5;
    mix.selectors[0] = kind & 63;
    const magnitude = Math.abs(value);
    const negative = value < 0 ? 1 : 0;
    const size = magnitude > DIRECT ? binaryExponent(magnitude) : 0;
    const wanted =
      magnitude <= DIRECT ? magnitude * 2 - negative : 2 * DIRECT + 1 + (size - 4) * 2 + negative;
    const symbol = mix.code(wanted & 127);
    if (symbol <= 2 * DIRECT) {
      const half = (symbol + 1) >> 1;
      return symbol & 1 ? -half : half;
    }
    const coded = 4 + ((symbol - 2 * DIRECT - 1) >> 1);
    if (coded > 51) throw tableErrors.error('NUMBER_INVALID');
    const out = 2 ** coded + this.#raw(magnitude - 2 ** size, coded);
    return (symbol - 2 * DIRECT - 1) & 1 ? -out : out;
  }

  #raw(value: number, bits: number): number {
    if (bits <= 30) return this.#engine.rawBits(value, bits);
    const low = 2 ** 30;
    const high = this.#engine.rawBits(Math.floor(value / low), bits - 30);
    return high * low + this.#engine.rawBits(value % low, 30);
  }

  /** Codes a small number 0..255 about a column, such as a count of digits. */
  #small(value: number, field: number, place: NumberPlace, similar: number, other: number): number {
    const mix = this.#size;
    const base = mixHash(place.column, field);
    mix.contexts[0] = base;
    mix.contexts[1] = mixHash(base, place.hint);
    mix.contexts[2] = mixHash(base, similar + 1000);
    mix.contexts[3] = mixHash(mixHash(base, other), similar + 2000);
    mix.contexts[4] = mixHash(mixHash(field, similar), other);
    mix.guesses[0] = similar >= 0 ? similar : -1;
    mix.confidences[0] = field;
    mix.guesses[1] = -1;
    mix.selectors[0] = field;
    return mix.code(value);
  }

  /** Codes a whole number of at most 16 digits. */
  integer(value: number, place: NumberPlace): number {
    const text = String(Math.abs(value));
    const sign = this.#small(value < 0 ? 1 : 0, 1, place, -1, 0);
    const length = this.#small(text.length, 2, place, place.similar.length, sign);
    if (length > 16 || length === 0) throw tableErrors.error('NUMBER_INVALID');
    const magnitude = Number(this.#digits(text, length, place, length));
    if (magnitude > 9007199254740991) throw tableErrors.error('NUMBER_INVALID');
    return sign === 1 && magnitude > 0 ? -magnitude : magnitude;
  }

  /** Codes a decimal of any length in canonical stripped spelling. */
  decimal(text: string, place: NumberPlace): string {
    const decimal = text === '' ? undefined : parseDecimal(text);
    const digits = decimal?.digits ?? '';
    const sign = this.#small(decimal?.negative === true ? 1 : 0, 3, place, -1, 0);
    const point = digits.length + (decimal?.exponent ?? 0) + POINT_BIAS;
    const inside = point >= 0 && point < ESCAPE;
    const coded = this.#small(inside ? point : ESCAPE, 4, place, -1, sign);
    const exact =
      coded === ESCAPE ? this.#engine.uint(Math.max(0, point + 12000), 900) - 12000 : coded;
    const length = this.#small(Math.min(ESCAPE, digits.length), 5, place, -1, exact);
    const count =
      length === ESCAPE
        ? this.#engine.uint(Math.max(0, digits.length - ESCAPE), 901) + ESCAPE
        : length;
    if (count === 0 || count > 1024 || Math.abs(exact) > 12000)
      throw tableErrors.error('NUMBER_INVALID');
    const out = this.#digits(digits, count, place, exact);
    return spellDecimal(sign === 1, out, out === '0' ? 0 : exact - POINT_BIAS - count);
  }

  #digits(text: string, length: number, place: NumberPlace, size: number): string {
    const mix = this.#digit;
    const { contexts, guesses, confidences, selectors } = mix;
    const { column, similar, similar2 } = place;
    let prefix = 0;
    let out = '';
    let alike = true;
    let alike2 = true;
    let before = 0;
    for (let at = 0; at < length; at++) {
      const left = length - at;
      const guess = at < similar.length ? similar.charCodeAt(at) - 48 : -1;
      const guess2 = at < similar2.length ? similar2.charCodeAt(at) - 48 : -1;
      contexts[0] = mixHash(mixHash(column, prefix), at + 64);
      contexts[1] = mixHash(mixHash(column, before), at + 256);
      contexts[2] = mixHash(mixHash(column, left), 3);
      contexts[3] = mixHash(mixHash(column, at), alike ? guess : -9);
      contexts[4] = mixHash(mixHash(4, left), at);
      contexts[5] = mixHash(mixHash(mixHash(prefix, size), place.hint), 5);
      contexts[6] = mixHash(mixHash(column, at), alike2 ? guess2 : -9);
      contexts[7] = mixHash(mixHash(alike ? guess : -9, alike2 ? guess2 : -9), at * 32 + left);
      guesses[0] = alike ? guess : -1;
      confidences[0] = Math.min(15, at) * 16 + Math.min(15, left);
      guesses[1] = alike2 ? guess2 : -1;
      confidences[1] = Math.min(15, at) * 16 + Math.min(15, left);
      selectors[0] =
        Math.min(15, at) * 32 + Math.min(7, left) * 4 + (alike ? 2 : 0) + (alike2 ? 1 : 0);
      selectors[1] = column & 31;
      const digit = mix.code(at < text.length ? text.charCodeAt(at) - 48 : 0);
      if (digit > 9) throw tableErrors.error('NUMBER_INVALID');
      alike &&= digit === guess;
      alike2 &&= digit === guess2;
      prefix = mixHash(prefix, digit + 1);
      before = digit;
      out += String(digit);
    }
    return out;
  }

  /**
   * Codes a finite double: sign, exponent and first bits modelled by the number above, a similar one and the one beside; the rest
   * as it is.
   */
  double(value: number, column: number, near: NearDoubles, zeroBits: number): number {
    const high = highWord(value);
    const above = topBits(near.above);
    const similar = topBits(near.similar);
    const beside = topBits(near.beside);
    const top = this.#bits(high >>> 24, 0, column, [0, above >>> 4, similar >>> 4, beside >>> 4]);
    const next = this.#bits((high >>> 16) & 255, 1, column, [
      top,
      above >>> 4,
      similar,
      beside >>> 4,
    ]);
    const word = ((top << 24) | (next << 16) | this.#engine.rawBits(high & 65535, 16)) >>> 0;
    const kept = 32 - zeroBits;
    const low = this.#engine.rawBits(lowWord(value) >>> zeroBits, kept) * 2 ** zeroBits;
    if (((word >>> 20) & 2047) === 2047) throw tableErrors.error('NUMBER_INVALID');
    return doubleOf(word, low);
  }

  #bits(symbol: number, field: number, column: number, known: readonly number[]): number {
    const [before = 0, above = 0, similar = 0, beside = 0] = known;
    const { contexts, selectors } = this.#byte;
    const base = mixHash(field + 1, before);
    const own = mixHash(base, column);
    contexts[0] = own;
    contexts[1] = mixHash(own, above + 1);
    contexts[2] = mixHash(own, similar + 0x20000);
    contexts[3] = mixHash(own, beside + 0x40000);
    contexts[4] = mixHash(base, similar + 0x60000);
    contexts[5] = mixHash(base, beside + 0x80000);
    contexts[6] = base;
    selectors[0] = field * 2 + (similar > 0 ? 1 : 0);
    return this.#byte.code(symbol);
  }
}

/** Numbers that may be near the one to be coded, NaN for none. */
export interface NearDoubles {
  readonly above: number;
  readonly similar: number;
  readonly beside: number;
}

/** Sign, exponent and four bits of the fraction; 0 for no number. */
function topBits(value: number): number {
  return Number.isNaN(value) ? 0 : (highWord(value) >>> 16) + 1;
}

/** The class of steps: their sign and size. */
export function stepClass(steps: number): number {
  if (steps === 0) return 0;
  const size = 1 + binaryExponent(steps);
  return steps < 0 ? -size : size;
}
