/** Finds how columns follow from one another. */
import type { Relations } from './order.ts';
import type { UnitSample } from './planner.ts';

/** All relations worth considering. */
export function findRelations(
  samples: readonly UnitSample[],
  shapes: readonly number[],
): Relations {
  return { alone: samples.map(() => 1), shapes, found: samples.map(() => []) };
}
