/** Chooses threshold and quorum on held-back documents, and nowhere else. */
import type { Refusal } from '../core/index.ts';
import { monitorErrors } from './errors.ts';
import { countVotes } from './scorer.ts';

/** A held-back document with the score that each partition gave it. */
export interface ScoredDocument {
  readonly scores: Int32Array;
  readonly positive: boolean;
}

/** When a partition votes suspicious, and how many votes flag. */
export interface OperatingPoint {
  /** A partition votes when its score is at least this; units of 2^-16 bit per feature. */
  readonly threshold: number;
  readonly quorum: number;
  readonly falsePositives: number;
  readonly negatives: number;
  readonly positives: number;
}

/** Shares of negative partition scores below the thresholds that are tried. */
const QUANTILES = [0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.965, 0.975, 0.985, 0.99, 0.995];

/** How many held-back negatives it takes to state a rate at all. */
export function negativesNeeded(falsePositiveRateMax: number): number {
  return Math.ceil(1 / falsePositiveRateMax - 1e-9) - 1;
}

/**
 * The point with the highest certified recall, averaged over 0 to `protect` bad sources, among those with
 * `(falsePositives + 1) / (negatives + 1) ≤ falsePositiveRateMax` on the held-back documents. For one fixed threshold
 * that bound on the expected rate is exact for exchangeable documents; the choice among twelve makes it slightly optimistic, so
 * the rate that is reported comes from a third part.
 */
export function chooseOperatingPoint(
  documents: readonly ScoredDocument[],
  falsePositiveRateMax: number,
  protect: number,
): { readonly ok: true; readonly point: OperatingPoint } | Refusal {
  const negatives = documents.filter((document) => !document.positive);
  const positives = documents.filter((document) => document.positive);
  const needed = negativesNeeded(falsePositiveRateMax);
  if (negatives.length < needed) {
    return monitorErrors.refuse('CALIBRATION_SMALL', {
      rate: falsePositiveRateMax,
      negatives: negatives.length,
      needed,
    });
  }
  const allowed = Math.floor(falsePositiveRateMax * (negatives.length + 1) + 1e-9) - 1;
  const partitions = documents[0]?.scores.length ?? 0;
  let best: OperatingPoint | undefined;
  let bestValue = -1;
  for (const threshold of listThresholds(negatives)) {
    const negativeVotes = histogram(negatives, threshold, partitions);
    const positiveVotes = histogram(positives, threshold, partitions);
    const quorum = Math.max(1, smallestQuorum(negativeVotes, allowed));
    if (quorum > partitions) continue;
    let value = 0;
    for (let bad = 0; bad <= protect; bad++) value += countFrom(positiveVotes, quorum + bad);
    if (value <= bestValue) continue;
    bestValue = value;
    best = {
      threshold,
      quorum,
      falsePositives: countFrom(negativeVotes, quorum),
      negatives: negatives.length,
      positives: positives.length,
    };
  }
  if (best === undefined) {
    return monitorErrors.refuse('QUORUM_NONE', { partitions, rate: falsePositiveRateMax });
  }
  return { ok: true, point: best };
}

function listThresholds(negatives: readonly ScoredDocument[]): number[] {
  const scores = Int32Array.from(negatives.flatMap((document) => [...document.scores])).sort();
  const at = QUANTILES.map((share) => scores[Math.floor(share * scores.length)] ?? 0);
  return [...new Set(at)].filter((score) => score > -0x8000_0000);
}

/** How many documents got each number of votes. */
function histogram(
  documents: readonly ScoredDocument[],
  threshold: number,
  partitions: number,
): Int32Array {
  const counts = new Int32Array(partitions + 1);
  for (const document of documents) counts[countVotes(document.scores, threshold)]!++;
  return counts;
}

function countFrom(counts: Int32Array, votes: number): number {
  let count = 0;
  for (let i = votes; i < counts.length; i++) count += counts[i]!;
  return count;
}

function smallestQuorum(counts: Int32Array, allowed: number): number {
  let quorum = counts.length;
  let above = 0;
  while (quorum > 0 && above + counts[quorum - 1]! <= allowed) {
    above += counts[quorum - 1]!;
    quorum--;
  }
  return quorum;
}
