/** What people forbid by a signed policy is refused at the door, and said on the button before anybody presses it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_POLICIES } from '../../src/policy/index.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly subject: { readonly text: string } | null;
  readonly can: readonly { event: string; allowed: boolean; reason: string | null }[];
}

const json = (body: object) => ({ type: 'application/json', text: JSON.stringify(body) });
const FORBIDS = `${DEFAULT_POLICIES}
@id("no-emergencies")
@says("nobody breaks the glass of the study while the audit lasts")
forbid (principal, action == Action::"break-glass", resource is Project)
when { resource == Project::"study" };

@id("budgets-stand")
@says("budgets stand as they are while the audit lasts")
forbid (principal, action == Action::"budget.change", resource);

@id("no-approvals-of-bob")
@says("bob decides on no exports while the audit lasts")
forbid (principal, action == Action::"request.approve", resource)
when { principal.id == "bob" && resource.kind == "export" };
`;

describe('what a policy forbids', () => {
  let open: OpenGate;
  let seed = 0;

  const sign = async (who: string, text: string): Promise<string> => {
    const person = open.people.get(who);
    assert.ok(person !== undefined);
    return approve(person, text);
  };
  const carryOut = async (by: string, ...changes: readonly object[]): Promise<void> => {
    const asked = await open.call<Shown>('ann', 'POST', '/v1/changes', json({ why: 'w', changes }));
    assert.ok(asked.subject !== null, asked.reason ?? '');
    const signature = await sign(by, asked.subject.text);
    const place = `/v1/requests/${asked.id}/approvals`;
    const done = await open.call<Shown>(by, 'POST', place, json({ signature }));
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const hold = async (project: string): Promise<Shown> => {
    seed += 1;
    const query = new URLSearchParams({ project, to: 'out', why: 'w', name: 'weights.csv' });
    const body = { type: 'text/csv', text: weightShaped(seed) };
    const shown = await open.call<Shown>('cyd', 'POST', `/v1/exports?${query.toString()}`, body);
    assert.equal(shown.state, 'held');
    return shown;
  };
  const reasonOf = async (who: string, id: string, event: string): Promise<string | null> => {
    const { can } = await open.call<Shown>(who, 'GET', `/v1/requests/${id}`);
    const found = can.find((each) => each.event === event);
    assert.ok(found !== undefined, `${event} is not offered`);
    assert.equal(found.allowed, found.reason === null);
    return found.reason;
  };
  const breakGlass = async (id: string): Promise<{ status: number; title: string }> => {
    const place = `/v1/requests/${id}`;
    const { text } = await open.call<{ text: string }>(
      ...(['ann', 'GET', `${place}/subject?emergency=1`] as const),
    );
    const body = json({ signature: await sign('ann', text), reason: 'an outage' });
    const answer = await open.ask('ann', 'POST', `${place}/break-glass`, body);
    const { title = '' } = (await answer.json()) as { title?: string };
    return { status: answer.status, title };
  };
  const setBudget = (name: string): Promise<Response> =>
    open.ask('ann', 'PUT', `/v1/budgets/${name}`, json({ rate: '1 MB/day', burst: '1 MB' }));

  before(async () => {
    open = await openFoundedGate(['ann', 'bob', 'cyd:staff']);
    const give = (principal: string, role: string, project: string): object => ({
      op: 'role.give',
      ...{ project, principal, role },
    });
    await carryOut(
      'bob',
      ...['study', 'probe'].flatMap((id) => [
        { op: 'project.add', id, title: id },
        give('cyd', 'member', id),
        give('bob', 'reviewer', id),
      ]),
    );
    const places = ['study', 'probe'].map((project) => ({
      op: 'destination.add',
      ...{ project, name: 'out' },
    }));
    await carryOut('bob', ...places);
  });
  after(() => open.close());

  it('stops an emergency, a budget that is set directly and an approval, in one sentence everywhere', async () => {
    const held = await hold('study');
    assert.equal(await reasonOf('ann', held.id, 'break-glass'), null);
    assert.equal(await reasonOf('bob', held.id, 'approve'), null);
    await carryOut('bob', { op: 'policy.set', text: FORBIDS });

    const why = 'cannot do this: nobody breaks the glass of the study while the audit lasts';
    assert.equal(await reasonOf('ann', held.id, 'break-glass'), why);
    assert.deepEqual(await breakGlass(held.id), { status: 403, title: why });

    const undecided = 'cannot do this: bob decides on no exports while the audit lasts';
    assert.equal(await reasonOf('bob', held.id, 'approve'), undecided);
    const signature = await sign('bob', held.subject?.text ?? '');
    const place = `/v1/requests/${held.id}/approvals`;
    const refused = await open.ask('bob', 'POST', place, json({ signature }));
    assert.equal(refused.status, 403);
    assert.equal(((await refused.json()) as { title: string }).title, undecided);

    const stands = 'cannot do this: budgets stand as they are while the audit lasts';
    const answers = [await setBudget('enclave'), await setBudget('project:study')];
    for (const answer of answers) {
      assert.equal(answer.status, 403);
      assert.equal(((await answer.json()) as { title: string }).title, stands);
    }
    const { budgets } = await open.call<{
      budgets: { budget: string; declared: { rate: string }; can: Shown['can'] }[];
    }>('ann', 'GET', '/v1/budgets');
    const enclave = budgets.find((each) => each.budget === 'enclave');
    assert.equal(enclave?.declared.rate, '1 GB/day');
    assert.deepEqual(enclave.can, [{ event: 'change', allowed: false, reason: stands }]);
    assert.ok(!budgets.some((each) => each.budget === 'project:study'));
    const changes = [{ op: 'budget.set', budget: 'enclave', rate: '2 GB/day' }];
    const told = await open.ask('ann', 'POST', '/v1/changes/preview', json({ changes }));
    assert.equal(told.status, 403);
  });

  it('stops nothing beside what it names, and nothing once people took it back', async () => {
    const elsewhere = await hold('probe');
    assert.equal(await reasonOf('ann', elsewhere.id, 'break-glass'), null);
    assert.equal((await breakGlass(elsewhere.id)).status, 201);
    const held = await hold('study');
    assert.equal((await breakGlass(held.id)).status, 403);
    await carryOut('bob', { op: 'policy.shipped' });
    assert.equal(await reasonOf('ann', held.id, 'break-glass'), null);
    assert.equal((await breakGlass(held.id)).status, 201);
    assert.equal((await setBudget('enclave')).status, 200);
  });
});
