/** Word n-grams as pairs of hashes, and how often each occurs, in fixed memory. */
import { mix } from './tokens.ts';

/** The longest n-gram, in tokens. */
export const NGRAM_MAX = 3;

/** Both hashes of an n-gram of no token, and of one with a token more. */
export const NGRAM_A = 0x7f4a7c15;
export const NGRAM_B = 0x1ce4e5b9;
export const stepA = (a: number, hash: number): number => mix(Math.imul(a, 0x9e3779b1) ^ hash);
export const stepB = (b: number, hash: number): number => mix(Math.imul(b, 0x85ebca77) + hash);

const MARK_BITS = 1 << 20;

/** Some n-grams by bits of their first hash, for a quick no. */
export class NgramMarks {
  readonly #bits = new Uint32Array(MARK_BITS / 32);

  /** Marks all n-grams with this first hash. */
  add(a: number): void {
    this.#bits[(a & (MARK_BITS - 1)) >>> 5]! |= 1 << (a & 31);
  }

  /** Calls back for the n-grams of a text that may be marked until one is what is looked for; whether one is. */
  some(
    hashes: Int32Array,
    count: number,
    visit: (a: number, b: number, start: number, width: number) => boolean,
  ): boolean {
    const bits = this.#bits;
    for (let start = 0; start < count; start++) {
      let a = NGRAM_A;
      const end = Math.min(count, start + NGRAM_MAX);
      for (let at = start; at < end; at++) {
        a = stepA(a, hashes[at]!);
        if ((bits[(a & (MARK_BITS - 1)) >>> 5]! & (1 << (a & 31))) === 0) continue;
        let b = NGRAM_B;
        for (let i = start; i <= at; i++) b = stepB(b, hashes[i]!);
        if (visit(a, b, start, at - start + 1)) return true;
      }
    }
    return false;
  }
}

const CELLS = 1 << 22;
const COUNT_MAX = 65_535;

/** Counts of n-grams in fixed memory: never too low, too high only where both of two cells are shared. */
export class NgramCounts {
  readonly #cells = new Uint16Array(CELLS);
  readonly #isThreshold = new Uint8Array(COUNT_MAX + 1);
  /** How often some n-gram came to one of the thresholds. */
  passed = 0;

  constructor(thresholds: readonly number[] = []) {
    for (const threshold of thresholds) this.#isThreshold[threshold] = 1;
  }

  /** Counts the n-grams of one text. */
  add(hashes: Int32Array, count: number): void {
    const cells = this.#cells;
    for (let start = 0; start < count; start++) {
      let a = NGRAM_A;
      let b = NGRAM_B;
      const end = Math.min(count, start + NGRAM_MAX);
      for (let at = start; at < end; at++) {
        a = stepA(a, hashes[at]!);
        b = stepB(b, hashes[at]!);
        const [one, other] = [a & (CELLS - 1), b & (CELLS - 1)];
        // The largest count stays: it would wrap to 0 otherwise.
        if (cells[one]! < COUNT_MAX) cells[one]!++;
        if (cells[other]! < COUNT_MAX) cells[other]!++;
        if (this.#isThreshold[Math.min(cells[one]!, cells[other]!)] === 1) this.passed++;
      }
    }
  }

  /** At most how often the n-gram was counted. */
  get(a: number, b: number): number {
    return Math.min(this.#cells[a & (CELLS - 1)]!, this.#cells[b & (CELLS - 1)]!);
  }
}
