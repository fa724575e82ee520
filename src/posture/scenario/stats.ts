/**
 * Numbers with their intervals. A mean over runs has two kinds of doubt: what we do not know (it differs from world to world)
 * and how many runs were played. Both are in every interval, which holds P10 to P90.
 */

/** A mean, or a chance, with what it may be: P10 and P90 of the worlds' own means, never narrower than the luck of sampling. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Three quantiles over all runs; null is never within the time. */
export interface Quantiles {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

/** P90 of the standard normal distribution. */
export const Z90 = 1.2815515655446004;

/** The value below which a share of sorted values lies, by linear interpolation. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const x = share * (sorted.length - 1);
  const i = Math.floor(x);
  const low = sorted[i] ?? 0;
  const high = sorted[Math.min(i + 1, sorted.length - 1)] ?? low;
  // Infinity minus itself is no number, so equal neighbours are answered first.
  return low === high ? low : low + (high - low) * (x - i);
}

/** P10, P50 and P90 of values; infinite ones become null, as do all of no values. */
export function quantilesOf(values: Iterable<number>): Quantiles {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { p10: null, p50: null, p90: null };
  const at = (share: number): number | null => {
    const found = quantileOfSorted(sorted, share);
    return Number.isFinite(found) ? found : null;
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/** Bounds of a share that was seen `mean` of `count` times (Wilson), P10 and P90. */
export function wilson(mean: number, count: number): readonly [low: number, high: number] {
  const z2 = Z90 * Z90;
  const middle = (mean + z2 / (2 * count)) / (1 + z2 / count);
  const spread =
    (Z90 * Math.sqrt((mean * (1 - mean)) / count + z2 / (4 * count * count))) / (1 + z2 / count);
  return [middle - spread, middle + spread];
}

/**
 * Estimates a mean from the means of worlds. Each world's mean is noisy, because it has few runs; the noise (`within`: the
 * mean variance of a single run inside a world) is taken out of the spread between worlds before quantiles are read, by
 * shrinking towards the overall mean. What is left is joined with the sampling error of the whole.
 */
export function estimateFromWorlds(
  means: Float64Array,
  within: number,
  tries: number,
  share: boolean,
): Estimate {
  const worlds = means.length;
  let sum = 0;
  for (const each of means) sum += each;
  const mean = sum / worlds;
  let squares = 0;
  for (const each of means) squares += (each - mean) * (each - mean);
  const variance = worlds > 1 ? squares / (worlds - 1) : 0;
  const between = Math.max(0, variance - within / tries);
  const shrink = variance === 0 ? 0 : Math.sqrt(between / variance);
  const sorted = Float64Array.from(means).sort();
  const error = Z90 * Math.sqrt(variance / worlds);
  let low = Math.min(mean - error, mean + shrink * (quantileOfSorted(sorted, 0.1) - mean));
  let high = Math.max(mean + error, mean + shrink * (quantileOfSorted(sorted, 0.9) - mean));
  if (share) {
    const [least, most] = wilson(mean, worlds * tries);
    low = Math.max(0, Math.min(low, least, mean));
    high = Math.min(1, Math.max(high, most, mean));
  }
  return { mean, low, high };
}

/** Runs of one variant, as rows of a fixed width. */
export interface Rows {
  readonly rows: Float32Array;
  readonly width: number;
  readonly worlds: number;
  readonly tries: number;
}

/** Estimates the mean of what `pick` takes from each row (or from each pair of rows of two variants with the same draws). */
export function estimateRows(
  { rows, width, worlds, tries }: Rows,
  pick: (at: number, rows: Float32Array) => number,
  share = false,
): Estimate {
  const means = new Float64Array(worlds);
  let within = 0;
  for (let world = 0; world < worlds; world++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < tries; i++) {
      const value = pick((world * tries + i) * width, rows);
      sum += value;
      squares += value * value;
    }
    means[world] = sum / tries;
    if (tries > 1) within += Math.max(0, squares - (sum * sum) / tries) / (tries - 1) / worlds;
  }
  return estimateFromWorlds(means, within, tries, share);
}

/** Estimates the mean of a column. */
export function estimateColumn(rows: Rows, column: number, share: boolean): Estimate {
  return estimateRows(rows, (at, all) => all[at + column]!, share);
}

/** Estimates how far a column differs from the same column of another variant that met the same draws. */
export function estimateDifference(rows: Rows, other: Rows, column: number): Estimate {
  return estimateRows(rows, (at, all) => all[at + column]! - other.rows[at + column]!);
}
