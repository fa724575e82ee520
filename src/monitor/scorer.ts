/** Votes of all partitions on a text. Integers throughout. */
import { FEATURE_COUNT } from './features.ts';
import { UNSEEN } from './learner.ts';
import type { PartitionCounts } from './learner.ts';

/** Fractional bits of a score beyond those of a weight. */
const SCORE_SHIFT = 64;
/** Seen features that are added at weight 0, so that a text of which little is known stays near 0. */
const SHRINK = 4;

/** The weights of all partitions, ready for scoring. */
export class Scorer {
  readonly partitions: number;
  /** Weight of feature f in partition p at f·partitions + p, so that one feature's weights lie together. */
  readonly #weights: Int16Array;
  readonly #may: Uint8Array;
  readonly #sums: Float64Array;
  readonly #seen: Int32Array;

  constructor(partitions: readonly PartitionCounts[]) {
    const count = partitions.length;
    this.partitions = count;
    this.#weights = new Int16Array(FEATURE_COUNT * count).fill(UNSEEN);
    this.#may = Uint8Array.from(partitions, (partition) => (partition.votes ? 1 : 0));
    this.#sums = new Float64Array(count);
    this.#seen = new Int32Array(count);
    partitions.forEach((partition, p) => {
      if (!partition.votes) return;
      partition.eachWeight((feature, weight) => {
        this.#weights[feature * count + p] = weight;
      });
    });
  }

  /**
   * Writes the mean weight of the text's seen features for each partition, in units of 2^-16 bit, rounded down. A
   * partition that may not vote gets the lowest score.
   */
  score(features: Int32Array, out: Int32Array): void {
    const count = this.partitions;
    const weights = this.#weights;
    const sums = this.#sums.fill(0);
    const seen = this.#seen.fill(0);
    for (const feature of features) {
      const base = feature * count;
      for (let p = 0; p < count; p++) {
        const weight = weights[base + p]!;
        if (weight === UNSEEN) continue;
        sums[p]! += weight;
        seen[p]!++;
      }
    }
    for (let p = 0; p < count; p++) {
      out[p] =
        this.#may[p] === 1
          ? Math.floor((sums[p]! * SCORE_SHIFT) / (seen[p]! + SHRINK))
          : -0x8000_0000;
    }
  }
}

/** The number of partitions whose score reaches the threshold. */
export function countVotes(scores: Int32Array, threshold: number): number {
  let votes = 0;
  for (const score of scores) if (score >= threshold) votes++;
  return votes;
}
