/**
 * Stretches of a text that are long enough to spell something, found from tokens and code units alone; a cheap look at how
 * each begins says whether it is worth decoding.
 */
import type { TokenReader } from './tokens.ts';

/** A part of a text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The shortest run of letters that is decoded. */
const RUN_MIN = 16;
/** Blanks and marks between two lines of one encoding. */
const GAP_MAX = 60;
const TRIES_MAX = 8;

const NONE = 255;
/** By code unit, so that no unit needs a look at whether it is one of ASCII. */
function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(1 << 16).fill(NONE);
  for (let i = 0; i < letters.length; i++) table[letters.charCodeAt(i)] = i;
  return table;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const BASE64 = tableOf(`${UPPER}${LOWER}0123456789+/`);
[BASE64[0x2d], BASE64[0x5f]] = [62, 63];
const BASE32_UPPER = tableOf(`${UPPER}234567`);
const BASE32_LOWER = tableOf(`${LOWER}234567`);
const ASCII85 = tableOf(Array.from({ length: 85 }, (_, i) => String.fromCharCode(33 + i)).join(''));
const BASE85 = tableOf(`0123456789${UPPER}${LOWER}!#$%&()*+-;<=>?@^_\`{|}~`);

/** What may stand between two lines of one encoding: 1 for a mark, 2 for a blank or a quotation mark, which has to. */
const BETWEEN = new Uint8Array(128);
for (const mark of ',+\\>#*;|.()/-') BETWEEN[mark.charCodeAt(0)] = 1;
for (const blank of ' \t\r\n"\'`') BETWEEN[blank.charCodeAt(0)] = 2;

/** Bytes below 128 that can be in a text, in UTF-16 too. */
const TEXTUAL = Uint8Array.from({ length: 128 }, (_, byte) =>
  byte === 0 || byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127) ? 1 : 0,
);

/** How many bytes of a letter of UTF-8 are to come behind a byte; -1 when it cannot stand there. */
function stepText(rest: number, byte: number): number {
  if (rest > 0) return (byte & 0xc0) === 0x80 ? rest - 1 : -1;
  if (byte < 128) return TEXTUAL[byte]! - 1;
  if (byte < 0xc2 || byte > 0xf4) return -1;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}
/** The first two bytes of files that are told by these. */
const MAGICS = new Set([0x1f8b, 0x504b, 0x8950, 0x7f45, 0x28b5, 0x425a, 0xfd37]);

/** Stretches without a blank that are long enough. */
export function findChunks({ codes, length, starts, ends, count }: TokenReader): Stretch[] {
  const chunks: Stretch[] = [];
  for (let i = 1, from = 0; i <= count; i++) {
    const gap = i < count ? starts[i]! - ends[i - 1]! : 3;
    if (gap <= 1 && (gap === 0 || codes[ends[i - 1]!]! > 32)) continue;
    let end = ends[i - 1]!;
    let start = starts[from]!;
    if (end - start >= RUN_MIN - 2) {
      while (start > 0 && codes[start - 1]! > 32) start--;
      while (end < length && codes[end]! > 32) end++;
      if (end - start >= RUN_MIN) chunks.push({ start, end });
    }
    from = i;
  }
  return chunks;
}

/** Calls back with runs of letters of base64, those of lines that follow one another together. */
export function eachRuns(
  tokens: TokenReader,
  chunks: readonly Stretch[],
  visit: (group: readonly Stretch[]) => void,
): void {
  const { codes } = tokens;
  let group: Stretch[] = [];
  for (const { start, end } of chunks) {
    for (let from = nextRun(codes, start, end); from >= 0;) {
      let at = from + RUN_MIN;
      while (at < end && BASE64[codes[at]!]! !== NONE) at++;
      while (at < end && codes[at] === 0x3d) at++;
      const run = { start: from, end: at };
      const last = group.at(-1);
      if (last !== undefined && !areJoined(codes, last, run)) {
        visit(group);
        group = [];
      }
      group.push(run);
      from = nextRun(codes, at + 1, end);
    }
  }
  if (group.length > 0) visit(group);
}

/** Where the next run that is long enough begins; -1 when there is none. Looks at the last letter of one first. */
function nextRun(codes: Uint16Array, start: number, end: number): number {
  let from = start;
  while (from + RUN_MIN <= end) {
    let at = from + RUN_MIN - 1;
    while (at >= from && BASE64[codes[at]!]! !== NONE) at--;
    if (at < from) return from;
    from = at + 1;
  }
  return -1;
}

function areJoined(codes: Uint16Array, last: Stretch, next: Stretch): boolean {
  if (next.start - last.end > GAP_MAX) return false;
  let isParted = false;
  for (let at = last.end; at < next.start; at++) {
    const kind = codes[at]! < 128 ? BETWEEN[codes[at]!]! : 0;
    if (kind === 0) return false;
    if (kind === 2) isParted = true;
  }
  return isParted;
}

