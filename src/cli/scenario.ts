/** `sallyport scenario`: what happens if; runs a scenario, shows its inputs, puts two side by side. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { SallyportError, ThreadPool, monotonicMs } from '../core/index.ts';
import {
  RUNS_DEFAULT,
  RUNS_MAX,
  RUNS_MIN,
  SCENARIO_JOB,
  answerScenario,
  compareScenarios,
  readScenario,
  renderComparison,
  renderScenario,
  showScenarioInputs,
} from '../posture/index.ts';
import type { PlayChunks, Scenario, ScenarioOptions } from '../posture/index.ts';
import { cliErrors } from './errors.ts';
import { needOutput, readGivenText, sizeOfGiven, writeGiven } from './given-paths.ts';
import { printAnswers, printComparison, printInputs } from './scenario-view.ts';
import { formatCount, openProgress } from './terminal.ts';

interface RunOptions {
  readonly runs?: string;
  readonly seed?: string;
  readonly threads?: string;
  readonly json?: boolean;
  readonly html?: string;
}

const FILE_BYTES_MAX = 1024 * 1024;

function addRunOptions(command: Command): Command {
  return command
    .option('--runs <n>', `runs to play, a multiple of 1,000 (${RUNS_DEFAULT})`)
    .option('--seed <n>', "seed, instead of the file's; the same seed gives the same numbers")
    .option('--threads <n>', 'threads to use (as many as there are processors, at most 8)')
    .option('--html <file>', 'also write a page with plots, complete in itself')
    .option('--json', 'print the answers as JSON');
}

/** Adds the commands. */
export function registerScenario(program: Command): void {
  const scenario = program
    .command('scenario')
    .summary('what happens if: who has the capability when, and what changes it')
    .description(
      'Play a scenario file many times: parties, attackers, security levels over time; who has the capability when, what one level or a cap is worth, which input matters most. Illustrative: it is as good as its inputs. Needs no server.',
    );
  addRunOptions(
    scenario
      .command('run <file>')
      .description('Play a scenario and show its answers, each with its interval'),
  ).action(async (file: string, options: RunOptions) => {
    await runOne(file, options);
  });
  scenario
    .command('show <file>')
    .description('Show every input of a scenario with its range, unit and source; plays nothing')
    .option('--json', 'print them as JSON')
    .action((file: string, options: { readonly json?: boolean }) => {
      const shown = showScenarioInputs(openScenario(file));
      if (options.json === true) process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      else printInputs(shown);
    });
  addRunOptions(
    scenario
      .command('compare <first> <second>')
      .description('Play two scenarios with the same draws and show them side by side'),
  ).action(async (first: string, second: string, options: RunOptions) => {
    await runTwo(first, second, options);
  });
}

function openScenario(path: string): Scenario {
  if (sizeOfGiven(path) > FILE_BYTES_MAX) {
    const why = 'it is far too large for a scenario';
    throw cliErrors.error('PATH_UNREADABLE', { path, why });
  }
  const read = readScenario(readGivenText(path));
  if (read.ok) return read.scenario;
  const { code, message, hint } = read;
  throw new SallyportError(code, { status: 400, message: `\`${path}\`: ${message}`, hint }, {});
}

function readWhole(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  const why = `it takes a whole number from ${min} to ${max}`;
  throw cliErrors.error('OPTION_INVALID', { option, value: text, why });
}

function readOptions({ runs, seed }: RunOptions): ScenarioOptions {
  const count = runs === undefined ? RUNS_DEFAULT : readWhole('--runs', runs, RUNS_MIN, RUNS_MAX);
  if (count % 1000 !== 0) {
    const why = 'it takes a multiple of 1,000';
    throw cliErrors.error('OPTION_INVALID', { option: '--runs', value: String(count), why });
  }
  return {
    runs: count,
    ...(seed === undefined ? {} : { seed: readWhole('--seed', seed, 0, 4294967295) }),
  };
}

function sayPlayed(runs: number, threads: number, seconds: number, processor: number): string {
  const where = threads === 1 ? '1 thread' : `${String(threads)} threads`;
  return `${formatCount(runs)} runs, those of levels, caps and claims among them, in ${seconds.toFixed(1)} s on ${where} (${processor.toFixed(1)} s of processor time)\n`;
}

/** Plays on threads, with a bar on a terminal, for as long as `work` goes on. */
async function withThreads<T>(
  options: RunOptions,
  work: (play: PlayChunks) => Promise<T>,
): Promise<T> {
  const size =
    options.threads === undefined
      ? Math.min(8, availableParallelism())
      : readWhole('--threads', options.threads, 1, 64);
  const pool = new ThreadPool(SCENARIO_JOB, size);
  const progress = openProgress(process.stderr, monotonicMs);
  const started = monotonicMs();
  const before = process.cpuUsage();
  let total = 0;
  try {
    const done = await work((jobs) => {
      const runs = jobs.map((job) => (job.to - job.from) * job.tries);
      total = runs.reduce((sum, each) => sum + each, 0);
      progress.show('playing runs', 0, total);
      return pool.run(jobs, (done, count) => {
        progress.show('playing runs', Math.round((total * done) / count), total);
      });
    });
    progress.end();
    // Beside the answers and not among them, which are the same on every machine.
    if (options.json !== true) {
      const { user, system } = process.cpuUsage(before);
      process.stderr.write(
        sayPlayed(total, size, (monotonicMs() - started) / 1000, (user + system) / 1e6),
      );
    }
    return done;
  } finally {
    progress.end();
    await pool.close();
  }
}

function finish(options: RunOptions, value: unknown, html: () => string, print: () => void): void {
  if (options.html !== undefined) writeGiven(options.html, html());
  if (options.json === true) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else print();
}

async function runOne(file: string, options: RunOptions): Promise<void> {
  const chosen = readOptions(options);
  needOutput(options.html);
  const scenario = openScenario(file);
  const answers = await withThreads(options, (play) => answerScenario(scenario, chosen, play));
  finish(
    options,
    answers,
    () => renderScenario(answers),
    () => {
      printAnswers(answers);
    },
  );
}

async function runTwo(first: string, second: string, options: RunOptions): Promise<void> {
  const chosen = readOptions(options);
  needOutput(options.html);
  const pair = [openScenario(first), openScenario(second)] as const;
  const both = await withThreads(options, (play) => compareScenarios(...pair, chosen, play));
  finish(
    options,
    both,
    () => renderComparison(both),
    () => {
      printComparison(both);
    },
  );
}
