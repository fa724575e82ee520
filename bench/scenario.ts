/** Runs of a scenario: all answers to 100,000 runs, with the variants that they need, on one thread and on two. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { ThreadPool } from '../src/core/index.ts';
import { SCENARIO_JOB, answerScenario, readScenario } from '../src/posture/index.ts';
import type { BenchTable } from './table.ts';

const EXAMPLES = ['short-timelines', 'longer-timelines-one-leader', 'government-project'];
const RUNS = 100_000;

async function measure(name: string, threads: number): Promise<string[]> {
  const read = readScenario(readFileSync(`examples/scenarios/${name}.yaml`, 'utf8'));
  if (!read.ok) throw new Error(read.message);
  const started = performance.now();
  const before = process.cpuUsage();
  const pool = new ThreadPool(SCENARIO_JOB, threads);
  let played = started;
  const answers = await answerScenario(read.scenario, { runs: RUNS }, async (jobs) => {
    const results = await pool.run<never>(jobs);
    played = performance.now();
    return results;
  });
  const ended = performance.now();
  await pool.close();
  const { user, system } = process.cpuUsage(before);
  const { ladders, egress, claims } = answers;
  const steps = ladders.flatMap((ladder) => ladder.steps).length;
  const variants = answers.variantRuns * (steps + egress.caps.length + claims.length + 1);
  return [
    name,
    String(threads),
    String(answers.runs + variants),
    ((played - started) / 1000).toFixed(1),
    ((ended - started) / 1000).toFixed(1),
    ((user + system) / 1e6).toFixed(1),
  ];
}

/** Seconds from the scenario to its answers, threads started within. */
export async function benchScenario(): Promise<BenchTable> {
  const rows: string[][] = [];
  for (const name of EXAMPLES) {
    for (const threads of [1, Math.min(2, cpus().length)]) rows.push(await measure(name, threads));
  }
  return {
    title: 'Scenario: answers to 100,000 runs',
    note: 'Runs include those of levels, caps and claims. Wanted: ≤ 10 s on two cores.',
    columns: ['scenario', 'threads', 'runs', 'played, s', 'answered, s', 'processor, s'],
    rows,
  };
}