/** A last line that is shorter than a run, behind the last run of a group. */
export function findTail({ codes, length }: TokenReader, last: Stretch): Stretch | undefined {
  let start = last.end;
  while (start < length && start - last.end <= GAP_MAX && BETWEEN[codes[start]!]! > 0) start++;
  let end = start;
  while (end < length && BASE64[codes[end]!]! !== NONE) end++;
  while (end < length && codes[end] === 0x3d) end++;
  const isTail = end > start && end - start < RUN_MIN && areJoined(codes, last, { start, end });
  return isTail ? { start, end } : undefined;
}

/** Whether two chunks are lines that follow one another. */
export function areLines({ codes }: TokenReader, last: Stretch, next: Stretch): boolean {
  if (next.start - last.end > GAP_MAX) return false;
  let isNewLine = false;
  for (let at = last.end; at < next.start; at++) {
    if (codes[at]! > 32) return false;
    if (codes[at] === 10) isNewLine = true;
  }
  return isNewLine;
}

/** Whether the first letters at a place spell bytes of a text or of a known kind of file. */
function opensInBits(codes: Uint16Array, at: number, table: Uint8Array, width: number): boolean {
  let bits = 0;
  let value = 0;
  let bytes = 0;
  let rest = 0;
  for (let i = at; i < at + RUN_MIN; i++) {
    const own = table[codes[i]!]!;
    if (own === NONE) return false;
    value = ((value << width) | own) & 0xffffff;
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    bytes++;
    if (bytes === 2 && MAGICS.has((value >> bits) & 0xffff)) return true;
    if (rest >= 0) rest = stepText(rest, (value >> bits) & 255);
    if (rest < 0 && bytes >= 2) return false;
  }
  return true;
}

const isHexDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);

function opensAsHex(codes: Uint16Array, at: number): boolean {
  const from = codes[at + 1] === 0x78 ? at + 2 : at;
  for (let i = from; i < at + RUN_MIN; i++) if (!isHexDigit(codes[i]!)) return false;
  return true;
}

const opensAsLetters = (codes: Uint16Array, at: number): boolean =>
  opensInBits(codes, at, BASE64, 6) ||
  opensAsHex(codes, at) ||
  opensInBits(codes, at, BASE32_UPPER, 5) ||
  opensInBits(codes, at, BASE32_LOWER, 5);

/** Whether a run may spell something from its beginning or from behind one of its marks. */
export function opensAsRun({ codes }: TokenReader, { start, end }: Stretch): boolean {
  let tries = 0;
  for (let at = start; at + RUN_MIN <= end; at++) {
    const before = codes[at - 1];
    const isPlace = at === start || before === 0x2f || before === 0x5f || before === 0x2d;
    if (!isPlace) continue;
    if (++tries > TRIES_MAX) return false;
    if (opensAsLetters(codes, at)) return true;
  }
  return false;
}

const FIRST = new Uint16Array(RUN_MIN);

/** Whether tokens of equal length may spell something together. */
export function opensParted(
  { codes, starts, ends }: TokenReader,
  from: number,
  to: number,
): boolean {
  let size = 0;
  for (let i = from; i < to && size < RUN_MIN; i++) {
    for (let at = starts[i]!; at < ends[i]! && size < RUN_MIN; at++) FIRST[size++] = codes[at]!;
  }
  return size === RUN_MIN && opensAsLetters(FIRST, 0);
}

function opensInGroups(codes: Uint16Array, at: number, end: number, table: Uint8Array): boolean {
  if (end - at < 20) return false;
  let rest = 0;
  for (let group = 0; group < 3; group++) {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const own = table[codes[at + group * 5 + i]!]!;
      if (own === NONE) return false;
      value = value * 85 + own;
    }
    if (value > 0xffffffff) return false;
    for (let shift = 24; shift >= 0; shift -= 8) {
      rest = stepText(rest, (value >>> shift) & 255);
      if (rest < 0) return false;
    }
  }
  return true;
}

/** What may stand before a text in base85. */
const OPENING = new Uint8Array(1 << 16);
for (const mark of `"'\`=(:,`) OPENING[mark.charCodeAt(0)] = 1;

const opensAsBases = (codes: Uint16Array, at: number, end: number): boolean =>
  opensInGroups(codes, at, end, ASCII85) || opensInGroups(codes, at, end, BASE85);

/** Whether a chunk may spell something in base85, with or without the signs that it begins with. */
export function opensAsBase85({ codes }: TokenReader, { start, end }: Stretch): boolean {
  let at = start;
  while (at < end && at < start + 4 && OPENING[codes[at]!] === 1) at++;
  if (codes[at] === 0x3c && codes[at + 1] === 0x7e) at += 2;
  return opensAsBases(codes, start, end) || (at > start && opensAsBases(codes, at, end));
}
