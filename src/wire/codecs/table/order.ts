/** Chooses which formula each unit follows and in which order units are coded, so that sources come first. */
import type { Formula } from './formula.ts';
import type { UnitSample } from './planner.ts';

/** A way in which one unit follows from others. */
export interface Relation {
  readonly target: number;
  readonly sources: readonly number[];
  /** Estimated bits per row when coded so. */
  readonly bits: number;
  readonly formula: Formula | undefined;
  /** Unit whose groups lag 2 of the formula means, or -1. */
  readonly key: number;
  /** For texts: units whose texts joined give the target. */
  readonly joined: readonly number[];
}

/** Relations by target, with the bits per row of each unit by itself. */
export interface Relations {
  readonly alone: readonly number[];
  /** Per unit the unit that must come before it (a slot's shape), or -1. */
  readonly shapes: readonly number[];
  readonly found: readonly (readonly Relation[])[];
}

export interface Arranged {
  readonly order: number[];
  readonly formulas: readonly (Formula | undefined)[];
  readonly keys: readonly number[];
  readonly joined: readonly (readonly number[])[];
}

/** Moves tried in all; a component that is larger keeps more of its file order. */
const TRIALS_MAX = 40_000;

/** A unit whose sources are late costs what it costs alone. */
function bestRelation(unit: number, rank: Int32Array, relations: Relations): Relation | undefined {
  let best: Relation | undefined;
  let bits = relations.alone[unit] as number;
  const own = rank[unit] as number;
  for (const relation of relations.found[unit] ?? []) {
    if (relation.bits >= bits) continue;
    let late = false;
    for (const source of relation.sources) {
      if (source !== unit && (rank[source] as number) >= own) late = true;
    }
    if (late) continue;
    best = relation;
    bits = relation.bits;
  }
  return best;
}

/** The place of each unit in the order; units of other components have none, and are never asked for. */
function rankOf(order: readonly number[], rank: Int32Array): Int32Array {
  for (let place = 0; place < order.length; place++) rank[order[place] as number] = place;
  return rank;
}

/** Bits of a component in this order; endless when a slot comes before its shape. */
function totalBits(order: readonly number[], relations: Relations, room: Int32Array): number {
  const rank = rankOf(order, room);
  let total = 0;
  for (const unit of order) {
    const shape = relations.shapes[unit] as number;
    if (shape >= 0 && (rank[shape] as number) > (rank[unit] as number)) return Infinity;
    total += bestRelation(unit, rank, relations)?.bits ?? relations.alone[unit] ?? 0;
  }
  return total;
}

/** Units that relations connect, in file order, each group by itself. */
function findComponents(units: readonly number[], relations: Relations): number[][] {
  const parent = new Map(units.map((unit) => [unit, unit]));
  const root = (unit: number): number => {
    let at = unit;
    while (parent.get(at) !== at) {
      const up = parent.get(parent.get(at) as number) as number;
      parent.set(at, up);
      at = up;
    }
    return at;
  };
  for (const list of relations.found) {
    for (const relation of list) {
      for (const source of relation.sources) parent.set(root(source), root(relation.target));
    }
  }
  relations.shapes.forEach((shape, unit) => {
    if (shape >= 0) parent.set(root(shape), root(unit));
  });
  const groups = new Map<number, number[]>();
  for (const unit of units) {
    const list = groups.get(root(unit)) ?? [];
    list.push(unit);
    groups.set(root(unit), list);
  }
  return [...groups.values()];
}

/** Moves single units while that saves bits. */
function improve(start: readonly number[], relations: Relations, trials: number): number[] {
  const room = new Int32Array(relations.alone.length).fill(-1);
  let order = [...start];
  let best = totalBits(order, relations, room);
  let left = trials;
  for (let round = 0; round < 4; round++) {
    const before = best;
    for (const unit of start) {
      const rest = order.filter((entry) => entry !== unit);
      let place = -1;
      const trial = [unit, ...rest];
      for (let at = 0; at <= rest.length; at++) {
        if (left-- <= 0) return order;
        if (at > 0) {
          trial[at - 1] = rest[at - 1] as number;
          trial[at] = unit;
        }
        const bits = totalBits(trial, relations, room);
        if (bits >= best - 0.05) continue;
        best = bits;
        place = at;
      }
      if (place >= 0) order = [...rest.slice(0, place), unit, ...rest.slice(place)];
    }
    if (best === before) break;
  }
  return order;
}

/** Starts from file order and improves each group of related units. A template's shape stays before its slots. */
export function arrangeUnits(samples: readonly UnitSample[], relations: Relations): Arranged {
  const order = samples.map((sample) => sample.unit);
  const work = TRIALS_MAX / 16;
  for (const component of findComponents(order, relations)) {
    if (component.length < 2) continue;
    // One trial looks at every unit of the component: the same work buys fewer trials in a larger one.
    const trials = Math.floor((work * 16 * 16) / component.length);
    const places = [...component];
    improve(component, relations, trials).forEach((unit, i) => (order[places[i] as number] = unit));
  }
  const rank = rankOf(order, new Int32Array(samples.length));
  const chosen = samples.map((sample) => bestRelation(sample.unit, rank, relations));
  return {
    order,
    formulas: chosen.map((relation) => relation?.formula),
    keys: chosen.map((relation) => relation?.key ?? -1),
    joined: chosen.map((relation) => relation?.joined ?? []),
  };
}
