/**
 * What the levels of one world come to over time: per party, asset and capacity, the sum of chances of one attempt a month.
 * Sums of parties whose level never changes by a programme are kept for the whole world.
 */
import type { Plan, PlanKeeper } from './plan.ts';
import { addUpChances, ladderOf, pathAt } from './world.ts';

const WEIGHTS = 0;
const OC_COUNT = 6;
const ASSET_COUNT = 3;

/** Levels and sums of one world, and of the run at hand. */
export class Chances {
  readonly #plan: Plan;
  readonly #values: Float64Array;
  readonly #base: Float64Array[] = [];
  readonly #levels: Float64Array[] = [];
  readonly #sums: Float64Array[] = [];
  readonly #stamps: Int32Array;
  #stamp = 0;
  #worldStamp = 0;
  /** The ladder of this world. */
  ladder: Float64Array = new Float64Array(0);
  /** The month from which each floor rises in this run; Infinity when it does not happen. */
  readonly floorFrom: Float64Array;

  constructor(plan: Plan, values: Float64Array) {
    this.#plan = plan;
    this.#values = values;
    const count = plan.parties.length * ASSET_COUNT;
    for (let i = 0; i < count; i++) {
      this.#base.push(new Float64Array(plan.months));
      this.#levels.push(new Float64Array(plan.months));
    }
    for (let i = 0; i < count * OC_COUNT; i++) this.#sums.push(new Float64Array(plan.months + 1));
    this.#stamps = new Int32Array(count * OC_COUNT);
    this.floorFrom = new Float64Array(plan.floors.length);
  }

  /** Takes over a new world's inputs. */
  beginWorld(): void {
    this.ladder = ladderOf(this.#plan, this.#values);
    this.#worldStamp = ++this.#stamp;
    for (const [i, party] of this.#plan.parties.entries()) {
      if (party.keeper === undefined) continue;
      for (let asset = 0; asset < ASSET_COUNT; asset++) {
        const input = party.keeper.levels[asset]!;
        const points = this.#plan.inputs[input]!.points!;
        const base = this.#base[i * ASSET_COUNT + asset]!;
        for (let m = 0; m < base.length; m++) {
          base[m] = pathAt(points, this.#values[input]!, m + 0.5);
        }
        this.#levels[i * ASSET_COUNT + asset]!.set(base);
      }
    }
  }

  /** Takes over a new run: when each programme of the run begins is known by {@link floorFrom}. */
  beginRun(): void {
    this.#stamp++;
    const { parties } = this.#plan;
    for (let i = 0; i < parties.length; i++) {
      const { keeper } = parties[i]!;
      if (keeper === undefined || keeper.floors.length === 0) continue;
      for (let asset = 0; asset < ASSET_COUNT; asset++)
        this.#raise(keeper, i * ASSET_COUNT + asset);
    }
  }

  /** From its beginning on, a programme lifts the level on a straight line to where it leads, and never lowers it. */
  #raise(keeper: PlanKeeper, place: number): void {
    const base = this.#base[place]!;
    const levels = this.#levels[place]!;
    levels.set(base);
    for (const floor of keeper.floors) {
      const from = this.floorFrom[floor]!;
      if (!(from < this.#plan.months)) continue;
      const { toLevel, months } = this.#plan.floors[floor]!;
      const to = this.#values[toLevel]!;
      const length = this.#values[months]!;
      const start = base[Math.floor(from)]!;
      for (let m = Math.floor(from); m < levels.length; m++) {
        const passed = m + 0.5 - from;
        if (passed < 0) continue;
        const part = length <= passed ? 1 : passed / length;
        levels[m] = Math.max(levels[m]!, start + (to - start) * part);
      }
    }
  }

  /** The level of a party's weights in each month of this run. */
  weightsLevels(party: number): Float64Array {
    return this.#levels[party * ASSET_COUNT + WEIGHTS]!;
  }

  /** Expected successes of one attempt a month, by capacity `oc` on an asset of a party, from month 0. */
  sumOf(party: number, asset: number, oc: number): Float64Array {
    const place = party * ASSET_COUNT + asset;
    const at = place * OC_COUNT + oc;
    const raised = this.#plan.parties[party]!.keeper!.floors.length > 0;
    const stamp = raised ? this.#stamp : this.#worldStamp;
    const sum = this.#sums[at]!;
    if (this.#stamps[at] !== stamp) {
      this.#stamps[at] = stamp;
      addUpChances(sum, this.ladder, oc, this.#levels[place]!, oc >= this.#plan.unstoppedOc);
    }
    return sum;
  }
}
