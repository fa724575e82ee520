import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { adjustScenario, readScenario, showScenarioInputs } from './index.ts';
import type { Scenario } from './index.ts';

const read = readScenario(readFileSync('examples/scenarios/short-timelines.yaml', 'utf8'));
assert.ok(read.ok);
const { scenario } = read;
const pointsOf = (from: Scenario, place: string) =>
  showScenarioInputs(from).inputs.find((each) => each.place === place)?.points ?? [];

describe('moving inputs', () => {
  it('finds every input that is shown, and moves it and nothing else', () => {
    for (const { place } of showScenarioInputs(scenario).inputs) {
      const moved = adjustScenario(scenario, [{ place, times: 0.5 }]);
      assert.ok(moved.ok, `${place}: ${moved.ok ? '' : moved.message}`);
      const before = showScenarioInputs(scenario).inputs;
      const changed = showScenarioInputs(moved.scenario).inputs.filter(
        (each, i) => JSON.stringify(each) !== JSON.stringify(before[i]),
      );
      const names = changed.map((each) => each.place.replace(/-\d+\./, '.'));
      assert.deepEqual([...new Set(names)], [place.replace(/-\d+\./, '.')], place);
    }
  });

  it('keeps the bounds of a field, the order of a range, and says that it was moved', () => {
    const place = 'parties.leader.weightsLevel';
    const moved = adjustScenario(scenario, [{ place, plus: 2 }]);
    assert.ok(moved.ok);
    for (const { p10, p50, p90, source, why } of pointsOf(moved.scenario, place)) {
      assert.ok(p10 <= p50 && p50 <= p90 && p90 <= 5);
      assert.deepEqual([source, why], ['ours', 'moved by hand: plus 2']);
    }
    assert.ok(
      (pointsOf(moved.scenario, place)[0]?.p10 ?? 0) > (pointsOf(scenario, place)[0]?.p10 ?? 9),
    );
  });

  it('changes nothing when nothing is moved, and refuses a place where there is no input', () => {
    const same = adjustScenario(scenario, []);
    assert.ok(same.ok && same.scenario === scenario);
    for (const place of [
      '',
      'parties',
      'parties.nobody.lagMonths',
      'capability.what',
      '__proto__.x',
    ]) {
      assert.equal(adjustScenario(scenario, [{ place, times: 2 }]).ok, false, place);
    }
  });
});
