/** Letters that are written as escapes: `\x69`, `\u0069`, `\151`, `%69`, `&#105;`, `=69`, `U+0069`. */
import type { Look } from './skeleton.ts';
import { ALL_SIGNS, SIGNS } from './tokens.ts';

const ESCAPE =
  /\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}|\\U([0-9a-fA-F]{8})|%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|&#[xX]([0-9a-fA-F]{1,6});?|&#(\d{1,7});?|\\([0-3][0-7]{2})|=([0-9A-F]{2})|U\+([0-9a-fA-F]{4,6}) ?/g;
/** The places of the groups that are not hexadecimal. */
const RADIX: Readonly<Record<number, number>> = { 7: 10, 8: 8 };
const isHex = (code: number | undefined): boolean =>
  code !== undefined &&
  ((code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102));

/** Whether some place may begin an escape; most texts have none. */
function mayEscape(text: string, signs: number): boolean {
  if ((signs & SIGNS.backslash) !== 0) {
    for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
      if ('xuU0123'.includes(text[at + 1] ?? ' ')) return true;
    }
  }
  if ((signs & SIGNS.percent) !== 0) {
    for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
      const next = text.charCodeAt(at + 1);
      if (isHex(next) || next === 117) return true;
    }
  }
  if ((signs & SIGNS.equals) !== 0) {
    for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
      if (isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2))) return true;
    }
  }
  return (
    ((signs & SIGNS.ampersand) !== 0 && text.includes('&#')) ||
    ((signs & SIGNS.plus) !== 0 && text.includes('U+'))
  );
}

/** Letters and digits of ASCII that stand as escapes beside one another, which nothing needs. */
export const ESCAPED_MIN = 8;
const NEAR_MAX = 3;

/** What the escapes of a text stand for. */
export interface Unescaped {
  /** The text with its escapes undone, when one of them stands for a letter or digit of ASCII. */
  readonly look?: Look;
  /** The longest row of escapes that do. */
  readonly row: { readonly count: number; readonly start: number; readonly end: number };
  /** Rows of escapes that each stand for one byte. */
  readonly bytes: readonly {
    readonly start: number;
    readonly end: number;
    readonly bytes: Uint8Array;
  }[];
}

function codeOf(groups: readonly (string | undefined)[]): number {
  for (const [i, digits] of groups.entries()) {
    if (digits === undefined) continue;
    return Number.parseInt(digits, RADIX[i] ?? 16);
  }
  return 0;
}

const isLetter = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

interface Escape {
  readonly start: number;
  readonly end: number;
  readonly code: number;
  readonly isByte: boolean;
}

/** The places of the groups that stand for one byte. */
const BYTE_GROUPS = new Set([0, 5, 8, 9]);

function findEscapes(text: string): Escape[] {
  const escapes: Escape[] = [];
  for (const match of text.matchAll(ESCAPE)) {
    const groups: readonly (string | undefined)[] = match.slice(1);
    const code = codeOf(groups);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) continue;
    const isByte = BYTE_GROUPS.has(groups.findIndex((group) => group !== undefined));
    escapes.push({ start: match.index, end: match.index + match[0].length, code, isByte });
  }
  return escapes;
}

/** The row of escapes of printable ASCII that has the most letters. */
function findRow(escapes: readonly Escape[]): Unescaped['row'] {
  let row = { count: 0, start: 0, end: -10 };
  let longest = row;
  for (const { start, end, code } of escapes) {
    if (code > 126 || (code < 32 && code !== 9 && code !== 10 && code !== 13)) continue;
    const own = isLetter(code) ? 1 : 0;
    row =
      start - row.end <= NEAR_MAX
        ? { ...row, count: row.count + own, end }
        : { count: own, start, end };
    if (row.count > longest.count) longest = row;
  }
  return longest;
}

function* groupBytes(escapes: readonly Escape[]): Generator<Unescaped['bytes'][number]> {
  let row: Escape[] = [];
  for (const escape of [...escapes, undefined]) {
    const last = row.at(-1);
    const isNext =
      escape?.isByte === true && (last === undefined || escape.start - last.end <= NEAR_MAX);
    if (isNext) {
      row.push(escape);
      continue;
    }
    if (row.length >= ESCAPED_MIN) {
      const bytes = Uint8Array.from(row, ({ code }) => code);
      yield { start: row[0]!.start, end: row.at(-1)!.end, bytes };
    }
    row = escape?.isByte === true ? [escape] : [];
  }
}

function undo(text: string, escapes: readonly Escape[]): Look {
  const places = new Uint32Array(text.length + 1);
  const parts: string[] = [];
  let size = 0;
  let from = 0;
  const keep = (to: number): void => {
    for (let at = from; at < to; at++) places[size++] = at;
    parts.push(text.slice(from, to));
  };
  for (const { start, end, code } of escapes) {
    keep(start);
    const letter = String.fromCodePoint(code);
    for (let i = 0; i < letter.length; i++) places[size++] = start;
    parts.push(letter);
    from = end;
  }
  keep(text.length);
  return { text: parts.join(''), places };
}

/** Reads the escapes of a text; undefined when it has none. `signs` are {@link SIGNS} of it. */
export function readEscapes(text: string, signs = ALL_SIGNS): Unescaped | undefined {
  if (!mayEscape(text, signs)) return undefined;
  const escapes = findEscapes(text);
  if (escapes.length === 0) return undefined;
  const bytes = escapes.length < ESCAPED_MIN ? [] : [...groupBytes(escapes)];
  const row = findRow(escapes);
  return row.count === 0 ? { row, bytes } : { look: undo(text, escapes), row, bytes };
}
