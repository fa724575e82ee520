/** Evidence from a founded gate: its rules, its keys, and decisions whose signatures the reading verifies itself. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';

interface Reading {
  readonly observations: readonly {
    readonly collector: string;
    readonly measure: string;
    readonly verdict: string;
    readonly sentence: string;
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
}

describe('posture of a founded gate', () => {
  let gate: RunningGate;
  let founded: FoundedGate;

  before(async () => {
    const prepared = await startPreparedGate(['alpha']);
    ({ gate } = prepared);
    founded = await foundGate(gate, ['ann', 'bob', 'cyd']);
    const role = { op: 'role.give', project: 'study', principal: 'ann', role: 'member' };
    const asked = await founded.as<{ id: string }>(
      ...(['ann', 4, 'change', JSON.stringify(role), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
    await founded.approve('cyd', asked.id);
    await writeFile(path.join(gate.workDir, 'held.csv'), weightShaped(1));
    const to = ['--project', 'study', '--to', 'alpha', '--why', 'a test'];
    const held = await founded.as<{ id: string }>('ann', 4, 'export', 'held.csv', ...to);
    await founded.approve('bob', held.id);
  });
  after(() => gate.close());

  it('says which rules are in force, by whose keys, and that the signatures hold', async () => {
    await gate.sallyport('posture', 'init', 'lab', '--yes');
    const { observations } = await gate.json<Reading>(0, 'posture', 'assess', 'lab');
    const said = (collector: string, measure: string) => {
      const found = observations.find(
        (each) => each.collector === collector && each.measure === measure,
      );
      assert.ok(found !== undefined, `${collector} ${measure}`);
      return found;
    };
    const silent = observations.filter((each) => each.sentence.startsWith('the gate did not say'));
    assert.deepEqual(silent, []);
    const dual = said('two-person', 'SL5-AC-3(2)');
    assert.equal(dual.verdict, 'part', dual.sentence);
    assert.match(dual.sentence, /2 of security, 1 of reviewers\(project\)/);
    assert.match(dual.sentence, /signatures of the newest 2 decisions were verified here/);
    assert.equal(said('approvers', 'R-SL3-10').facts['approvers'], 3);
    assert.match(said('key-types', 'R-SL2-06').sentence, /3 of 3 people hold a plain key file/);
    assert.equal(said('reviews', 'R-SL3-11').facts['byPeople'], 2);
  });
});
