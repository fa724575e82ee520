import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { systemRandom } from '../core/index.ts';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { Requests, STATES, TRANSITIONS, drawStates, nextState, possibleEvents } from './index.ts';
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
  let decision: Decision = { verdict: 'allow', reason: 'plain' };
  let gathered = 0;
  let effects = 0;
  let failing = false;
  const faults: string[] = [];

  const kind: RequestKind = {
    name: 'test',
    gather: () => {
      gathered += 1;
      return failing
        ? Promise.reject(new Error('a secret cause'))
        : Promise.resolve({ n: gathered });
    },
    decide: () => Promise.resolve(decision),
    keep: () => Promise.resolve(),
    effect: async (_request, _facts, _releaser, moveOn) => {
      await gate.ledger.record({ kind: 'test.done', by: 'ann' }, (tx: Kysely<unknown>) =>
        moveOn(tx, 8n),
      );
      effects += 1;
      return { done: true };
    },
    describe: () => ({}),
    cleanUp: () => Promise.resolve(),
  };
  const open = (): Requests =>
    new Requests(
      {
        ...gate,
        random: systemRandom,
        onFault: (id) => faults.push(id),
        onAlarm: (text) => faults.push(text),
      },
      [kind],
    );
  const ask = (requests: Requests, key: string) =>
    requests.ask({
      kind: 'test',
      requester: 'ann',
      idempotencyKey: key,
      project: 'p',
      destination: 'd',
      why: 'because',
      input: '{"files":[]}',
    });

  before(async () => {
    gate = await openGateStore();
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
    await assert.rejects(requests.refuse(id, 'root', 'late'), { code: 'REQUEST_STATE_WRONG' });
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

  it('is held with a receipt until one of two decisions wins', async () => {
    const requests = open();
    decision = { verdict: 'hold', reason: 'look at it', chargeBits: 16n };
    const { id } = await ask(requests, 'three');
    const { request } = await requests.settle(id, 10_000);
    assert.equal(request.state, 'held');
    assert.match((await requests.receipt(request)) ?? '', /^c2sp\.org\/tlog-proof@v1/);
    const decisions = await Promise.allSettled([
      requests.refuse(id, 'root', 'no'),
      requests.withdraw(id, 'ann'),
    ]);
    assert.equal(decisions.filter((each) => each.status === 'fulfilled').length, 1);
    const second = await ask(requests, 'four');
    await requests.idle();
    await assert.rejects(requests.release(second.id, 'root', ''), {
      code: 'REQUEST_REASON_NEEDED',
    });
    await assert.rejects(requests.withdraw(second.id, 'bob'), { code: 'REQUEST_OWN_REQUEST' });
    assert.equal((await requests.release(second.id, 'root', 'seen')).state, 'queued');
  });

  it('ends at its deadline when nobody decided', async () => {
    const requests = open();
    const { id } = await ask(requests, 'five');
    await requests.idle();
    await requests.checkDeadlines();
    assert.equal((await requests.get(id)).state, 'held');
    gate.clock.now += 15 * 24 * 3_600_000;
    await requests.checkDeadlines();
    assert.equal((await requests.get(id)).state, 'expired');
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
    const dying = new Requests(
      { ...gate, random: systemRandom, onFault: () => undefined, onAlarm: () => undefined },
      [waiting],
    );
    const { id } = await ask(dying, 'seven');
    await first.resume();
    await first.idle();
    assert.equal((await first.get(id)).state, 'denied');
    blocked.resolve(undefined);
    // The old process may finish late; the table lets only one of them move the request.
    await dying.idle();
    assert.equal((await first.get(id)).state, 'denied');
  });
});
