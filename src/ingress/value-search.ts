/**
 * The search for pickles in the values of a file of texts, tables or JSON, which whoever reads such a value may load: a whole
 * value, or a run of letters of an encoding in it, in one line or in many. What is held is told up to a limit; a value that
 * runs code is found however many are held before it.
 */
import { memorySource, partOf } from '../formats/index.ts';
import type { ByteSource } from '../formats/index.ts';
import type { Finding } from '../inspect/index.ts';
import { describeNested } from './pickle-forms.ts';
import { mayHidePickle, SPELLED_MIN } from './pickle/carve.ts';
import { judgePickle } from './pickle/judge.ts';
import { findNestedPickle, SearchBudget } from './pickle/nested.ts';
import type { NestedPickle } from './pickle/nested.ts';

const HELD_MAX = 8;
const GAP_MAX = 40;

/** Letters of base64, hexadecimal digits and base32. */
const LETTER = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-') {
  LETTER[letter.charCodeAt(0)] = 1;
}

/** Beginnings of one value that are opcodes by chance. */
const CHANCES_MAX = 8;

/**
 * Whether bytes are opcodes at their beginning by chance: without a mark they ask for a name that no text spells, which ends
 * every reader, and call, name and refer to nothing.
 */
function isByChance({ code, detail }: NestedPickle, source: ByteSource): boolean {
  if (code !== 'PICKLE_NESTED_CALL' || detail !== '') return false;
  const { outcome, hasProto, problems } = judgePickle(source);
  return (
    outcome === 'broken' &&
    !hasProto &&
    problems.every(({ code: own }) => own === 'PICKLE_NAME_COMPUTED' || own === 'PICKLE_BROKEN')
  );
}

/** What is found in the values of one file. */
export class ValueSearch {
  readonly #held: Finding[] = [];
  #denied: Finding | undefined;
  readonly #budget: SearchBudget;

  /** `bytes`: of all values together, as far as they are known. */
  constructor(bytes: number) {
    this.#budget = new SearchBudget(bytes);
  }

  /** The worst: the value that runs code, or those for a person. */
  get findings(): readonly Finding[] {
    return this.#denied === undefined ? this.#held : [this.#denied];
  }

  /** Whether a value was found that runs code, behind which nothing is to be searched. */
  get isOver(): boolean {
    return this.#denied !== undefined;
  }

  /** More bytes of values than were known. */
  allow(bytes: number): void {
    this.#budget.opcodes += bytes;
  }

  /** A value as it stands, of text in UTF-8 or of bytes; the finding about it, which {@link keep} places. */
  lookAt(value: Uint8Array, kind: 'text' | 'bytes'): Finding | undefined {
    if (value.length < SPELLED_MIN || !mayHidePickle(value, 0, value.length, kind === 'text'))
      return undefined;
    let source = memorySource(value);
    for (let tries = 0; ; tries++) {
      const found = findNestedPickle(source, kind, 1, judgePickle, this.#budget);
      if (found === undefined) return undefined;
      if (kind === 'text' || tries >= CHANCES_MAX || !isByChance(found, source))
        return describeNested(found, 'a value');
      source = partOf(source, 1, source.size);
    }
  }

  /** A text as it stands, or what stands in it. */
  lookAtText(text: Uint8Array): readonly Finding[] {
    const whole = this.lookAt(text, 'text');
    return whole === undefined ? this.lookInside(text, text.length) : [whole];
  }

  /**
   * What only stands in a text is for a person: texts about pickles show some. A run of `looked` bytes is the text itself,
   * which was looked at.
   */
  lookInside(text: Uint8Array, looked = 0): Finding[] {
    const found: Finding[] = [];
    for (const run of findRuns(text)) {
      if (this.#held.length + found.length >= HELD_MAX) break;
      if (run.length === looked || !mayHidePickle(run, 0, run.length, true)) continue;
      const nested = findNestedPickle(memorySource(run), 'text', 1, judgePickle, this.#budget);
      // A run that only may be something is one of many names, paths and digests.
      if (nested === undefined || nested.code === 'PICKLE_VALUE_UNREAD') continue;
      found.push({ ...describeNested(nested, 'a value'), severity: 'hold' });
    }
    return found;
  }

  /** Keeps what was found at a place. */
  keep(found: readonly Finding[], place: string): void {
    for (const finding of found) {
      if (finding.severity === 'deny') this.#denied ??= { ...finding, place };
      else if (this.#held.length < HELD_MAX) this.#held.push({ ...finding, place });
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
