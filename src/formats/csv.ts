/**
 * Tables: CSV and TSV in one canonical spelling. See `docs/spec/table.md` for the rule.
 *
 * The canonical value keeps the canonical bytes and what is needed to read them again, so that a table of 200 MB costs
 * its own size and no object per cell.
 */
import type { Refusal } from '../core/index.ts';
import { csvErrors } from './csv-errors.ts';
import { readRecords } from './csv-records.ts';
import {
  parseDecimal,
  RespelledCount,
  roundDigits,
  spellDecimal,
  spellFixed,
} from './number-spelling.ts';
import type { Respelled } from './number-spelling.ts';

/** A canonical table: its bytes, and how to read them. */
export interface Table {
  readonly delimiter: string;
  readonly columns: number;
  /** Records, a header included. */
  readonly records: number;
  /** UTF-8, quoted only where needed, LF, one spelling per number. */
  readonly bytes: Uint8Array;
}

/** Delimiters in wire order: the index of a delimiter is its number in a frame. */
export const DELIMITERS = [',', '\t', ';', '|'] as const;

/** Columns of the widest table that is read. */
export const TABLE_COLUMNS_MAX = 16384;
/** Bytes of the largest table that is read. */
export const TABLE_BYTES_MAX = 256 * 1024 * 1024;
const PROBE_RECORDS = 64;

/** Cells that stand for no number in a column of numbers; they are kept as they are. */
const MISSING = new Set([
  ...['', 'NA', 'N/A', 'n/a', '<NA>', '#N/A', 'NaN', 'nan', 'NAN', 'null', 'NULL', 'None', 'none'],
  ...['Inf', '-Inf', 'inf', '-inf', 'Infinity', '-Infinity', '.', '-', '--', '-0'],
]);

/** What a lossy form asks of a table. */
export interface TableForm {
  /** Significant digits that every number keeps, rounded half to even. */
  readonly digits?: number;
}

/** Reads a whole file as a table in canonical spelling, or says why it is none. */
export function parseTable(
  bytes: Uint8Array,
  form: TableForm = {},
): { readonly ok: true; readonly value: Table; readonly respelled?: Respelled } | Refusal {
  if (bytes.length > TABLE_BYTES_MAX) {
    return csvErrors.refuse('TABLE_TOO_LARGE', { limit: TABLE_BYTES_MAX });
  }
  let refusal: Refusal | undefined;
  for (const delimiter of rankDelimiters(bytes)) {
    const survey = surveyColumns(bytes, delimiter);
    if ('ok' in survey) {
      refusal ??= survey;
      continue;
    }
    const respelled = new RespelledCount();
    const value = writeTable(bytes, delimiter, survey, form, respelled);
    return { ok: true, value, ...respelled.get() };
  }
  return refusal ?? csvErrors.refuse('COLUMN_SINGLE');
}

/** Delimiters that cut the first records into equally many cells, most cells first; then the comma for its refusal. */
function rankDelimiters(bytes: Uint8Array): string[] {
  const found: { delimiter: string; columns: number }[] = [];
  for (const delimiter of DELIMITERS) {
    let columns = 0;
    let seen = 0;
    const refusal = readRecords(bytes, delimiter, (cells) => {
      if (seen++ === 0) columns = cells.length;
      else if (cells.length !== columns) columns = -1;
      return columns < 0 || seen >= PROBE_RECORDS ? 'stop' : undefined;
    });
    if (refusal === undefined && columns >= 2) found.push({ delimiter, columns });
  }
  found.sort((a, b) => b.columns - a.columns);
  return found.length === 0 ? [DELIMITERS[0]] : found.map((entry) => entry.delimiter);
}

/** What the first pass learns about a column. */
interface Survey {
  readonly records: number;
  readonly headed: boolean;
  readonly columns: readonly ColumnSurvey[];
}

interface ColumnSurvey {
  /** Every cell below the header is a number or stands for none. */
  numeric: boolean;
  numbers: number;
  /** Digits after the point that all numbers share, -1 when they differ, undefined before the first. */
  decimals: number | undefined;
}

function surveyColumns(bytes: Uint8Array, delimiter: string): Survey | Refusal {
  const columns: ColumnSurvey[] = [];
  let records = 0;
  let headed = true;
  let first: string[] = [];
  const refusal = readRecords(bytes, delimiter, (cells, line) => {
    if (records++ === 0) {
      if (cells.length > TABLE_COLUMNS_MAX) {
        return csvErrors.refuse('TABLE_TOO_WIDE', { limit: TABLE_COLUMNS_MAX });
      }
      first = cells.slice();
      for (let i = 0; i < cells.length; i++) {
        columns.push({ numeric: true, numbers: 0, decimals: undefined });
      }
      headed = !first.every((cell) => parseDecimal(cell.trim()) !== undefined);
      if (headed) return undefined;
    } else if (cells.length !== columns.length) {
      const details = { cells: cells.length, columns: columns.length };
      return csvErrors.refuse('ROW_RAGGED', details, `line ${String(line)}`);
    }
    for (let i = 0; i < cells.length; i++) {
      surveyCell(columns[i] as ColumnSurvey, cells[i] as string);
    }
    return undefined;
  });
  if (refusal !== undefined) return refusal;
  if (records === 0) return csvErrors.refuse('TABLE_EMPTY');
  for (const column of columns) if (column.numbers === 0) column.numeric = false;
  const [only] = columns;
  // A column of `-0.0` alone has only the token `-0` in the canonical file, which makes no column a numeric one.
  const single = columns.length === 1 && (only?.numeric !== true || only.decimals === undefined);
  if (single || (columns.length === 1 && (records < 3 || first[0] === ''))) {
    return csvErrors.refuse('COLUMN_SINGLE');
  }
  return { records, headed, columns };
}

