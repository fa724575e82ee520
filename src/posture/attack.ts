/**
 * The attack view: which vectors stay open to which class of attacker, given the measures that are met.
 *
 * RAND's rule is that a measure belongs to the lowest level whose attackers can use the vector with a feasibility above
 * 1. Ours, from it: a vector is closed to OCk in an environment when every applicable measure of levels 1 to k that
 * stands directly against it is met, and at least one is. Which measures stand against which vector is our judgement.
 */
import { rankOf } from './catalogue/catalogue.ts';
import type { Catalogue, ListedMeasure } from './catalogue/catalogue.ts';
import type { CapacityId, Vector } from './catalogue/schema.ts';
import { holdsBack } from './standing.ts';
import type { Standing } from './standing.ts';

/** `out-of-reach`: RAND gives it at most 20 % even without measures; `narrowed`: some measures are met. */
export type VectorState = 'out-of-reach' | 'closed' | 'narrowed' | 'open';

/** One vector against one class of attacker. */
export interface AttackCell {
  readonly vector: string;
  readonly capacity: CapacityId;
  readonly state: VectorState;
  /** RAND's score, 1 to 5, for an average company at about SL1. */
  readonly feasibility: number;
  /** Kinds of met measures in the way, each counted once; RAND asks for 2, 4 and 8 independent layers at SL3 to SL5. */
  readonly layers: number;
  /** Ids of direct measures that are missing. */
  readonly missing: readonly string[];
}

/** Layers that RAND asks for against a class of attacker. */
export function layersAsked(capacity: CapacityId): number {
  const asked: Readonly<Record<CapacityId, number>> = { OC1: 1, OC2: 1, OC3: 2, OC4: 4, OC5: 8 };
  return asked[capacity];
}

/** The measures that stand directly against each vector. */
export function measuresAgainst(
  catalogue: Catalogue,
): ReadonlyMap<string, readonly ListedMeasure[]> {
  const found = new Map<string, ListedMeasure[]>(
    catalogue.vectors.map((vector) => [vector.id, []]),
  );
  for (const link of catalogue.links.values()) {
    const measure = catalogue.measures.get(link.measure);
    if (measure === undefined) continue;
    for (const vector of link.direct) found.get(vector)?.push(measure);
  }
  return found;
}

function judgeCell(
  vector: Vector,
  capacity: CapacityId,
  against: readonly ListedMeasure[],
  standingOf: (measure: string) => Standing,
): AttackCell {
  const rank = rankOf(capacity.replace('OC', 'SL') as 'SL1');
  const feasibility = vector.feasibility[capacity];
  const met = against.filter((measure) => standingOf(measure.id).status === 'met');
  const layers = new Set(met.map((measure) => measure.subcategory ?? measure.category)).size;
  // A measure of a framework without levels stands beside the ladder: it is a layer, and its absence holds nothing open.
  const missing = against
    .filter((measure) => measure.level !== null && measure.level <= rank)
    .filter((measure) => holdsBack(standingOf(measure.id).status))
    .map((measure) => measure.id);
  const state =
    feasibility <= 1
      ? 'out-of-reach'
      : met.length === 0
        ? 'open'
        : missing.length === 0
          ? 'closed'
          : 'narrowed';
  return { vector: vector.id, capacity, state, feasibility, layers, missing };
}

/** Every vector against every class of attacker, in the catalogue's order. */
export function viewAttack(
  catalogue: Catalogue,
  standingOf: (measure: string) => Standing,
): readonly AttackCell[] {
  const against = measuresAgainst(catalogue);
  return catalogue.vectors.flatMap((vector) =>
    catalogue.capacities.map((capacity) =>
      judgeCell(vector, capacity.id, against.get(vector.id) ?? [], standingOf),
    ),
  );
}
