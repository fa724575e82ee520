/** Two scenarios side by side: both answered with the same seed, their differences taken run by run. */
import { answerWithRows, playHere } from './answer.ts';
import type { PlayChunks, ScenarioOptions } from './answer.ts';
import type { ScenarioAnswers } from './answer-types.ts';
import { columnIndex } from './columns.ts';
import type { Column } from './columns.ts';
import type { Scenario } from './schema.ts';
import { estimateColumn, estimateDifference } from './stats.ts';
import type { Estimate } from './stats.ts';

/** One answer of both. */
export interface Difference {
  readonly column: Column;
  readonly title: string;
  readonly share: boolean;
  readonly first: Estimate;
  readonly second: Estimate;
  /** Second less first, over pairs of runs in which inputs of the same name were drawn at the same quantile. */
  readonly difference: Estimate;
}

/** Two scenarios side by side. */
export interface ScenarioComparison {
  readonly form: 'scenario-comparison/1';
  readonly notice: string;
  readonly first: ScenarioAnswers;
  readonly second: ScenarioAnswers;
  readonly differences: readonly Difference[];
}

const COMPARED: readonly {
  readonly column: Column;
  readonly title: string;
  readonly share: boolean;
}[] = [
  { column: 'holders', title: 'holders at the end', share: false },
  { column: 'outside', title: 'holders that are neither developer nor government', share: false },
  { column: 'has-oc5', title: 'a top state group (OC5) has it', share: true },
  { column: 'has-oc4', title: 'a state group (OC4) has it', share: true },
  { column: 'has-oc3', title: 'a crime syndicate (OC3) has it', share: true },
  { column: 'has-oc2', title: 'an opportunist (OC2) has it', share: true },
  { column: 'has-oc1', title: 'an amateur (OC1) has it', share: true },
  { column: 'public', title: 'the public has it', share: true },
  { column: 'weights', title: 'weights stolen', share: true },
  { column: 'secrets', title: 'small secrets stolen', share: true },
  { column: 'monitor', title: 'a monitor sabotaged', share: true },
  { column: 'alignment', title: 'alignment sabotaged', share: true },
  { column: 'self', title: 'a model got out by itself', share: true },
  { column: 'misuse', title: 'catastrophic misuse', share: true },
];

/** See the top of this file. The first scenario's seed serves both, unless one is given. */
export async function compareScenarios(
  first: Scenario,
  second: Scenario,
  options: ScenarioOptions = {},
  play: PlayChunks = playHere,
): Promise<ScenarioComparison> {
  const same = { ...options, seed: options.seed ?? first.seed };
  const one = await answerWithRows(first, same, play);
  const two = await answerWithRows(second, same, play);
  return {
    form: 'scenario-comparison/1',
    notice: `${one.answers.notice} and of ${second.inputsOf}`,
    first: one.answers,
    second: two.answers,
    differences: COMPARED.map(({ column, title, share }) => {
      const at = columnIndex(column);
      return {
        ...{ column, title, share },
        first: estimateColumn(one.rows, at, share),
        second: estimateColumn(two.rows, at, share),
        difference: estimateDifference(two.rows, one.rows, at),
      };
    }),
  };
}
