/**
 * Which inputs move an answer most. For each input the runs are split by its value: the mean of the answer in the highest
 * fifth less that in the lowest is its swing, with all other inputs as uncertain as they are. No further run is needed, and
 * the method is the same for dates (drawn in every run) and for assumptions (drawn once per world).
 *
 * Among a hundred inputs that do nothing, the largest swing looks large. So an input is named only if its swing could not be
 * the luck of the runs: the chance that any input without effect is named is at most 1 % per answer (Bonferroni).
 */
import type { Sensitivity, Swing } from './answer-types.ts';
import { columnIndex } from './columns.ts';
import type { Column } from './columns.ts';
import { drawUniform, runKeyOf, strataOf } from './draws.ts';
import type { Plan, PlanInput } from './plan.ts';
import { exp, ln } from './portable-math.ts';
import { isFixed, showQuantiles } from './range.ts';
import { estimateColumn } from './stats.ts';
import type { Estimate, Rows } from './stats.ts';
import { pathAt } from './world.ts';

/** Answers whose inputs are ranked. */
const ASKED: readonly {
  readonly column: Column;
  readonly title: string;
  readonly share: boolean;
}[] = [
  { column: 'holders', title: 'number of holders at the end', share: false },
  { column: 'weights', title: 'chance that weights are stolen', share: true },
  { column: 'self', title: 'chance that a model gets out by itself', share: true },
  { column: 'misuse', title: 'chance of a catastrophic misuse', share: true },
];

const SHOWN = 12;
/** Chance that an answer names at least one input that does not move it. */
const FALSE_NAMES_MAX = 0.01;
const ROOT_TWO_PI = 2.5066282746310002;
const Z90 = 1.2815515655446004;
/** Rank correlations take this many runs at most, evenly spread. */
const RANKED_RUNS_MAX = 20_000;

/** Ranks the inputs for each asked answer. */
export function rankInputs(plan: Plan, rows: Rows): Sensitivity[] {
  const moving = plan.inputs.filter((input) => !isStill(input));
  const drawn = new Map(moving.map((input) => [input, quantilesDrawn(plan, input, rows)]));
  return ASKED.map(({ column, title, share }): Sensitivity => {
    const at = columnIndex(column);
    const ranks = rankRuns(rows, at);
    const sums = sumRuns(rows, at);
    const swings = moving.map((input) =>
      swingOf(input, drawn.get(input)!, sums, rows.tries, ranks, moving.length),
    );
    const told = swings.filter((each) => each.told).map((each) => each.swing);
    told.sort((a, b) => Math.abs(b.swing.mean) - Math.abs(a.swing.mean));
    const mean = estimateColumn(rows, at, share);
    const untold = swings.length - told.length;
    return { column, title, share, mean, swings: told.slice(0, SHOWN), untold };
  });
}

/** A mean over one part of an input's range: its sampling error, P10 to P90, and how many worlds say so. */
interface PartMean {
  readonly mean: number;
  readonly error: number;
  readonly worlds: number;
}

/**
 * Whether a swing is more than luck among so many inputs: Welch's test, because the two parts may differ in spread and may
 * hold few worlds. Student's t is brought to the normal distribution by Wallace's approximation (1959), whose tail Mills'
 * ratio, φ(z)/z, bounds from above, so no table is needed.
 */
function isTold(low: PartMean, high: PartMean, inputs: number): boolean {
  const [a, b] = [(low.error / Z90) ** 2, (high.error / Z90) ** 2];
  const swing = Math.abs(high.mean - low.mean);
  if (swing === 0 || low.worlds < 2 || high.worlds < 2) return false;
  if (a + b === 0) return true;
  const t2 = swing ** 2 / (a + b);
  const freedom = (a + b) ** 2 / (a ** 2 / (low.worlds - 1) + b ** 2 / (high.worlds - 1));
  const z = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * ln(1 + t2 / freedom));
  return (2 * exp((-z * z) / 2)) / (z * ROOT_TWO_PI) < FALSE_NAMES_MAX / inputs;
}

function isStill(input: PlanInput): boolean {
  if (input.range !== undefined) return isFixed(input.range);
  return input.points!.every((point) => isFixed(point.range));
}

/** The quantile at which an input was drawn: one per world, or one per run. */
function quantilesDrawn(plan: Plan, input: PlanInput, { worlds, tries }: Rows): Float64Array {
  if (input.drawn === 'world') {
    return Float64Array.from(strataOf(plan.seed, input.slot, worlds), (at) => (at + 0.5) / worlds);
  }
  return Float64Array.from({ length: worlds * tries }, (_, run) =>
    drawUniform(runKeyOf(plan.seed, run), input.slot),
  );
}

