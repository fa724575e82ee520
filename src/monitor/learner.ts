/**
 * The learner of one partition: multinomial naive Bayes on the presence of hashed features.
 *
 * Guaranteed: what is learnt is integer counts, so it depends on the set of documents and not on their order, and adding
 * documents commutes; weights are integer functions of the counts (fixed-log.ts). Retraining is bit-equal everywhere.
 */
import { writeVarint, concatBytes } from '../core/index.ts';
import { FEATURE_COUNT } from './features.ts';
import { LOG_BITS, log2Fixed } from './fixed-log.ts';

/** Smoothing adds 1/30 to each count; kept as 30·count + 1 so that everything stays an integer. */
const SMOOTHING = 30;
/** Fractional bits of a weight. */
export const WEIGHT_BITS = 10;
/** What a weight may be at most; far above any that occurs. */
const WEIGHT_MAX = 32_000;
/** Marks a feature that the partition has never seen, which says nothing. */
export const UNSEEN = -32_768;

/** Counts of one partition: documents and features of either class. */
export class PartitionCounts {
  positives = 0;
  negatives = 0;
  /** Positive and negative counts of feature f at 2f and 2f + 1. */
  readonly #counts = new Uint32Array(FEATURE_COUNT * 2);
  readonly #totals: [number, number] = [0, 0];

  /** Learns one document. */
  add(features: Int32Array, positive: boolean): void {
    const side = positive ? 0 : 1;
    for (const feature of features) this.#counts[feature * 2 + side]!++;
    this.#totals[side] += features.length;
    if (positive) this.positives++;
    else this.negatives++;
  }

  /** Whether both classes were seen; a partition that has not must not vote. */
  get sawBoth(): boolean {
    return this.positives > 0 && this.negatives > 0;
  }

  /** Calls back with the weight of each seen feature, in units of 2^-10 bit; positive speaks for suspicious. */
  eachWeight(visit: (feature: number, weight: number) => void): void {
    const base =
      log2Fixed(SMOOTHING * this.#totals[1] + FEATURE_COUNT) -
      log2Fixed(SMOOTHING * this.#totals[0] + FEATURE_COUNT);
    for (let feature = 0; feature < FEATURE_COUNT; feature++) {
      const positive = this.#counts[feature * 2]!;
      const negative = this.#counts[feature * 2 + 1]!;
      if (positive === 0 && negative === 0) continue;
      const exact = logOfCount(positive) - logOfCount(negative) + base;
      const weight = exact >> (LOG_BITS - WEIGHT_BITS);
      visit(feature, Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, weight)));
    }
  }

  /** The counts in their one canonical spelling: per seen feature the gap to the one before, then both counts. */
  toBytes(): Uint8Array {
    const parts: Uint8Array[] = [
      writeVarint(BigInt(this.positives)),
      writeVarint(BigInt(this.negatives)),
    ];
    let last = -1;
    for (let feature = 0; feature < FEATURE_COUNT; feature++) {
      const positive = this.#counts[feature * 2]!;
      const negative = this.#counts[feature * 2 + 1]!;
      if (positive === 0 && negative === 0) continue;
      pushSmall(parts, feature - last - 1);
      pushSmall(parts, positive);
      pushSmall(parts, negative);
      last = feature;
    }
    return concatBytes(parts);
  }

  /** Reads what {@link toBytes} wrote; undefined for any other bytes. */
  static fromBytes(bytes: Uint8Array): PartitionCounts | undefined {
    const out = new PartitionCounts();
    const reader = new SmallReader(bytes);
    const positives = reader.next();
    const negatives = reader.next();
    if (positives === undefined || negatives === undefined) return undefined;
    out.positives = positives;
    out.negatives = negatives;
    for (let feature = -1; !reader.done;) {
      const gap = reader.next();
      const positive = reader.next();
      const negative = reader.next();
      if (gap === undefined || positive === undefined || negative === undefined) return undefined;
      feature += gap + 1;
      const possible = positive <= positives && negative <= negatives && positive + negative > 0;
      if (feature >= FEATURE_COUNT || !possible) return undefined;
      out.#counts[feature * 2] = positive;
      out.#counts[feature * 2 + 1] = negative;
      out.#totals[0] += positive;
      out.#totals[1] += negative;
    }
    return out;
  }
}

const logs = new Map<number, number>();

function logOfCount(count: number): number {
  let log = logs.get(count);
  if (log === undefined) {
    log = log2Fixed(SMOOTHING * count + 1);
    // Counts of a feature are mostly small; the memory stays bounded whatever they are.
    if (logs.size < 65_536) logs.set(count, log);
  }
  return log;
}

const SMALL = Array.from({ length: 128 }, (_, value) => Uint8Array.of(value));

function pushSmall(parts: Uint8Array[], value: number): void {
  parts.push(SMALL[value] ?? writeVarint(BigInt(value)));
}

/** Reads varints below 2^32 in their shortest form. */
class SmallReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number | undefined {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        const shortest = shift === 0 || byte !== 0;
        return shortest && value < 2 ** 32 ? value : undefined;
      }
    }
    return undefined;
  }
}
