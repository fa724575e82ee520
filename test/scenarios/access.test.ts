/**
 * Who decides about access: the owners of what is asked for, wherever the request says that it lies. And what somebody
 * learns who is read into nothing: the same for what is there and for what is not.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { ENCLAVE, debit } from '../../src/budget/index.ts';
import { judgeApprovals, readSubject, writeSubject } from '../../src/requests/index.ts';
import { openFoundedGate } from '../support/open-gate.ts';
import type { CallBody, OpenGate } from '../support/open-gate.ts';
import { approve } from '../support/people.ts';
import { ASKED_TYPES } from '../../console/src/words/types.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly project: string;
  readonly tier: string;
  readonly waitsFor: string | null;
  readonly subject: { readonly text: string } | null;
}

const json = (value: unknown): CallBody => ({
  type: 'application/json',
  text: JSON.stringify(value),
});
const HOUR_MS = 3_600_000;

describe('access', () => {
  let open: OpenGate;

  const ask = (who: string, wish: object): Promise<Response> =>
    open.ask(who, 'POST', '/v1/access', json({ why: 'w', durationMs: HOUR_MS, ...wish }));
  const held = async (who: string, wish: object): Promise<Shown> => {
    const answer = await ask(who, wish);
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    const shown = JSON.parse(text) as Shown;
    assert.equal(shown.state, 'held', text);
    return shown;
  };
  const see = (who: string, id: string): Promise<Shown> =>
    open.call<Shown>(who, 'GET', `/v1/requests/${id}`);
  /** Signs as somebody; the state afterwards, or `refused`. */
  const sign = async (who: string, { id, subject }: Shown): Promise<string> => {
    const person = open.people.get(who);
    if (person === undefined || subject === null)
      throw new TypeError(`nobody can sign ${id} as ${who}`);
    const signature = await approve(person, subject.text);
    const answer = await open.ask(who, 'POST', `/v1/requests/${id}/approvals`, json({ signature }));
    const text = await answer.text();
    return answer.ok ? (JSON.parse(text) as Shown).state : 'refused';
  };

  before(async () => {
    open = await openFoundedGate([
      'ada:administrators',
      'sec:security',
      'sed:security',
      ...['mow', 'pow', 'zoe', 'mem', 'lone'].map((id) => `${id}:staff`),
    ]);
    const give = (principal: string, role: string, project: string): unknown => ({
      op: 'role.give',
      ...{ project, principal, role },
    });
    await open.gate.models.add('atlas', { parameters: '70b' }, 'test');
    const wide = { rate: '1 MB/day', burst: '1 MB' };
    await open.gate.budgets.declare({ scope: 'model', id: 'atlas' }, wide, 'test');
    const changes = [
      { op: 'project.add', id: 'study', title: 'Study' },
      { op: 'project.add', id: 'probe', title: 'Probe' },
      { op: 'model.owners', model: 'atlas', owners: ['mow'] },
      give('zoe', 'owner', 'study'),
      give('mem', 'member', 'study'),
      give('pow', 'owner', 'probe'),
    ];
    const asked = await open.call<Shown>(
      ...(['ada', 'POST', '/v1/changes', json({ why: 'set up', changes })] as const),
    );
    assert.equal(await sign('ada', asked), 'done');
    await open.gate.budgets.declare({ scope: 'project', id: 'study' }, wide, 'test');
  });
  after(() => open.close());

  it('to a project is asked for in that project, and refused in another one', async () => {
    const elsewhere = await ask('mem', { target: 'project', what: 'probe', project: 'study' });
    assert.equal(elsewhere.status, 400);
    const asked = await held('mem', { target: 'project', what: 'probe' });
    assert.equal(asked.project, 'probe');
    assert.equal(await sign('zoe', asked), 'refused');
    assert.equal(await sign('pow', asked), 'granted');
  });

  it('to a model is given by its owners, whatever project is named with it', async () => {
    for (const project of [{}, { project: 'study' }]) {
      const asked = await held('mem', { target: 'model', what: 'atlas', ...project });
      assert.equal(await sign('zoe', asked), 'refused');
      assert.equal(await sign('mow', asked), 'granted');
    }
  });

  it('to a tool is given by the owners of the project in which it is needed', async () => {
    const asked = await held('mem', { target: 'tool', what: 'shell', project: 'study' });
    assert.equal(await sign('pow', asked), 'refused');
    assert.equal(await sign('zoe', asked), 'granted');
  });

  it('to more of what limits others too is given by security alone, whatever its size', async () => {
    const names = ['enclave', 'automatic', 'model:atlas', 'principal:mem'];
    for (const what of names) {
      const wish = { target: 'budget', what, project: 'study', bits: 1 };
      const asked = await held('mem', wish);
      assert.equal(asked.tier, 'quorum', what);
      for (const owner of ['zoe', 'mow']) assert.equal(await sign(owner, asked), 'refused', what);
    }
    const asked = await held('mem', { target: 'budget', what: 'enclave', bits: 900_000_000_000 });
    assert.equal(await sign('sec', asked), 'granted');
  });

  it('to more of a project’s budget is given by its owners, up to the limit of the rule', async () => {
    const wish = { target: 'budget', what: 'project:study' };
    const little = await held('mem', { ...wish, bits: 1_000_000 });
    assert.equal(little.tier, 'one');
    assert.equal(await sign('pow', little), 'refused');
    assert.equal(await sign('zoe', little), 'granted');
    const much = await held('mem', { ...wish, bits: 900_000_000_000 });
    assert.equal(much.tier, 'quorum');
    assert.equal(await sign('zoe', much), 'refused');
  });

  it('is judged by what is signed: a text that lies elsewhere than its target has no deciders', async () => {
    const asked = await held('mem', { target: 'project', what: 'probe' });
    const honest = readSubject(asked.subject?.text ?? '');
    const { roster } = open.gate.rosters.need();
    const own = open.people.get('zoe');
    if (own === undefined) throw new TypeError('there is no `zoe`');
    // Also under the rule of older rosters, whose word was about the project that the request names.
    const rules = roster.rules.map((rule) =>
      rule.kind === 'access' && rule.tier === 'one'
        ? { ...rule, quorum: '1 of owners(project)' }
        : rule,
    );
    const model = { target: 'model', what: 'atlas', durationMs: HOUR_MS, bits: null };
    const budget = { target: 'budget', what: 'enclave', durationMs: HOUR_MS, bits: 5 };
    for (const [name, change] of Object.entries({
      'another project': { project: 'study' },
      'a model in a project': { project: 'study', facts: { access: model } },
      'a model that it does not name': { project: '', facts: { access: model } },
      'a lower tier': { project: 'study', facts: { access: budget } },
      'no target': { project: 'study', facts: {} },
    })) {
      const subjectText = writeSubject({ ...honest, ...change });
      const signatures = [await approve(own, subjectText)];
      const nowMs = open.gate.clock.nowMs();
      for (const each of [roster, { ...roster, rules }]) {
        const judged = judgeApprovals({ roster: each, subjectText, signatures, nowMs });
        assert.equal(judged.state, 'impossible', name);
      }
    }
  });

  it('has somebody who can say no where nobody owns it', async () => {
    const asked = await held('lone', { target: 'project', what: 'nowhere' });
    const seen = await see('sec', asked.id);
    assert.match(seen.waitsFor ?? '', /\(sec, sed\)/);
    assert.equal(await sign('zoe', asked), 'refused');
    // Nothing is there to be given: the request goes on waiting, and says why to whoever may know.
    assert.equal(await sign('sec', asked), 'held');
    const { reason } = await open.call<{ reason: string }>(
      ...(['sed', 'GET', `/v1/requests/${asked.id}`] as const),
    );
    assert.match(reason, /approved, but cannot find the project `nowhere`/);
  });

  it('tells whoever is not read in the same of what is there and of what is not', async () => {
    const neutral = (value: unknown, name: string, id: string): string =>
      JSON.stringify(value)
        .replaceAll(name, '·')
        .replaceAll(id, '·')
        .replace(/evt_\w+/g, 'evt')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
        .replace(/\\"ledgerSize\\":\d+/, '')
        .replace(/its ledger had [\d,]+ entries/, '')
        .replace(/"(sha256|fingerprint|challenge)":"[^"]*"/g, '');
    const wishes = (what: string): object[] => [
      { target: 'project', what },
      { target: 'budget', what: `project:${what}`, bits: 10 },
      { target: 'tool', what: 'shell', project: what },
    ];
    const pairs = [
      ...wishes('probe').map((there, i) => [there, wishes('nowhere')[i], 'probe', 'nowhere']),
      [{ target: 'model', what: 'atlas' }, { target: 'model', what: 'golem' }, 'atlas', 'golem'],
    ] as [object, object, string, string][];
    for (const [there, not, name, nothing] of pairs) {
      const routes = (id: string): string[] => [
        `/v1/requests/${id}`,
        `/v1/requests/${id}/approvals`,
        `/v1/requests?for=mine&limit=1`,
      ];
      const look = async (wish: object, called: string, owner: string): Promise<unknown[]> => {
        const { id } = await held('lone', wish);
        // Others work on it: that somebody looked, or who, is nobody's business outside.
        await open.call(owner, 'POST', `/v1/requests/${id}/view`);
        await open.call(owner, 'POST', `/v1/requests/${id}/comments`, json({ text: 'hm' }));
        const said = await Promise.all(
          routes(id).map(async (route) => open.call<unknown>('lone', 'GET', route)),
        );
        assert.doesNotMatch(JSON.stringify(said), /\b(pow|mow|sec|sed|zoe)\b/);
        const counted = said.map((each) => {
          const { total: _, counts: __, next: ___, ...rest } = each as Record<string, unknown>;
          return rest;
        });
        return counted.map((each) => neutral(each, called, id));
      };
      const owner = name === 'atlas' ? 'mow' : 'pow';
      assert.deepEqual(await look(there, name, owner), await look(not, nothing, 'sec'));
    }
  });

  it('is part of the answer to whom one may discuss a project with, and until when', async () => {
    interface ReadIn {
      readonly people: readonly { readonly id: string; readonly grantedUntil: string | null }[];
    }
    const asked = await held('lone', { target: 'project', what: 'study' });
    assert.equal(await sign('zoe', asked), 'granted');
    for (const who of ['zoe', 'lone']) {
      const { people } = await open.call<ReadIn>(who, 'GET', '/v1/projects/study/people');
      const granted = people.map(({ id, grantedUntil }) => [id, grantedUntil !== null]);
      assert.deepEqual(granted, [
        ['lone', true],
        ['mem', false],
        ['zoe', false],
      ]);
      const listed = await open.call<ReadIn>(who, 'GET', '/v1/people');
      assert.ok(['lone', 'mem', 'zoe'].every((id) => listed.people.some((one) => one.id === id)));
    }
    await open.call('lone', 'POST', `/v1/requests/${asked.id}/withdraw`);
    const { people } = await open.call<ReadIn>('zoe', 'GET', '/v1/projects/study/people');
    assert.deepEqual(
      people.map(({ id }) => id),
      ['mem', 'zoe'],
    );
    assert.equal((await open.ask('lone', 'GET', '/v1/projects/study/people')).status, 404);
  });

  it('in no project is listed for those who watch and those who decide, and not for who sets the gate up', async () => {
    const asked = await held('mem', { target: 'model', what: 'atlas' });
    const changes = [{ op: 'group.add', group: 'board' }];
    const change = await open.call<Shown>(
      ...(['sec', 'POST', '/v1/changes', json({ why: 'w', changes })] as const),
    );
    const listed = async (who: string, of: string): Promise<readonly string[]> => {
      const { requests } = await open.call<{ requests: readonly Shown[] }>(
        ...([who, 'GET', `/v1/requests?for=${of}&limit=1000`] as const),
      );
      return requests.map(({ id }) => id);
    };
    const all = await listed('ada', 'all');
    assert.deepEqual([all.includes(change.id), all.includes(asked.id)], [true, false]);
    assert.ok((await listed('sec', 'all')).includes(asked.id));
    assert.ok((await listed('mow', 'me')).includes(asked.id));
    await open.call('mem', 'POST', `/v1/requests/${asked.id}/withdraw`);
    await open.call('sec', 'POST', `/v1/requests/${change.id}/withdraw`);
  });

  it('does not let an owner find out who is in the roster by giving roles', async () => {
    const give = async (principal: string): Promise<string> => {
      const changes = [{ op: 'role.give', project: 'study', principal, role: 'member' }];
      const asked = await open.call<Shown>(
        ...(['zoe', 'POST', '/v1/changes', json({ why: 'w', changes })] as const),
      );
      return JSON.stringify(asked)
        .replaceAll(asked.id, '·')
        .replaceAll(new RegExp(`\\b${principal}\\b`, 'g'), '·')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
        .replace(/\\"ledgerSize\\":\d+/, '')
        .replace(/its ledger had [\d,]+ entries/, '')
        .replace(/the roster with the sha256 [0-9a-f]{64}/, '')
        .replace(/\\"rosterSha256\\":\\"[0-9a-f]{64}/g, '')
        .replace(/"(sha256|fingerprint|challenge)":"[^"]*"/g, '');
    };
    const there = await give('pow');
    assert.match(there, /"state":"held"/);
    assert.equal(await give('nobody-yet'), there);
    // Whoever sees every person is told at once.
    const changes = [
      { op: 'role.give', project: 'study', principal: 'nobody-yet', role: 'member' },
    ];
    const asked = await open.call<Shown & { reason: string }>(
      ...(['ada', 'POST', '/v1/changes', json({ why: 'w', changes })] as const),
    );
    assert.equal(asked.state, 'denied');
    assert.match(asked.reason, /nobody-yet/);
  });

  it('lets nobody read the charges of other projects off the shared budgets', async () => {
    interface Budgets {
      readonly budgets: readonly {
        readonly budget: string;
        readonly leftBits: number;
        readonly burstBits: number;
        readonly spentBits: number;
        readonly fullAt: string | null;
      }[];
    }
    const { budgets, clock, store } = open.gate;
    const wide = { rate: '1 bit/day', burst: '1 MB', lifetime: null };
    await budgets.declare({ scope: 'enclave', id: 'enclave' }, wide, 'test');
    const charge = (bits: bigint): Promise<unknown> =>
      store.write((tx: Kysely<unknown>) =>
        debit(tx, [ENCLAVE], bits, clock.nowMs(), { principal: 'pow' }),
      );
    const seen = async (who: string): Promise<Budgets['budgets'][number] | undefined> =>
      (await open.call<Budgets>(who, 'GET', '/v1/budgets')).budgets.find(
        ({ budget }) => budget === 'enclave',
      );
    const passes = async (bits: number): Promise<boolean> => {
      const body = json({ project: 'study', bits });
      const said = await open.call<{ passes: boolean }>('mem', 'POST', '/v1/budgets/check', body);
      return said.passes;
    };
    await charge(100_000n);
    const before = await seen('mem');
    assert.ok(before !== undefined);
    assert.equal((before.leftBits * 100) % before.burstBits, 0);
    assert.equal(before.spentBits, 0);
    const exact = await seen('sec');
    const passed = await passes(before.leftBits);
    const refused = await passes(before.leftBits + 1);
    await charge(1_000n);
    // The charge of another project moves what security sees, and nothing that a member sees or can ask.
    assert.deepEqual(await seen('mem'), before);
    assert.equal(await passes(before.leftBits), passed);
    assert.equal(await passes(before.leftBits + 1), refused);
    assert.deepEqual([passed, refused], [true, false]);
    assert.notEqual((await seen('sec'))?.leftBits, exact?.leftBits);
    assert.equal(await seen('lone'), undefined);
    assert.equal((await open.ask('lone', 'GET', '/v1/budgets/enclave')).status, 404);
    assert.equal((await open.ask('lone', 'GET', '/v1/budgets/automatic')).status, 404);
  });

  it('to more of a budget goes again and leaves what one person declared meanwhile', async () => {
    const study = async (): Promise<bigint> => {
      const bucket = await open.gate.budgets.get({ scope: 'project', id: 'study' });
      return bucket.rule.burstBits;
    };
    const put = (burst: string): Promise<Response> =>
      open.ask('ada', 'PUT', '/v1/budgets/project:study', json({ burst }));
    const lent = 9_000_000n - 8_000_000n;
    assert.equal(await study(), 8_000_000n + lent);
    const more = await held('mem', { target: 'budget', what: 'project:study', bits: 5_000_000 });
    assert.equal(await sign('zoe', more), 'granted');
    assert.equal((await put('8000001 bits')).status, 409);
    const step = { rate: '1 MB/day', burst: '3000000 bits', lifetime: null };
    const changes = [{ op: 'budget.set', budget: 'project:study', ...step }];
    const told = await open.call<{
      how: string;
      budgets: readonly { after: { burstBits: number } }[];
    }>('ada', 'POST', '/v1/changes/preview', json({ changes }));
    assert.equal(told.how, 'now');
    assert.equal(told.budgets[0]?.after.burstBits, Number(3_000_000n + lent) + 5_000_000);
    assert.equal((await put('3000000 bits')).status, 200);
    // Less than what was lent: without it nothing would be left.
    assert.equal(await study(), 3_000_000n + lent + 5_000_000n);
    const back = await open.ask('mem', 'POST', `/v1/requests/${more.id}/withdraw`);
    assert.equal(back.status, 201);
    assert.equal(await study(), 3_000_000n + lent);
  });

  it('by a window is for types that there are', async () => {
    const wish = (types: readonly string[]): CallBody =>
      json({
        ...{ project: 'study', to: 'out', why: 'w', job: 'j', types },
        ...{ uses: 1, bitsEach: 1000, bitsTotal: 1000, durationMs: HOUR_MS },
      });
    for (const types of [['banana'], ['svg'], ['table', 'banana']]) {
      const refused = await open.ask('mem', 'POST', '/v1/windows', wish(types));
      assert.equal(refused.status, 400, types.join());
      assert.match(await refused.text(), /types\.\d: .*xml/);
    }
    const types = Object.keys(ASKED_TYPES);
    assert.equal((await open.ask('mem', 'POST', '/v1/windows', wish(types))).status, 201);
  });
});
