import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ThreadPool } from '../../src/core/index.ts';
import {
  SCENARIO_JOB,
  answerScenario,
  compareScenarios,
  readScenario,
} from '../../src/posture/index.ts';
import type { Scenario } from '../../src/posture/index.ts';
import { playChunk } from '../../src/posture/scenario/chunk.ts';
import { COLUMNS, columnIndex } from '../../src/posture/scenario/columns.ts';
import type { Column } from '../../src/posture/scenario/columns.ts';
import { attacker, fix, keeper, plainScenario } from '../support/scenario.ts';

function readExample(name: string): Scenario {
  const read = readScenario(readFileSync(`examples/scenarios/${name}.yaml`, 'utf8'));
  if (!read.ok) throw new Error(read.message);
  return read.scenario;
}

test('same seed, same answers: here, on one thread and on three, to the last bit', async () => {
  const scenario = readExample('government-project');
  const here = await answerScenario(scenario, { runs: 1000 });
  for (const size of [1, 3]) {
    const pool = new ThreadPool(SCENARIO_JOB, size);
    const there = await answerScenario(scenario, { runs: 1000 }, (jobs) => pool.run(jobs));
    await pool.close();
    assert.deepEqual(there, here);
  }
  const other = await answerScenario(scenario, { runs: 1000, seed: 2 });
  assert.notDeepEqual(other.fans, here.fans, 'another seed is another draw');
});

test('chunks join to the same runs wherever they are cut', () => {
  const scenario = readExample('short-timelines');
  const job = { scenario, assumption: {}, worlds: 12, tries: 20, curves: true };
  const whole = playChunk({ ...job, from: 0, to: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 11 }), (cut) => {
      const parts = [
        playChunk({ ...job, from: 0, to: cut }),
        playChunk({ ...job, from: cut, to: 12 }),
      ];
      assert.deepEqual([...parts[0]!.rows, ...parts[1]!.rows], [...whole.rows]);
      const sums = parts[0]!.counts.map((count, i) => count + parts[1]!.counts[i]!);
      assert.deepEqual(sums, whole.counts);
    }),
    { numRuns: 5 },
  );
});

const share = fc.double({ min: 0, max: 1, noNaN: true });
const rate = fc.double({ min: 0, max: 20, noNaN: true });
const level = fc.double({ min: 0, max: 5, noNaN: true });

