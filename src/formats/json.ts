/**
 * JSON and JSON lines: bytes to canonical values and back. A JSON file is laid out with two blanks per level and arrays of
 * plain values on one line; a JSON lines file has one value per line without blanks, and no empty lines.
 */
import type { Refusal } from '../core/index.ts';
import { jsonErrors } from './json-errors.ts';
import { JsonNumber, JsonObject, JsonReader } from './json-parse.ts';
import type { JsonValue } from './json-parse.ts';
import type { Respelled } from './number-spelling.ts';
import { TextSink } from './text-sink.ts';

/** Largest JSON file, as sent and as canonical file; larger data goes as JSON lines. */
export const JSON_BYTES_MAX = 32 * 1024 * 1024;
/** Largest JSON lines file. */
export const JSONL_BYTES_MAX = 256 * 1024 * 1024;
/** Longest line of a JSON lines file. */
export const JSON_LINE_BYTES_MAX = 16 * 1024 * 1024;

/** A canonical JSON file. */
export interface JsonFile {
  readonly root: JsonValue;
  /** What was changed on the way in, as sentences; empty after decoding. */
  readonly notes: readonly string[];
}

/** A canonical JSON lines file: its bytes, so that a large file needs little more memory than its size. */
export interface JsonLines {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** Reads a JSON file. */
export function parseJson(
  bytes: Uint8Array,
  digits?: number,
): { readonly ok: true; readonly value: JsonFile; readonly respelled?: Respelled } | Refusal {
  if (bytes.length > JSON_BYTES_MAX) {
    return jsonErrors.refuse('TOO_LARGE', { bytes: bytes.length, limit: JSON_BYTES_MAX });
  }
  const text = decode(bytes);
  if (text === undefined) return jsonErrors.refuse('ENCODING_INVALID');
  const reader = new JsonReader(digits);
  const read = reader.read(text);
  if (!read.ok) return read;
  // Layout can make a file larger; what is released must be readable by the same limits.
  const size = bytes.length < JSON_BYTES_MAX / 16 ? 0 : emitJson(read.value).length;
  if (size > JSON_BYTES_MAX) {
    return jsonErrors.refuse('TOO_LARGE', { bytes: size, limit: JSON_BYTES_MAX });
  }
  const notes = [...reader.notes];
  return { ok: true, value: { root: read.value, notes }, ...reader.respelled.get() };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The canonical JSON file of a value. */
export function emitJson(root: JsonValue): Uint8Array {
  const out = new TextSink();
  writeValue(root, out, '\n');
  out.push('\n');
  return out.finish();
}

function writeValue(value: JsonValue, out: TextSink, line: string): void {
  if (!(value instanceof JsonObject) && !Array.isArray(value)) {
    out.push(spellScalar(value as null | boolean | string | JsonNumber));
    return;
  }
  const inner = `${line}  `;
  if (value instanceof JsonObject) {
    if (value.keys.length === 0) {
      out.push('{}');
      return;
    }
    out.push('{');
    for (const [i, key] of value.keys.entries()) {
      out.push(i === 0 ? '' : ',', inner, '"', key, '": ');
      writeValue(value.values[i] ?? null, out, inner);
    }
    out.push(line, '}');
    return;
  }
  const items = value as readonly JsonValue[];
  const plain = items.every(
    (item) => typeof item !== 'object' || item === null || item instanceof JsonNumber,
  );
  out.push('[');
  for (const [i, item] of items.entries()) {
    out.push(i === 0 ? (plain ? '' : inner) : plain ? ', ' : `,${inner}`);
    writeValue(item, out, inner);
  }
  out.push(plain ? ']' : `${line}]`);
}

function spellScalar(value: null | boolean | string | JsonNumber): string {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? `"${value}"` : String(value);
}

/** One value without blanks, as a line of a JSON lines file. */
export function spellLine(value: JsonValue): string {
  if (value instanceof JsonObject) {
    const members = value.keys.map((key, i) => `"${key}":${spellLine(value.values[i] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(spellLine).join(',')}]`;
  return spellScalar(value as null | boolean | string | JsonNumber);
}

/** Collects bytes in one growing buffer. */
export class LineWriter {
  #bytes: Uint8Array;
  #size = 0;
  readonly #encoder = new TextEncoder();

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(1024, capacity));
  }

  /** Appends a line and its line end. */
  line(text: string): void {
    const needed = this.#size + text.length * 3 + 1;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, Math.floor(this.#bytes.length * 1.5)));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#size += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#size)).written;
    this.#bytes[this.#size++] = 10;
  }

  get size(): number {
    return this.#size;
  }

  /** What was written; the buffer is handed over. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}

/** The lines of a file as texts, without empty ones; undefined for a line that is not UTF-8. */
export function* readLines(
  bytes: Uint8Array,
): Generator<{ number: number; text: string | undefined }> {
  let number = 0;
  for (let at = 0; at < bytes.length;) {
    const next = bytes.indexOf(10, at);
    const end = next < 0 ? bytes.length : next;
    number++;
    const text = end - at > JSON_LINE_BYTES_MAX ? undefined : decode(bytes.subarray(at, end));
    if (text === undefined || text.trim() !== '') yield { number, text };
    at = end + 1;
  }
}

/** Reads a JSON lines file line by line. */
export function parseJsonLines(
  bytes: Uint8Array,
  digits?: number,
): { readonly ok: true; readonly value: JsonLines; readonly respelled?: Respelled } | Refusal {
  if (bytes.length > JSONL_BYTES_MAX) {
    return jsonErrors.refuse('TOO_LARGE', { bytes: bytes.length, limit: JSONL_BYTES_MAX });
  }
  const reader = new JsonReader(digits);
  const writer = new LineWriter(bytes.length + 64);
  for (const { number, text } of readLines(bytes)) {
    const place = `line ${String(number)}`;
    if (text === undefined) return jsonErrors.refuse('ENCODING_INVALID', {}, place);
    const read = reader.read(text);
    if (!read.ok) return { ...read, place };
    writer.line(spellLine(read.value));
  }
  if (writer.size === 0) return jsonErrors.refuse('LINES_NONE');
  const notes = [...reader.notes];
  return { ok: true, value: { bytes: writer.finish(), notes }, ...reader.respelled.get() };
}
