/**
 * Pickles inside values of pickles: bare, behind other bytes, compressed, or spelled as text or as a number, several
 * layers deep. What looks as if it hid something and is not opened is said too: no limit here is passed in silence.
 */
import { memorySource, partOf } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import { ESCAPING, findPicklePlaces, mayBeWrapped, mayHidePickle, SPELLED_MIN } from './carve.ts';
import {
  DECODED_BYTES_MAX,
  decodeSpellings,
  looksSpelled,
  readLatin1,
  unescapeText,
  unwrapBytes,
} from './encodings.ts';
import type { PickleJudgement } from './judge.ts';

/** What a value was found to hold. */
export interface NestedPickle {
  readonly code: 'PICKLE_NESTED_CALL' | 'PICKLE_NESTED' | 'PICKLE_VALUE_UNREAD';
  readonly severity: 'deny' | 'hold';
  readonly detail: string;
}

/** How a value is written: in bytes, UTF-8, a quoted line with escapes, a plain one, a number in bytes or in digits. */
export type ValueKind = 'bytes' | 'text' | 'quoted' | 'line' | 'number' | 'digits';

/** Judges a pickle; given by the judge itself. */
export type JudgeInner = (
  source: ByteSource,
  start: number,
  depth: number,
  budget: SearchBudget,
) => PickleJudgement;

const DEPTH_MAX = 12;
const SAMPLE_BYTES = 256;
const DIGITS_MAX = 8192;
const PLACE_OPCODES = 16;
const BUDGET_OPCODES = 1 << 22;

/**
 * What may be spent on one file's values, in opcodes: linear in its size, so that marks in marks do not make the search
 * quadratic. Data does not come near it.
 */
export class SearchBudget {
  opcodes: number;

  constructor(fileBytes: number) {
    this.opcodes = BUDGET_OPCODES + fileBytes;
  }
}

const unread = (detail: string): NestedPickle => ({
  code: 'PICKLE_VALUE_UNREAD',
  severity: 'hold',
  detail,
});

const PLAIN_PICKLE: NestedPickle = { code: 'PICKLE_NESTED', severity: 'hold', detail: '' };

const callIn = (detail: string): NestedPickle => ({
  code: 'PICKLE_NESTED_CALL',
  severity: 'deny',
  detail: detail === '' ? 'by a name that it computes' : detail,
});

const isMark = (byte: number): boolean => byte === 0x80 || byte === 0x93 || byte === 10;

class Search {
  readonly #judge: JudgeInner;
  readonly #budget: SearchBudget;
  #mildest: NestedPickle | undefined;

  constructor(judge: JudgeInner, budget: SearchBudget) {
    this.#judge = judge;
    this.#budget = budget;
  }

  /** The worst of what was found. */
  finish(found: NestedPickle | undefined): NestedPickle | undefined {
    if (found !== undefined) return found;
    if (this.#budget.opcodes < 0) return unread('it has more marks of pickles than are looked at');
    return this.#mildest;
  }

  note(found: NestedPickle): void {
    this.#mildest ??= found;
  }

  /** A pickle that runs code in bytes as they lie, at their start or behind it, or in what they wrap or spell. */
  look(source: ByteSource, depth: number): NestedPickle | undefined {
    if (depth > DEPTH_MAX) {
      this.note(unread('values are nested too deeply'));
      return undefined;
    }
    const head = source.read(0, Math.min(source.size, 1024));
    const bare = this.#lookAtStart(source, head, depth);
    if (bare === 'whole') return undefined;
    if (bare !== undefined) return bare;
    // Most values are short and have no byte by which a pickle could be found.
    const behind =
      source.size <= head.length && !head.some(isMark)
        ? undefined
        : this.#lookBehind(source, depth);
    return behind ?? this.#unfold(source, head, depth);
  }

  #lookAtStart(
    source: ByteSource,
    head: Uint8Array,
    depth: number,
  ): NestedPickle | 'whole' | undefined {
    // Without a protocol mark a name or a call needs lines, or at least the opcode that takes names from the stack.
    const isCandidate = head[0] === 0x80 || head.includes(10) || head.includes(0x93);
    if (source.size < 4 || !isCandidate) return undefined;
    const judged = this.#judgeAt(source, 0, depth);
    const denied = judged.problems.find((problem) => problem.severity === 'deny');
    const isStopped = judged.outcome === 'stopped' && judged.hasProto;
    if (judged.outcome === 'unjudged') this.note(unread('a pickle in it is not read to its end'));
    if (judged.wrappers > 0) this.note(unread('a pickle in it has arrays between its opcodes'));
    // Bytes that only happen to parse name nothing.
    if (denied !== undefined && (judged.names > 0 || isStopped)) {
      return callIn(denied.detail);
    }
    if (!isStopped || judged.opcodes <= 2) return undefined;
    this.note(PLAIN_PICKLE);
    return judged.end === source.size ? 'whole' : undefined;
  }

