/** Stops of one run: interventions that hold up a party's own work. Each delays a party once. */
import { drawUniform } from './draws.ts';
import type { Plan } from './plan.ts';

/** One object serves many runs; {@link Stops.begin} starts the next one. */
export class Stops {
  readonly #plan: Plan;
  readonly #values: Float64Array;
  readonly #at: Float64Array;
  readonly #done: Uint8Array;
  #key = 0;
  /** Whether a theft may set one off. */
  readonly afterTheft: boolean;

  constructor(plan: Plan, values: Float64Array) {
    this.#plan = plan;
    this.#values = values;
    this.#at = new Float64Array(plan.stops.length);
    this.#done = new Uint8Array(plan.parties.length * plan.stops.length);
    this.afterTheft = plan.stops.some((stop) => stop.from === 'theft');
  }

  /** Draws when each stop begins; one that waits for a theft is not known yet. */
  begin(key: number): void {
    const { stops, capabilityMonth } = this.#plan;
    const values = this.#values;
    const capability = values[capabilityMonth]!;
    this.#key = key;
    this.#done.fill(0);
    for (let i = 0; i < stops.length; i++) {
      const stop = stops[i]!;
      const base = stop.from === 'start' ? 0 : stop.from === 'capability' ? capability : Infinity;
      const from = base + values[stop.after]!;
      this.#at[i] = this.#happens(i) ? from : Infinity;
    }
  }

  /** The month of a party's own work after the stops that hold it up by then. */
  delay(party: number, month: number): number {
    const { stops } = this.#plan;
    let own = month;
    for (let again = true; again;) {
      again = false;
      for (let s = 0; s < stops.length; s++) {
        const mark = party * stops.length + s;
        if (!stops[s]!.stops[party]! || this.#done[mark] === 1) continue;
        if (own <= this.#at[s]!) continue;
        this.#done[mark] = 1;
        own += this.#values[stops[s]!.months]!;
        again = true;
      }
    }
    return own;
  }

  /** Weights were stolen in this month: stops that wait for it may begin. */
  reactToTheft(stolen: number): void {
    if (!this.afterTheft) return;
    for (let s = 0; s < this.#at.length; s++) {
      const stop = this.#plan.stops[s]!;
      if (stop.from !== 'theft' || !this.#happens(s)) continue;
      this.#at[s] = Math.min(this.#at[s]!, stolen + this.#values[stop.after]!);
    }
  }

  #happens(s: number): boolean {
    const { chance, chanceSlot } = this.#plan.stops[s]!;
    return drawUniform(this.#key, chanceSlot) < this.#values[chance]!;
  }
}
