/**
 * What happens if: a transparent model of who ends up with a capability, when and how, under stated inputs.
 *
 * Guaranteed: every input is a range with a source; no answer stands without its interval; same scenario, seed and number of
 * runs give the same answers on any machine with any number of threads; a stricter level or cap never makes a theft earlier
 * in the same draws. Assumed: what docs/explanation/scenario-model.md says, equation by equation. Not offered: forecasts; how
 * likely the inputs are.
 */
export { adjustScenario } from './adjust.ts';
export type { Adjustment } from './adjust.ts';
export { readScenario, readScenarioValue } from './read.ts';
export type { ScenarioRead } from './read.ts';
export type { Scenario } from './schema.ts';
export {
  RUNS_DEFAULT,
  RUNS_MAX,
  RUNS_MIN,
  SCENARIO_JOB,
  answerScenario,
  showScenarioInputs,
} from './answer.ts';
export type { PlayChunks, ScenarioInputs, ScenarioOptions } from './answer.ts';
export type { ScenarioAnswers } from './answer-types.ts';
export { compareScenarios } from './compare.ts';
export type { ScenarioComparison } from './compare.ts';
export { renderScenario } from './report.ts';
export { renderComparison } from './report-comparison.ts';
export {
  datesShown,
  sayTooFew,
  sayUntold,
  showChance,
  showDates,
  showDifference,
  showMean,
  showSeenMean,
  showMonth,
  showNumber,
  showQuantile,
  showSpans,
} from './show.ts';
