/** Word n-grams as pairs of hashes, and how often each occurs, in fixed memory. */
import { mix } from './tokens.ts';

/** The longest n-gram, in tokens. */
export const NGRAM_MAX = 3;

const SALT_A = 0x7f4a7c15;
const SALT_B = 0x1ce4e5b9;

/** Calls back with both hashes of each n-gram of a text, and where it starts and how long it is, in tokens. */
export function eachNgram(
  hashes: Int32Array,
  count: number,
  visit: (a: number, b: number, start: number, width: number) => void,
): void {
  for (let start = 0; start < count; start++) {
    let a = SALT_A;
    let b = SALT_B;
    const end = Math.min(count, start + NGRAM_MAX);
    for (let at = start; at < end; at++) {
      a = mix(Math.imul(a, 0x9e3779b1) ^ hashes[at]!);
      b = mix(Math.imul(b, 0x85ebca77) + hashes[at]!);
      visit(a, b, start, at - start + 1);
    }
  }
}

/** Both hashes of one n-gram, from one token up to another. */
export function hashNgram(hashes: Int32Array, from: number, to: number): readonly [number, number] {
  let a = SALT_A;
  let b = SALT_B;
  for (let at = from; at < to; at++) {
    a = mix(Math.imul(a, 0x9e3779b1) ^ hashes[at]!);
    b = mix(Math.imul(b, 0x85ebca77) + hashes[at]!);
  }
  return [a, b];
}

/** Whether the first hash of some n-gram of a text is marked in a table of 2^16. */
export function someNgram(hashes: Int32Array, count: number, marked: Uint8Array): boolean {
  for (let start = 0; start < count; start++) {
    let a = SALT_A;
    const end = Math.min(count, start + NGRAM_MAX);
    for (let at = start; at < end; at++) {
      a = mix(Math.imul(a, 0x9e3779b1) ^ hashes[at]!);
      if (marked[a & 0xffff] === 1) return true;
    }
  }
  return false;
}

const CELLS = 1 << 22;

/** Counts of n-grams in fixed memory: never too low, too high only where both of two cells are shared. */
export class NgramCounts {
  readonly #cells = new Uint16Array(CELLS);
  readonly #thresholds: readonly number[];
  /** How often some n-gram came to one of the thresholds. */
  passed = 0;

  constructor(thresholds: readonly number[] = []) {
    this.#thresholds = thresholds;
  }

  /** Counts the n-grams of one text. */
  add(hashes: Int32Array, count: number): void {
    const cells = this.#cells;
    eachNgram(hashes, count, (a, b) => {
      // The largest count stays: it would wrap to 0 otherwise.
      if (cells[a & (CELLS - 1)]! < 65_535) cells[a & (CELLS - 1)]!++;
      if (cells[b & (CELLS - 1)]! < 65_535) cells[b & (CELLS - 1)]!++;
      if (this.#thresholds.includes(this.get(a, b))) this.passed++;
    });
  }

  /** At most how often the n-gram was counted. */
  get(a: number, b: number): number {
    return Math.min(this.#cells[a & (CELLS - 1)]!, this.#cells[b & (CELLS - 1)]!);
  }
}
