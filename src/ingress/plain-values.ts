/**
 * Pickles in the values of texts, tables and JSON, which whoever reads such a value may load: a whole string of JSON, or a
 * run of letters of an encoding, in one line or in many.
 */
import { memorySource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { describeNested } from './pickle-forms.ts';
import { mayHidePickle, SPELLED_MIN } from './pickle/carve.ts';
import { judgePickle } from './pickle/judge.ts';
import { findNestedPickle, SearchBudget } from './pickle/nested.ts';
import type { NestedPickle } from './pickle/nested.ts';

const FOUND_MAX = 8;
const GAP_MAX = 40;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Letters of base64, hexadecimal digits and base32. */
const LETTER = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-') {
  LETTER[letter.charCodeAt(0)] = 1;
}

/** What is found in one file. */
class Values {
  readonly findings: Finding[] = [];
  readonly #budget: SearchBudget;

  constructor(bytes: number) {
    this.#budget = new SearchBudget(bytes);
  }

  get isFull(): boolean {
    return this.findings.length >= FOUND_MAX;
  }

  /** A value as it stands. */
  lookAt(value: Uint8Array, place: string): NestedPickle | undefined {
    if (value.length < SPELLED_MIN || !mayHidePickle(value, 0, value.length, true))
      return undefined;
    const found = findNestedPickle(memorySource(value), 'text', 1, judgePickle, this.#budget);
    if (found !== undefined) this.findings.push(describeNested(found, place));
    return found;
  }

  /** What only stands in a text is for a person: texts about pickles show some. */
  lookInside(text: Uint8Array, place: string): void {
    for (const run of findRuns(text)) {
      if (this.isFull) return;
      if (!mayHidePickle(run, 0, run.length, true)) continue;
      const found = findNestedPickle(memorySource(run), 'text', 1, judgePickle, this.#budget);
      // A run that only may be something is one of many names, paths and digests.
      if (found === undefined || found.code === 'PICKLE_VALUE_UNREAD') continue;
      this.findings.push({ ...describeNested(found, place), severity: 'hold' });
    }
  }
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13;

/** Runs of letters of an encoding; lines that are such, one behind another, are one. */
function* findRuns(bytes: Uint8Array): Generator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let end = 0;
  for (let at = 0; at < bytes.length;) {
    if (LETTER[bytes[at]!] === 0) {
      at++;
      continue;
    }
    const from = at;
    while (at < bytes.length && LETTER[bytes[at]!] === 1) at++;
    const isNext = pieces.length > 0 && areLines(bytes, end, from);
    if (!isNext && pieces.length > 0) {
      yield join(pieces);
      pieces = [];
    }
    if (isNext || at - from >= SPELLED_MIN) {
      pieces.push(bytes.subarray(from, at));
      end = at;
    }
  }
  if (pieces.length > 0) yield join(pieces);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

function areLines(bytes: Uint8Array, end: number, from: number): boolean {
  if (from - end > GAP_MAX) return false;
  let isNewLine = false;
  for (let at = end; at < from; at++) {
    if (!isBlank(bytes[at]!)) return false;
    if (bytes[at] === 10) isNewLine = true;
  }
  return isNewLine;
}

/** The strings of canonical JSON or JSON lines, keys too, as they are between their quotation marks. */
function* findStrings(
  bytes: Uint8Array,
): Generator<{ readonly at: number; readonly raw: Uint8Array }> {
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at)) {
    const from = at + 1;
    let to = bytes.indexOf(QUOTE, from);
    while (to >= 0 && isEscaped(bytes, from, to)) to = bytes.indexOf(QUOTE, to + 1);
    if (to < 0) return;
    yield { at: from, raw: bytes.subarray(from, to) };
    at = to + 1;
  }
}

/** Whether an odd number of backslashes is before a place. */
function isEscaped(bytes: Uint8Array, from: number, to: number): boolean {
  let count = 0;
  while (to - count > from && bytes[to - count - 1] === BACKSLASH) count++;
  return count % 2 === 1;
}

function unquote(raw: Uint8Array): Uint8Array {
  if (!raw.includes(BACKSLASH)) return raw;
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('utf8');
  return Buffer.from(JSON.parse(`"${text}"`) as string, 'utf8');
}

/** The findings about pickles in the values of a canonical file. */
export function judgePlainValues(type: ContentType, bytes: Uint8Array): Finding[] {
  const values = new Values(bytes.length);
  if (type === 'json' || type === 'jsonl') {
    for (const { at, raw } of findStrings(bytes)) {
      if (values.isFull) break;
      if (raw.length < SPELLED_MIN) continue;
      const value = unquote(raw);
      const place = `text at byte ${String(at)}`;
      if (values.lookAt(value, place) === undefined) values.lookInside(value, place);
    }
  } else if (type !== 'raster') values.lookInside(bytes, 'whole file');
  return values.findings;
}
