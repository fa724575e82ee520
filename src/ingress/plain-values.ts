/** Pickles in the values of texts, tables and JSON: each text of JSON and each cell of a table by itself, every text as a whole. */
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import { SPELLED_MIN } from './pickle/carve.ts';
import { findCells } from './table-cells.ts';
import { ValueSearch } from './value-search.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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

/** A canonical file; `delimiter` is what parts the cells of a table. */
export interface CanonicalText {
  readonly type: ContentType;
  readonly bytes: Uint8Array;
  readonly delimiter?: string;
}

/** The findings about pickles in the values of a canonical file. */
export function judgePlainValues({ type, bytes, delimiter }: CanonicalText): readonly Finding[] {
  const search = new ValueSearch(bytes.length);
  if (type === 'raster') return [];
  if (type === 'json' || type === 'jsonl') {
    for (const { at, raw } of findStrings(bytes)) {
      if (search.isOver) break;
      if (raw.length < SPELLED_MIN) continue;
      search.keep(search.lookAtText(unquote(raw)), `text at byte ${String(at)}`);
    }
    return search.findings;
  }
  if (delimiter !== undefined) judgeCells(search, bytes, delimiter);
  // What is spelled in many cells, one below the other, is one value for whoever joins them.
  if (!search.isOver && search.findings.length === 0)
    search.keep(search.lookInside(bytes), 'whole file');
  return search.findings;
}

function judgeCells(search: ValueSearch, bytes: Uint8Array, delimiter: string): void {
  for (const { row, column, value } of findCells(bytes, delimiter, SPELLED_MIN)) {
    if (search.isOver) return;
    const found = search.lookAt(value, 'text');
    if (found !== undefined) search.keep([found], `row ${String(row)}, column ${String(column)}`);
  }
}
