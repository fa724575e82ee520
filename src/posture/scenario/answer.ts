/**
 * Answers a scenario: plays the runs, its variants, and gives plain JSON. The only thing it is given besides the scenario is
 * how to play chunks (here, or on threads); the answers do not depend on it.
 */
import type { InputShown, ScenarioAnswers } from './answer-types.ts';
import { holdersMax, playChunk } from './chunk.ts';
import type { ChunkJob, ChunkResult } from './chunk.ts';
import { answerClaim } from './claims.ts';
import { COLUMNS } from './columns.ts';
import { curvesOf, fansOf } from './curves.ts';
import { answerEgress, answerLadders } from './ladders.ts';
import { planScenario } from './plan.ts';
import type { Plan, PlanAssumption } from './plan.ts';
import { showQuantiles } from './range.ts';
import type { Range } from './range.ts';
import type { Scenario } from './schema.ts';
import { rankInputs } from './sensitivity.ts';
import { BUILT_IN_SOURCES } from './sources.ts';
import type { Rows } from './stats.ts';
import { CLAIM_IDS, variantsOf } from './variants.ts';

/** How much is played. */
export interface ScenarioOptions {
  /** Runs of the scenario itself: 1,000 to 1,000,000, a multiple of 1,000; 100,000 unless said otherwise. */
  readonly runs?: number;
  /** Instead of the scenario's own seed. */
  readonly seed?: number;
}

/** Plays jobs and gives their results in the order of the jobs. */
export type PlayChunks = (jobs: readonly ChunkJob[]) => ChunkResult[] | Promise<ChunkResult[]>;

/** Plays jobs one after the other, here. */
export const playHere: PlayChunks = (jobs) => jobs.map(playChunk);

/** Runs that are played unless said otherwise. */
export const RUNS_DEFAULT = 100_000;
/** The least and the most. */
export const RUNS_MIN = 1000;
export const RUNS_MAX = 1_000_000;

/** Runs per world, of the scenario and of its variants. */
const TRIES = 100;
const VARIANT_TRIES = 10;
/** So that a claim about a level may rest on enough runs also when few are played. */
const VARIANT_WORLDS_MIN = 25;
/** A job is about this many runs, so that threads share the work evenly and progress is seen. */
const JOB_RUNS = 2500;

/** The module that threads load to play chunks. */
export const SCENARIO_JOB = new URL(
  import.meta.url.endsWith('.ts') ? 'job.ts' : 'job.js',
  import.meta.url,
);

/** The sentence beside every number of a scenario. */
export function noticeOf(scenario: Scenario): string {
  return `illustrative, inputs of ${scenario.inputsOf}`;
}

/** The jobs that play one variant. */
export function jobsOf(
  scenario: Scenario,
  assumption: PlanAssumption,
  worlds: number,
  tries: number,
  curves: boolean,
): ChunkJob[] {
  const step = Math.max(1, Math.round(JOB_RUNS / tries));
  const jobs: ChunkJob[] = [];
  for (let from = 0; from < worlds; from += step) {
    const to = Math.min(worlds, from + step);
    jobs.push({ scenario, assumption, worlds, from, to, tries, curves });
  }
  return jobs;
}

/** Joins the rows of a variant's chunks. */
export function joinRows(chunks: readonly ChunkResult[], worlds: number, tries: number): Rows {
  const rows = new Float32Array(worlds * tries * COLUMNS.length);
  let at = 0;
  for (const chunk of chunks) {
    rows.set(chunk.rows, at);
    at += chunk.rows.length;
  }
  return { rows, width: COLUMNS.length, worlds, tries };
}

/** See the top of this file. Same scenario, seed and number of runs, same answers: on any machine, with any threads. */
export async function answerScenario(
  scenario: Scenario,
  options: ScenarioOptions = {},
  play: PlayChunks = playHere,
): Promise<ScenarioAnswers> {
  return (await answerWithRows(scenario, options, play)).answers;
}