  #lookBehind(source: ByteSource, depth: number): NestedPickle | undefined {
    for (const at of findPicklePlaces(source)) {
      if (this.#budget.opcodes < 0) return undefined;
      const judged = this.#judgeAt(source, at, depth);
      if (judged.outcome === 'unjudged' && judged.names > 0) {
        this.note(unread('a pickle in it is not read to its end'));
      }
      if (judged.wrappers > 0) this.note(unread('a pickle in it has arrays between its opcodes'));
      const denied = judged.problems.find((problem) => problem.severity === 'deny');
      if (denied === undefined || judged.names === 0) continue;
      if (judged.outcome === 'stopped') {
        return callIn(denied.detail);
      }
      this.note(PLAIN_PICKLE);
    }
    return undefined;
  }

  #judgeAt(source: ByteSource, at: number, depth: number): PickleJudgement {
    this.#budget.opcodes -= PLACE_OPCODES;
    return this.#judge(partOf(source, at, source.size), 0, depth, this.#budget);
  }

  #unfold(source: ByteSource, head: Uint8Array, depth: number): NestedPickle | undefined {
    const tail = source.read(Math.max(0, source.size - SAMPLE_BYTES), source.size);
    const isSpelled = looksSpelled(head.subarray(0, SAMPLE_BYTES)) && looksSpelled(tail);
    if (source.size > DECODED_BYTES_MAX) {
      if (isSpelled || unwrapBytes(head) !== undefined)
        this.note(unread('it is too long to be decoded'));
      return undefined;
    }
    if (isSpelled || escapes(head)) return this.#decode(source, depth);
    const isWrapped = mayBeWrapped(head[0] ?? 0, head[1] ?? 0, false);
    const unwrapped = isWrapped ? unwrapBytes(source.read(0, source.size)) : undefined;
    if (unwrapped === undefined) return undefined;
    if ('content' in unwrapped) return this.look(memorySource(unwrapped.content), depth + 1);
    this.note(unread(unwrapped.why));
    return undefined;
  }

  #decode(source: ByteSource, depth: number): NestedPickle | undefined {
    if (source.size < SPELLED_MIN) return undefined;
    for (const bytes of decodeSpellings(source.read(0, source.size))) {
      if (!mayHidePickle(bytes, 0, bytes.length, false)) continue;
      const found = this.look(memorySource(bytes), depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Whether a backslash begins an escape. */
function escapes(head: Uint8Array): boolean {
  for (let at = head.indexOf(0x5c); at >= 0; at = head.indexOf(0x5c, at + 1)) {
    if (ESCAPING[head[at + 1] ?? 0] === 1) return true;
  }
  return false;
}

/** The letters of a UTF-8 text as bytes, when each is one and any is no ASCII. */
function narrow(bytes: Uint8Array): Uint8Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isWrapped = mayBeWrapped(bytes[0] ?? 0, bytes[1] ?? 0, true);
  if (!isWrapped && !buffer.includes('\x80', 0, 'utf8') && !buffer.includes('\x93', 0, 'utf8')) {
    return undefined;
  }
  const text = buffer.toString('utf8');
  // A letter that is more than a byte is in no bytes that were written as text.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return undefined;
  return Buffer.from(text, 'latin1');
}

/** A number as its bytes, from the lowest to the highest and the other way round. */
function spellNumber(bytes: Uint8Array): Uint8Array[] {
  return [bytes, Uint8Array.from(bytes).reverse()];
}

function readDigits(line: string): Uint8Array[] {
  if (!/^[+-]?\d{1,8192}L?$/.test(line)) return [];
  const digits = BigInt(line.replace(/^[+-]|L$/g, '')).toString(16);
  return spellNumber(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex').reverse());
}

/** Other bytes that the value stands for, by the way it is written. */
function readValue(source: ByteSource, kind: ValueKind): Uint8Array[] {
  if (kind === 'bytes' || source.size > DECODED_BYTES_MAX) return [];
  if (kind === 'digits' && source.size > DIGITS_MAX) return [];
  const bytes = source.read(0, source.size);
  if (kind === 'number') return spellNumber(bytes).slice(1);
  if (kind === 'digits') return readDigits(readLatin1(bytes));
  const other = kind === 'text' ? narrow(bytes) : unescapeText(readLatin1(bytes));
  return other === undefined ? [] : [other];
}

/** Looks at a value. */
export function findNestedPickle(
  value: ByteSource,
  kind: ValueKind,
  depth: number,
  judge: JudgeInner,
  budget: SearchBudget,
): NestedPickle | undefined {
  const search = new Search(judge, budget);
  let found = kind === 'digits' ? undefined : search.look(value, depth);
  for (const bytes of found === undefined ? readValue(value, kind) : []) {
    if (!mayHidePickle(bytes, 0, bytes.length, false)) continue;
    found ??= search.look(memorySource(bytes), depth);
  }
  return search.finish(found);
}
