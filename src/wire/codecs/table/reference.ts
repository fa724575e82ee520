/**
 * A table that the decoder has too, as a source of cells: each row may be matched with one of its rows.
 */
import type { Table } from '../../../formats/index.ts';
import { readBlocks } from './block.ts';
import { hashText, mixHash } from './hash.ts';

/** Larger references are not used for matching rows. */
export const REFERENCE_BYTES_MAX = 8 * 1024 * 1024;

/** No row of the reference is matched. */
export const NO_ROW = -1;

export class Reference {
  readonly names: readonly string[];
  readonly rows: number;
  readonly #columns = new Map<string, readonly string[]>();
  #whole: Map<number, number> | undefined;
  #keys: Map<number, number> | undefined;

  private constructor(names: readonly string[], columns: readonly (readonly string[])[]) {
    this.names = names;
    this.rows = columns[0]?.length ?? 0;
    names.forEach((name, i) => {
      if (!this.#columns.has(name)) this.#columns.set(name, columns[i] ?? []);
    });
  }

  /** Reads a reference; undefined when it is too large to be kept by cells. */
  static read(table: Table): Reference | undefined {
    if (table.bytes.length > REFERENCE_BYTES_MAX) return undefined;
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
    return new Reference(names, columns);
  }

  /** The reference's column of this name. */
  column(name: string): readonly string[] | undefined {
    return this.#columns.get(name);
  }

  /** Matches each row of a block: the next row while that is alike, else an equal row, else one with equal texts. */
  match(
    names: readonly string[],
    columns: readonly (readonly string[])[],
    first: number,
  ): Int32Array {
    const rows = columns[0]?.length ?? 0;
    const shared = names.map((name) => this.column(name));
    const common = shared.filter((column) => column !== undefined).length;
    const out = new Int32Array(rows).fill(NO_ROW);
    if (common === 0 || this.rows === 0) return out;
    this.#index(names);
    const numeric = names.map((name) => this.#isNumeric(name));
    let expected = first;
    for (let row = 0; row < rows; row++) {
      let equal = this.#equalCells(columns, shared, row, expected);
      let found = expected;
      if (equal < common * 0.7) {
        const cellsOf = (only: boolean): number => {
          let hash = 7;
          for (let i = 0; i < names.length; i++) {
            if (shared[i] === undefined || (only && numeric[i] === true)) continue;
            hash = mixHash(hash, hashText(columns[i]?.[row] ?? ''));
          }
          return hash;
        };
        for (const candidate of [
          this.#whole?.get(cellsOf(false)),
          this.#keys?.get(cellsOf(true)),
        ]) {
          if (candidate === undefined) continue;
          const here = this.#equalCells(columns, shared, row, candidate);
          if (here <= equal + 1) continue;
          equal = here;
          found = candidate;
        }
      }
      out[row] = equal > 0 && found >= 0 && found < this.rows ? found : NO_ROW;
      expected = (out[row] === NO_ROW ? expected - 1 : (out[row] as number)) + 1;
    }
    return out;
  }

  #equalCells(
    columns: readonly (readonly string[])[],
    shared: readonly (readonly string[] | undefined)[],
    row: number,
    there: number,
  ): number {
    if (there < 0 || there >= this.rows) return -1;
    let equal = 0;
    for (let i = 0; i < shared.length; i++) {
      if (shared[i] !== undefined && shared[i]?.[there] === columns[i]?.[row]) equal++;
    }
    return equal;
  }

  #isNumeric(name: string): boolean {
    const cells = this.column(name) ?? [];
    const digits = cells.filter((cell) => /^-?[0-9]/.test(cell) && cell.includes('.')).length;
    return digits > cells.length * 0.3;
  }

  #index(names: readonly string[]): void {
    if (this.#whole !== undefined) return;
    this.#whole = new Map();
    this.#keys = new Map();
    const numeric = names.map((name) => this.#isNumeric(name));
    for (let row = 0; row < this.rows; row++) {
      let whole = 7;
      let keys = 7;
      names.forEach((name, i) => {
        const column = this.column(name);
        if (column === undefined) return;
        const hash = hashText(column[row] ?? '');
        whole = mixHash(whole, hash);
        if (numeric[i] !== true) keys = mixHash(keys, hash);
      });
      if (!this.#whole.has(whole)) this.#whole.set(whole, row);
      if (!this.#keys.has(keys)) this.#keys.set(keys, row);
    }
  }
}
