/**
 * Places in bytes where a pickle may begin: a protocol mark, or the opcodes by which one without a mark names something.
 * What is there by chance does not parse; whoever judges a place has to ask for a whole pickle.
 */
import type { ByteSource } from '../../formats/index.ts';
import { decodeSpellings } from './encodings.ts';

const WINDOW_BYTES = 1 << 18;
/** Windows overlap by what a place and the names at it may take. */
const OVERLAP_BYTES = 1 << 10;
const NAME_BYTES_MAX = 100;
const BRACKETS_MAX = 4;

/** Opcodes that a pickle may begin with, behind a protocol mark or without one. */
const OPENING = new Uint8Array(256);
for (const letter of '(){}[]NIFLSVTUBCXKMJGciPlt') OPENING[letter.charCodeAt(0)] = 1;
for (const op of [0x82, 0x83, 0x84, 0x95, 0x96, 0x97]) OPENING[op] = 1;
OPENING.fill(1, 0x88, 0x90);

/** Letters of a dotted name. */
const LETTER = new Uint8Array(256);
for (const letter of '._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') {
  LETTER[letter.charCodeAt(0)] = 1;
}

/** Values up to this length are looked through byte by byte; longer ones are searched where they lie. */
const LOOKED_BYTES = 512;
/** Room for what such a value stands for: one letter of Ascii85 may be four bytes. */
const SCRATCH = new Uint8Array(LOOKED_BYTES * 4);
const REVERSED = new Uint8Array(LOOKED_BYTES);
/** The shortest pickle that calls something, spelled in the densest encoding. */
export const SPELLED_MIN = 20;

/** Letters of GLOBAL and INST, which name something in the two lines that follow. */
const NAMES_BY_LINES = new Uint8Array(256);
for (const letter of 'ci') NAMES_BY_LINES[letter.charCodeAt(0)] = 1;

/** Letters that begin an escape behind a backslash, as in a text that was written out. */
export const ESCAPING = new Uint8Array(256);
for (const letter of 'xunU01234567') ESCAPING[letter.charCodeAt(0)] = 1;

/** What a byte may mean in a value: nothing, only that it is in no spelling, or something that takes a second look. */
const TELLING = new Uint8Array(256).fill(1, 0x7f).fill(1, 0, 0x21);
for (const byte of [10, 0x5c, 0x80, 0x93]) TELLING[byte] = 2;

/** Whether bytes have the first two of zlib, gzip, bzip2, xz, zstd, lz4 or ZIP; in UTF-8 these may be longer. */
export function mayBeWrapped(first: number, second: number, isUtf8: boolean): boolean {
  if ((first & 15) === 8 && first >> 4 <= 7) {
    return isUtf8 ? second >= 0xc2 || second === 1 : ((first << 8) | second) % 31 === 0;
  }
  if (first === 0x1f || first === 0x28) return second > 0x7f;
  if (first === 0x42) return second === 0x5a;
  if (first === 0x50) return second === 0x4b;
  return first === 4 ? second === 0x22 : first === 0xfd || (isUtf8 && first === 0xc3);
}

/**
 * A cheap look at whether a value may hide a pickle: a mark of one, lines that may name something, a letter that stands for
 * such a byte, a wrapping, or letters of an encoding only whose bytes have one of these. False is sure, true is not.
 */
export function mayHidePickle(
  bytes: Uint8Array,
  from: number,
  to: number,
  isUtf8: boolean,
): boolean {
  const seen = glance(bytes, from, to, isUtf8);
  if (seen !== 'spelled') return seen === 'marked';
  for (const decoded of decodeSpellings(bytes.subarray(from, to), () => SCRATCH)) {
    if (glance(decoded, 0, decoded.length, false) !== 'nothing') return true;
  }
  return false;
}

/** The same for the bytes of a number, which may stand in either order. */
export function mayHideNumber(bytes: Uint8Array, from: number, to: number): boolean {
  if (mayHidePickle(bytes, from, to, false)) return true;
  for (let i = 0; i < to - from; i++) REVERSED[i] = bytes[to - 1 - i] ?? 0;
  return mayHidePickle(REVERSED, 0, to - from, false);
}

function glance(
  bytes: Uint8Array,
  from: number,
  to: number,
  isUtf8: boolean,
): 'nothing' | 'spelled' | 'marked' {
  if (to - from > LOOKED_BYTES || mayBeWrapped(bytes[from] ?? 0, bytes[from + 1] ?? 0, isUtf8)) {
    return 'marked';
  }
  let isSpelled = to - from >= SPELLED_MIN;
  let line = from;
  let lineBefore = from;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const telling = TELLING[byte] ?? 0;
    if (telling === 0) continue;
    if (telling === 2 && takesSecondLook(bytes, from, at, isUtf8)) return 'marked';
    if (byte === 10) {
      lineBefore = line;
      line = at;
    } else if (byte !== 13) isSpelled = false;
  }
  for (let at = from; at < lineBefore; at++)
    if (NAMES_BY_LINES[bytes[at] ?? 0] === 1) return 'marked';
  return isSpelled ? 'spelled' : 'nothing';
}

