/**
 * GGUF, versions 2 and 3, little-endian: counts, key-value pairs, tensor infos, then the tensors' data. Every bound is
 * checked before it is used, keys and names are told once, offsets follow from the sizes before them, and nothing lies
 * behind the last tensor. Only a window of the header is in memory.
 */
import { isUtf8 } from 'node:buffer';
import type { ByteSource } from './byte-source.ts';
import {
  GGUF_ARRAY,
  GGUF_BOOL,
  GGUF_TENSOR_TYPES,
  GGUF_TEXT,
  GGUF_UINT32,
  GGUF_VALUE_BYTES,
} from './gguf-types.ts';
import { broken } from './understood.ts';
import type { Understood } from './understood.ts';

/** One tensor; its place counts from the start of the file. */
export interface GgufTensor {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** What a file holds. */
export interface GgufFile {
  /** Where the header ends; up to there the file is re-emitted as it was read. */
  readonly headerEnd: number;
  readonly alignment: number;
  readonly tensors: readonly GgufTensor[];
  /** Texts by key: single ones, and those of arrays under keys that speak of templates. */
  readonly texts: readonly (readonly [key: string, text: string])[];
  /** Keys of arrays that hold a text which is not UTF-8. */
  readonly odd: readonly string[];
  readonly keys: readonly string[];
  /** Places of what else may hold anything: long keys, names and texts of arrays, and arrays of bytes. */
  readonly runs: readonly GgufRun[];
}

/** A run of bytes; `key` is that of the array whose text it is. */
export interface GgufRun {
  readonly from: number;
  readonly to: number;
  readonly key?: string;
}

const PAIRS_MAX = 100_000;
const TENSORS_MAX = 1_000_000;
const TEXT_BYTES_MAX = 10_000_000;
const ITEMS_MAX = 16_000_000;
const KEY_BYTES_MAX = 65_535;
const NAME_BYTES_MAX = 63;
const DIMENSIONS_MAX = 4;
const ALIGNMENT_DEFAULT = 32;
/** Shorter runs of bytes hold nothing. */
const RUN_BYTES_MIN = 20;
const WINDOW_BYTES = 1 << 20;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Stop extends Error {}

const stop = (why: string): never => {
  throw new Stop(why);
};

/** Reads numbers in order through a window. */
class Cursor {
  readonly #source: ByteSource;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #base = 0;
  at = 0;
  /** Places of runs of bytes that may hold anything. */
  readonly runs: GgufRun[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Notes where the next bytes are, when they are many enough to hold something. */
  note(count: number, key?: string): void {
    if (count < RUN_BYTES_MIN) return;
    const place = { from: this.at, to: this.at + count };
    this.runs.push(key === undefined ? place : { ...place, key });
  }

  /** Where the next bytes are inside the window. */
  #take(count: number): number {
    if (this.at + count > this.#source.size) stop('it is cut off in its header');
    if (this.at < this.#base || this.at + count > this.#base + this.#view.byteLength) {
      const end = Math.min(this.#source.size, this.at + Math.max(count, WINDOW_BYTES));
      const bytes = this.#source.read(this.at, end);
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#base = this.at;
    }
    const place = this.at - this.#base;
    this.at += count;
    return place;
  }

  u8(): number {
    const place = this.#take(1);
    return this.#view.getUint8(place);
  }

  u32(): number {
    const place = this.#take(4);
    return this.#view.getUint32(place, true);
  }

  /** A count or an offset; numbers that are not exact are no counts. */
  u64(what: string): number {
    const place = this.#take(8);
    const value = this.#view.getBigUint64(place, true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? stop(`${what} overflows`) : Number(value);
  }

  skip(count: number): void {
    if (this.at + count > this.#source.size) stop('it is cut off in its header');
    this.at += count;
  }

  bytes(count: number): Uint8Array {
    const place = this.#take(count);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + place, count);
  }

  text(limit: number, what: string): string {
    const length = this.u64(what);
    if (length > limit) stop(`${what} is too long`);
    this.note(length);
    const bytes = this.bytes(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return stop(`${what} is not UTF-8`);
    }
  }
}

interface Pairs {
  readonly alignment: number;
  readonly odd: string[];
  readonly keys: readonly string[];
  readonly texts: (readonly [string, string])[];
}

function readPairs(cursor: Cursor, count: number): Pairs {
  const keys = new Set<string>();
  const texts: (readonly [string, string])[] = [];
  const odd: string[] = [];
  let alignment = ALIGNMENT_DEFAULT;
  for (let i = 0; i < count; i++) {
    const key = cursor.text(KEY_BYTES_MAX, 'a key');
    if (key === '') stop('a key is empty');
    if (keys.has(key)) stop(`the key \`${key.slice(0, 64)}\` is there twice`);
    keys.add(key);
    const type = cursor.u32();
    if (key === 'general.alignment') {
      if (type !== GGUF_UINT32) stop('its alignment is of another type');
      alignment = cursor.u32();
      const isPower = alignment > 0 && alignment <= 1 << 20 && (alignment & (alignment - 1)) === 0;
      if (!isPower) stop('its alignment is no power of two');
    } else if (!readValue(cursor, key, type, texts)) odd.push(key);
  }
  return { alignment, texts, odd, keys: [...keys] };
}

/** False when it is an array that holds a text which is not UTF-8. */
function readValue(
  cursor: Cursor,
  key: string,
  type: number,
  texts: (readonly [string, string])[],
): boolean {
  if (type === GGUF_TEXT) {
    texts.push([key, cursor.text(TEXT_BYTES_MAX, `the text of \`${key.slice(0, 64)}\``)]);
    return true;
  }
  if (type !== GGUF_ARRAY) {
    readFixed(cursor, type, 1);
    return true;
  }
  const items = cursor.u32();
  const count = cursor.u64('the length of an array');
  if (count > ITEMS_MAX) stop('an array is too long');
  if (items === GGUF_ARRAY) stop('an array lies in an array');
  if (items !== GGUF_TEXT) {
    readFixed(cursor, items, count);
    return true;
  }
  let isUtf8Only = true;
  const isTemplate = key.includes('template');
  for (let i = 0; i < count; i++) {
    if (isTemplate) texts.push([key, cursor.text(TEXT_BYTES_MAX, 'a text')]);
    else {
      const length = cursor.u64('the length of a text');
      if (length > TEXT_BYTES_MAX) stop('a text is too long');
      cursor.note(length, key);
      isUtf8Only &&= isUtf8(cursor.bytes(length));
    }
  }
  return isUtf8Only;
}

function readFixed(cursor: Cursor, type: number, count: number): void {
  const width = Object.hasOwn(GGUF_VALUE_BYTES, type) ? (GGUF_VALUE_BYTES[type] ?? 0) : 0;
  if (width === 0) stop(`type ${String(type)} of a value is unknown`);
  if (type !== GGUF_BOOL) {
    if (width === 1) cursor.note(count);
    cursor.skip(width * count);
    return;
  }
  for (let i = 0; i < count; i++) if (cursor.u8() > 1) stop('a truth value is neither 0 nor 1');
}

interface Info {
  readonly name: string;
  readonly bytes: number;
  readonly offset: number;
}

function readInfo(cursor: Cursor): Info {
  const name = cursor.text(NAME_BYTES_MAX, 'the name of a tensor');
  const dimensions = cursor.u32();
  if (dimensions > DIMENSIONS_MAX) stop(`tensor \`${name}\` has more than 4 dimensions`);
  let elements = 1;
  let row = 1;
  for (let i = 0; i < dimensions; i++) {
    const side = cursor.u64('a dimension');
    if (i === 0) row = side;
    elements *= side;
    if (!Number.isSafeInteger(elements)) stop(`the size of tensor \`${name}\` overflows`);
  }
  const type = GGUF_TENSOR_TYPES.get(cursor.u32());
  if (type === undefined) return stop(`the type of tensor \`${name}\` is unknown`);
  if (row % type[0] !== 0) stop(`tensor \`${name}\` is no whole number of blocks`);
  const bytes = (elements / type[0]) * type[1];
  if (!Number.isSafeInteger(bytes)) stop(`the size of tensor \`${name}\` overflows`);
  return { name, bytes, offset: cursor.u64('an offset') };
}

const alignUp = (value: number, alignment: number): number =>
  Math.ceil(value / alignment) * alignment;

function read(source: ByteSource): GgufFile {
  const cursor = new Cursor(source);
  if (Buffer.from(cursor.bytes(4)).toString('latin1') !== 'GGUF') stop('it has no mark');
  const version = cursor.u32();
  if (version !== 2 && version !== 3) stop(`version ${String(version)} is not read`);
  const tensorCount = cursor.u64('the number of tensors');
  const pairCount = cursor.u64('the number of keys');
  if (tensorCount > TENSORS_MAX || pairCount > PAIRS_MAX) stop('it has too many parts');
  const { alignment, texts, odd, keys } = readPairs(cursor, pairCount);
  const infos: Info[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    const info = readInfo(cursor);
    if (names.has(info.name)) stop(`tensor \`${info.name}\` is there twice`);
    names.add(info.name);
    infos.push(info);
  }
  const headerEnd = cursor.at;
  const data = alignUp(headerEnd, alignment);
  const tensors: GgufTensor[] = [];
  let expected = 0;
  let end = headerEnd;
  for (const { name, bytes, offset } of infos) {
    if (offset !== expected) stop(`tensor \`${name}\` is not where the ones before it end`);
    end = data + offset + bytes;
    if (!(end <= source.size)) stop(`tensor \`${name}\` reaches behind the end`);
    tensors.push({ name, from: data + offset, to: end });
    expected = alignUp(offset + bytes, alignment);
  }
  const ends = infos.length === 0 ? [headerEnd, data] : [end, data + expected];
  if (!ends.includes(source.size)) stop('bytes lie behind its last tensor');
  return { headerEnd, alignment, tensors, texts, odd, keys, runs: cursor.runs };
}

/** Reads and checks a file. */
export function readGguf(source: ByteSource): Understood<GgufFile> {
  try {
    return { ok: true, value: read(source) };
  } catch (error) {
    if (error instanceof Stop) return broken(error.message);
    throw error;
  }
}
