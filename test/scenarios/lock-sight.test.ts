/** Whoever a lock stops sees it and can ask for its end, as the refusal says; nobody else learns of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askingOn } from '../support/asking.ts';
import type { Asking, Shown } from '../support/asking.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';

const ADMINS = ['ann', 'bob'];

interface LockShown {
  readonly id: string;
  readonly target: { readonly kind: string; readonly id: string };
}

describe('the sight of locks', () => {
  let open: OpenGate;
  let on: Asking;

  const give = (principal: string, role: string, project: string): object => ({
    ...{ op: 'role.give', project, principal, role },
  });
  const lock = async (by: string, kind: string, id: string): Promise<string> =>
    (await on.post<LockShown>(by, '/v1/locks', { target: { kind, id }, reason: 'odd' })).id;
  const seen = async (who: string): Promise<readonly string[]> => {
    const { locks } = await open.call<{ locks: LockShown[] }>(who, 'GET', '/v1/locks');
    return locks.map(({ id }) => id);
  };

  before(async () => {
    open = await openFoundedGate([
      ...ADMINS.map((id) => `${id}:administrators`),
      'sec:security',
      ...['mow:staff', 'mia:staff', 'far:staff'],
    ]);
    on = askingOn(open);
    for (const id of ['large', 'small', 'study']) {
      await open.gate.models.add(id, { parameters: '70b' }, 'test');
      const wide = { rate: '1 GB/day', burst: '1 GB' };
      await open.gate.budgets.declare({ scope: 'model', id }, wide, 'test');
    }
    await on.change(
      ADMINS,
      { op: 'project.add', id: 'study', title: 'Study', models: ['small'] },
      { op: 'model.owners', model: 'large', owners: ['mow'] },
      ...[give('mia', 'member', 'main'), give('far', 'member', 'study')],
      { op: 'principal.add', id: 'bot', kind: 'agent', name: 'bot', sponsor: 'mia' },
    );
  });
  after(() => open.close());

  it('an owner of a model sees the lock that it set, and asks for its end', async () => {
    const id = await lock('mow', 'model', 'large');
    assert.ok((await seen('mow')).includes(id));
    const asked = await on.post<Shown>('mow', '/v1/unlocks', { lock: id, why: 'a false alarm' });
    assert.equal(((await on.sign('sec', asked.id)) as Shown).state, 'done');
  });

  it('who is refused because of a lock on a model does what the refusal says', async () => {
    const id = await lock('sec', 'model', 'large');
    // The first project names no model, so that it may touch each of them.
    const refused = await on.exportFile('mia', 'a.csv', 'epoch,loss\n1,0.5\n');
    assert.equal(refused.state, 'denied');
    assert.match(JSON.stringify(refused), new RegExp(`sallyport unlock ${id}`));
    assert.ok((await seen('mia')).includes(id));
    const asked = await on.post<Shown>('mia', '/v1/unlocks', { lock: id, why: 'a false alarm' });
    assert.equal(asked.state, 'held');
    // Their project touches another model: for them there is no such lock.
    assert.ok(!(await seen('far')).includes(id));
    assert.match(
      await on.refusal('far', '/v1/unlocks', { lock: id, why: 'w' }),
      /REQUEST_LOCK_UNKNOWN/,
    );
    assert.equal(((await on.sign('sec', asked.id)) as Shown).state, 'done');
  });

  it('a project and a model of one name are not taken for one another', async () => {
    const id = await lock('sec', 'model', 'study');
    assert.ok(!(await seen('far')).includes(id));
    await on.sign('sec', (await on.post<Shown>('ann', '/v1/unlocks', { lock: id, why: 'w' })).id);
  });

  it('who answers for a program sees that it is locked', async () => {
    const id = await lock('sec', 'principal', 'bot');
    assert.ok((await seen('mia')).includes(id));
    assert.ok(!(await seen('far')).includes(id));
    const asked = await on.post<Shown>('mia', '/v1/unlocks', { lock: id, why: 'a false alarm' });
    assert.equal(((await on.sign('sec', asked.id)) as Shown).state, 'done');
  });
});
