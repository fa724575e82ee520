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

/** A unit whose sources are late costs what it costs alone. */
function bestRelation(
  unit: number,
  rank: readonly number[],
  relations: Relations,
): Relation | undefined {
  let best: Relation | undefined;
  let bits = relations.alone[unit] as number;
  for (const relation of relations.found[unit] ?? []) {
    if (relation.bits >= bits) continue;
    const own = rank[unit] as number;
    if (relation.sources.some((source) => source !== unit && (rank[source] as number) >= own))
      continue;
    best = relation;
    bits = relation.bits;
  }
  return best;
}

function totalBits(order: readonly number[], relations: Relations): number {
  const rank: number[] = [];
  order.forEach((unit, place) => (rank[unit] = place));
  let total = 0;
  for (const unit of order) {
    total += bestRelation(unit, rank, relations)?.bits ?? (relations.alone[unit] as number);
  }
  return total;
}

/** Starts from file order and moves single units while that saves bits. A template's shape stays before its slots. */
export function arrangeUnits(samples: readonly UnitSample[], relations: Relations): Arranged {
  let order = samples.map((sample) => sample.unit);
  const related = new Set<number>();
  for (const list of relations.found) {
    for (const relation of list) {
      related.add(relation.target);
      for (const source of relation.sources) related.add(source);
    }
  }
  const movable = order.filter((unit) => related.has(unit)).slice(0, 64);
  let best = totalBits(order, relations);
  for (let round = 0; round < 4; round++) {
    let better = false;
    for (const unit of movable) {
      for (const other of movable) {
        if (other === unit) continue;
        for (const after of [0, 1]) {
          const next = order.filter((entry) => entry !== unit);
          next.splice(next.indexOf(other) + after, 0, unit);
          const bits = totalBits(next, relations);
          if (bits >= best - 0.05 || !isAllowed(next, relations)) continue;
          best = bits;
          order = next;
          better = true;
        }
      }
    }
    if (!better) break;
  }
  const rank: number[] = [];
  order.forEach((unit, place) => (rank[unit] = place));
  const chosen = samples.map((sample) => bestRelation(sample.unit, rank, relations));
  return {
    order,
    formulas: chosen.map((relation) => relation?.formula),
    keys: chosen.map((relation) => relation?.key ?? -1),
    joined: chosen.map((relation) => relation?.joined ?? []),
  };
}

function isAllowed(order: readonly number[], relations: Relations): boolean {
  const rank: number[] = [];
  order.forEach((unit, place) => (rank[unit] = place));
  return relations.shapes.every(
    (shape, unit) => shape < 0 || (rank[shape] as number) < (rank[unit] as number),
  );
}
