/**
 * Settings before anybody asks for them, and those that one administrator sets alone: what is told beforehand is what
 * happens, and whoever may not do it learns nothing of what is there.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProposalShown } from '../../src/http/inner/settings-proposal.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly subject: { readonly text: string } | null;
}

interface Refusal {
  readonly code: string;
  readonly title: string;
}

const json = (body: object) => ({ type: 'application/json', text: JSON.stringify(body) });

describe('settings that are proposed', () => {
  let open: OpenGate;

  const sign = async (who: string, asked: Shown): Promise<Shown> => {
    const person = open.people.get(who);
    assert.ok(person !== undefined && asked.subject !== null, asked.reason ?? '');
    const signature = await approve(person, asked.subject.text);
    return open.call<Shown>(who, 'POST', `/v1/requests/${asked.id}/approvals`, json({ signature }));
  };
  const change = async (...changes: readonly object[]): Promise<void> => {
    const asked = await open.call<Shown>('ada', 'POST', '/v1/changes', json({ why: 'w', changes }));
    const done = await sign('sec', asked);
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const preview = (who: string, ...changes: readonly object[]): Promise<ProposalShown> =>
    open.call<ProposalShown>(who, 'POST', '/v1/changes/preview', json({ changes }));
  const refusal = async (
    who: string,
    method: string,
    place: string,
    body: object,
  ): Promise<Refusal & { readonly status: number }> => {
    const answer = await open.ask(who, method, place, json(body));
    assert.ok(answer.status >= 400, `${who} ${method} ${place} was let in`);
    const { code, title } = (await answer.json()) as Refusal;
    return { status: answer.status, code, title };
  };
  const budget = (name: string, more: object): object => ({
    op: 'budget.set',
    budget: name,
    ...more,
  });

  before(async () => {
    open = await openFoundedGate([
      ...['ada:administrators', 'bob:administrators', 'sec:security'],
      ...['zoe:staff', 'mem:staff'],
    ]);
    const asked = await open.call<Shown>(
      ...(['ada', 'POST', '/v1/changes'] as const),
      json({
        why: 'w',
        changes: [
          { op: 'project.add', id: 'study', title: 'Study' },
          { op: 'project.add', id: 'probe', title: 'Probe' },
          { op: 'role.give', project: 'study', principal: 'zoe', role: 'owner' },
          { op: 'role.give', project: 'study', principal: 'mem', role: 'member' },
        ],
      }),
    );
    assert.equal((await sign('bob', asked)).state, 'done');
    await change({ op: 'model.set', id: 'atlas', parameters: '70e9', hiddenWidth: 8192 });
  });
  after(() => open.close());

  it('say that one administrator sets what is tighter in every respect, and then it is so', async () => {
    const step = { rate: '0.5 GB/day', burst: '0.5 GB', lifetime: '90 GB' };
    const told = await preview('ada', budget('automatic', step));
    assert.equal(told.how, 'now');
    assert.match(told.sentence, /tighter in every respect, so one administrator sets it at once/);
    const [shown] = told.budgets;
    assert.equal(shown?.before?.declared.rate, '1 GB/day');
    assert.equal(shown.after.lifetimeBits, 720_000_000_000);
    const put = await open.ask('ada', 'PUT', '/v1/budgets/automatic', json(step));
    assert.equal(put.status, 200);
    const { burstBits } = (await put.json()) as { burstBits: number };
    assert.equal(burstBits, shown.after.burstBits);
    assert.deepEqual(await preview('ada', budget('enclave', {})).then(({ how }) => how), 'nothing');
  });

  it('say in which respects it is wider and who signs it, and then only people make it so', async () => {
    const step = { rate: '2 GB/day', burst: '2 GB', lifetime: null };
    const told = await preview('ada', budget('automatic', step));
    assert.equal(told.how, 'signed');
    assert.match(
      told.sentence,
      /^it lets more leave at once, over time and for ever, so people have to sign it: that is 1 of security/,
    );
    assert.match(told.says.join('\n'), /set the budget automatic from 1 GB\/day/);
    const refused = await refusal('ada', 'PUT', '/v1/budgets/automatic', step);
    assert.equal(refused.code, 'BUDGET_WIDENED');
    await change(budget('automatic', step));
    const { budgets } = await open.call<{ budgets: { budget: string; burstBits: number }[] }>(
      ...(['ada', 'GET', '/v1/budgets'] as const),
    );
    assert.equal(
      budgets.find((each) => each.budget === 'automatic')?.burstBits,
      told.budgets.find((each) => each.budget === 'automatic')?.after.burstBits,
    );
  });

  it('show years to exfiltrate before and after, and the budgets that follow a model or a cap', async () => {
    const wider = budget('model:atlas', { rate: '0.5%/year', burst: '0.2%', lifetime: null });
    const told = await preview('ada', wider);
    const [shown] = told.budgets;
    assert.equal(shown?.before?.applied.yearsToExfiltrate, '111 years');
    assert.equal(shown.after.applied.yearsToExfiltrate, '200 years');
    const smaller = await preview('ada', { op: 'model.set', id: 'atlas', parameters: '7e9' });
    assert.equal(smaller.how, 'signed');
    const [model] = smaller.models;
    assert.equal(model?.before?.['effectiveBits'], 11_200_000_000);
    assert.equal(model.after['effectiveBits'], 1_120_000_000);
    assert.match(
      String(model.after['assumption']),
      /7000000000 parameters at an assumed 0.16 bits/,
    );
    assert.ok(smaller.budgets.some((each) => each.budget === 'model:atlas'));
    const caps = await preview('ada', { op: 'caps.set', caps: [] });
    assert.match(caps.sentence, /published caps change only when people sign/);
    const place = await preview('zoe', { op: 'destination.add', project: 'study', name: 'paper' });
    assert.match(place.says[0] ?? '', /let exports of the project study go to paper/);
    const started = await preview('ada', { op: 'model.activate', id: 'atlas' });
    assert.equal(started.how, 'nothing');
  });

  it('what cannot be is refused as its request would be', async () => {
    const steps = [
      budget('enclave', { rate: 'much' }),
      budget('project:none', { rate: '1 MB/day' }),
      { op: 'model.set', id: 'other' },
      { op: 'model.activate', id: 'other' },
    ];
    for (const step of steps) {
      const body = { changes: [step] };
      const told = await refusal('ada', 'POST', '/v1/changes/preview', body);
      const answer = await open.ask('ada', 'POST', '/v1/changes', json({ ...body, why: 'w' }));
      const shown = (await answer.json()) as Refusal & { verdict?: string; reason?: string };
      if (answer.status >= 400) assert.equal(shown.title, told.title, JSON.stringify(step));
      else {
        assert.equal(shown.verdict, 'deny', JSON.stringify(step));
        assert.equal(shown.reason, told.title);
      }
    }
    const people = { op: 'role.give', project: 'study', principal: 'mem', role: 'owner' };
    const other = await refusal('ada', 'POST', '/v1/changes/preview', { changes: [people] });
    assert.match(other.title, /only changes of budgets, models, destinations and caps/);
  });

  it('tell nothing to whoever may not ask for them', async () => {
    const step = (name: string): object => ({ changes: [budget(name, { rate: '1 MB/day' })] });
    for (const who of ['mem', 'zoe']) {
      const shared = await refusal(who, 'POST', '/v1/changes/preview', step('enclave'));
      assert.equal(shared.status, 403);
    }
    const named = (text: { title: string }): string => text.title.replaceAll(/`[^`]+`/g, '…');
    const foreign = await refusal('zoe', 'POST', '/v1/changes/preview', step('project:probe'));
    const missing = await refusal('zoe', 'POST', '/v1/changes/preview', step('project:none'));
    assert.deepEqual([foreign.code, named(foreign)], [missing.code, named(missing)]);
    assert.equal(foreign.status, 404);
  });

  it('one who is no administrator sets nothing directly, and hears the same of what is there and what is not', async () => {
    const tighter = { rate: '1 kB/day', burst: '1 kB' };
    for (const who of ['sec', 'zoe', 'mem']) {
      const answers = [];
      for (const name of ['enclave', 'project:study', 'project:probe', 'project:none'])
        answers.push(await refusal(who, 'PUT', `/v1/budgets/${name}`, tighter));
      for (const id of ['atlas', 'none'])
        answers.push(
          await refusal(who, 'POST', `/v1/models/${id}/state`, { state: 'locked', reason: 'r' }),
          await refusal(who, 'PATCH', `/v1/models/${id}`, { parameters: '1e9' }),
        );
      const kinds = new Set(
        answers.map(({ status, code, title }) => JSON.stringify([status, code, title])),
      );
      assert.equal(kinds.size, 1, [...kinds].join('\n'));
      assert.equal(answers[0]?.status, 403);
      assert.equal(answers[0].code, 'PEOPLE_NOT_ALLOWED');
    }
    const { budgets } = await open.call<{ budgets: { budget: string }[] }>(
      ...(['ada', 'GET', '/v1/budgets'] as const),
    );
    assert.ok(!budgets.some((each) => each.budget.startsWith('project:')));
  });
});