/** Middle ranks of a column, scaled to 0…1, for evenly spread runs. */
function rankRuns({ rows, width, worlds, tries }: Rows, column: number): Map<number, number> {
  const count = worlds * tries;
  const step = Math.max(1, Math.ceil(count / RANKED_RUNS_MAX));
  const runs = Array.from({ length: Math.floor(count / step) }, (_, i) => i * step);
  const value = (run: number): number => rows[run * width + column]!;
  const order = [...runs].sort((a, b) => value(a) - value(b));
  const ranks = new Map<number, number>();
  for (let i = 0; i < order.length;) {
    let j = i;
    while (j < order.length && value(order[j]!) === value(order[i]!)) j++;
    for (let k = i; k < j; k++) ranks.set(order[k]!, (i + j - 1) / 2 / order.length);
    i = j;
  }
  return ranks;
}

function correlate(
  ranks: ReadonlyMap<number, number>,
  drawn: Float64Array,
  runsPerDraw: number,
): number {
  let n = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let syy = 0;
  let sxy = 0;
  for (const [run, y] of ranks) {
    const x = drawn[Math.floor(run / runsPerDraw)]!;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const spread = Math.sqrt((sxx - (sx * sx) / n) * (syy - (sy * sy) / n));
  return spread > 0 ? (sxy - (sx * sy) / n) / spread : 0;
}

/** Sums of the answer over the runs of each draw of an input, or over single runs. */
interface Sums {
  readonly byWorld: Float64Array;
  readonly byRun: Float64Array;
}

function sumRuns({ rows, width, worlds, tries }: Rows, column: number): Sums {
  const byRun = Float64Array.from({ length: worlds * tries }, (_, i) => rows[i * width + column]!);
  const byWorld = new Float64Array(worlds);
  for (let i = 0; i < byRun.length; i++) byWorld[Math.floor(i / tries)]! += byRun[i]!;
  return { byWorld, byRun };
}

/**
 * Mean and sampling error of the answer over the draws of one part of the input's range. Runs of one world are alike, so the
 * error is that of the worlds' sums.
 */
function meanWhere(
  sums: Float64Array,
  drawn: Float64Array,
  runsPerSum: number,
  sumsPerWorld: number,
  inside: (u: number) => boolean,
): PartMean {
  const worlds = sums.length / sumsPerWorld;
  const counts = new Float64Array(worlds);
  const totals = new Float64Array(worlds);
  let count = 0;
  let total = 0;
  for (let i = 0; i < sums.length; i++) {
    if (!inside(drawn[i]!)) continue;
    const world = Math.floor(i / sumsPerWorld);
    counts[world]! += runsPerSum;
    totals[world]! += sums[i]!;
    count += runsPerSum;
    total += sums[i]!;
  }
  if (count === 0) return { mean: 0, error: 0, worlds: 0 };
  const mean = total / count;
  let squares = 0;
  let held = 0;
  for (let w = 0; w < worlds; w++) {
    if (counts[w] === 0) continue;
    held++;
    squares += (totals[w]! - counts[w]! * mean) ** 2;
  }
  const few = held > 1 ? held / (held - 1) : 1;
  return { mean, error: (Z90 * Math.sqrt(squares * few)) / count, worlds: held };
}

function swingOf(
  input: PlanInput,
  drawn: Float64Array,
  sums: Sums,
  tries: number,
  ranks: ReadonlyMap<number, number>,
  inputs: number,
): { readonly swing: Swing; readonly told: boolean } {
  const runsPerDraw = input.drawn === 'world' ? tries : 1;
  const [of, perWorld] = input.drawn === 'world' ? [sums.byWorld, 1] : [sums.byRun, tries];
  const low = meanWhere(of, drawn, runsPerDraw, perWorld, (u) => u < 0.2);
  const high = meanWhere(of, drawn, runsPerDraw, perWorld, (u) => u > 0.8);
  const around = (mean: number, error: number): Estimate => ({
    mean,
    low: mean - error,
    high: mean + error,
  });
  const last = input.points?.at(-1);
  const range = input.range ?? last!.range;
  const shown =
    input.range === undefined
      ? {
          p10: pathAt(input.points!, 0.1, last!.month),
          p50: pathAt(input.points!, 0.5, last!.month),
          p90: pathAt(input.points!, 0.9, last!.month),
        }
      : showQuantiles(input.range);
  const swing: Swing = {
    place: input.place,
    unit: range.unit,
    source: range.source,
    input: shown,
    atLow: around(low.mean, low.error),
    atHigh: around(high.mean, high.error),
    swing: around(high.mean - low.mean, Math.sqrt(low.error ** 2 + high.error ** 2)),
    rank: correlate(ranks, drawn, runsPerDraw),
  };
  return { swing, told: isTold(low, high, inputs) };
}
