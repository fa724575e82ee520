/**
 * Reads chosen fields of a labelled text set, JSON lines or CSV with a header, row by row from a stream of chunks.
 *
 * Guaranteed: memory is bounded by one chunk and one row; a row that cannot be read (bad UTF-8, a key twice, a stray
 * quotation mark, a nested value in a chosen field) comes out as a row with its problem, never as a guess, and never
 * as an exception. Time is linear. The caller counts problems; an unread row is never a clean one.
 */
import { parseJsonStrict } from '../core/index.ts';
import { splitCsvRecord } from './text-rows-csv.ts';
import { readFlatRow } from './text-rows-flat.ts';

/** How a set is written. */
export type TextRowsKind = 'jsonl' | 'csv';

/** One row: the values of the chosen fields in their order, `undefined` where the row lacks the field. */
export interface TextRow {
  /** Counts rows, not lines, from 1; the header of a CSV file is not a row. */
  readonly number: number;
  readonly values: readonly (string | undefined)[];
  /** All of the row in one spelling, whichever fields were chosen and in whatever order they stand; only of a row that can be used. */
  readonly whole?: () => string;
  /** Why the row cannot be used; then `values` is empty. */
  readonly problem?: string;
}

/** The longest row, in characters; a longer one is a problem and is skipped to its end. */
export const TEXT_ROW_LENGTH_MAX = 1 << 24;

const NEWLINE = 10;
/** Memory for the ends of chunks that is not given back between blocks. */
const HELD_KEPT_MAX = 1 << 20;

interface Block {
  readonly text: string;
  readonly problem?: string;
}

/** Joins chunks into blocks that end at a line end, so that no character and, in JSON lines, no row is cut. */
async function* readBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  // What is behind the last line end of a chunk is kept here; the same memory serves every block.
  let held = Buffer.alloc(0);
  let heldBytes = 0;
  let first = true;
  const hold = (bytes: Uint8Array): void => {
    if (heldBytes === 0 && held.length > HELD_KEPT_MAX) held = Buffer.alloc(0);
    if (held.length < heldBytes + bytes.length) {
      const larger = Buffer.allocUnsafe((heldBytes + bytes.length) * 2);
      held.copy(larger, 0, 0, heldBytes);
      held = larger;
    }
    held.set(bytes, heldBytes);
    heldBytes += bytes.length;
  };
  const flush = (last: Uint8Array): Block => {
    let bytes = last;
    if (heldBytes > 0) {
      hold(last);
      bytes = held.subarray(0, heldBytes);
    }
    heldBytes = 0;
    const start = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    first = false;
    try {
      return { text: decoder.decode(bytes.subarray(start)) };
    } catch {
      return { text: new TextDecoder().decode(bytes.subarray(start)), problem: 'not valid UTF-8' };
    }
  };
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield flush(chunk.subarray(0, end));
    if (end < chunk.length) {
      hold(chunk.subarray(end));
      // Four bytes are the most that one character takes, so a longer run cannot be a row within the limit.
      if (heldBytes > TEXT_ROW_LENGTH_MAX * 4) yield flush(new Uint8Array(0));
    }
  }
  if (heldBytes > 0) yield flush(new Uint8Array(0));
}

/** A value with the keys of its objects in order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}

function spellLine(line: string): string {
  const parsed = parseJsonStrict(line);
  return JSON.stringify(parsed.ok ? sortKeys(parsed.value) : line);
}

function readCell(value: unknown): string | undefined | null {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function readJsonRow(line: string, number: number, fields: readonly string[]): TextRow {
  if (line.length > TEXT_ROW_LENGTH_MAX) return { number, values: [], problem: 'too long' };
  const flat = readFlatRow(line, fields);
  const whole = (): string => spellLine(line);
  if (flat !== undefined) return { number, values: flat, whole };
  const parsed = parseJsonStrict(line);
  if (!parsed.ok) return { number, values: [], problem: parsed.message };
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { number, values: [], problem: 'not an object' };
  }
  const record = value as Readonly<Record<string, unknown>>;
  const values: (string | undefined)[] = [];
  for (const field of fields) {
    const cell = Object.hasOwn(record, field) ? readCell(record[field]) : undefined;
    if (cell === null) return { number, values: [], problem: `the field "${field}" is not text` };
    values.push(cell);
  }
  return { number, values, whole };
}

async function* readJsonRows(
  chunks: AsyncIterable<Uint8Array>,
  fields: readonly string[],
): AsyncGenerator<readonly TextRow[]> {
  let number = 0;
  for await (const block of readBlocks(chunks)) {
    const rows: TextRow[] = [];
    for (let at = 0; at < block.text.length;) {
      const next = block.text.indexOf('\n', at);
      const end = next < 0 ? block.text.length : next;
      const line = block.text.slice(at, end);
      at = end + 1;
      if (line === '' || line.trim() === '') continue;
      number++;
      // A replacement character marks the lines of a damaged block that may hold the damage.
      if (block.problem !== undefined && line.includes('\ufffd')) {
        rows.push({ number, values: [], problem: block.problem });
      } else rows.push(readJsonRow(line, number, fields));
    }
    yield rows;
  }
}

async function* readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  fields: readonly string[],
): AsyncGenerator<readonly TextRow[]> {
  let columns: number[] | undefined;
  let names: readonly string[] = [];
  let number = 0;
  let carry = '';
  const take = (cells: readonly string[] | string): TextRow | undefined => {
    if (typeof cells === 'string') return { number: ++number, values: [], problem: cells };
    if (columns === undefined) {
      columns = fields.map((field) => cells.indexOf(field));
      names = cells;
      return undefined;
    }
    number++;
    if (cells.length !== names.length) {
      return { number, values: [], problem: `${cells.length} cells under ${names.length} names` };
    }
    const whole = (): string =>
      JSON.stringify(sortKeys(Object.fromEntries(names.map((name, i) => [name, cells[i]]))));
    const values = columns.map((column) => (column < 0 ? undefined : cells[column]));
    return { number, values, whole };
  };
  for await (const block of readBlocks(chunks)) {
    const text = carry === '' ? block.text : carry + block.text;
    const rows: TextRow[] = [];
    let at = 0;
    for (;;) {
      const record = splitCsvRecord(text, at, false);
      if (record === undefined) break;
      at = record.end;
      const damaged = block.problem !== undefined && record.raw(text).includes('\ufffd');
      const row = take(damaged ? 'not valid UTF-8' : record.cells);
      if (row !== undefined) rows.push(row);
    }
    carry = text.slice(at);
    if (carry.length > TEXT_ROW_LENGTH_MAX) {
      carry = '';
      rows.push({ number: ++number, values: [], problem: 'too long' });
    }
    yield rows;
  }
  if (carry === '') return;
  const record = splitCsvRecord(carry, 0, true);
  const row = record === undefined ? take('a quoted cell without end') : take(record.cells);
  if (row !== undefined) yield [row];
}

/** The rows of a set with the values of `fields`. */
export async function* readTextRows(
  chunks: AsyncIterable<Uint8Array>,
  kind: TextRowsKind,
  fields: readonly string[],
): AsyncGenerator<TextRow> {
  for await (const rows of readTextRowBatches(chunks, kind, fields)) yield* rows;
}

/** The same, those of a chunk together: whoever reads millions of rows waits once a chunk instead of once a row. */
export function readTextRowBatches(
  chunks: AsyncIterable<Uint8Array>,
  kind: TextRowsKind,
  fields: readonly string[],
): AsyncGenerator<readonly TextRow[]> {
  return kind === 'csv' ? readCsvRows(chunks, fields) : readJsonRows(chunks, fields);
}
