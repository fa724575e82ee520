import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attacker, fix, keeper, plainScenario } from '../../../test/support/scenario.ts';
import { answerScenario } from './answer.ts';
import { judgeClasses } from './ladders.ts';
import { renderScenario } from './report.ts';
import { countSeen, estimateSeen, isEnough, readWaits } from './seen.ts';
import type { Counts } from './seen.ts';
import { estimateRows } from './stats.ts';

/** Rows of two columns: whether the run counts, and its value. */
function rowsOf(worlds: readonly (readonly (readonly [number, number])[])[]) {
  return {
    rows: Float32Array.from(worlds.flat(2)),
    width: 2,
    worlds: worlds.length,
    tries: worlds[0]!.length,
  };
}
const counts: Counts = (at, rows) => rows[at] === 1;
const value: Counts | ((at: number, rows: Float32Array) => number) = (at, rows) => rows[at + 1]!;

test('runs that do not count change neither the mean nor how many are told', () => {
  const rows = rowsOf([
    [
      [1, 1],
      [0, 0],
      [0, 0],
    ],
    [
      [1, 1],
      [1, 0],
      [0, 1],
    ],
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
  ]);
  assert.deepEqual(countSeen(rows, counts), { runs: 3, worlds: 2 });
  const found = estimateSeen(rows, value, counts, true)!;
  assert.equal(found.mean, 2 / 3);
  assert.ok(found.low < 2 / 3 && found.high > 2 / 3);
  assert.equal(
    estimateSeen(rows, value, () => false, true),
    null,
  );
});

test('where every run counts, the mean is that of all runs, and the interval nearly', () => {
  const share = fc.array(fc.constantFrom(0, 1), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(share, { minLength: 30, maxLength: 60 }), (worlds) => {
      const rows = rowsOf(worlds.map((runs) => runs.map((one) => [1, one] as const)));
      const [all, seen] = [
        estimateRows(rows, value, true),
        estimateSeen(rows, value, counts, true)!,
      ];
      assert.ok(Math.abs(seen.mean - all.mean) < 1e-12);
      // Quantiles of the same means, read between the same neighbours.
      assert.ok(Math.abs(seen.low - all.low) < 0.05 && Math.abs(seen.high - all.high) < 0.05);
    }),
  );
});

test('the interval of a part holds the chance of that part about as often as it says', () => {
  const draw = ((): (() => number) => {
    let state = 1;
    return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  })();
  let inside = 0;
  for (let trial = 0; trial < 200; trial++) {
    const rows = rowsOf(
      Array.from({ length: 25 }, () =>
        Array.from({ length: 10 }, () => [draw() < 0.4 ? 1 : 0, draw() < 0.3 ? 1 : 0] as const),
      ),
    );
    const { low, high } = estimateSeen(rows, value, counts, true)!;
    inside += Number(low <= 0.3 && 0.3 <= high);
  }
  assert.ok(inside >= 150, `${String(inside)} of 200`);
});

test('waits that a run ends before are neither never nor at once', () => {
  const came = (months: number) => ({ months, came: true });
  const ended = (months: number) => ({ months, came: false });
  // Ten runs; two end at 3 unseen. After 5: 1 − (9/10)(8/9)·(5/6) = 1/3.
  const waits = [
    came(1),
    came(2),
    ended(3),
    ended(3),
    came(5),
    ...Array.from({ length: 5 }, () => ended(24)),
  ];
  const { quantiles, within } = readWaits(waits);
  assert.equal(within(0.5), 0);
  assert.ok(Math.abs(within(2) - 0.2) < 1e-12);
  assert.ok(Math.abs(within(12) - 1 / 3) < 1e-12);
  assert.deepEqual(quantiles, { p10: 1, p50: null, p90: null });
  assert.deepEqual(readWaits([]).quantiles, { p10: null, p50: null, p90: null });
  assert.deepEqual(readWaits([1, 2, 3, 4].map(came)).quantiles, { p10: 1, p50: 2, p90: 4 });
});

