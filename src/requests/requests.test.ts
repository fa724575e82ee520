import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { systemRandom } from '../core/index.ts';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { approve, foundWith, makePerson } from '../../test/support/people.ts';
import {
  Requests,
  Rosters,
  STATES,
  TRANSITIONS,
  drawStates,
  mayDo,
  nextState,
  possibleEvents,
  readSubject,
  sayWaitsFor,
} from './index.ts';
import type { Decision, RequestKind } from './index.ts';

describe('the table of states', () => {
  it('lets every state be reached, and every waiting state be left', () => {
    const reached = new Set(['quoting']);
    STATES.forEach(() => {
      for (const row of TRANSITIONS) if (reached.has(row.from)) reached.add(row.to);
    });
    assert.deepEqual([...reached].sort(), STATES.map((row) => row.state).sort());
    for (const row of STATES) {
      assert.equal(possibleEvents(row.state).length > 0, row.waits !== null, row.state);
      const event = row.waits?.atDeadline;
      if (event === undefined || event === 'alarm') continue;
      assert.notEqual(nextState(row.state, event), undefined, `${row.state} at its deadline`);
    }
  });

  it('names each transition once and draws all of them', () => {
    const keys = TRANSITIONS.map((row) => `${row.from} ${row.event}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const row of TRANSITIONS) assert.ok(drawStates().includes(`${row.from} --> ${row.to}`));
  });
});

describe('the life of a request', () => {
  let gate: GateStore;
  let rosters: Rosters;
  let decision: Decision = { verdict: 'allow', reason: 'plain' };
  let gathered = 0;
  let effects = 0;
  let failing = false;
  const lookedAhead: string[] = [];
  let cleaning: Promise<void> = Promise.resolve();
  const faults: string[] = [];
  const news: string[] = [];
  const [ann, bob, cyd] = [makePerson('ann'), makePerson('bob'), makePerson('cyd')];

  const kind: RequestKind = {
    name: 'export',
    through: 'release',
    title: () => 'a test',
    gather: () => {
      gathered += 1;
      return failing
        ? Promise.reject(new Error('a secret cause'))
        : Promise.resolve({ n: gathered });
    },
    decide: () => Promise.resolve(decision),
    demand: (_request, facts) =>
      Promise.resolve({
        destination: { name: 'd', number: 1 },
        models: [],
        chargeBitsMax: 16n,
        facts: { n: (facts as { n: number }).n },
        grantMs: null,
        risk: 50,
      }),
    keep: () => Promise.resolve(),
    effect: async (_request, _facts, _releaser, moveOn) => {
      await gate.ledger.record({ kind: 'test.done', by: 'ann' }, (tx: Kysely<unknown>) =>
        moveOn(tx, 8n),
      );
      effects += 1;
      return { done: true };
    },
    describe: () => ({}),
    lookAhead: ({ id }) => {
      lookedAhead.push(id);
      return Promise.reject(new Error('it only would have saved time'));
    },
    cleanUp: () => cleaning,
  };
  const open = (kinds: readonly RequestKind[] = [kind]): Requests =>
    new Requests(
      {
        ...gate,
        rosters,
        random: systemRandom,
        onFault: (id) => faults.push(id),
        onAlarm: (text) => faults.push(text),
        onNews: ({ event, to }) => news.push(`${event} ${to.join(',')}`),
      },
      kinds,
    );
  const ask = (requests: Requests, key: string, change: { sponsor?: string } = {}) =>
    requests.ask({
      kind: 'export',
      requester: 'ann',
      idempotencyKey: key,
      project: 'p',
      destination: 'd',
      why: 'because',
      input: '{"files":[]}',
      ...change,
    });
  const hold = async (requests: Requests, key: string, change: { sponsor?: string } = {}) => {
    decision = { verdict: 'hold', reason: 'look at it', chargeBits: 16n, tier: 'one' };
    const { id } = await ask(requests, key, change);
    return (await requests.settle(id, 10_000)).request;
  };

  before(async () => {
    gate = await openGateStore();
    rosters = await Rosters.open(gate);
  });
  after(() => gate.close());

  it('goes from asked to queued to released, each step once', async () => {
    const requests = open();
    const { id } = await ask(requests, 'one');
    const { request } = await requests.settle(id, 10_000);
    assert.deepEqual([request.state, request.chargeBits, request.verdict], ['queued', 8n, 'allow']);
    await requests.published([id]);
    await requests.published([id]);
    assert.equal((await requests.get(id)).state, 'released');
    await assert.rejects(requests.approvals.deny(id, 'bob', 'late'), {
      code: 'REQUEST_STATE_WRONG',
    });
  });

  it('makes one request of one key, also when asked twice at once', async () => {
    const requests = open();
    const before = effects;
    const [a, b] = await Promise.all([ask(requests, 'two'), ask(requests, 'two')]);
    assert.equal(a.id, b.id);
    await requests.idle();
    assert.equal((await ask(requests, 'two')).id, a.id);
    assert.equal(effects - before, 1);
  });

  it('waits for the founding, which gives held requests something to sign', async () => {
    const requests = open();
    const held = await hold(requests, 'early');
    assert.equal(held.subject, null);
    assert.match(sayWaitsFor(await requests.approvals.stand(held.id)) ?? '', /founding/);
    const { link } = await foundWith(
      [
        { person: ann, groups: ['administrators', 'security'] },
        { person: bob, groups: ['administrators', 'security'] },
        { person: cyd, groups: ['administrators', 'security'] },
      ],
      {
        projects: [
          {
            id: 'p',
            title: 'p',
            models: [],
            roles: ['bob', 'cyd'].map((principal) => ({
              principal,
              role: 'reviewer',
              until: null,
            })),
          },
        ],
      },
    );
    await rosters.found(link, () => Promise.resolve());
    await requests.checkDeadlines();
    assert.notEqual((await requests.get(held.id)).subject, null);
    assert.match(sayWaitsFor(await requests.approvals.stand(held.id)) ?? '', /bob, cyd/);
  });

  it('is released by a signature of somebody whom the rule names, and by nothing less', async () => {
    const requests = open();
    const held = await hold(requests, 'signed');
    assert.match((await requests.receipt(held)) ?? '', /^c2sp\.org\/tlog-proof@v1/);
    const subject = held.subject ?? '';
    const { approvals } = requests;
    const other = await hold(requests, 'other');
    const cases: readonly [string, string, RegExp][] = [
      ['ann', await approve(ann, subject), /own/],
      ['bob', await approve(cyd, subject), /somebody else/],
      ['bob', await approve(bob, subject, 'sallyport-denial@v1'), /namespace|another purpose/i],
      ['bob', await approve(bob, other.subject ?? ''), /./],
      ['bob', await approve(makePerson('eve'), subject), /nobody/],
      ['eve', await approve(bob, subject), /roster/],
    ];
    for (const [person, signature, why] of cases) {
      await assert.rejects(approvals.approve(held.id, person, signature), (cause: Error) => {
        assert.match(cause.message, why, person);
        return true;
      });
    }
    const done = await approvals.approve(held.id, 'bob', await approve(bob, subject));
    assert.deepEqual([done.state, done.decidedBy], ['queued', 'bob']);
    assert.ok(news.some((line) => line.startsWith('hold bob,cyd')));
  });

  it('lets one of two decisions at the same moment win', async () => {
    const requests = open();
    const held = await hold(requests, 'race');
    const before = effects;
    const signatures = await Promise.all([bob, cyd].map((one) => approve(one, held.subject ?? '')));
    const outcomes = await Promise.allSettled([
      requests.approvals.approve(held.id, 'bob', signatures[0] ?? ''),
      requests.approvals.approve(held.id, 'cyd', signatures[1] ?? ''),
      requests.approvals.deny(held.id, 'cyd', 'no'),
    ]);
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1);
    assert.equal(effects - before, 1);
  });

  it('ends when somebody refuses, and comes back changed when somebody returns it', async () => {
    const requests = open();
    const first = await hold(requests, 'no');
    await assert.rejects(requests.approvals.deny(first.id, 'bob', ' '), {
      code: 'REQUEST_REASON_NEEDED',
    });
    assert.equal((await requests.approvals.deny(first.id, 'bob', 'no')).state, 'refused');
    const second = await hold(requests, 'back');
    const signature = await approve(bob, second.subject ?? '');
    assert.equal((await requests.approvals.return(second.id, 'cyd', 'say why')).state, 'returned');
    await requests.approvals.edit(second.id, 'ann', { why: 'said better' });
    const { request } = await requests.settle(second.id, 10_000);
    assert.deepEqual([request.state, request.edition, request.why], ['held', 2, 'said better']);
    // What was signed before the edit says nothing about what is asked now.
    await assert.rejects(requests.approvals.approve(second.id, 'bob', signature), {
      code: 'REQUEST_SIGNATURE_REFUSED',
    });
    await assert.rejects(requests.withdraw(second.id, 'bob'), { code: 'REQUEST_OWN_REQUEST' });
    assert.equal((await requests.withdraw(second.id, 'ann')).state, 'withdrawn');
  });

  it('looks ahead when it is held and when somebody looks who may sign, whatever comes of it', async () => {
    const requests = open();
    const { id } = await hold(requests, 'ahead');
    const count = (): number => lookedAhead.filter((each) => each === id).length;
    assert.equal(count(), 1);
    await requests.approvals.view(id, 'ann');
    assert.equal(count(), 1);
    await requests.approvals.view(id, 'bob');
    assert.equal(count(), 2);
    await requests.approvals.deny(id, 'bob', 'no');
    await requests.approvals.view(id, 'bob');
    assert.equal(count(), 2);
  });

  it('answers before it has cleaned up, and begins a changed edition after', async () => {
    const requests = open();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    cleaning = promise.then(() => undefined);
    const held = await hold(requests, 'clean');
    assert.equal(held.state, 'held');
    await requests.approvals.return(held.id, 'bob', 'say why');
    const before = gathered;
    await requests.approvals.edit(held.id, 'ann', { why: 'said better' });
    assert.equal((await requests.settle(held.id, 0)).request.state, 'quoting');
    assert.equal(gathered, before);
    resolve(undefined);
    const { request } = await requests.settle(held.id, 10_000);
    assert.deepEqual([request.state, gathered], ['held', before + 1]);
    await requests.idle();
  });

  it('never counts a sponsor for its agent', async () => {
    const requests = open();
    const held = await hold(requests, 'agent', { sponsor: 'bob' });
    await assert.rejects(
      requests.approvals.approve(held.id, 'bob', await approve(bob, held.subject ?? '')),
      /sponsor/,
    );
    const signature = await approve(cyd, held.subject ?? '');
    assert.equal((await requests.approvals.approve(held.id, 'cyd', signature)).state, 'queued');
  });

  it('is reminded of once an hour, and its discussion has an end that hides no vote', async () => {
    const requests = open();
    const { id } = await hold(requests, 'talk');
    await requests.approvals.remind(id, 'ann');
    await assert.rejects(requests.approvals.remind(id, 'bob'), { code: 'REQUEST_REMINDED' });
    gate.clock.now += 3_600_001;
    await requests.approvals.remind(id, 'bob');
    for (let i = 0; i < 500; i++)
      await requests.approvals.comment(id, 'ann', `remark ${String(i)}`);
    await assert.rejects(requests.approvals.comment(id, 'bob', 'one more'), {
      code: 'REQUEST_COMMENTS_FULL',
    });
    const notes = await requests.notes(id);
    assert.equal(notes.filter(({ event }) => event === 'remind').length, 2);
    assert.equal(notes.filter(({ event }) => event === 'comment').length, 500);
  });

  it('leaves in an emergency by one signature of the emergency group, and is reviewed', async () => {
    const requests = open();
    const { id } = await hold(requests, 'fire');
    const subject = await requests.approvals.emergencySubject(id);
    const plain = await approve(ann, (await requests.get(id)).subject ?? '');
    await assert.rejects(requests.approvals.breakGlass(id, 'ann', 'fire', plain), {
      code: 'REQUEST_SIGNATURE_REFUSED',
    });
    await requests.approvals.breakGlass(id, 'ann', 'fire', await approve(ann, subject));
    await requests.published([id]);
    assert.equal((await requests.get(id)).state, 'unreviewed');
    await assert.rejects(requests.approvals.review(id, 'ann', 'fine'), /own|glass/);
    assert.equal((await requests.approvals.review(id, 'bob', 'it was one')).state, 'reviewed');
  });

  it('never ends at its deadline without having been escalated', async () => {
    const requests = open();
    const { id } = await hold(requests, 'late');
    await requests.checkDeadlines();
    assert.equal((await requests.get(id)).state, 'held');
    gate.clock.now += 2 * 24 * 3_600_000;
    await requests.checkDeadlines();
    const told = await requests.get(id);
    assert.equal(told.escalations, 1);
    // The gate was stopped for long after its deadline: everybody is told, with time to answer, before it ends.
    gate.clock.now += 20 * 24 * 3_600_000;
    for (const escalations of [2, 3]) {
      await requests.checkDeadlines();
      await requests.checkDeadlines();
      const late = await requests.get(id);
      assert.deepEqual([late.state, late.escalations], ['held', escalations]);
      assert.ok(Date.parse(readSubject(late.subject ?? '').releaseBy) > (late.deadlineMs ?? 0));
      gate.clock.now += 24 * 3_600_000;
    }
    await requests.checkDeadlines();
    const over = await requests.get(id);
    assert.deepEqual([over.state, over.escalations], ['expired', 3]);
    assert.equal(mayDo(await requests.approvals.stand(id), 'approve', 'bob').ok, false);
  });

  it('fails with a plain sentence, and the cause stays inside', async () => {
    const requests = open();
    failing = true;
    const { id } = await ask(requests, 'six');
    const { request } = await requests.settle(id, 10_000);
    failing = false;
    assert.equal(request.state, 'failed');
    assert.doesNotMatch(request.reason ?? '', /secret/);
    assert.ok(faults.includes(id));
  });

  it('is taken up again after a restart', async () => {
    const first = open();
    decision = { verdict: 'deny', reason: 'no' };
    const blocked = Promise.withResolvers<undefined>();
    const waiting: RequestKind = { ...kind, gather: () => blocked.promise.then(() => ({})) };
    const dying = open([waiting]);
    const { id } = await ask(dying, 'seven');
    await first.resume();
    await first.idle();
    assert.equal((await first.get(id)).state, 'denied');
    blocked.resolve(undefined);
    // The old process may finish late; the table lets only one of them move the request.
    await dying.idle();
    assert.equal((await first.get(id)).state, 'denied');
  });

  it('takes effect after a restart when the process ended between the last signature and what it was for', async () => {
    const dying = open([{ ...kind, effect: () => Promise.reject(new Error('the process ended')) }]);
    const held = await hold(dying, 'last word');
    const signature = await approve(bob, held.subject ?? '');
    await assert.rejects(dying.approvals.approve(held.id, 'bob', signature), /the process ended/);
    assert.equal((await dying.get(held.id)).state, 'held');
    const next = open();
    await next.resume();
    await next.idle();
    assert.equal((await next.get(held.id)).state, 'queued');
  });
});
