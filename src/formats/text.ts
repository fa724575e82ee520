/**
 * Plain text as canonical UTF-8: Unicode normal form C, `\n` line ends, no blanks at line ends, no blank lines at the end,
 * exactly one `\n` behind the last line, every space character the plain space, no variation selectors. Refused: bytes that
 * are not UTF-8, control, bidirectional, zero-width, private, unassigned and other invisible characters, runs of more than
 * four combining marks, and words that mix Latin letters with look-alikes of another script.
 */
import type { Refusal } from '../core/index.ts';
import { unifyCharacters } from './characters.ts';
import { textErrors as errors } from './text-errors.ts';

/** Most bytes of one text. */
export const TEXT_BYTES_MAX = 256 * 1024 * 1024;
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;

const HIDDEN =
  /\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|[\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/u;
const STACKED = /\p{M}{5,}/u;
const LATIN = /\p{Script=Latin}/u;
// Scripts whose letters are drawn like Latin ones; Greek only where the letter is drawn alike, since units and
// statistics mix Greek and Latin in one word.
const ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf]/u;
const WORD = /[\p{L}\p{M}]+/gu;

/** Canonical text, or why it is refused. */
export type ParsedText = { readonly ok: true; readonly bytes: Uint8Array } | Refusal;

class TextWriter {
  readonly #out: Uint8Array;
  #length = 0;
  #blanks = 0;

  constructor(capacity: number) {
    this.#out = new Uint8Array(capacity);
  }

  /** Writes canonical bytes without `\r`, holding blanks and line ends back until something visible follows. */
  write(bytes: Uint8Array): void {
    const out = this.#out;
    let at = this.#length;
    let blanks = this.#blanks;
    for (const byte of bytes) {
      if (byte === 10) at -= blanks;
      blanks = byte === 32 || byte === 9 ? blanks + 1 : 0;
      out[at++] = byte;
    }
    this.#length = at;
    this.#blanks = blanks;
  }

  finish(): Uint8Array {
    let end = this.#length;
    while (end > 0 && [9, 10, 32].includes(this.#out[end - 1] ?? 0)) end--;
    if (end === 0) return new Uint8Array(0);
    const bytes = new Uint8Array(end + 1);
    bytes.set(this.#out.subarray(0, end));
    bytes[end] = 10;
    return bytes;
  }
}

/** Reads text by the rules above, block by block, so that memory stays within a few times the file. */
export function parseText(input: Uint8Array): ParsedText {
  if (input.length > TEXT_BYTES_MAX) {
    return errors.refuse('TOO_LARGE', { bytes: input.length, limit: TEXT_BYTES_MAX });
  }
  const start = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  const writer = new TextWriter(
    input.length * 3 + 16 > 64 * 1024 * 1024 ? roomFor(input) : input.length * 3 + 16,
  );
  let line = 1;
  for (let at = start; at < input.length;) {
    const end = findBlockEnd(input, at);
    if (end < 0)
      return errors.refuse('LINE_TOO_LONG', { limit: LINE_BYTES_MAX }, `line ${String(line)}`);
    const block = input.subarray(at, end);
    const done = isPlain(block) ? block : canonicaliseBlock(block, line);
    if ('ok' in done) return done;
    writer.write(done);
    line += countLines(block);
    at = end;
  }
  return { ok: true, bytes: writer.finish() };
}

/** Normal form C can lengthen text, at most threefold, and only characters outside ASCII. */
function roomFor(input: Uint8Array): number {
  let wide = 0;
  for (const byte of input) if (byte > 127) wide++;
  return input.length + wide * 2 + 16;
}

/** The end of a block: behind a line end at or after the block size, so that no character or `\r\n` is cut. */
function findBlockEnd(input: Uint8Array, start: number): number {
  if (input.length - start <= BLOCK_BYTES) return input.length;
  const newline = input.indexOf(10, start + BLOCK_BYTES);
  const end = newline < 0 ? input.length : newline + 1;
  return end - start > LINE_BYTES_MAX ? -1 : end;
}

function isPlain(block: Uint8Array): boolean {
  for (const byte of block)
    if (byte > 126 || (byte < 32 && byte !== 10 && byte !== 9)) return false;
  return true;
}

function countLines(block: Uint8Array): number {
  let count = 0;
  for (const byte of block) if (byte === 10) count++;
  return count;
}

function canonicaliseBlock(block: Uint8Array, line: number): Uint8Array | Refusal {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(block);
  } catch {
    return errors.refuse('ENCODING_INVALID', {}, `at or after line ${String(line)}`);
  }
  const canonical = unifyCharacters(text.replace(/\r\n?/g, '\n'));
  return inspectBlock(canonical, line) ?? new TextEncoder().encode(canonical);
}

function inspectBlock(text: string, line: number): Refusal | undefined {
  const visible = text.replace(/[\n\t]/g, ' ');
  const placeOf = (index: number): string =>
    `line ${String(line + countLines(new TextEncoder().encode(text.slice(0, index))))}`;
  const hidden = HIDDEN.exec(visible);
  if (hidden) {
    const character = `U+${(hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return errors.refuse('CHARACTER_HIDDEN', { character }, placeOf(hidden.index));
  }
  const stacked = STACKED.exec(visible);
  if (stacked) return errors.refuse('MARKS_STACKED', {}, placeOf(stacked.index));
  if (!ALIKE.test(visible)) return undefined;
  for (const word of visible.matchAll(WORD)) {
    if (LATIN.test(word[0]) && ALIKE.test(word[0]))
      return errors.refuse('WORD_MIXED', {}, placeOf(word.index));
  }
  return undefined;
}