test('nobody is called kept out while a weaker class is not, whatever the runs say', () => {
  const chance = fc
    .tuple(
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
    )
    .map(([a, b]) => ({ mean: (a + b) / 2, low: Math.min(a, b), high: Math.max(a, b) }));
  fc.assert(
    fc.property(
      fc.array(fc.option(chance), { minLength: 5, maxLength: 5 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
      (theft, classes) => {
        const { keptOut, unclear } = judgeClasses(classes, theft);
        const sorted = [...classes].sort((a, b) => a - b);
        assert.deepEqual(keptOut, sorted.slice(0, keptOut.length), 'the weakest come first');
        for (const oc of sorted) {
          const one = theft[oc - 1];
          if (keptOut.includes(oc)) assert.ok(one!.high <= 0.1 && !unclear.includes(oc));
          // What is clearly let in is neither.
          else assert.equal(unclear.includes(oc), !one || one.low <= 0.1, `OC${String(oc)}`);
        }
      },
    ),
  );
});

/** Thieves that no level stops, and a capability that comes within the time in `share` of the runs. */
function lateScenario(share: number, months = 36) {
  const top = attacker('top', 5, { weightsAttemptsPerYear: fix(12) });
  const others = keeper('others', 'developer', { lagMonths: fix(6) });
  return plainScenario({
    months,
    parties: [keeper('leader', 'leader'), others],
    adversaries: [top],
    capability: { what: 'x', month: { min: 0, max: months / share, source: 'ours' } },
    success: Object.fromEntries(
      ['levelAbove', 'level', 'levelBelow', 'twoBelow', 'threeBelow'].map((name) => [name, fix(1)]),
    ),
  });
}

test('a capability that seldom comes keeps nobody out', async () => {
  // A first holder in one run of ten, in time for its year in two thirds of them.
  const rare = await answerScenario(lateScenario(0.1), { runs: 2000 });
  for (const step of rare.ladders.flatMap((ladder) => ladder.steps)) {
    assert.ok(step.seen.runs > 0 && step.seen.runs < 100 && !step.enough);
    assert.deepEqual([step.keptOut, step.unclear, step.closed], [[], [], []]);
  }
  assert.match(renderScenario(rare), /not enough runs \(\d+\)/);
  const more = await answerScenario(lateScenario(0.4), { runs: 40_000 });
  for (const step of more.ladders[0]!.steps) {
    const expected = 1000 * 0.4 * (24 / 36);
    assert.ok(Math.abs(step.seen.runs - expected) < 60 && step.enough, String(step.seen.runs));
    // Twelve attempts a year that always succeed: 1 − e^(−12), where any run of all would say at most 0.4.
    assert.ok(step.theft[4]!.mean > 0.99);
    assert.deepEqual(step.keptOut, []);
    assert.deepEqual(step.unclear, []);
    assert.equal(Math.round(step.yearHolders!.mean * 100) / 100, 3);
  }
});

test('a capability that never comes within the time leaves no chance and no claim', async () => {
  const never = await answerScenario(
    plainScenario({ adversaries: [attacker('top', 5)], capability: { what: 'x', month: fix(30) } }),
    { runs: 1000 },
  );
  const [step] = never.ladders[0]!.steps;
  assert.deepEqual(step!.seen, { runs: 0, worlds: 0 });
  assert.deepEqual([step!.yearHolders, step!.theft[4], step!.self], [null, null, null]);
  const untold = { p10: null, p50: null, p90: null };
  for (const { needs } of never.claims) {
    for (const need of needs) {
      assert.deepEqual([need.needed, need.assumed, need.enough], [untold, untold, false]);
    }
  }
  assert.doesNotMatch(renderScenario(never), /NaN|undefined|Infinity/);
});

test('a second holder beyond the end is not one that never comes', async () => {
  // The second comes six to eighteen months after the first; most runs end before it.
  const others = keeper('others', 'developer', {
    lagMonths: { min: 6, max: 18, source: 'ours' },
  });
  const answers = await answerScenario(
    plainScenario({
      months: 18,
      parties: [keeper('leader', 'leader'), others],
      capability: { what: 'x', month: { min: 0, max: 18, source: 'ours' } },
    }),
    { runs: 20_000 },
  );
  const [need] = answers.claims.find((each) => each.id === 'othersStopped')!.needs;
  assert.match(need!.sentence, /within a year in (49|50|51) % of them/);
  const { p10, p50 } = need!.assumed;
  assert.ok(
    Math.abs(p10! - 7.2) < 0.3 && Math.abs(p50! - 12) < 0.5,
    `${String(p10)} ${String(p50)}`,
  );
  assert.ok(isEnough(need!.seen));
});
