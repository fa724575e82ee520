/** How a model's tries to get out by itself add up, month by month: its capacity grows, its monitor may stop it. */
import type { Chances } from './chances.ts';
import type { Plan } from './plan.ts';
import { ladderAt } from './world.ts';

/** Whose model, and since when. */
export interface EscapeTimes {
  readonly party: number;
  readonly at: number;
  readonly from: number;
  readonly monitorAt: number;
}

/**
 * Fills in, for each month, the sum of chances of all tries from `from` on of a model that its party has had since `at`.
 * A monitor that is sabotaged in `monitorAt` stops nothing afterwards.
 */
export function fillEscapeGrowth(
  growth: Float64Array,
  plan: Plan,
  values: Float64Array,
  chances: Chances,
  when: EscapeTimes,
): void {
  const { model, months } = plan;
  const { at, from, monitorAt } = when;
  const levels = chances.weightsLevels(when.party);
  const stops = values[model.monitorStops]!;
  let sum = 0;
  for (let m = 0; m < months; m++) {
    growth[m] = sum;
    if (m + 1 <= from) continue;
    const years = Math.max(0, m + 0.5 - at) / 12;
    const oc = values[model.ocAtCapability]! + values[model.ocPerYear]! * years;
    const watched = m + 0.5 < monitorAt ? 1 - stops : 1;
    sum += watched * ladderAt(chances.ladder, oc - levels[m]!);
  }
  growth[months] = sum;
}
