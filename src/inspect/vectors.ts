/**
 * Counts distinct vectors of the widths of guarded models: rows, columns, and rows that hold several such vectors one
 * after another, with or without a few labels in front. Hashes are of the values, so another spelling of the same vector
 * is the same vector.
 */
import { sha256 } from '../core/index.ts';
import type { NumberRow } from './number-rows.ts';

/** Distinct numeric vectors of one width in one file. */
export interface VectorCount {
  readonly width: number;
  /** First 16 bytes of the SHA-256 of each distinct vector, in hexadecimal. */
  readonly hashes: readonly string[];
}

const HASHES_MAX = 1 << 18;
/** Cells kept for columns, over all blocks of a file: 64 MiB. */
const COLUMN_CELLS_MAX = 1 << 23;
const COLUMNS_MAX = 4096;

function hashVector(values: Float64Array): string {
  return sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).slice(0, 32);
}

/** Numbers that a row may have in front of its vectors: identifier, layer, position and the like. */
const LABELS_MAX = 8;
/** Narrower rows are results with that many columns far more often than a vector and its labels. */
const LABELLED_WIDTH_MIN = 64;

/** Whether a vector can carry anything: it is not constant, no enumeration, and not a column of counts. */
function carries(values: Float64Array, inRow: boolean): boolean {
  let fractions = 0;
  let negative = 0;
  const first = values[0] ?? 0;
  const step = (values[1] ?? 0) - first;
  let same = true;
  let even = true;
  for (const [i, value] of values.entries()) {
    if (!Number.isInteger(value)) fractions++;
    if (value < 0) negative++;
    if (value !== first) same = false;
    if (value !== first + i * step) even = false;
  }
  if (same) return false;
  if (fractions * 2 >= values.length) return true;
  // Integers are counts and identifiers in narrow tables and in columns; in wide rows they are quantised numbers.
  const wide = values.length >= LABELLED_WIDTH_MIN;
  return wide && !even && (inRow || negative * 8 >= values.length);
}

/** One block of rows of the same shape, kept so that its columns can be hashed. */
interface Columns {
  readonly width: number;
  readonly rows: Float64Array[];
}

/** Takes the rows of one file. */
export class VectorCounter {
  readonly #widths: readonly number[];
  readonly #found = new Map<number, Set<string>>();
  readonly #columns = new Map<string, Columns>();
  #cells = 0;
  #wideRows = 0;
  /** Whether some vectors could not be counted: too many of them, or columns too long to keep. */
  ended = false;

  constructor(widths: readonly number[]) {
    this.#widths = [...new Set(widths)].filter((width) => Number.isInteger(width) && width >= 2);
  }

  add(row: NumberRow): void {
    if (this.#widths.length === 0) return;
    for (const width of this.#widths) {
      if (row.count < width) continue;
      const labels = row.count % width;
      if (labels > (width < LABELLED_WIDTH_MIN ? 0 : LABELS_MAX)) continue;
      for (let at = labels; at < row.count; at += width)
        this.#count(width, row.values.slice(at, at + width), true);
    }
    if (row.count > COLUMNS_MAX) {
      // Wider than any column of vectors is kept for; a second such row could begin columns.
      this.#wideRows++;
      if (this.#wideRows >= Math.min(...this.#widths)) this.ended = true;
      return;
    }
    const known = this.#columns.get(row.key) ?? { width: row.count, rows: [] };
    this.#columns.set(row.key, known);
    if (this.#cells + row.count > COLUMN_CELLS_MAX) {
      this.ended = true;
      return;
    }
    this.#cells += row.count;
    known.rows.push(row.values.slice(0, row.count));
  }

  #count(width: number, values: Float64Array, inRow: boolean): void {
    if (!carries(values, inRow)) return;
    const set = this.#found.get(width) ?? new Set();
    this.#found.set(width, set);
    if (set.size < HASHES_MAX) set.add(hashVector(values));
    else this.ended = true;
  }

  finish(): VectorCount[] {
    for (const { width, rows } of this.#columns.values()) {
      for (const wanted of this.#widths) {
        if (rows.length < wanted || rows.length % wanted !== 0) continue;
        for (let column = 0; column < width; column++) {
          for (let at = 0; at < rows.length; at += wanted) {
            this.#count(
              wanted,
              Float64Array.from({ length: wanted }, (_, i) => rows[at + i]?.[column] ?? 0),
              false,
            );
          }
        }
      }
    }
    return [...this.#found]
      .filter(([, hashes]) => hashes.size > 0)
      .sort(([a], [b]) => a - b)
      .map(([width, hashes]) => ({ width, hashes: [...hashes] }));
  }
}
