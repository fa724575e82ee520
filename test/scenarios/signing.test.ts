/**
 * What people see before they sign, on the command line: everything, in words, from the signed text. And who is asked when
 * a change needs the approvers of the rules that it makes.
 */
import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { weightShaped } from '../support/tables.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly waitsFor: string | null;
}

describe('before people sign', () => {
  let gate: RunningGate;
  let founded: FoundedGate;

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:security,reviewers']);
  });
  after(() => gate.stop());

  /** What `sallyport approve` shows to somebody who then signs. */
  const screenOf = async (person: string, id: string): Promise<string> => {
    const signed = await gate.sallyport(
      ...['approve', id, '--yes', '--key', `${person}.key`, '--token', founded.token(person)],
    );
    assert.equal(signed.status, 0, signed.stderr);
    return signed.stderr;
  };

  it('shows an export with its files, its bits and what the gate adds', async () => {
    await writeFile(path.join(gate.workDir, 'weights.csv'), weightShaped(1));
    const held = await founded.as<Shown>(
      ...(['ann', 4, 'export', 'weights.csv', '--project', 'study'] as const),
      ...['--to', 'alpha', '--why', 'the table of the paper'],
    );
    const screen = await screenOf('bob', held.id);
    assert.match(screen, /what +export to alpha \(number \d+\), project study/);
    assert.match(screen, /why +the table of the paper/);
    assert.match(screen, /at most +\d{1,3}(,\d{3})+ bits/);
    assert.match(screen, /files +weights\.csv \(table, [\d,]+ bytes, sha256\s+[0-9a-f]{64}\)/);
    assert.match(screen, /1 file fetched and hashed here: as signed/);
    assert.match(screen, /The gate adds, not signed:/);
  });

  it('signs several in a row, as the console’s command for chosen requests says it', async () => {
    const ids: string[] = [];
    for (const name of ['one.csv', 'two.csv']) {
      await writeFile(path.join(gate.workDir, name), weightShaped(name.length + ids.length));
      const held = await founded.as<Shown>(
        ...(['ann', 4, 'export', name, '--project', 'study', '--to', 'alpha'] as const),
        ...['--why', 'the tables of the paper'],
      );
      ids.push(held.id);
    }
    const reminded = await founded.as<Shown>('ann', 0, 'request', 'remind', ids[0] ?? '');
    assert.equal(reminded.state, 'held');
    const signed = await gate.sallyport(
      ...['approve', ...ids, '--yes', '--view', 'looked', '--key', 'bob.key'],
      ...['--token', founded.token('bob')],
    );
    assert.equal(signed.status, 0, signed.stderr);
    for (const [at, name] of ['one.csv', 'two.csv'].entries()) {
      const shown = await founded.as<Shown>('ann', 0, 'request', 'show', ids[at] ?? '');
      assert.notEqual(shown.state, 'held');
      await access(path.join(gate.workDir, 'looked', ids[at] ?? '', name));
    }
    // What is decided asks for no key any more.
    const again = await gate.sallyport(
      ...['approve', ids[0] ?? '', '--yes', '--key', 'cyd.key', '--token', founded.token('cyd')],
    );
    assert.match(again.stderr, /CLI_NOTHING_TO_SIGN/);
    assert.doesNotMatch(again.stderr, /You sign/);
  });

  it('shows what a lock is that is to be lifted', async () => {
    const lock = await founded.as<Shown>(
      ...(['bob', 0, 'lock', 'set', 'project', 'study', '--reason', 'it looks wrong'] as const),
    );
    const asked = await founded.as<Shown>('bob', 4, 'unlock', lock.id, '--why', 'false');
    const screen = await screenOf('cyd', asked.id);
    assert.match(screen, /lifts +the lock \w+ on the project study/);
    assert.match(screen, /by bob at .*\n +because: it looks wrong/);
    assert.doesNotMatch(screen, /[{}]/);
  });

  it('tells a requester before the screen that the request is not theirs to sign', async () => {
    const step = JSON.stringify({ op: 'group.add', group: 'night', members: ['cyd'] });
    const asked = await founded.as<Shown>('ann', 4, 'change', step, '--why', 'a group');
    const own = await gate.sallyport(
      ...['approve', asked.id, '--yes', '--key', 'ann.key', '--token', founded.token('ann')],
    );
    assert.notEqual(own.status, 0);
    assert.match(own.stderr, /nobody decides on a request of their own.*CLI_NOT_YOURS/s);
    assert.doesNotMatch(own.stderr, /You sign/);
    assert.match(await screenOf('bob', asked.id), /steps +make the group night of cyd/);
  });

  it('asks the approvers of the new rules as well, and says so until they have signed', async () => {
    const steps = JSON.stringify([
      { op: 'group.join', group: 'administrators', member: 'cyd' },
      { op: 'rule.set', kind: 'policy', tier: 'quorum', quorum: '2 of administrators' },
      { op: 'rule.set', kind: 'policy', tier: 'one', quorum: '2 of administrators' },
    ]);
    const asked = await founded.as<Shown>('ann', 4, 'change', steps, '--why', 'two from now on');
    const half = await founded.as<Shown>(
      ...(['bob', 0, 'approve', asked.id, '--yes', '--key', 'bob.key'] as const),
    );
    assert.equal(half.state, 'held');
    assert.match(half.waitsFor ?? '', /1 more of administrators by the new rules \(cyd\)/);
    const whole = await founded.approve<Shown>('cyd', asked.id);
    assert.equal(whole.state, 'done');
    const next = await founded.as<Shown>(
      ...(['ann', 4, 'change', JSON.stringify({ op: 'group.remove', group: 'night' })] as const),
      ...['--why', 'not needed'],
    );
    assert.match(next.waitsFor ?? '', /2 of administrators/);
    const verified = await gate.sallyport('ledger', 'verify');
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  });
});
