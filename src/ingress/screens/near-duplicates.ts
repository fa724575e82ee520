/**
 * Near-duplicates by MinHash: texts that share most of their word pairs, whatever was inserted or renumbered.
 *
 * One permutation with 32 bins, eight bands of four; two texts with a Jaccard similarity of 0.75 meet with probability
 * 0.95 and are then compared bin by bin. Memory is fixed: the newest documents are kept, and how many
 * were compared is reported.
 */
import { mix } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

const BINS = 32;
const BANDS = 8;
const ROWS = BINS / BANDS;
/** Bins that have to agree for near-duplicates: an estimated similarity of 0.65. */
const AGREE_MIN = 21;
/** Fewer tokens than this are too short to be called duplicates. */
const TOKENS_MIN = 8;
const SLOTS_BITS = 17;
const PAIRS_MAX = 10_000;
const EMPTY = 0x7fff_ffff;

/** A document as it is kept: numbers only. */
export interface KeptDocument {
  readonly document: number;
  readonly label: number;
  readonly source: number;
}

/** Two near-duplicate documents with different labels, the older first. */
export type ConflictPair = readonly [KeptDocument, KeptDocument];

/** Compares each document with those kept before it. */
export class NearDuplicates {
  readonly capacity: number;
  /** Documents with different labels that are nearly the same, the first so many. */
  readonly pairs: ConflictPair[] = [];
  /** Near-duplicates between two sources, by their numbers. */
  readonly links = new Map<string, number>();
  /** How many documents found a near-duplicate with their own label. */
  repeats = 0;
  conflicts = 0;
  compared = 0;

  readonly #signatures: Int32Array;
  readonly #documents: Int32Array;
  readonly #labels: Int16Array;
  readonly #sources: Int32Array;
  /** Two documents per slot, each as one more than its number: the newest, and the newest with another label than that. */
  readonly #slots = new Int32Array((2 * BANDS) << SLOTS_BITS);
  readonly #signature = new Int32Array(BINS);
  #next = 0;

  constructor(bytes: number) {
    let capacity = 1 << 14;
    while (capacity * 64 < bytes && capacity < 1 << 18) capacity *= 2;
    this.capacity = capacity;
    this.#signatures = new Int32Array(capacity * BINS);
    this.#documents = new Int32Array(capacity).fill(-1);
    this.#labels = new Int16Array(capacity);
    this.#sources = new Int32Array(capacity);
  }

  /** Compares a document with those before it, and keeps it. */
  add(tokens: TokenReader, { document, label, source }: KeptDocument): void {
    if (tokens.count < TOKENS_MIN) return;
    this.compared++;
    this.#sign(tokens);
    const kept = this.#next++ % this.capacity;
    this.#signatures.set(this.#signature, kept * BINS);
    this.#documents[kept] = document;
    this.#labels[kept] = label;
    this.#sources[kept] = source;
    const slots = this.#slots;
    const labels = this.#labels;
    let conflict = -1;
    let repeat = -1;
    for (let band = 0; band < BANDS; band++) {
      const slot = 2 * ((band << SLOTS_BITS) + this.#bandHash(band));
      const newest = slots[slot]! - 1;
      // Most bands are met by nobody.
      if (newest >= 0) {
        for (let i = slot; i < slot + 2; i++) {
          const other = slots[i]! - 1;
          if (other < 0 || other === kept || !this.#agrees(other)) continue;
          if (labels[other] !== label) conflict = other;
          else repeat = other;
        }
        if (labels[newest] !== label) slots[slot + 1] = newest + 1;
      }
      slots[slot] = kept + 1;
    }
    if (conflict >= 0) this.#putConflict(conflict, kept);
    if (repeat >= 0) this.#putRepeat(repeat, source);
  }

  #putConflict(older: number, newer: number): void {
    this.conflicts++;
    if (this.pairs.length < PAIRS_MAX) this.pairs.push([this.#kept(older), this.#kept(newer)]);
  }

  #putRepeat(older: number, source: number): void {
    this.repeats++;
    const other = this.#sources[older]!;
    if (other === source || source < 0 || other < 0) return;
    const key = other < source ? `${other} ${source}` : `${source} ${other}`;
    const links = this.links.get(key) ?? 0;
    if (links > 0 || this.links.size < PAIRS_MAX) this.links.set(key, links + 1);
  }

  #kept(at: number): KeptDocument {
    return {
      document: this.#documents[at]!,
      label: this.#labels[at]!,
      source: this.#sources[at]!,
    };
  }

  #sign({ shapes, count }: TokenReader): void {
    const signature = this.#signature.fill(EMPTY);
    let shape = shapes[0]!;
    for (let i = 1; i < count; i++) {
      const next = shapes[i]!;
      const hash = mix(Math.imul(shape, 0x9e3779b1) + next);
      shape = next;
      const bin = hash >>> 27;
      const value = hash & 0x07ff_ffff;
      if (value < signature[bin]!) signature[bin] = value;
    }
    let full = 0;
    for (let bin = 0; bin < BINS; bin++) if (signature[bin] !== EMPTY) full |= 1 << bin;
    if (full === -1) return;
    // An empty bin takes the value of the next full one, marked by the distance; there is always a full one.
    for (let bin = 0; bin < BINS; bin++) {
      if (((full >>> bin) & 1) === 1) continue;
      // The bins from the next one on as the lowest bits.
      const behind =
        (full >>> ((bin + 1) % BINS)) | (bin === BINS - 1 ? 0 : full << (BINS - 1 - bin));
      const step = Math.clz32(behind & -behind) ^ 31;
      signature[bin] = (signature[(bin + 1 + step) % BINS]! + Math.imul(step + 1, 0x0800_0000)) | 0;
    }
  }

  #bandHash(band: number): number {
    let hash = band;
    for (let row = 0; row < ROWS; row++) {
      hash = mix(Math.imul(hash, 0x85ebca77) + this.#signature[band * ROWS + row]!);
    }
    return hash & ((1 << SLOTS_BITS) - 1);
  }

  /** Whether the signature is nearly that of a document that is kept. */
  #agrees(other: number): boolean {
    const [signature, signatures] = [this.#signature, this.#signatures];
    const from = other * BINS;
    let differ = 0;
    for (let bin = 0; bin < BINS; bin++) {
      if (signature[bin] !== signatures[from + bin] && ++differ > BINS - AGREE_MIN) return false;
    }
    return true;
  }
}
