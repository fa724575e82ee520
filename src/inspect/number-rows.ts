/**
 * Reads canonical files as rows of numbers, whatever their type: the lines of a table or text, the arrays and objects
 * of JSON, the number lists of XML. One pass, bounded memory, no exception; what is not a number is skipped.
 */
import type { ContentKind } from './inspect-content.ts';

/** One row of numbers. The arrays are reused: copy what must stay. */
export interface NumberRow {
  /** Rows with the same key belong to the same block (same shape, same kind of place). */
  readonly key: string;
  readonly count: number;
  /** Cells of the row that are no numbers. */
  readonly others: number;
  readonly values: Float64Array;
  /** Significant digits as written, without trailing zeros. */
  readonly digits: Uint8Array;
  /** Whether the row has more numbers than are looked at. */
  readonly cut: boolean;
  /** Where the row is, worked out only when a finding needs it. */
  place(): string;
}

export type TakeRow = (row: NumberRow) => void;

/** Numbers of one row that are looked at. */
export const CELLS_MAX = 1 << 18;

/** Collects the cells of the row that is being read. */
class RowBuffer {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #take: TakeRow;
  readonly values = new Float64Array(CELLS_MAX);
  readonly digits = new Uint8Array(CELLS_MAX);
  count = 0;
  others = 0;
  cut = false;

  constructor(bytes: Uint8Array, take: TakeRow) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#take = take;
  }

  /** Adds the bytes of one cell, a number or not. */
  add(from: number, to: number): boolean {
    const digits = countDigits(this.#bytes, from, to);
    if (digits < 0) {
      if (to > from) this.others++;
      return false;
    }
    if (this.count < CELLS_MAX) {
      this.values[this.count] = Number(this.#buffer.toString('latin1', from, to));
      this.digits[this.count++] = Math.min(255, digits);
    } else this.cut = true;
    return true;
  }

  end(key: string, place: () => string): void {
    if (this.count > 0) {
      const { count, others, values, digits, cut } = this;
      this.#take({ key: `${key}|${String(count)}`, count, others, values, digits, cut, place });
    }
    this.count = 0;
    this.others = 0;
    this.cut = false;
  }
}

/** Significant digits of a decimal number, 0 for zero, or -1 when the bytes are no number. */
export function countDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  if (at < to && (bytes[at] === 0x2d || bytes[at] === 0x2b)) at++;
  let digits = 0;
  let zeros = 0;
  let any = false;
  let point = false;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x30) {
      any = true;
      if (digits > 0) zeros++;
    } else if (byte >= 0x31 && byte <= 0x39) {
      any = true;
      digits += zeros + 1;
      zeros = 0;
    } else if (byte === 0x2e && !point) point = true;
    else break;
  }
  if (!any) return -1;
  if (at === to) return digits;
  if ((bytes[at] ?? 0) === 0x65 || bytes[at] === 0x45) {
    at++;
    if (at < to && (bytes[at] === 0x2d || bytes[at] === 0x2b)) at++;
    if (at === to) return -1;
    for (; at < to; at++) if ((bytes[at] ?? 0) < 0x30 || (bytes[at] ?? 0) > 0x39) return -1;
    return digits;
  }
  return -1;
}

/** Reads a file of any type but raster as rows of numbers. */
export function readNumberRows(type: ContentKind, bytes: Uint8Array, take: TakeRow): void {
  if (type === 'raster') return;
  const row = new RowBuffer(bytes, take);
  if (type === 'table') readTableRows(bytes, row);
  else if (type === 'json' || type === 'jsonl') readJsonRows(bytes, row);
  else if (type === 'text') readTextRows(bytes, row);
  else readMarkupRows(bytes, row);
}

function readTableRows(bytes: Uint8Array, row: RowBuffer): void {
  const firstLine = bytes.subarray(0, Math.min(bytes.length, 1 << 16));
  const newline = firstLine.indexOf(10);
  const header = newline < 0 ? firstLine : firstLine.subarray(0, newline);
  const comma = header.includes(0x2c);
  const separator =
    !comma && header.includes(9) ? 9 : !comma && header.includes(0x3b) ? 0x3b : 0x2c;
  let line = 1;
  let from = 0;
  let quoted = false;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at === bytes.length ? 10 : (bytes[at] ?? 0);
    if (byte === 0x22) quoted = !quoted;
    else if (byte === separator && !quoted) {
      row.add(from, at);
      from = at + 1;
    } else if (byte === 10 && (!quoted || at === bytes.length)) {
      row.add(from, at);
      const number = line++;
      row.end('row', () => `row ${String(number)}`);
      from = at + 1;
    }
  }
}