function takesSecondLook(bytes: Uint8Array, from: number, at: number, isUtf8: boolean): boolean {
  const byte = bytes[at] ?? 0;
  if (byte === 10) return false;
  if (byte === 0x5c) return ESCAPING[bytes[at + 1] ?? 0] === 1;
  if (isUtf8) return bytes[at - 1] === 0xc2;
  if (byte === 0x80) return (bytes[at + 1] ?? 255) <= 5;
  return OPENING[bytes[from] ?? 0] === 1 || stackNamesAt(bytes, at) >= 0;
}

/** Where a string of up to 100 letters with its length before it begins, when it ends at `end`. */
function shortStringAt(bytes: Uint8Array, end: number): number {
  const stop = bytes[end - 1] === 0x94 ? end - 1 : end;
  for (
    let length = 1;
    length <= NAME_BYTES_MAX && LETTER[bytes[stop - length] ?? 0] === 1;
    length++
  ) {
    const at = stop - length - 2;
    if (bytes[at + 1] === length && (bytes[at] === 0x8c || bytes[at] === 0x55)) return at;
  }
  return -1;
}

/** Where two short strings begin that end at `end`. */
function stackNamesAt(bytes: Uint8Array, end: number): number {
  const name = shortStringAt(bytes, end);
  return name < 0 ? -1 : shortStringAt(bytes, name);
}

function* marksIn(bytes: Buffer): Generator<number> {
  for (let at = bytes.indexOf(0x80); at >= 0; at = bytes.indexOf(0x80, at + 1)) {
    const version = bytes[at + 1] ?? 255;
    if (version >= 2 && version <= 5 && OPENING[bytes[at + 2] ?? 0] === 1) yield at;
  }
}

/** STACK_GLOBAL right behind two short strings. */
function* stackNamesIn(bytes: Buffer): Generator<number> {
  for (let at = bytes.indexOf(0x93); at >= 0; at = bytes.indexOf(0x93, at + 1)) {
    const module = stackNamesAt(bytes, at);
    if (module >= 0) yield module;
  }
}

/** Whether an opcode that serialisers or attackers put behind a name may stand here, rather than another word. */
function mayFollow(bytes: Buffer, at: number): boolean {
  const op = bytes[at] ?? 0;
  if (op === 0x70) return (bytes[at + 1] ?? 0) >= 0x30 && (bytes[at + 1] ?? 0) <= 0x39;
  if (op === 0x71) return (bytes[at + 1] ?? 0x61) < 0x41;
  return op < 0x61 || op > 0x7a || op === 0x63 || op === 0x6f;
}

/** The marks of tuples in a window, as they are asked for from its front to its back. */
class Brackets {
  readonly #bytes: Buffer;
  readonly #at: number[] = [];
  #next = 0;
  readonly #given = new Set<number>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The last ones before a place that were not given yet: INST takes its arguments from one of them. */
  *before(end: number): Generator<number> {
    while (this.#next < end) {
      const found = this.#bytes.subarray(this.#next, end).indexOf(0x28);
      if (found >= 0) this.#at.push(this.#next + found);
      this.#next = found < 0 ? end : this.#next + found + 1;
    }
    let last = this.#at.length;
    while ((this.#at[last - 1] ?? -1) >= end) last--;
    for (const open of this.#at.slice(Math.max(0, last - BRACKETS_MAX), last).reverse()) {
      if (this.#given.has(open)) continue;
      this.#given.add(open);
      yield open;
    }
  }
}

/** GLOBAL or INST before two lines that are names; INST needs the mark before its arguments. */
function* lineNamesIn(bytes: Buffer): Generator<number> {
  const brackets = new Brackets(bytes);
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    let end = at + 1;
    while (end - at < NAME_BYTES_MAX && LETTER[bytes[end] ?? 0] === 1) end++;
    if (end === at + 1 || bytes[end] !== 10 || !mayFollow(bytes, end + 1)) continue;
    let start = at;
    while (at - start < NAME_BYTES_MAX - 1 && LETTER[bytes[start - 1] ?? 0] === 1) start--;
    // The longest name first: its ends are names by chance.
    for (; start < at; start++) {
      if (bytes[start] === 0x63) yield start;
      if (bytes[start] === 0x69) yield* brackets.before(start);
    }
  }
}

/** The places, window by window; each once or, where windows overlap, twice. */
export function* findPicklePlaces(source: ByteSource): Generator<number, void, undefined> {
  for (let from = 0; from < source.size; from += WINDOW_BYTES - OVERLAP_BYTES) {
    const piece = source.read(from, Math.min(source.size, from + WINDOW_BYTES));
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    for (const find of [marksIn, stackNamesIn, lineNamesIn]) {
      for (const at of find(bytes)) yield from + at;
    }
    if (from + WINDOW_BYTES >= source.size) return;
  }
}