/** The answers, and the runs of the scenario itself, for a comparison run by run. */
export async function answerWithRows(
  given: Scenario,
  options: ScenarioOptions,
  play: PlayChunks,
): Promise<{ readonly answers: ScenarioAnswers; readonly rows: Rows }> {
  const scenario = { ...given, seed: options.seed ?? given.seed };
  const worlds = Math.round((options.runs ?? RUNS_DEFAULT) / TRIES);
  const variantWorlds = Math.max(VARIANT_WORLDS_MIN, Math.round(worlds / 4));
  const variants = variantsOf(scenario);
  const main = jobsOf(scenario, {}, worlds, TRIES, true);
  const side = variants.map((variant) =>
    jobsOf(variant.scenario, variant.assumption, variantWorlds, VARIANT_TRIES, false),
  );
  const results = await play([...main, ...side.flat()]);
  const chunks = results.slice(0, main.length);
  const rowsByVariant = new Map<string, Rows>();
  let at = main.length;
  for (const [i, { id }] of variants.entries()) {
    const mine = results.slice(at, at + side[i]!.length);
    at += mine.length;
    rowsByVariant.set(id, joinRows(mine, variantWorlds, VARIANT_TRIES));
  }
  const rowsOf = (id: string): Rows => rowsByVariant.get(id)!;
  const plan = planScenario(scenario);
  const sizes = { months: plan.months, worlds, tries: TRIES, holdersMax: holdersMax(plan) };
  const rows = joinRows(chunks, worlds, TRIES);
  const answers: ScenarioAnswers = {
    form: 'scenario-answers/1',
    notice: noticeOf(scenario),
    ...headOf(scenario),
    runs: worlds * TRIES,
    worlds,
    variantRuns: variantWorlds * VARIANT_TRIES,
    fans: fansOf(chunks, sizes),
    ...curvesOf(chunks, sizes),
    ladders: answerLadders(scenario, rowsOf),
    egress: answerEgress(scenario, plan, worlds, rowsOf),
    claims: CLAIM_IDS.map((id) =>
      answerClaim(scenario, id, {
        asIs: rowsOf('as-is'),
        turned: rowsOf(`claim:${id}`),
        main: rows,
      }),
    ),
    sensitivity: rankInputs(plan, rows),
    inputs: listInputs(plan),
    sources: listSources(scenario, plan),
  };
  return { answers, rows };
}

function headOf(scenario: Scenario) {
  const { name, about, capability, inputsOf, start, months, seed, claims } = scenario;
  return {
    ...{ name, about, capability: capability.what, inputsOf, start, months, seed },
    claimsOn: CLAIM_IDS.filter((id) => claims[id]),
  };
}

/** Every input of a scenario as a reader sees it. */
function listInputs(plan: Plan): InputShown[] {
  const point = (range: Range) => ({
    ...showQuantiles(range),
    source: range.source,
    ...(range.why === undefined ? {} : { why: range.why }),
  });
  return plan.inputs.map(({ place, drawn, range, points }) => ({
    place,
    unit: (range ?? points![0]!.range).unit,
    drawn,
    points:
      range === undefined
        ? points!.map((each) => ({ month: each.month, ...point(each.range) }))
        : [point(range)],
  }));
}

/** Inputs and sources of a scenario, without any run. */
export interface ScenarioInputs {
  readonly form: 'scenario-inputs/1';
  readonly name: string;
  readonly notice: string;
  readonly inputs: readonly InputShown[];
  readonly sources: ScenarioAnswers['sources'];
}

/** Every input of a scenario with its range and source; nothing is played. */
export function showScenarioInputs(scenario: Scenario): ScenarioInputs {
  const plan = planScenario(scenario);
  return {
    form: 'scenario-inputs/1',
    name: scenario.name,
    notice: noticeOf(scenario),
    inputs: listInputs(plan),
    sources: listSources(scenario, plan),
  };
}

function listSources(scenario: Scenario, plan: Plan): ScenarioAnswers['sources'] {
  const used = new Set(listInputs(plan).flatMap(({ points }) => points.map((each) => each.source)));
  return [...BUILT_IN_SOURCES, ...scenario.sources]
    .filter(({ id }) => used.has(id))
    .map(({ id, title, url }) => ({ id, title, ...(url === undefined ? {} : { url }) }));
}
