import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attacker, fix, keeper, plainScenario } from '../../../test/support/scenario.ts';
import { answerScenario, showScenarioInputs } from './answer.ts';
import { compareScenarios } from './compare.ts';
import { renderComparison } from './report-comparison.ts';
import { renderScenario } from './report.ts';
import { showChance, showDates, showMonth, showNumber, showSpan } from './show.ts';
import { estimateFromWorlds, quantilesOf } from './stats.ts';

const spies = attacker('spies', 4, { groups: 3, weightsAttemptsPerYear: fix(1) });

test('default output equals its inputs where they say everything: the fan and the curve of a fixed date', async () => {
  const parties = [keeper('leader', 'leader'), keeper('others', 'developer', { count: 2 })];
  const month = fix(9);
  const answers = await answerScenario(
    plainScenario({ parties, capability: { what: 'x', month } }),
    { runs: 1000 },
  );
  const all = answers.fans.find((fan) => fan.kind === 'all')!;
  const expected = Array.from({ length: 25 }, (_, m) => (m < 9 ? 0 : 3));
  assert.deepEqual([all.p10, all.p50, all.p90], [expected, expected, expected]);
  const leader = answers.reach.find((curve) => curve.id === 'leader')!;
  assert.deepEqual(
    leader.chance.map((each) => each.mean),
    expected.map((n) => (n > 0 ? 1 : 0)),
  );
  assert.deepEqual(leader.first, { p10: 9, p50: 9, p90: 9 });
  assert.equal(answers.notice, 'illustrative, inputs of 2026-11-26');
  assert.deepEqual(
    answers.sensitivity.map((each) => each.swings.length),
    [0, 0, 0, 0],
  );
});

test('a ladder falls level by level, and says who is kept out', async () => {
  const answers = await answerScenario(plainScenario({ adversaries: [spies] }), { runs: 4000 });
  const [leader, all, butTop] = answers.ladders;
  for (const ladder of [leader!, all!, butTop!]) {
    const theft = ladder.steps.map((step) => step.theft[3]!.mean);
    assert.deepEqual(
      theft,
      [...theft].sort((a, b) => b - a),
    );
    for (const step of ladder.steps.slice(1)) assert.ok(step.gain!.holders.mean >= 0);
  }
  assert.deepEqual(all!.steps[4]!.keptOut, [4]);
  assert.deepEqual(all!.steps[0]!.keptOut, []);
});

test('top actors that no level stops leave the value of a level against the others', async () => {
  const top = attacker('top', 5, { weightsAttemptsPerYear: fix(6) });
  const answers = await answerScenario(plainScenario({ adversaries: [spies, top] }), {
    runs: 4000,
  });
  const [, , butTop] = answers.ladders;
  const [first, , , , last] = butTop!.steps;
  assert.ok(first!.theft[4]!.mean > 0.98 && last!.theft[4]!.mean > 0.98);
  assert.ok(first!.theft[3]!.mean - last!.theft[3]!.mean > 0.5);
});

test('the strongest input is found, and its swing is that of the closed form', async () => {
  const thief = attacker('thief', 4, {
    weightsAttemptsPerYear: { min: 0, max: 4, source: 'ours' },
  });
  const capability = { what: 'x', month: { min: 0, max: 0.5, source: 'ours' } };
  const answers = await answerScenario(plainScenario({ adversaries: [thief], capability }), {
    runs: 50_000,
  });
  const weights = answers.sensitivity.find((each) => each.column === 'weights')!;
  const [best] = weights.swings;
  assert.equal(best!.place, 'adversaries.thief.weightsAttemptsPerYear');
  // Attempts succeed by half over about 1.98 years: the mean of 1 − exp(−a × 0.5 × 1.98) where a is in a fifth of 0…4.
  const mean = (from: number, to: number): number => {
    const steps = Array.from({ length: 100 }, (_, i) => from + ((to - from) * (i + 0.5)) / 100);
    return steps.reduce((sum, a) => sum + 1 - Math.exp(-a * 0.5 * 1.979), 0) / 100;
  };
  assert.ok(Math.abs(best!.atLow.mean - mean(0, 0.8)) < 0.02);
  assert.ok(Math.abs(best!.atHigh.mean - mean(3.2, 4)) < 0.02);
  assert.ok(best!.rank > 0.3);
});

