/** Bytes that a text spells as numbers in a row. */
import { ALNUM, BEYOND } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

/** A stretch and the bytes that it may spell. */
export interface Spelled {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  /** Letters or numbers of the encoding. */
  readonly symbols: number;
  readonly bytes: Uint8Array;
  /** Whether its form alone says that it is an encoding of something. */
  readonly isSure: boolean;
}

/** Is given what may be spelled, one reading after another. */
export type Visit = (spelled: Spelled) => void;

/** The least symbols of an encoding that is told by its form alone. */
export const OPAQUE_MIN = 120;
const NUMBERS_MIN = 12;
const BYTES_MIN = 64;

const isAlnum = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** Whether there are as many tokens that may be numbers as a row needs. */
function mayCount({ starts, ends, kinds, count }: TokenReader): boolean {
  let numbers = 0;
  for (let i = 0; i < count; i++) {
    const kind = kinds[i]!;
    if (kind === ALNUM || kind === BEYOND || ends[i]! - starts[i]! === 2) numbers++;
  }
  return numbers >= NUMBERS_MIN;
}

/** Numbers in a row: pairs of hexadecimal digits, octets in binary, bytes or letters as decimal or octal numbers. */
export function decodeNumbers(tokens: TokenReader, visit: Visit): void {
  if (!mayCount(tokens)) return;
  const { codes, starts, ends, count } = tokens;
  let first = -1;
  let numbers = 0;
  let last = -1;
  for (let i = 0; i <= count; i++) {
    if (i < count) {
      const code = codes[starts[i]!]!;
      const length = ends[i]! - starts[i]!;
      if (!isAlnum(code) && code < 128 && length <= 6) continue;
      const isNumber = length <= 10 && (code < 58 ? code >= 48 : length === 2 && code < 103);
      const isNear = last < 0 || starts[i]! - ends[last]! <= 12;
      if (isNumber && isNear) {
        if (first < 0) first = i;
        numbers++;
        last = i;
        continue;
      }
    }
    if (numbers >= NUMBERS_MIN) decodeRow(tokens, first, last, visit);
    numbers = 0;
    first = -1;
    last = -1;
  }
}

interface Base {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly radix: number;
  readonly surely: (values: readonly number[], numbers: number) => boolean;
}

const isOften = (values: readonly number[], numbers: number): boolean =>
  numbers >= BYTES_MIN && new Set(values).size >= 16;
const BASES: readonly Base[] = [
  {
    kind: 'octets in binary',
    pattern: /^[01]{7,8}$/,
    radix: 2,
    surely: (_, numbers) => numbers >= 16,
  },
  {
    kind: 'pairs of hexadecimal digits',
    pattern: /^[0-9a-fA-F]{2}$/,
    radix: 16,
    surely: (values, numbers) => isOften(values, numbers) && values.some((value) => value > 0x99),
  },
  { kind: 'hexadecimal numbers', pattern: /^0x[0-9a-fA-F]{1,2}$/i, radix: 16, surely: isOften },
  {
    kind: 'bytes as numbers',
    pattern: /^\d{1,3}$/,
    radix: 10,
    surely: (values, numbers) =>
      numbers >= OPAQUE_MIN && new Set(values).size >= 48 && values.some((value) => value > 200),
  },
  { kind: 'octal numbers', pattern: /^0?[0-3]?[0-7]{2}$/, radix: 8, surely: () => false },
];

/** Whether most numbers have the same between them: data has points, signs and names there. */
function areEven({ starts, ends, codes }: TokenReader, words: readonly Word[]): boolean {
  const counts = new Map<string, number>();
  for (const [i, { token }] of words.entries()) {
    const last = words[i - 1];
    if (last === undefined) continue;
    const gap = codes.subarray(ends[last.token], Math.min(starts[token]!, ends[last.token]! + 8));
    const between = String.fromCharCode(...gap).replace(/\s+/g, ' ');
    counts.set(between, (counts.get(between) ?? 0) + 1);
  }
  return Math.max(...counts.values()) >= 0.7 * (words.length - 1);
}

const BLANK = 0x20;

/** Whether values are small letters and as many blanks as words have between them. */
function areWords(values: readonly number[]): boolean {
  if (!values.every((value) => value === BLANK || (value >= 0x61 && value <= 0x7a))) return false;
  const share = values.filter((value) => value === BLANK).length / values.length;
  return share >= 1 / 12 && share <= 1 / 3;
}

interface Word {
  readonly text: string;
  readonly token: number;
}

function decodeRow(tokens: TokenReader, first: number, last: number, visit: Visit): void {
  const words: Word[] = [];
  for (let i = first; i <= last; i++) {
    const from = tokens.starts[i]!;
    const code = tokens.codes[from]!;
    if (!isAlnum(code)) continue;
    words.push({
      text: String.fromCharCode(...tokens.codes.subarray(from, tokens.ends[i])),
      token: i,
    });
  }
  for (const { kind, pattern, radix, surely } of BASES) {
    // What stands between numbers of the form, such as the addresses of a dump, is left out.
    const fitting = words.filter(({ text }) => pattern.test(text));
    if (fitting.length < NUMBERS_MIN || fitting.length * 2 < words.length) continue;
    if (!areEven(tokens, fitting)) continue;
    const values = fitting.map(({ text }) =>
      Number.parseInt(radix === 16 ? text.replace(/^0x/i, '') : text, radix),
    );
    if (values.some((value) => value > 255)) continue;
    // Pairs without a letter or prefix among them are decimal, unless what they spell are words.
    const isDecimal = radix === 16 && !fitting.some(({ text }) => /[a-fx]/i.test(text));
    if (isDecimal && !areWords(values)) continue;
    const start = tokens.starts[fitting[0]!.token]!;
    const end = tokens.ends[fitting.at(-1)!.token]!;
    const isSure = !isDecimal && surely(values, fitting.length);
    visit({ start, end, kind, symbols: fitting.length, bytes: Uint8Array.from(values), isSure });
  }
}