function surveyCell(column: ColumnSurvey, cell: string): void {
  if (!column.numeric) return;
  const trimmed = cell.trim();
  if (MISSING.has(trimmed)) return;
  const decimal = parseDecimal(trimmed);
  if (decimal === undefined) {
    column.numeric = false;
    return;
  }
  column.numbers++;
  // Minus zero is kept as the token `-0`; its spelling says nothing about the column's decimals.
  if (decimal.negative && decimal.digits === '0') return;
  column.decimals ??= decimal.decimals;
  if (column.decimals !== decimal.decimals) column.decimals = -1;
}

function writeTable(
  bytes: Uint8Array,
  delimiter: string,
  survey: Survey,
  form: TableForm,
  respelled: RespelledCount,
): Table {
  const out = new ByteWriter(bytes.length + 64);
  const take = (record: string): boolean => {
    out.write(record);
    return true;
  };
  spellRecords(bytes, delimiter, survey, form, take, respelled);
  return {
    delimiter,
    columns: survey.columns.length,
    records: survey.records,
    bytes: out.finish(),
  };
}

/** Spells every record; `take` says whether to go on. */
function spellRecords(
  bytes: Uint8Array,
  delimiter: string,
  survey: Survey,
  form: TableForm,
  take: (record: string) => boolean,
  respelled?: RespelledCount,
): void {
  let record = 0;
  readRecords(bytes, delimiter, (cells) => {
    const header = record++ === 0 && survey.headed;
    for (let i = 0; i < cells.length; i++) {
      const column = survey.columns[i] as ColumnSurvey;
      if (!column.numeric || header) continue;
      const cell = cells[i] as string;
      const spelled = spellCell(cell, column, form);
      respelled?.note(cell, spelled);
      cells[i] = spelled;
    }
    return take(spellRecord(cells, delimiter)) ? undefined : 'stop';
  });
}

/** Reads bytes that must be a canonical table with this delimiter, without a copy of them; undefined when they are not. */
export function readCanonicalTable(bytes: Uint8Array, delimiter: string): Table | undefined {
  if (bytes.length > TABLE_BYTES_MAX || rankDelimiters(bytes)[0] !== delimiter) return undefined;
  const survey = surveyColumns(bytes, delimiter);
  if ('ok' in survey) return undefined;
  const encoder = new TextEncoder();
  const compared = { at: 0, same: true };
  spellRecords(bytes, delimiter, survey, {}, (record) => {
    const spelled = encoder.encode(record);
    const start = compared.at;
    compared.same = spelled.every((byte, i) => byte === bytes[start + i]);
    compared.at += spelled.length;
    return compared.same;
  });
  if (!compared.same || compared.at !== bytes.length) return undefined;
  return { delimiter, columns: survey.columns.length, records: survey.records, bytes };
}

function spellCell(cell: string, column: ColumnSurvey, form: TableForm): string {
  const trimmed = cell.trim();
  const decimal = MISSING.has(trimmed) ? undefined : parseDecimal(trimmed);
  if (decimal === undefined) return trimmed;
  if (decimal.negative && decimal.digits === '0') return '-0';
  const { negative, digits, exponent } = decimal;
  if (form.digits !== undefined) {
    const rounded = roundDigits(digits, exponent, form.digits);
    return spellDecimal(negative, rounded.digits, rounded.exponent);
  }
  const decimals = column.decimals ?? -1;
  if (decimals < 0) return spellDecimal(negative, digits, exponent);
  return spellFixed(negative, digits, exponent, decimals);
}

/**
 * Quotes stand around every cell that holds a quotation mark, a line feed or any of the delimiters, so that a canonical
 * file can be cut into even rows in one way only, whichever delimiter it has.
 */
const QUOTED = /[,\t;|"\n]/;

/**
 * One record in canonical spelling, line end included. An empty cell that is a record by itself is quoted: as an empty
 * line it would be lost at the end of a file, and many readers skip it elsewhere.
 */
export function spellRecord(cells: readonly string[], delimiter: string): string {
  if (cells.length === 1 && cells[0] === '') return '""\n';
  let line = '';
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string;
    if (i > 0) line += delimiter;
    line += QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return line + '\n';
}

/** Collects UTF-8 in one growing array. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;
  #pending = '';
  readonly #encoder = new TextEncoder();

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.max(64, capacity));
  }

  /** Bytes written so far, at least; those still pending count one per character. */
  get length(): number {
    return this.#length + this.#pending.length;
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= 65536) this.#flush();
  }

  #flush(): void {
    const needed = this.#length + this.#pending.length * 3;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, Math.floor(this.#bytes.length * 1.5)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const { written } = this.#encoder.encodeInto(this.#pending, this.#bytes.subarray(this.#length));
    this.#length += written;
    this.#pending = '';
  }

  finish(): Uint8Array {
    this.#flush();
    return this.#bytes.subarray(0, this.#length);
  }
}
