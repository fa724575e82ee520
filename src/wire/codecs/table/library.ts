/**
 * The tables that both sides have seen: references and earlier tables of the session. Each row of a new table may be
 * matched with one of their rows, so that what was released before, whole or in parts, is nearly free.
 */
import type { Table } from '../../../formats/index.ts';
import { readBlocks } from './block.ts';
import { hashText, mixHash } from './hash.ts';

/** Larger tables are not kept, and no more than this in total. */
export const KEPT_BYTES_MAX = 8 * 1024 * 1024;
const LIBRARY_BYTES_MAX = 24 * 1024 * 1024;
const LIBRARY_TABLES_MAX = 4096;
/** Places tried for one row. */
const CANDIDATES_MAX = 24;
const INDEX_MAX = 1 << 21;

/** A row of a kept table, or no row at all. */
export interface RowPlace {
  readonly table: number;
  readonly row: number;
}

/** No row is matched. */
export const NO_PLACE: RowPlace = { table: -1, row: -1 };

interface Kept {
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly rows: number;
}

/** Says much by itself: long digits, or a long text. */
function isTelling(cell: string): boolean {
  return cell.length >= 8 && /[0-9]{6}|.{20}/.test(cell);
}

export class Library {
  readonly #tables: Kept[] = [];
  readonly #prints = new Map<string, number>();
  readonly #headers = new Map<string, number>();
  /** First place of a telling cell, of a row's short cells, and of a whole row, by hash. */
  readonly #index = new Map<number, number>();
  #bytes = 0;

  /** Number of tables kept. */
  get size(): number {
    return this.#tables.length;
  }

  /** Number of the table with this fingerprint, or -1. */
  find(print: string): number {
    return this.#prints.get(print) ?? -1;
  }

  /** Keeps a table, if it is small enough and new. */
  add(table: Table, print: string): void {
    if (this.#prints.has(print) || table.bytes.length > KEPT_BYTES_MAX) return;
    if (this.#bytes + table.bytes.length > LIBRARY_BYTES_MAX) return;
    if (this.#tables.length >= LIBRARY_TABLES_MAX) return;
    this.#bytes += table.bytes.length;
    let names: readonly string[] = [];
    let columns: string[][] = [];
    readBlocks(
      table,
      (header) => {
        names = header;
        columns = header.map(() => []);
      },
      (block) => {
        block.forEach((cells, i) => {
          for (const cell of cells) (columns[i] as string[]).push(cell);
        });
      },
    );
    const number = this.#tables.length;
    const byName = new Map<string, readonly string[]>();
    names.forEach((name, i) => {
      if (!byName.has(name)) byName.set(name, columns[i] ?? []);
    });
    const rows = columns[0]?.length ?? 0;
    this.#tables.push({ names, columns: byName, rows });
    this.#prints.set(print, number);
    this.#headers.set(names.join('\u0001'), number);
    for (let row = 0; row < rows; row++) {
      for (const hash of this.#rowHashes(columns, row)) {
        if (this.#index.size < INDEX_MAX) this.#index.set(hash, number * 16777216 + row);
      }
    }
  }

  /** Column names of a kept table. */
  names(table: number): readonly string[] | undefined {
    return this.#tables[table]?.names;
  }

  /** The last table with exactly these column names, or -1. */
  findHeader(names: readonly string[]): number {
    return this.#headers.get(names.join('\u0001')) ?? -1;
  }

  rows(table: number): number {
    return this.#tables[table]?.rows ?? 0;
  }

  /** The column of a kept table with this name. */
  column(table: number, name: string): readonly string[] | undefined {
    return this.#tables[table]?.columns.get(name);
  }

  #rowHashes(columns: readonly (readonly string[])[], row: number): number[] {
    const hashes: number[] = [];
    let short = 7;
    for (const cells of columns) {
      const cell = cells[row] ?? '';
      const hash = hashText(cell);
      if (!isTelling(cell)) short = mixHash(short, hash);
      else if (hashes.length < CANDIDATES_MAX) hashes.push(hash);
    }
    hashes.push(short);
    return hashes;
  }

  /** Matches each row of a block: the row after the last match while that is alike, else the most alike row known. */
  match(
    names: readonly string[],
    columns: readonly (readonly string[])[],
    first: RowPlace,
  ): RowPlace[] {
    const rows = columns[0]?.length ?? 0;
    const shared = new Map<number, (readonly string[] | undefined)[]>();
    const columnsOf = (table: number): (readonly string[] | undefined)[] => {
      const held = shared.get(table) ?? names.map((name) => this.column(table, name));
      shared.set(table, held);
      return held;
    };
    const score = (place: RowPlace, row: number): number => {
      if (place.row < 0 || place.row >= this.rows(place.table)) return 0;
      let total = 0;
      columnsOf(place.table).forEach((column, i) => {
        const cell = columns[i]?.[row] ?? '';
        if (column?.[place.row] === cell) total += isTelling(cell) ? 8 : 1;
      });
      return total;
    };
    const out: RowPlace[] = [];
    let expected = first;
    for (let row = 0; row < rows; row++) {
      let best = score(expected, row) + (expected.table < 0 ? 0 : 3);
      let found = best > 3 ? expected : NO_PLACE;
      const tried = new Set<number>();
      for (const hash of this.#rowHashes(columns, row)) {
        const packed = this.#index.get(hash);
        if (packed === undefined || tried.has(packed)) continue;
        tried.add(packed);
        const place = { table: Math.floor(packed / 16777216), row: packed % 16777216 };
        const here = score(place, row);
        if (here <= best) continue;
        best = here;
        found = place;
      }
      out.push(found);
      if (found !== NO_PLACE) expected = { table: found.table, row: found.row + 1 };
    }
    return out;
  }
}
