/** The measures of waiting on a real gate: by what was decided, true also after somebody looked late, and naming nobody hidden. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import type { Waiting } from '../../src/requests/index.ts';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { weightShaped } from '../support/tables.ts';

const ADMINS = ['ann', 'bob'];
const DAY_MS = 86_400_000;

describe('the measures of waiting', () => {
  let open: OpenGate;
  let on: Asking;
  let asked = 0;

  const give = (principal: string, role: string, project = 'main'): object => ({
    ...{ op: 'role.give', project, principal, role },
  });
  /** Measured anew: what was measured a moment ago is kept for a while, by the number of days. */
  const waitingOf = (who: string): Promise<Waiting> => {
    open.gate.news.roster();
    return open.call<Waiting>(who, 'GET', `/v1/waiting?days=${String(30 + ++asked)}`);
  };
  const named = ({ bottlenecks }: Waiting): readonly string[] =>
    bottlenecks.flatMap(({ person }) => person ?? []).sort();

  before(async () => {
    open = await openFoundedGate([
      ...ADMINS.map((id) => `${id}:administrators`),
      ...['sec:security', 'rev:staff', 'mia:staff', 'far:staff', 'mow:staff'],
    ]);
    on = askingOn(open);
    await open.gate.models.add('large', { parameters: '70b' }, 'test');
    await open.gate.budgets.declare(
      ...([{ scope: 'model', id: 'large' }, { rate: '1 GB/day', burst: '1 GB' }, 'test'] as const),
    );
    await on.change(
      ADMINS,
      ...[give('mia', 'member'), give('mia', 'owner'), give('rev', 'reviewer')],
      { op: 'project.add', id: 'study', title: 'Study' },
      give('far', 'owner', 'study'),
      { op: 'model.owners', model: 'large', owners: ['mow'] },
    );
  });
  after(() => open.close());

  it('name who was waited for when nothing waits any more', async () => {
    const held = await on.exportFile('mia', 'w.csv', weightShaped(3));
    const seat = /1 of (\S+) \(rev\)/.exec(held.waitsFor ?? '')?.[1];
    assert.ok(seat !== undefined, held.waitsFor ?? '');
    assert.equal(((await on.sign('rev', held.id)) as Shown).state, 'queued');
    const { bottlenecks } = await waitingOf('mia');
    const group = bottlenecks.find((each) => each.group === seat);
    assert.deepEqual([group?.waiting, group?.decided], [0, 1]);
    const person = bottlenecks.find((each) => each.person === 'rev');
    assert.ok(person !== undefined && person.totalMs > 0 && person.decided === 1);
  });

  it('an expired request stays unseen when somebody looks at it afterwards', async () => {
    const held = await on.exportFile('mia', 'e.csv', weightShaped(4));
    const expire = (tx: Kysely<{ requests: { state: string; asked_ms: bigint } }>) =>
      tx
        .updateTable('requests')
        .set({ state: 'expired', asked_ms: BigInt(open.gate.clock.nowMs() - 90 * DAY_MS) })
        .where('id' as never, '=', held.id as never)
        .execute();
    await open.gate.store.write(expire);
    await on.post('rev', `/v1/requests/${held.id}/view`, {});
    assert.equal((await waitingOf('mia')).expiredUnseen, 1);
  });

  it('name nobody of another compartment who decides about a share or about access', async () => {
    const release = await on.exportFile('mia', 's.csv', 'epoch,loss\n1,0.5\n');
    const share = await on.post<Shown>('mia', '/v1/shares', {
      ...{ result: release.id, from: 'main', to: 'study', why: 'w' },
    });
    assert.equal(share.state, 'held');
    const access = await on.post<Shown>('mia', '/v1/access', {
      ...{ target: 'model', what: 'large', project: 'main', why: 'w', durationMs: 3_600_000 },
    });
    assert.equal(access.state, 'held');
    assert.deepEqual(named(await waitingOf('mia')), ['rev']);
    assert.deepEqual(named(await waitingOf('sec')), ['bob', 'far', 'mow', 'rev']);
    for (const [who, id] of [
      ['far', share.id],
      ['mow', access.id],
    ] as const)
      assert.notEqual(typeof (await on.sign(who, id)), 'string');
    const { fastApprovals, ...rest } = await waitingOf('mia');
    assert.deepEqual(named({ fastApprovals, ...rest }), ['rev']);
    assert.deepEqual(
      fastApprovals.map((each) => each.person),
      ['rev'],
    );
  });
});
