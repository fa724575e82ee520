/** One record of RFC 4180 text with commas, for streams; see text-rows.ts. */

/** A record's cells, or the sentence that says why it has none, and where the next record starts. */
export interface CsvRecord {
  readonly cells: readonly string[] | string;
  readonly end: number;
  /** The record as it is written. */
  raw(text: string): string;
}

const QUOTE = 34;
const COMMA = 44;
const NEWLINE = 10;

interface Cell {
  readonly value: string;
  /** The position after the cell: of the comma or line end, or -1 where the text ends inside it. */
  readonly end: number;
  readonly stray?: boolean;
}

function readQuoted(text: string, start: number): Cell {
  let at = start + 1;
  let doubled = false;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value: '', end: -1 };
    if (text.charCodeAt(quote + 1) === QUOTE) {
      doubled = true;
      at = quote + 2;
      continue;
    }
    const inner = text.slice(start + 1, quote);
    let end = quote + 1;
    if (text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === NEWLINE) end++;
    const next = end < text.length ? text.charCodeAt(end) : NEWLINE;
    const stray = next !== COMMA && next !== NEWLINE;
    return { value: doubled ? inner.replaceAll('""', '"') : inner, end, stray };
  }
}

function readPlain(text: string, start: number): Cell {
  let end = start;
  let stray = false;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === COMMA || code === NEWLINE) break;
    if (code === QUOTE) stray = true;
  }
  const cut = text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end;
  return { value: text.slice(start, cut), end, stray };
}

/**
 * Reads the record that starts at `at`. Undefined where no whole record is there yet: at the end of the text, or, unless
 * `last`, where the text ends before the record's line end.
 */
export function splitCsvRecord(text: string, at: number, last: boolean): CsvRecord | undefined {
  if (at >= text.length) return undefined;
  const cells: string[] = [];
  let stray = false;
  for (let start = at; ; start++) {
    const cell =
      text.charCodeAt(start) === QUOTE ? readQuoted(text, start) : readPlain(text, start);
    if (cell.end < 0 || (cell.end >= text.length && !last)) return undefined;
    stray ||= cell.stray === true;
    cells.push(cell.value);
    start = cell.end;
    if (start < text.length && text.charCodeAt(start) === COMMA) continue;
    // A stray character after a closing quotation mark: the rest of the line belongs to the broken record.
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    const raw = (whole: string): string => whole.slice(at, end);
    return { cells: stray ? 'a quotation mark in the wrong place' : cells, end, raw };
  }
}
