/**
 * Estimates over a part of the runs: a chance within a year of the first holder is that of the runs that have a first holder
 * and are followed for a year. Runs without one say nothing about it, so they are left out and not counted as "it did not
 * happen"; how many are left is told beside, because too few carry no claim.
 */
import { wilson, Z90 } from './stats.ts';
import type { Estimate, Quantiles, Rows } from './stats.ts';

/** How many runs, in how many worlds, an answer rests on. */
export interface Seen {
  readonly runs: number;
  readonly worlds: number;
}

/** A claim rests on at least so many runs, in at least so many worlds; with fewer nothing is claimed. */
export const SEEN_RUNS_LEAST = 100;
export const SEEN_WORLDS_LEAST = 10;

/** Whether runs carry a claim. */
export function isEnough({ runs, worlds }: Seen): boolean {
  return runs >= SEEN_RUNS_LEAST && worlds >= SEEN_WORLDS_LEAST;
}

/** Tells from a row whether its run counts. */
export type Counts = (at: number, rows: Float32Array) => boolean;

/** How many runs count. */
export function countSeen({ rows, width, worlds, tries }: Rows, counts: Counts): Seen {
  let [runs, held] = [0, 0];
  for (let world = 0; world < worlds; world++) {
    let inside = 0;
    for (let i = 0; i < tries; i++) inside += Number(counts((world * tries + i) * width, rows));
    runs += inside;
    held += Number(inside > 0);
  }
  return { runs, worlds: held };
}

/** The runs of one world that count. */
interface WorldMean {
  readonly runs: number;
  readonly mean: number;
  /** Sum of squares around the mean. */
  readonly squares: number;
}

function meansOf(
  { rows, width, worlds, tries }: Rows,
  pick: (at: number, rows: Float32Array) => number,
  counts: Counts,
): WorldMean[] {
  const means: WorldMean[] = [];
  for (let world = 0; world < worlds; world++) {
    let [runs, sum, squares] = [0, 0, 0];
    for (let i = 0; i < tries; i++) {
      const at = (world * tries + i) * width;
      if (!counts(at, rows)) continue;
      const value = pick(at, rows);
      runs++;
      sum += value;
      squares += value * value;
    }
    if (runs === 0) continue;
    means.push({ runs, mean: sum / runs, squares: Math.max(0, squares - (sum * sum) / runs) });
  }
  return means;
}

/**
 * Estimates the mean of what `pick` takes from each row that counts; null when none does. The same method as for all runs:
 * worlds weigh as much as they have runs, their means' noise is taken out of the spread, and the interval is never
 * narrower than the sampling error.
 */
export function estimateSeen(
  rows: Rows,
  pick: (at: number, rows: Float32Array) => number,
  counts: Counts,
  share: boolean,
): Estimate | null {
  const means = meansOf(rows, pick, counts);
  const worlds = means.length;
  if (worlds === 0) return null;
  const runs = means.reduce((sum, each) => sum + each.runs, 0);
  const mean = means.reduce((sum, each) => sum + each.runs * each.mean, 0) / runs;
  const few = worlds > 1 ? worlds / (worlds - 1) : 1;
  let [spread, errors, within] = [0, 0, 0];
  for (const each of means) {
    const off = (each.mean - mean) ** 2;
    spread += (each.runs * off * few) / runs;
    errors += (each.runs / runs) ** 2 * off * few;
    within += each.squares;
  }
  const noise = runs > worlds ? ((within / (runs - worlds)) * worlds) / runs : spread;
  const shrink = spread === 0 ? 0 : Math.sqrt(Math.max(0, spread - noise) / spread);
  const error = Z90 * Math.sqrt(errors);
  const [p10, p90] = weighedQuantiles(means);
  let low = Math.min(mean - error, mean + shrink * (p10 - mean));
  let high = Math.max(mean + error, mean + shrink * (p90 - mean));
  if (share) {
    const [least, most] = wilson(mean, runs);
    low = Math.max(0, Math.min(low, least, mean));
    high = Math.min(1, Math.max(high, most, mean));
  }
  return { mean, low, high };
}

/** P10 and P90 of the worlds' means, each as heavy as it has runs; straight between the middles of neighbours. */
function weighedQuantiles(means: readonly WorldMean[]): readonly [number, number] {
  const sorted = [...means].sort((a, b) => a.mean - b.mean);
  const runs = sorted.reduce((sum, each) => sum + each.runs, 0);
  const at = (share: number): number => {
    let passed = 0;
    let [place, value] = [0, sorted[0]!.mean];
    for (const each of sorted) {
      const middle = (passed + each.runs / 2) / runs;
      if (middle >= share) {
        const part = middle === place ? 1 : (share - place) / (middle - place);
        return passed === 0 ? each.mean : value + (each.mean - value) * part;
      }
      passed += each.runs;
      [place, value] = [middle, each.mean];
    }
    return value;
  };
  return [at(0.1), at(0.9)];
}

/** A wait that came, or one that had not come yet when its run ended. */
export interface Wait {
  readonly months: number;
  readonly came: boolean;
}

/** How long something takes to come, where some runs end before it (Kaplan and Meier's product limit). */
export interface WaitTimes {
  readonly quantiles: Quantiles;
  /** The chance that it comes within so many months. */
  readonly within: (months: number) => number;
}

/**
 * Reads waits. A run that ends before counts for as long as it was seen, on the assumption that it is like the runs that
 * were seen for longer. A quantile beyond what was seen is null. Sorts once, then linear.
 */
export function readWaits(waits: readonly Wait[]): WaitTimes {
  const sorted = [...waits].sort((a, b) => a.months - b.months || Number(b.came) - Number(a.came));
  const steps: { readonly months: number; readonly left: number }[] = [];
  let left = 1;
  for (const [place, { months, came }] of sorted.entries()) {
    if (!came) continue;
    left *= 1 - 1 / (sorted.length - place);
    steps.push({ months, left });
  }
  // Rounding must not push a share that is met exactly beyond its step.
  const at = (share: number): number | null =>
    steps.find((step) => 1 - step.left >= share - 1e-12)?.months ?? null;
  return {
    quantiles: { p10: at(0.1), p50: at(0.5), p90: at(0.9) },
    within: (months) => 1 - (steps.findLast((step) => step.months <= months)?.left ?? 1),
  };
}
