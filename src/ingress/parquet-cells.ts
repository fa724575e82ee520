/** Pickles in the cells of a parquet file: every text and all bytes, those of a dictionary once, with row and column. */
import type { Finding } from '../inspect/index.ts';
import { SPELLED_MIN } from './pickle/carve.ts';
import { ValueSearch } from './value-search.ts';

/** What is found in the cells of one file, while its rows are read. */
export class ParquetCells {
  readonly #search = new ValueSearch(0);
  /** Texts of the column that is read, whose rows are not known yet. */
  readonly #texts = new Map<string, readonly Finding[]>();
  #rowsBefore = 0;

  get findings(): readonly Finding[] {
    return this.#search.findings;
  }

  /** A text of the column that is read, as the bytes that it is made of. */
  lookAtText(bytes: Uint8Array, text: string): void {
    if (bytes.length < SPELLED_MIN || this.#search.isOver) return;
    this.#search.allow(bytes.length);
    const found = this.#search.lookAtText(bytes);
    if (found.length > 0) this.#texts.set(text, found);
  }

  /** A column of a row group is read: its bytes are looked at, and what was found in its texts gets its row. */
  placeFound(values: readonly unknown[], column: string): void {
    const seen = new Set<Uint8Array>();
    const look = (value: unknown, row: number): void => {
      if (typeof value === 'string') {
        const found = this.#texts.size === 0 ? undefined : this.#texts.get(value);
        if (found === undefined) return;
        this.#keep(found, row, column);
        this.#texts.delete(value);
      } else if (value instanceof Uint8Array) {
        // The rows of a dictionary have the same bytes rather than equal ones.
        if (value.length < SPELLED_MIN || seen.has(value)) return;
        seen.add(value);
        this.#search.allow(value.length);
        const found = this.#search.lookAt(value, 'bytes');
        if (found !== undefined) this.#keep([found], row, column);
      } else if (Array.isArray(value)) for (const each of value) look(each, row);
    };
    const { length } = values;
    if (!isNumber(values[0]) || !isNumber(values[length - 1]) || this.#texts.size > 0)
      for (let i = 0; i < length && !this.#search.isOver; i++) look(values[i], i + 1);
    for (const found of this.#texts.values())
      this.#search.keep(found, `no row, column \`${column}\``);
    this.#texts.clear();
  }

  /** A row group is read. */
  passRows(rows: number): void {
    this.#rowsBefore += rows;
  }

  #keep(found: readonly Finding[], row: number, column: string): void {
    const number = this.#rowsBefore + row;
    this.#search.keep(found, `row ${String(number)}, column \`${column}\``);
  }
}

/** Values of one column are of one type, but for nulls. */
const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'bigint';
