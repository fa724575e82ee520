/**
 * When a partition votes, and how many votes flag.
 *
 * Guaranteed: the threshold of a partition is a function of its own held-back documents, and the quorum one of the number of
 * partitions that may vote. Nothing here looks at the scores, labels or number of another source's documents: whoever did so would
 * let one bad source move the votes of all (docs/explanation/certified-monitors.md).
 */

/** The share of partitions that may vote whose votes flag, unless somebody names another. */
export const QUORUM_SHARE = 0.5;

/** How many votes flag, and what came of it on the held-back documents as their sources labelled them. */
export interface OperatingPoint {
  /** A text is flagged by this many votes. */
  readonly quorum: number;
  /** Partitions that may vote. */
  readonly voters: number;
  /** For reports only: held-back documents that are flagged though they are labelled clean. */
  readonly falsePositives: number;
  readonly negatives: number;
  readonly positives: number;
}

/**
 * The share of its own clean texts on which a partition of so many documents may vote, so that half of the partitions flag about
 * `rate` of clean texts; from `rate` to 1. Small partitions err in different texts, so each may vote more often: `rate` to the
 * power of (documents + 50) / (documents + 155), in steps of 1/64, and three steps more, up to 1. Fitted to one half of a collection
 * of messages; where it fits badly the rate of false positives is another one, which is measured, and the certificates are the same.
 */
export function voteRateOf(rate: number, documents: number): number {
  const power = Math.min(64, Math.round((64 * (documents + 50)) / (documents + 155)) + 3);
  // Square roots and products round alike on every machine, `Math.pow` does not.
  let root = rate;
  for (let i = 0; i < 6; i++) root = Math.sqrt(root);
  let wanted = 1;
  for (let i = 0; i < power; i++) wanted *= root;
  return wanted;
}

/** How many held-back clean documents a partition needs to keep a vote rate at all. */
export function negativesNeeded(voteRate: number): number {
  return Math.ceil(1 / voteRate - 1e-9) - 1;
}

/**
 * The lowest threshold that keeps `(votes + 1) / (documents + 1) ≤ voteRate` on the scores of a partition's held-back clean
 * documents: a bound on the expected rate for texts like them. Null when there are too few of them, and the partition must not vote.
 */
export function chooseThreshold(scores: readonly number[], voteRate: number): number | null {
  const allowed = Math.floor(voteRate * (scores.length + 1) + 1e-9) - 1;
  if (allowed < 0) return null;
  const highest = [...scores].sort((a, b) => b - a);
  // With as many votes allowed as there are documents, every score is one.
  return (highest[allowed] ?? -0x8000_0000) + 1;
}

/**
 * The quorum of so many voters; 0 voters have none. It grows by at most one with each voter, which the certificate needs.
 */
export function quorumOf(share: number, voters: number): number {
  return Math.max(1, Math.ceil(share * voters - 1e-9));
}
