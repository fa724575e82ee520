/** Locks stop what they name and nothing else, and nobody holds a gate alone by them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openFoundedGate } from '../support/open-gate.ts';
import type { CallBody, OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly text: string } | null;
}

const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});

describe('locks of people', () => {
  let open: OpenGate;
  before(async () => {
    open = await openFoundedGate([
      ...['ann', 'bob', 'cat'].map((id) => `${id}:administrators,security`),
      ...['aud:auditors', 'dan:staff'],
    ]);
  });
  after(() => open.close());

  const lock = (by: string, kind: string, id: string): Promise<Response> =>
    open.ask(by, 'POST', '/v1/locks', json({ target: { kind, id }, reason: 'r' }));
  const locked = async (by: string, id: string): Promise<string> => {
    const answer = await lock(by, 'principal', id);
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    return (JSON.parse(text) as Shown).id;
  };
  const askEnd = (by: string, id: string): Promise<Shown> =>
    open.call<Shown>(by, 'POST', '/v1/unlocks', json({ lock: id, why: 'a false alarm' }));
  const sign = async (by: string, { id, subject }: Shown): Promise<Response> => {
    const person = open.people.get(by);
    assert.ok(person !== undefined && subject !== null);
    const signature = await approve(person, subject.text);
    return open.ask(by, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
  };
  const inForce = async (): Promise<number> =>
    (await open.gate.locks.list()).filter((each) => each.liftedMs === null).length;

  it('a slip of the pen locks nothing, and is told the names that there are', async () => {
    for (const [kind, id, names] of [
      ['lane', 'exports', 'export, import, share'],
      ['principal', 'dann', 'ann, aud, bob, cat, dan'],
      ['project', 'mian', 'main'],
      ['model', 'lage', 'there are none yet'],
    ] as const) {
      const answer = await lock('bob', kind, id);
      const problem = (await answer.json()) as { code: string; detail: string; hint: string };
      assert.equal(answer.status, 404);
      assert.equal(problem.code, 'REQUEST_LOCK_TARGET_UNKNOWN');
      assert.match(problem.hint, new RegExp(names));
    }
    assert.equal(await inForce(), 0);
  });

  it('whoever locks everybody else in security cannot keep them locked', async () => {
    const [ann, bob] = [await locked('cat', 'ann'), await locked('cat', 'bob')];
    await locked('cat', 'aud');
    // Even a locked person asks for the end of a lock; it is one that others approve.
    const asked = await askEnd('aud', ann);
    assert.equal(asked.state, 'held');
    const veto = await open.ask(
      ...(['cat', 'POST', `/v1/requests/${asked.id}/deny`, json({ reason: 'no' })] as const),
    );
    assert.equal(veto.status, 403);
    assert.match(await veto.text(), /whoever set a lock has no veto over its end/);
    const own = await sign('ann', asked);
    assert.equal(own.status, 403);
    assert.match(await own.text(), /approved by others while there are any/);
    assert.equal((await sign('bob', asked)).status, 201);
    assert.equal((await sign('ann', await askEnd('aud', bob))).status, 201);
    const [left] = (await open.gate.locks.list()).filter((each) => each.liftedMs === null);
    assert.equal(left?.target.id, 'aud');
    assert.equal((await sign('ann', await askEnd('bob', left.id))).status, 201);
    assert.equal(await inForce(), 0);
  });

  it('a locked person decides nothing else', async () => {
    const access = { why: 'w', target: 'project', what: 'main', durationMs: 3_600_000 };
    const asked = await open.call<Shown>('dan', 'POST', '/v1/access', json(access));
    const lockOfAnn = await locked('bob', 'ann');
    const refused = await sign('ann', asked);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /a locked principal may look and do nothing/);
    assert.equal((await lock('ann', 'lane', 'export')).status, 403);
    assert.equal(await sign('cat', await askEnd('aud', lockOfAnn)).then((a) => a.status), 201);
  });

  it('of two in security the locked one ends it, on the asking of somebody else', async () => {
    const leave = { op: 'group.leave', group: 'security', member: 'bob' };
    const change = json({ why: 'w', changes: [leave] });
    const asked = await open.call<Shown>('ann', 'POST', '/v1/changes', change);
    for (const by of ['bob', 'cat']) assert.equal((await sign(by, asked)).status, 201);
    const held = await locked('cat', 'ann');
    const self = await askEnd('ann', held);
    assert.equal((await sign('ann', self)).status, 403);
    const others = await askEnd('aud', held);
    assert.equal((await sign('ann', others)).status, 201);
    assert.equal(await inForce(), 0);
  });
});
