/** Scores and votes of all partitions on a text. Integers throughout. */
import { FEATURE_COUNT } from './features.ts';
import { UNSEEN } from './learner.ts';
import type { PartitionCounts } from './learner.ts';

/** A trained partition. */
export interface Partition {
  readonly counts: PartitionCounts;
  /** It votes when its score is at least this, in units of 2^-16 bit per feature; null when it must not vote. */
  readonly threshold: number | null;
  /** Held-back clean documents of its own on which the threshold was chosen. */
  readonly heldBack: number;
}

/** Fractional bits of a score beyond those of a weight. */
const SCORE_SHIFT = 64;
/** Seen features that are added at weight 0, so that a text of which little is known stays near 0. */
const SHRINK = 1;

/** The weights of all partitions, ready for scoring. */
export class Scorer {
  readonly partitions: number;
  /** Weight of feature f in partition p at f·partitions + p, so that one feature's weights lie together. */
  readonly #weights: Int16Array;
  readonly #sums: Float64Array;
  readonly #seen: Int32Array;

  constructor(partitions: readonly PartitionCounts[]) {
    const count = partitions.length;
    this.partitions = count;
    this.#weights = new Int16Array(FEATURE_COUNT * count).fill(UNSEEN);
    this.#sums = new Float64Array(count);
    this.#seen = new Int32Array(count);
    partitions.forEach((partition, p) => {
      if (!partition.sawBoth) return;
      partition.eachWeight((feature, weight) => {
        this.#weights[feature * count + p] = weight;
      });
    });
  }

  /** Writes the mean weight of the text's seen features for each partition, in units of 2^-16 bit, rounded down. */
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
      out[p] = Math.floor((sums[p]! * SCORE_SHIFT) / (seen[p]! + SHRINK));
    }
  }
}

/** Counts votes on one text after another. */
export interface VoteCounter {
  /** Partitions that may vote. */
  readonly voters: number;
  /** Votes that call the text suspicious. */
  count(features: Int32Array): number;
  /** Whether a partition voted on the text that was counted last. */
  voted(partition: Partition): boolean;
}

/** A counter for partitions; those that must not vote cost nothing. */
export function openVotes(partitions: Iterable<Partition>): VoteCounter {
  const voting = [...partitions].filter(({ threshold }) => threshold !== null);
  const scorer = new Scorer(voting.map(({ counts }) => counts));
  const thresholds = voting.map(({ threshold }) => threshold ?? Infinity);
  const scores = new Int32Array(voting.length);
  return {
    voters: voting.length,
    voted: (partition) => {
      const at = voting.indexOf(partition);
      return at >= 0 && scores[at]! >= thresholds[at]!;
    },
    count: (features) => {
      scorer.score(features, scores);
      let votes = 0;
      for (let p = 0; p < scores.length; p++) if (scores[p]! >= thresholds[p]!) votes++;
      return votes;
    },
  };
}
