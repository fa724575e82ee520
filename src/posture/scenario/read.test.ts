import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { attacker, fix, keeper, plainValue } from '../../../test/support/scenario.ts';
import { readScenario, readScenarioValue } from './read.ts';

test('every example can be read, and JSON reads as YAML does', () => {
  const files = globSync('examples/scenarios/*.yaml');
  assert.ok(files.length >= 3);
  for (const file of files) {
    const read = readScenario(readFileSync(file, 'utf8'));
    assert.ok(read.ok, `${file}: ${read.ok ? '' : read.message}`);
  }
  const value = plainValue();
  assert.deepEqual(readScenario(JSON.stringify(value)), readScenarioValue(value));
});

test('every bad field is told at once: shapes, bounds, names and sources', () => {
  const read = readScenarioValue(
    plainValue({
      months: 3,
      surprise: true,
      compression: { min: 5, value: 3, source: 'ours' },
      secretsCutLag: { value: 1.5, source: 'ours' },
      monitorShare: { p10: 0.5, p50: 0.2, p90: 0.9, source: 'nobody' },
      parties: [keeper('leader', 'leader', { bypass: { value: 0.5 } })],
      adversaries: [attacker('spies', 5, { helps: 'ghost' }), attacker('spies', 4)],
    }),
  );
  assert.ok(!read.ok);
  assert.equal(read.code, 'SCENARIO_FIELDS_INVALID');
  for (const part of [
    'months:',
    'surprise',
    'compression: give one of',
    'secretsCutLag: must lie between 0 and 1',
    'monitorShare: p10 ≤ p50 ≤ p90 does not hold',
    'parties.0.bypass.source',
    'adversaries.0.helps: there is no party `ghost`',
    'the name `spies` is used twice',
    'monitorShare.source: there is no source `nobody`',
  ]) {
    assert.ok(read.message.includes(part), `${part} in: ${read.message}`);
  }
});

test('other refusals: no leader, two caps, falling months, text that is no YAML, text that is too long', () => {
  const why = (more: object): string => {
    const read = readScenarioValue(plainValue(more));
    return read.ok ? '' : read.message;
  };
  assert.match(why({ parties: [keeper('a', 'developer')] }), /must be of kind `leader`/);
  const both = { terabytesPerMonth: fix(1), shareOfWeightsPerYear: fix(1) };
  assert.match(why({ parties: [keeper('a', 'leader', { egress: both })] }), /egress: give either/);
  const falling = [
    { month: 3, ...fix(1) },
    { month: 3, ...fix(2) },
  ];
  const party = keeper('a', 'leader', { weightsLevel: falling });
  assert.match(why({ parties: [party] }), /months must rise/);
  for (const [text, code] of [
    ['a: [1', 'SCENARIO_TEXT_INVALID'],
    ['a: 1\na: 2', 'SCENARIO_TEXT_INVALID'],
    ['', 'SCENARIO_FIELDS_INVALID'],
    [`# ${'x'.repeat(300_000)}`, 'SCENARIO_TEXT_TOO_LARGE'],
  ] as const) {
    const read = readScenario(text);
    assert.equal(read.ok ? '' : read.code, code);
  }
});

test('any text and any value end in a refusal or a scenario', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
      assert.equal(readScenario(text).ok, false);
    }),
    { numRuns: 50 },
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(plainValue())), (value, key) => {
      const read = readScenarioValue(plainValue({ [key]: value }));
      if (!read.ok) assert.match(read.message, new RegExp(`${key}|name|source|helps|part`));
    }),
  );
});

test('a file that unfolds without end is refused', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < names.length; i++) {
    lines.push(`${names[i]!}: &${names[i]!} [${`*${names[i - 1]!}, `.repeat(9).slice(0, -2)}]`);
  }
  const read = readScenario(lines.join('\n'));
  assert.equal(read.ok ? '' : read.code, 'SCENARIO_TEXT_INVALID');
});
