/** A lock also stops what is charged and not yet on the wire, over a kill; what is stopped goes on when the lock is lifted. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { childrenOf } from '../support/child-pids.ts';
import { foundGate, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { until } from '../support/until.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly waitsFor: string | null;
}

/** More than the frames that may be under way at once. */
const EXPORTS = 19;

describe('a lock while releases wait for the wire', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let lock: { readonly id: string; readonly wire: { stopped: number; leaving: number } };
  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
    const role = { op: 'role.give', project: 'study', principal: 'cyd', role: 'member' };
    const asked = await founded.as<Shown>(
      ...(['ann', 4, 'change', JSON.stringify(role), '--why', 'works here'] as const),
    );
    await founded.approve('bob', asked.id);
  });
  after(() => gate.close());

  const api = async <T>(who: string, place: string, body?: string): Promise<T> => {
    const answer = await fetch(gate.innerUrl + place, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${founded.token(who)}`, 'content-type': 'text/csv' },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, text);
    return JSON.parse(text) as T;
  };
  const list = async (): Promise<readonly Shown[]> =>
    (await api<{ requests: readonly Shown[] }>('cyd', '/v1/requests?for=all&limit=100')).requests;
  const queued = (all: readonly Shown[]): number =>
    all.filter((each) => each.state === 'queued').length;
  let waiting = 0;

  it('stops what was not handed over, and says so at once to whoever locks and whoever waits', async () => {
    const [outer = 0] = childrenOf(gate.pid, '/outer/main');
    process.kill(outer, 'SIGSTOP');
    try {
      for (let i = 0; i < EXPORTS; i++) {
        const query = `/v1/exports?project=study&to=alpha&why=w&name=t${String(i)}.csv`;
        const { state } = await api<Shown>('cyd', query, `a,b\n1,${String(i)}\n`);
        assert.equal(state, 'queued');
      }
      lock = await founded.as('bob', 0, 'lock', 'set', 'lane', 'export', '--why', 'alarm');
      assert.equal(lock.wire.stopped + lock.wire.leaving, EXPORTS);
      assert.ok(lock.wire.stopped >= 3, JSON.stringify(lock));
    } finally {
      process.kill(outer, 'SIGCONT');
    }
    // What was handed over may have left; everything else stands, and each says what it stands for.
    const stands = (all: readonly Shown[]): boolean =>
      all.some((each) => each.waitsFor?.includes(lock.id)) &&
      all.every((each) => each.state !== 'queued' || each.waitsFor !== 'the outer door');
    const told = await until(list, stands);
    const waits = told.filter((each) => each.state === 'queued').map((each) => each.waitsFor);
    assert.ok(waits.length >= lock.wire.stopped, JSON.stringify(told));
    assert.equal(waits.filter((said) => said?.includes(lock.id)).length, 1);
    const behind = waits.filter((said) => said?.includes('what is before it'));
    assert.equal(behind.length, waits.length - 1);
    waiting = waits.length;
  });

  it('stays stopped over a kill, and is released when the lock is lifted', async () => {
    await gate.stop('SIGKILL');
    gate = await gate.restart();
    founded = founded.on(gate);
    await until(list, (all) => all.some((each) => each.waitsFor?.includes(lock.id)));
    assert.equal(queued(await list()), waiting);
    const asked = await founded.as<Shown>('ann', 4, 'unlock', lock.id, '--why', 'a false alarm');
    await founded.approve('bob', asked.id);
    await until(list, (all) => all.every((each) => each.state === 'released'));
  });
});
