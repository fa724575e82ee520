/**
 * A world: one draw of everything that we do not know (rates, chances, levels, ratios), shared by many runs that differ in
 * dates and luck. Also the arithmetic of levels: the chance of one attempt, and attempts added up over time.
 */
import { drawUniform, runKeyOf, strataOf } from './draws.ts';
import type { Plan, PlanInput } from './plan.ts';
import { ln } from './portable-math.ts';
import { quantileOf } from './range.ts';
import type { Path } from './schema.ts';

/** The value of an input at a quantile; of a path, the quantile itself, because its points move together. */
export function valueAt(input: PlanInput, u: number): number {
  return input.range === undefined ? u : quantileOf(input.range, u);
}

/** Draws the inputs of worlds; the same seed and number of worlds give the same draws, whatever worlds are asked for. */
export class WorldDraws {
  readonly #plan: Plan;
  readonly #worlds: number;
  readonly #strata: readonly (Uint32Array | undefined)[];

  constructor(plan: Plan, worlds: number) {
    this.#plan = plan;
    this.#worlds = worlds;
    this.#strata = plan.inputs.map((input) =>
      input.drawn === 'world' ? strataOf(plan.seed, input.slot, worlds) : undefined,
    );
  }

  /** Fills in the inputs that belong to a world; those of single runs are left as they are. */
  fill(world: number, values: Float64Array): void {
    const key = runKeyOf(this.#plan.seed ^ 0x0badcafe, world);
    for (const [i, input] of this.#plan.inputs.entries()) {
      const strata = this.#strata[i];
      if (strata === undefined) continue;
      const u = (strata[world]! + drawUniform(key, input.slot)) / this.#worlds;
      values[i] = valueAt(input, u);
    }
  }
}

/** Fills in the inputs that are drawn anew in each run. */
export function fillRun(plan: Plan, runKey: number, values: Float64Array): void {
  const { inputs } = plan;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    if (input.drawn === 'run') values[i] = valueAt(input, drawUniform(runKey, input.slot));
  }
}

/** The value of a path at a month, its points all taken at the same quantile. */
export function pathAt(points: Path, u: number, month: number): number {
  const last = points[points.length - 1]!;
  const first = points[0]!;
  if (month <= first.month) return quantileOf(first.range, u);
  if (month >= last.month) return quantileOf(last.range, u);
  const next = points.findIndex((point) => point.month > month);
  const a = points[next - 1]!;
  const b = points[next]!;
  const from = quantileOf(a.range, u);
  const part = (month - a.month) / (b.month - a.month);
  return from + (quantileOf(b.range, u) - from) * part;
}

const GAP_MAX = 5;

/**
 * The ladder: chance that one attempt succeeds, for the attacker's capacity minus the level, at whole gaps from −5 to 5.
 * Drawn chances are put in order, so that a wider gap never helps the defender. Each level beyond one above divides the
 * chance as the first one did.
 */
export function ladderOf(plan: Plan, values: Float64Array): Float64Array {
  const [above, equal, one, two, three] = plan.success.map((input) => values[input]!) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const ladder = new Float64Array(2 * GAP_MAX + 1);
  const first = Math.min(above, equal);
  const factor = equal === 0 ? 0 : first / equal;
  ladder[GAP_MAX] = equal;
  let below = equal;
  for (let gap = 1; gap <= GAP_MAX; gap++) {
    below *= factor;
    ladder[GAP_MAX - gap] = below;
  }
  let most = equal;
  for (let gap = 1; gap <= GAP_MAX; gap++) {
    most = Math.max(most, gap === 1 ? one : gap === 2 ? two : three);
    ladder[GAP_MAX + gap] = most;
  }
  return ladder;
}

/** The chance at any gap: a straight line between whole gaps. */
export function ladderAt(ladder: Float64Array, gap: number): number {
  const x = Math.min(2 * GAP_MAX, Math.max(0, gap + GAP_MAX));
  const i = Math.min(2 * GAP_MAX - 1, Math.floor(x));
  const low = ladder[i]!;
  return low + (ladder[i + 1]! - low) * (x - i);
}

/**
 * Adds up the chances of one attempt a month: `out[m]` is the expected number of successes from month 0 to month m. A level
 * counts for the month around whose middle it was taken.
 */
export function addUpChances(
  out: Float64Array,
  ladder: Float64Array,
  oc: number,
  levels: Float64Array,
  unstopped: boolean,
): void {
  let sum = 0;
  out[0] = 0;
  for (let m = 0; m < levels.length; m++) {
    sum += unstopped ? 1 : ladderAt(ladder, oc - levels[m]!);
    out[m + 1] = sum;
  }
}

/** The month at which a running sum has grown by `amount` since a month; Infinity when it does not within the time. */
export function monthWhenGrown(sum: Float64Array, since: number, amount: number): number {
  const last = sum.length - 1;
  if (!(since < last)) return Infinity;
  let m = Math.floor(since);
  const target = sumAt(sum, since) + amount;
  if (!(target <= sum[last]!)) return Infinity;
  while (sum[m + 1]! < target) m++;
  const step = sum[m + 1]! - sum[m]!;
  return step === 0 ? Math.max(since, m) : Math.max(since, m + (target - sum[m]!) / step);
}

/** What a running sum of months has come to at a month within its time. */
function sumAt(sum: Float64Array, month: number): number {
  const m = Math.floor(month);
  return sum[m]! + (sum[m + 1]! - sum[m]!) * (month - m);
}

/**
 * The month of the first success since a month, when attempts come at `rate` a month and `sum` adds up their chances: an
 * exponential wait in the growth of `rate × sum`. `u` is uniform; Infinity when it does not happen within the time.
 */
export function monthOfSuccess(sum: Float64Array, since: number, rate: number, u: number): number {
  const last = sum.length - 1;
  if (!(since < last) || rate === 0) return Infinity;
  // −ln u ≥ 1 − u, so that most waits that are too long are seen without a logarithm.
  if (1 - u > rate * (sum[last]! - sumAt(sum, since))) return Infinity;
  return monthWhenGrown(sum, since, -ln(u) / rate);
}

/** Months until something that comes at `perYear` comes; Infinity when that is longer than `left`. */
export function monthsUntil(perYear: number, left: number, u: number): number {
  // −ln u ≥ 1 − u, so that most waits that are too long are seen without a logarithm.
  if (12 * (1 - u) > perYear * left) return Infinity;
  const wait = (-12 * ln(u)) / perYear;
  return wait <= left ? wait : Infinity;
}