test('an input that cannot move an answer is not named, however many there are', async () => {
  const idle = Array.from({ length: 11 }, (_, i) =>
    attacker(`idle${String(i)}`, 1, {
      useMonths: { min: 0, max: 24, source: 'ours' },
      misusePerYear: { min: 0, max: 2, source: 'ours' },
      leakPerYear: { min: 0, max: 2, source: 'ours' },
    }),
  );
  const thief = attacker('thief', 4, {
    weightsAttemptsPerYear: { min: 0, max: 4, source: 'ours' },
  });
  let falselyNamed = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = plainScenario({ seed, adversaries: [thief, ...idle] });
    const answers = await answerScenario(scenario, { runs: 8000 });
    const { swings, untold } = answers.sensitivity.find((each) => each.column === 'weights')!;
    assert.equal(swings[0]?.place, 'adversaries.thief.weightsAttemptsPerYear');
    assert.equal(swings.length + untold, 34);
    falselyNamed += swings.length - 1;
  }
  // At most one answer in a hundred may name an input that does nothing.
  assert.ok(falselyNamed <= 1, String(falselyNamed));
  const idleAnswers = await answerScenario(plainScenario({ adversaries: idle }), { runs: 4000 });
  const named = idleAnswers.sensitivity.flatMap((each) => each.swings);
  assert.deepEqual(named, []);
  assert.match(renderScenario(idleAnswers), /None of 33 inputs moves it/);
});

test('an interval of worlds is about the worlds, and not about the luck of their runs', () => {
  // Means of 100 fair coins in each of 1,000 worlds that do not differ: the spread is luck, and is taken out.
  const means = Float64Array.from(
    { length: 1000 },
    (_, i) => 0.5 + 0.05 * Math.sin(i * 12.9898) * 1.41,
  );
  const even = estimateFromWorlds(means, 0.25, 100, true);
  assert.ok(even.high - even.low < 0.02, `${even.low} to ${even.high}`);
  const half = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 0.1 : 0.9));
  const spread = estimateFromWorlds(half, 0.09, 100, true);
  assert.ok(spread.low < 0.12 && spread.high > 0.88);
  const none = estimateFromWorlds(new Float64Array(1000), 0, 100, true);
  assert.ok(none.low === 0 && none.high > 0, 'never seen is not impossible');
  assert.deepEqual(quantilesOf([1, Infinity, Infinity]), { p10: null, p50: null, p90: null });
});

test('pages are complete in themselves, say what they are, and show names as text', async () => {
  const scenario = plainScenario({
    name: '<script>alert(1)</script>',
    about: 'a & b "c"',
    adversaries: [spies],
  });
  const page = renderScenario(await answerScenario(scenario, { runs: 1000 }));
  const both = renderComparison(await compareScenarios(scenario, scenario, { runs: 1000 }));
  for (const html of [page, both]) {
    assert.ok(html.includes('illustrative, inputs of 2026-11-26'));
    assert.ok(html.includes('&lt;script&gt;alert(1)'));
    assert.doesNotMatch(html, /<script|<link|<img|<iframe|@import|url\(|\sstyle=|\son[a-z]+=/i);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
    assert.match(html, /default-src &#39;none&#39;; style-src &#39;sha256-/);
    for (const [link] of html.matchAll(/https?:\/\/[^"<\s]*/g)) {
      assert.ok(link.startsWith('https://'), link);
    }
  }
});

test('inputs are shown with source and unit, without a run', () => {
  const { inputs, sources, notice } = showScenarioInputs(plainScenario({ adversaries: [spies] }));
  assert.equal(notice, 'illustrative, inputs of 2026-11-26');
  const attempts = inputs.find(
    (each) => each.place === 'adversaries.spies.weightsAttemptsPerYear',
  )!;
  assert.deepEqual(attempts.points, [{ p10: 1, p50: 1, p90: 1, source: 'ours' }]);
  assert.deepEqual([attempts.unit, attempts.drawn], ['a year', 'world']);
  assert.deepEqual(
    sources.map((source) => source.id),
    ['ours'],
  );
});

test('numbers are written with care', () => {
  assert.equal(showMonth('2026-11', 14), 'Jan 2028');
  assert.equal(showChance({ mean: 0.0001, low: 0, high: 1 }), '<0.1 % (0–100)');
  assert.equal(showChance({ mean: 0.9999, low: 0.5, high: 0.99996 }), '>99.9 % (50–>99.9)');
  assert.equal(showDates('2027-01', { p10: 3, p50: 12, p90: null }), 'Jan 2028 (Apr 2027–later)');
  assert.deepEqual([0, 0.004, 0.25, 3.14159, 42.04, 1234].map(showNumber), [
    '0',
    '0.004',
    '0.25',
    '3.14',
    '42',
    '1234',
  ]);
  assert.deepEqual([null, 0, 0.0001, 0.2, 6.25].map(showSpan), [
    'never',
    '0',
    '53 min',
    '2 months',
    '6.25 years',
  ]);
});