/** Bytes that can be part of a number: digits, sign, point, exponent. */
const NUMBER_BYTE = new Uint8Array(256);
for (const character of '0123456789+-.eE') NUMBER_BYTE[character.charCodeAt(0)] = 1;

function isLetter(byte: number): boolean {
  return (
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x5f ||
    byte >= 0x80
  );
}

function readTextRows(bytes: Uint8Array, row: RowBuffer): void {
  let line = 1;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at === bytes.length ? 10 : (bytes[at] ?? 0);
    if (byte === 10) {
      const number = line++;
      row.end('line', () => `line ${String(number)}`);
      continue;
    }
    if (isLetter(byte)) {
      while (
        at + 1 < bytes.length &&
        (isLetter(bytes[at + 1] ?? 0) || NUMBER_BYTE[bytes[at + 1] ?? 0] === 1)
      )
        at++;
      row.others++;
      continue;
    }
    if (NUMBER_BYTE[byte] !== 1) continue;
    const from = at;
    while (at + 1 < bytes.length && NUMBER_BYTE[bytes[at + 1] ?? 0] === 1) at++;
    row.add(from, at + 1);
  }
}

/** Each tag and each run of text is read for numbers; `points`, `d` and cells of a page are all the same here. */
function readMarkupRows(bytes: Uint8Array, row: RowBuffer): void {
  let line = 1;
  let quote = 0;
  let inTag = false;
  const end = (): void => {
    const number = line;
    if (row.count >= 2) row.end('list', () => `line ${String(number)}`);
    else if (row.count === 1) row.end('single', () => `line ${String(number)}`);
    row.others = 0;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 10) line++;
    if (inTag && (byte === 0x22 || byte === 0x27)) {
      if (quote === 0) quote = byte;
      else if (quote === byte) quote = 0;
      end();
    } else if (byte === 0x3c) {
      inTag = true;
      end();
    } else if (byte === 0x3e && quote === 0) {
      inTag = false;
      end();
    } else if (NUMBER_BYTE[byte] === 1 && (quote !== 0 || !inTag)) {
      at = readListNumber(bytes, at, row);
    }
  }
  end();
}

/** In path data numbers may touch: `1.5-2.5` and `.5.5` are two each. */
function readListNumber(bytes: Uint8Array, from: number, row: RowBuffer): number {
  let at = from;
  let point = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (NUMBER_BYTE[byte] !== 1) break;
    const sign = byte === 0x2d || byte === 0x2b;
    const before = (bytes[at - 1] ?? 0) | 0x20;
    if (sign && at > from && before !== 0x65) break;
    if (byte === 0x2e) {
      if (point) break;
      point = true;
    }
  }
  if (at === from) return from;
  row.add(from, at);
  return at - 1;
}

const DEPTH_MAX = 256;

/** Arrays give one row each; the numbers of an object give one row under the object's depth. */
function readJsonRows(bytes: Uint8Array, row: RowBuffer): void {
  // Numbers of an outer container are kept apart from those of an inner one by ending the row at each bracket; an
  // array of numbers has no inner brackets, so it is one row, and an object's numbers between its inner parts are.
  const path: { array: boolean; index: number; key: string }[] = [];
  let line = 1;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = (): void => {
    const array = path.at(-1)?.array === true;
    const snapshot = path
      .slice(0, 12)
      .map((part) => (part.array ? `[${String(part.index)}]` : `.${part.key}`));
    const number = line;
    const where = snapshot.slice(0, array ? -1 : snapshot.length - 1).join('');
    row.end(array ? 'array' : 'object', () =>
      number > 1 ? `line ${String(number)}, $${where}` : `$${where}`,
    );
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const top = path.at(-1);
    if (byte === 0x22) {
      const from = at + 1;
      for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
      if (top !== undefined && !top.array && bytes[at + 1] === 0x3a)
        top.key = buffer.toString('latin1', from, Math.min(at, from + 40));
      else if (!row.add(from, at) && at === from) row.others++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (row.count > 0) end();
      if (path.length < DEPTH_MAX) path.push({ array: byte === 0x5b, index: 0, key: '' });
    } else if (byte === 0x5d || byte === 0x7d) {
      end();
      path.pop();
    } else if (byte === 0x2c) {
      if (top !== undefined) top.index++;
    } else if (byte === 10) {
      line++;
    } else if (NUMBER_BYTE[byte] === 1 && byte !== 0x65) {
      const from = at;
      while (at + 1 < bytes.length && NUMBER_BYTE[bytes[at + 1] ?? 0] === 1) at++;
      row.add(from, at + 1);
    }
  }
  if (row.count > 0) end();
}
