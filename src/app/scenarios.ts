/** Scenarios that the gate plays for the console: the shipped ones, or a text of one's own, with inputs moved. */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SallyportError, ThreadPool } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import {
  SCENARIO_JOB,
  adjustScenario,
  answerScenario,
  readScenario,
  showScenarioInputs,
} from '../posture/index.ts';
import type { Adjustment, Scenario, ScenarioAnswers, ScenarioInputs } from '../posture/index.ts';
import { appErrors } from './errors.ts';

/** A shipped scenario. */
export interface ShippedScenario {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly text: string;
}

/** What is to be played. */
export interface ScenarioPlay {
  /** A shipped scenario, or a text of one's own. */
  readonly id?: string | undefined;
  readonly text?: string | undefined;
  readonly adjustments: readonly Adjustment[];
  /** The essay's claims that are switched on. */
  readonly claims: readonly (keyof Scenario['claims'])[];
  readonly runs: number;
}

/** The desk. */
export interface ScenarioDesk {
  list(): Promise<readonly ShippedScenario[]>;
  inputs(play: Pick<ScenarioPlay, 'id' | 'text'>): Promise<ScenarioInputs>;
  /** Plays on one thread, one after the other; refuses when too many wait. */
  play(play: ScenarioPlay): Promise<ScenarioAnswers>;
  close(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('../../examples/scenarios/', import.meta.url));
const WAITING_MAX = 8;

function need<T>(read: ({ readonly ok: true } & T) | Refusal): T {
  if (read.ok) return read;
  const { code, message, hint } = read;
  throw new SallyportError(code, { status: 400, message, hint }, {});
}

async function readShipped(): Promise<readonly ShippedScenario[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(FOLDER + file, 'utf8');
      const { name, about } = need(readScenario(text)).scenario;
      return { id: file.replace(/\.yaml$/, ''), name, about, text };
    }),
  );
}

/** Opens the desk; nothing is read and no thread is started before somebody asks. */
export function openScenarios(): ScenarioDesk {
  let shipped: Promise<readonly ShippedScenario[]> | undefined;
  let pool: ThreadPool | undefined;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const list = (): Promise<readonly ShippedScenario[]> => (shipped ??= readShipped());
  const open = async ({ id, text }: Pick<ScenarioPlay, 'id' | 'text'>): Promise<Scenario> => {
    const found = text ?? (await list()).find((each) => each.id === id)?.text;
    if (found === undefined) throw appErrors.error('SCENARIO_UNKNOWN', { id: id ?? '' });
    return need(readScenario(found)).scenario;
  };
  return {
    list,
    inputs: async (play) => showScenarioInputs(await open(play)),
    play: async (play) => {
      const scenario = await open(play);
      const claims = { ...scenario.claims };
      for (const claim of play.claims) claims[claim] = true;
      const moved = need(adjustScenario({ ...scenario, claims }, play.adjustments)).scenario;
      if (waiting >= WAITING_MAX) throw appErrors.error('SCENARIO_BUSY', { waiting });
      waiting += 1;
      const mine = turn.then(() => {
        pool ??= new ThreadPool(SCENARIO_JOB, 1);
        const threads = pool;
        return answerScenario(moved, { runs: play.runs }, (jobs) => threads.run(jobs));
      });
      turn = mine.catch(() => undefined).finally(() => (waiting -= 1));
      return mine;
    },
    close: async () => {
      await turn;
      await pool?.close();
    },
  };
}