/** Random small worlds: two developers, open weights, two adversaries of which one helps the rival; nothing set off by theft. */
const worlds = fc.record({
  ...{ level, other: level, lag: rate, bypass: share, cap: share, found: share, leak: share },
  ...{ attempts: rate, oc: fc.integer({ min: 1, max: 5 }), groups: fc.integer({ min: 1, max: 6 }) },
  ...{ misaligned: share, success: fc.tuple(share, share, share, share, share), seed: fc.nat() },
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

function build(world: World, strict: { readonly level?: number; readonly cap?: number }): Scenario {
  const path = (value: number) => [{ month: 0, ...fix(value) }];
  const levels = (value: number) => ({
    weightsLevel: path(value),
    secretsLevel: path(value),
    integrityLevel: path(value),
  });
  const wire = {
    ...{ bypass: fix(world.bypass), foundPerMonth: fix(world.found), leakPerYear: fix(world.leak) },
    egress: { shareOfWeightsPerYear: fix(strict.cap ?? world.cap) },
  };
  const [levelAbove, at, levelBelow, twoBelow, threeBelow] = world.success.map(fix);
  return plainScenario({
    seed: world.seed % 4294967296,
    parties: [
      keeper('leader', 'leader', { ...levels(strict.level ?? world.level), ...wire }),
      keeper('rival', 'developer', { ...levels(world.other), ...wire, lagMonths: fix(world.lag) }),
      { name: 'open', title: 'open', kind: 'open', lagMonths: fix(world.lag * 2) },
    ],
    adversaries: [
      attacker('spies', world.oc, {
        ...{ groups: world.groups, helps: 'rival', useMonths: fix(2) },
        weightsAttemptsPerYear: fix(world.attempts),
        secretsAttemptsPerYear: fix(world.attempts),
        sabotageAttemptsPerYear: fix(world.attempts),
      }),
      attacker('crime', 3, { groups: 3, weightsAttemptsPerYear: fix(1), leakPerYear: fix(0.5) }),
    ],
    success: { levelAbove, level: at, levelBelow, twoBelow, threeBelow },
    model: {
      ...{ misaligned: fix(world.misaligned), ocAtCapability: fix(3), ocPerYear: fix(1) },
      ...{ attemptsPerYear: fix(3), monitorStops: fix(0.5), misusePerYear: fix(0) },
    },
  });
}

function playRows(scenario: Scenario) {
  const { rows } = playChunk({
    ...{ scenario, assumption: {}, worlds: 4, from: 0, to: 4, tries: 25, curves: false },
  });
  return (run: number, column: Column): number => rows[run * COLUMNS.length + columnIndex(column)]!;
}

const STOLEN = [
  'weights',
  'weights-oc1',
  'weights-oc2',
  'weights-oc3',
  'weights-oc4',
  'weights-oc5',
] as const;
const FEWER = [
  ...STOLEN,
  'holders',
  'outside',
  'secrets',
  'monitor',
  'alignment',
  'self',
  'public',
] as const;

test('a stricter level never raises theft, nor anything that follows from it, in any run', () => {
  fc.assert(
    fc.property(worlds, level, (world, more) => {
      const loose = playRows(build(world, {}));
      const strict = playRows(build(world, { level: Math.max(world.level, more) }));
      for (let run = 0; run < 100; run++) {
        for (const column of FEWER) {
          assert.ok(strict(run, column) <= loose(run, column), `${column} in run ${run}`);
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('a stricter cap never raises theft, nor anything that follows from it, in any run', () => {
  fc.assert(
    fc.property(worlds, share, (world, less) => {
      const loose = playRows(build(world, {}));
      const strict = playRows(build(world, { cap: Math.min(world.cap, less) }));
      for (let run = 0; run < 100; run++) {
        for (const column of FEWER) {
          assert.ok(strict(run, column) <= loose(run, column), `${column} in run ${run}`);
        }
      }
    }),
    { numRuns: 25 },
  );
});

/** Walks answers: a mean never stands without bounds around it, quantiles are in order, no number is lost. */
function checkIntervals(value: unknown, place: string): number {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), place);
  if (typeof value !== 'object' || value === null) return 0;
  let found = 0;
  const one = value as Record<string, unknown>;
  if ('mean' in one && typeof one['mean'] === 'number') {
    const { mean, low, high } = one as Record<'mean' | 'low' | 'high', number>;
    assert.ok(low <= mean && mean <= high, `${place}: ${low} ≤ ${mean} ≤ ${high}`);
    found++;
  }
  if ('p50' in one && typeof one['p50'] === 'number') {
    const order = [one['p10'], one['p50'], one['p90']].map((each) => (each ?? Infinity) as number);
    assert.ok(order[0]! <= order[1]! && order[1]! <= order[2]!, `${place}: ${order.join(' ')}`);
    found++;
  }
  for (const [key, child] of Object.entries(one)) found += checkIntervals(child, `${place}.${key}`);
  return found;
}

test('a range never yields a point without its interval', async () => {
  for (const name of ['short-timelines', 'longer-timelines-one-leader', 'government-project']) {
    const answers = await answerScenario(readExample(name), { runs: 1000 });
    assert.ok(checkIntervals(answers, name) > 1000);
    // What is uncertain in the file is uncertain in the answer: a width of nothing is only for what never happens.
    for (const curve of [...answers.reach, ...answers.routes]) {
      for (const { mean, low, high } of curve.chance) assert.ok(high > low, `${curve.id} ${mean}`);
    }
  }
});

test('two scenarios that are the same do not differ', async () => {
  const scenario = readExample('short-timelines');
  const both = await compareScenarios(scenario, scenario, { runs: 1000 });
  for (const { difference } of both.differences) {
    assert.deepEqual(difference, { mean: 0, low: 0, high: 0 });
  }
});
