import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attacker, fix, keeper, plainScenario } from '../../../test/support/scenario.ts';
import { playChunk } from './chunk.ts';
import { COLUMNS, columnIndex } from './columns.ts';
import type { Column } from './columns.ts';
import { planScenario } from './plan.ts';
import type { Scenario } from './schema.ts';

/** Plays runs with fixed inputs: one world is like any other, so all runs are independent. */
function play(scenario: Scenario, runs = 20_000) {
  const { rows } = playChunk({
    ...{ scenario, assumption: {}, worlds: runs / 100, from: 0, to: runs / 100, tries: 100 },
    curves: false,
  });
  return (column: Column): number[] =>
    Array.from({ length: runs }, (_, i) => rows[i * COLUMNS.length + columnIndex(column)]!);
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

/** A share seen in many runs lies within five standard errors of what a closed form says. */
function near(values: readonly number[], expected: number): void {
  const error = Math.sqrt((expected * (1 - expected)) / values.length) * 5 + 1e-9;
  const seen = mean(values);
  assert.ok(Math.abs(seen - expected) <= error, `${seen}, expected ${expected} ± ${error}`);
}

const never = (rate: number, years: number): number => Math.exp(-rate * years);

test('zero lag, zero theft: everybody has it on the day, and nobody else ever', () => {
  const parties = [
    keeper('leader', 'leader'),
    keeper('others', 'developer', { count: 3 }),
    { name: 'open', title: 'open', kind: 'open', lagMonths: fix(0) },
  ];
  const of = play(plainScenario({ parties, capability: { what: 'x', month: fix(5) } }), 1000);
  assert.ok(of('holders').every((count) => count === 5));
  assert.ok(of('first-month').every((month) => month === 5));
  assert.ok(of('gap-months').every((gap) => gap === 0));
  for (const column of ['weights', 'secrets', 'monitor', 'alignment', 'self', 'misuse'] as const) {
    assert.ok(
      of(column).every((flag) => flag === 0),
      column,
    );
  }
});

test('the capability arrives as its own range says', () => {
  const month = { p10: 4, p50: 10, p90: 20, source: 'ours' };
  const of = play(plainScenario({ capability: { what: 'x', month } }));
  const first = of('first-month');
  for (const [at, share] of [
    [4, 0.1],
    [10, 0.5],
    [20, 0.9],
  ] as const) {
    near(
      first.map((each) => (each <= at ? 1 : 0)),
      share,
    );
  }
});

test('certain intervention: with all stopped from the start nobody ever has it; with others stopped only the leader', () => {
  const parties = [keeper('leader', 'leader'), keeper('rival', 'developer', { lagMonths: fix(3) })];
  const stop = (names: string[], months: number) => ({
    ...{ name: 'stop', title: 'stop', effect: 'stop', from: 'start', parties: names },
    ...{ afterMonths: fix(0), chance: fix(1), months: fix(months) },
  });
  const capability = { what: 'x', month: fix(2) };
  const holders = (names: string[], months: number): number =>
    mean(
      play(
        plainScenario({ parties, capability, interventions: [stop(names, months)] }),
        1000,
      )('holders'),
    );
  assert.equal(holders(['leader', 'rival'], 1200), 0);
  assert.equal(holders(['rival'], 1200), 1);
  assert.equal(holders(['rival'], 6), 2, 'a stop of six months is over in time');
});

test('theft by one group waits as an exponential does; a level below capacity, at it and above it', () => {
  for (const [oc, chance] of [
    [4, 0.5],
    [3, 0.1],
    [2, 0.01],
  ] as const) {
    const spies = attacker('spies', oc, { weightsAttemptsPerYear: fix(2) });
    const of = play(plainScenario({ adversaries: [spies] }));
    near(of('weights'), 1 - never(2 * chance, 2));
    near(
      of('holders').map((count) => count - 1),
      1 - never(2 * chance, 2),
    );
    near(of(`year-oc${oc}`), 1 - never(2 * chance, 1));
  }
});

test('thefts by several groups are binomial', () => {
  const groups = 6;
  const spies = attacker('spies', 3, { groups, weightsAttemptsPerYear: fix(3) });
  const of = play(plainScenario({ adversaries: [spies] }));
  const share = 1 - never(3 * 0.1, 2);
  const counts = of('outside');
  let choose = 1;
  for (let k = 0; k <= groups; k++) {
    const expected = choose * share ** k * (1 - share) ** (groups - k);
    near(
      counts.map((count) => (count === k ? 1 : 0)),
      expected,
    );
    choose = (choose * (groups - k)) / (k + 1);
  }
});

test('thefts from two parties by several groups: each group is as likely as one that tries alone', () => {
  const spies = attacker('spies', 3, { groups: 5, weightsAttemptsPerYear: fix(3) });
  const parties = [keeper('leader', 'leader'), keeper('rival', 'developer')];
  const of = play(plainScenario({ parties, adversaries: [spies] }));
  const expected = 5 * (1 - never(2 * 3 * 0.1, 2));
  const seen = mean(of('outside'));
  assert.ok(Math.abs(seen - expected) < 0.04, `${seen}, expected ${expected}`);
  const none = of('outside').map((count) => (count === 0 ? 1 : 0));
  near(none, never(2 * 3 * 0.1, 2) ** 5);
});

test('over the capped wire a theft takes its time, and is found at its rate', () => {
  // 10 TB ÷ 10 ÷ (0.25 TB a month × 0.5) = 8 months.
  const party = keeper('leader', 'leader', {
    ...{ egress: { terabytesPerMonth: fix(0.25) }, hiddenShare: fix(0.5), bypass: fix(0) },
    foundPerMonth: fix(0.1),
  });
  const spies = attacker('spies', 5, { weightsAttemptsPerYear: fix(4) });
  const scenario = plainScenario({ parties: [party], adversaries: [spies] });
  near(play(scenario)('weights'), 1 - never(4 * 0.8 * Math.exp(-0.8), (24 - 8) / 12));
  const share = keeper('leader', 'leader', {
    egress: { shareOfWeightsPerYear: fix(0.05) },
    bypass: fix(0),
  });
  // 1 ÷ 10 ÷ 0.05 = 2 years: nothing is out before the end.
  const slow = plainScenario({ parties: [share], adversaries: [spies] });
  assert.equal(mean(play(slow, 1000)('weights')), 0);
  const shut = keeper('leader', 'leader', {
    egress: { terabytesPerMonth: fix(0) },
    bypass: fix(0),
  });
  assert.equal(
    mean(play(plainScenario({ parties: [shut], adversaries: [spies] }), 1000)('weights')),
    0,
  );
});

test('stolen secrets save their share of the lag; distillation that is blocked adds to it', () => {
  const parties = [
    keeper('leader', 'leader', { secretsLevel: [{ month: 0, ...fix(0) }] }),
    keeper('rival', 'developer', { lagMonths: fix(20) }),
  ];
  // Ten thousand attempts a month: the secrets are gone at once, so half of the lag is saved.
  const spies = attacker('spies', 5, {
    ...{ helps: 'rival', targets: ['leader'], secretsAttemptsPerYear: fix(1000), groups: 20 },
  });
  const gap = (more: object): number =>
    mean(play(plainScenario({ parties, ...more }), 1000)('gap-months'));
  assert.ok(Math.abs(gap({ adversaries: [spies] }) - 10) < 0.01);
  const blocked = { parties: ['rival'], lagShareIfBlocked: fix(0.5), blockedShare: fix(0.2) };
  assert.ok(Math.abs(gap({ distillation: blocked }) - 22) < 1e-5);
});

test('sabotage, escape, leak and misuse each follow their rates', () => {
  const spies = attacker('spies', 3, { groups: 2, sabotageAttemptsPerYear: fix(4) });
  const sabotage = play(plainScenario({ adversaries: [spies], monitorShare: fix(0.25) }));
  near(sabotage('monitor'), 1 - never(2 * 4 * 0.25 * 0.1, 2));
  near(sabotage('alignment'), 1 - never(2 * 4 * 0.75 * 0.1, 2));
  const model = {
    misaligned: 0.4,
    ocAtCapability: 4,
    ocPerYear: 0,
    attemptsPerYear: 3,
    monitorStops: 0.5,
    misusePerYear: 0,
  };
  const fixed = Object.fromEntries(Object.entries(model).map(([key, value]) => [key, fix(value)]));
  near(play(plainScenario({ model: fixed }))('self'), 0.4 * (1 - never(3 * 0.5 * 0.5, 2)));
  const leaky = plainScenario({
    parties: [keeper('leader', 'leader', { leakPerYear: fix(0.3) })],
    adversaries: [attacker('amateurs', 1, { groups: 3, useMonths: fix(6) })],
  });
  near(play(leaky)('public'), 1 - never(0.3, 2));
  near(play(leaky)('has-oc1'), 1 - never(0.3, 1.5));
  const careless = keeper('leader', 'leader', { misusePerYear: fix(0.2) });
  near(play(plainScenario({ parties: [careless] }))('misuse'), 1 - never(0.2, 2));
});

test('a hardening programme lifts the level on a straight line, and a merger makes one holder', () => {
  const programme = {
    ...{ name: 'lift', title: 'lift', from: 'start', parties: ['leader'] },
    ...{ afterMonths: fix(0), chance: fix(1), toLevel: fix(5), months: fix(0) },
  };
  const spies = attacker('spies', 4, { weightsAttemptsPerYear: fix(2) });
  near(
    play(plainScenario({ adversaries: [spies], hardening: [programme] }))('weights'),
    1 - never(2 * 0.01, 2),
  );
  const ramp = { ...programme, months: fix(24) };
  const theft = mean(play(plainScenario({ adversaries: [spies], hardening: [ramp] }))('weights'));
  assert.ok(theft > 1 - never(2 * 0.01, 2) && theft < 1 - never(2 * 0.5, 2), String(theft));
  const merge = {
    ...{ name: 'project', title: 'project', effect: 'merge', from: 'start', months: fix(0) },
    ...{ parties: ['leader', 'others'], afterMonths: fix(6), chance: fix(1), toLevel: fix(3) },
  };
  const parties = [keeper('leader', 'leader'), keeper('others', 'developer', { count: 4 })];
  const merged = play(plainScenario({ parties, interventions: [merge] }), 1000);
  assert.ok(merged('holders').every((count) => count === 1));
  assert.ok(
    merged('year-holders').every((count) => count === 5),
    'who holds, not who counts as one',
  );
});

test('a stop that a theft sets off comes after the theft, and holds up who has not got it', () => {
  const parties = [
    keeper('leader', 'leader'),
    keeper('rival', 'developer', { lagMonths: fix(12) }),
  ];
  const stop = {
    ...{ name: 'stop', title: 'stop', effect: 'stop', from: 'theft', parties: ['rival'] },
    ...{ afterMonths: fix(1), chance: fix(1), months: fix(1200) },
  };
  const spies = attacker('spies', 3, { targets: ['leader'], weightsAttemptsPerYear: fix(6) });
  const of = play(plainScenario({ parties, adversaries: [spies], interventions: [stop] }));
  const stolen = of('weights');
  const rival = of('holders').map((count, i) => count - 1 - stolen[i]!);
  // The rival has it at month 12 unless the theft came by month 11.
  near(rival, never(6 * 0.1, 11 / 12));
});

test('the claims do what they say', () => {
  const spies = attacker('spies', 5, {
    ...{
      groups: 4,
      weightsAttemptsPerYear: fix(6),
      misusePerYear: fix(1),
      sabotageAttemptsPerYear: fix(6),
    },
  });
  const claim = (claims: object) => play(plainScenario({ adversaries: [spies], claims }), 2000);
  assert.ok(mean(claim({})('misuse')) > 0.5);
  assert.equal(mean(claim({ spreadSafe: true })('misuse')), 0);
  assert.equal(mean(claim({ fewStable: true })('monitor')), 0);
  const stopped = claim({ othersStopped: true });
  assert.ok(mean(stopped('outside')) < mean(claim({})('outside')));
  assert.ok(stopped('gap-months').every((gap) => gap <= 12 || gap === Infinity));
});

test('one inputs list: every range of the file is one input, each with its own key', () => {
  const plan = planScenario(plainScenario({ adversaries: [attacker('spies', 5)] }));
  assert.equal(new Set(plan.inputs.map((input) => input.place)).size, plan.inputs.length);
  assert.equal(new Set(plan.inputs.map((input) => input.slot)).size, plan.inputs.length);
});
