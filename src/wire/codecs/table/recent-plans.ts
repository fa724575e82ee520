/**
 * Plans that were made lately. A plan is a function of the table alone, and a table that is coded now is often the
 * reference of the next release, for which the plan is made again.
 */
import type { Plan } from './plan.ts';
import { makePlan } from './planner.ts';

const KEPT_MAX = 256;

/** By digest of the table and number of the block. */
const kept = new Map<string, Plan>();

/** The plan of a block; `digest` is the table's, or empty when it is not worth keeping. */
export function planBlock(
  digest: string,
  block: number,
  columns: readonly (readonly string[])[],
): Plan {
  if (digest === '') return makePlan(columns);
  const key = `${digest} ${String(block)}`;
  const plan = kept.get(key) ?? makePlan(columns);
  kept.delete(key);
  const [oldest] = kept.keys();
  if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  kept.set(key, plan);
  return plan;
}
