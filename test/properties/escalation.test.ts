/** However long the gate is down, nobody finds a request ended that they were told of a moment before, or never. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { systemRandom } from '../../src/core/index.ts';
import { Requests, Rosters, readSubject } from '../../src/requests/index.ts';
import type { Request, RequestKind } from '../../src/requests/index.ts';
import { openGateStore } from '../support/gate-store.ts';
import type { GateStore } from '../support/gate-store.ts';
import { approve, foundWith, makePerson } from '../support/people.ts';
import { signChange } from '../support/roster-change.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How long each wait is by the rules of a new gate and the table of states. */
const WAITS = { export: 7 * DAY_MS, unlock: 8 * HOUR_MS, returned: 14 * DAY_MS } as const;
type Wait = keyof typeof WAITS;
/** The promise: this share of the wait after each escalation belongs to those who were told. */
const GRACE_SHARE = 0.1;

interface Heard {
  readonly event: string;
  readonly atMs: number;
  readonly to: readonly string[];
}

describe('escalations and downtime', () => {
  let gate: GateStore;
  let requests: Requests;
  let rosters: Rosters;
  let heard: Heard[] = [];
  let asked = 0;
  const faults: unknown[] = [];
  const people = ['ann', 'bob', 'cyd', 'dan', 'eve'].map((id) => makePerson(id));
  const [, , , , eve] = people;

  const makeKind = (name: string): RequestKind => ({
    name,
    through: name === 'export' ? 'release' : 'carry-out',
    title: () => 'a wait',
    gather: () => Promise.resolve({}),
    decide: () => Promise.resolve({ verdict: 'hold', reason: 'look', tier: 'one' }),
    demand: () =>
      Promise.resolve({
        ...{ destination: null, models: [], chargeBitsMax: 8n, facts: {}, grantMs: null, risk: 1 },
      }),
    keep: () => Promise.resolve(),
    effect: async (_request, _facts, _releaser, moveOn) => {
      await gate.ledger.record({ kind: 'test.done', by: 'gate' }, (tx) => moveOn(tx as never, 8n));
      return { done: true };
    },
    describe: () => ({}),
    cleanUp: () => Promise.resolve(),
  });

  before(async () => {
    gate = await openGateStore();
    rosters = await Rosters.open(gate);
    const groups = [
      ['administrators'],
      ['administrators', 'security'],
      ['security'],
      ['administrators'],
      ['staff'],
    ];
    const roles = [
      { principal: 'dan', role: 'owner', until: null },
      { principal: 'eve', role: 'reviewer', until: null },
    ];
    const { link } = await foundWith(
      people.map((person, i) => ({ person, groups: groups[i] ?? [] })),
      { projects: [{ id: 'p', title: 'p', models: [], roles }] },
    );
    await rosters.found(link, () => Promise.resolve());
    requests = new Requests(
      {
        ...{ ...gate, rosters, random: systemRandom },
        onFault: (_id, cause) => faults.push(cause),
        onAlarm: () => undefined,
        onNews: ({ event, to }) => heard.push({ event, to, atMs: gate.clock.now }),
      },
      [makeKind('export'), makeKind('unlock')],
    );
  });
  after(() => gate.close());

  /** A request that begins to wait now. */
  const begin = async (wait: Wait): Promise<Request> => {
    asked += 1;
    const { id } = await requests.ask({
      ...{ kind: wait === 'unlock' ? 'unlock' : 'export', requester: 'ann', project: 'p' },
      ...{ idempotencyKey: String(asked), destination: 'd', why: 'a wait', input: '{}' },
    });
    await requests.idle();
    if (wait === 'returned') await requests.approvals.return(id, 'eve', 'say more');
    heard = [];
    return requests.get(id);
  };

  const step = fc.constantFrom(1, 10, HOUR_MS / MINUTE_MS, 300, 1_440, 5_000, 20_000, 500_000);
  const wait = fc.constantFrom<Wait>('export', 'unlock', 'returned');

  it('never end a request before each escalation had its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        wait,
        fc.array(step, { minLength: 1, maxLength: 25 }),
        async (kind, steps) => {
          const { id } = await begin(kind);
          const startMs = gate.clock.now;
          const graceMs = WAITS[kind] * GRACE_SHARE;
          // After the drawn steps, as many long ones as there are escalations: nothing waits for ever.
          for (const minutes of [...steps, ...Array.from({ length: 5 }, () => 40_000)]) {
            gate.clock.now += minutes * MINUTE_MS;
            await Promise.all([requests.checkDeadlines(), requests.checkDeadlines()]);
            const now = await requests.get(id);
            if (now.state !== 'held' && now.state !== 'returned') break;
            assert.ok((now.deadlineMs ?? 0) > gate.clock.now, 'its deadline is shown as it is');
          }
          const events = heard.filter((each) => ['escalate', 'expire'].includes(each.event));
          assert.deepEqual(
            events.map((each) => each.event),
            ['escalate', 'escalate', 'escalate', 'expire'],
          );
          for (const [i, each] of events.entries()) {
            const since = each.atMs - (i === 0 ? startMs : (events[i - 1]?.atMs ?? 0));
            assert.ok(
              since >= graceMs,
              `${each.event} ${String(i)} came after ${String(since)} ms`,
            );
          }
          assert.ok((events[3]?.atMs ?? 0) - startMs >= WAITS[kind]);
          const told = events.slice(0, 3).map((each) => each.to);
          if (kind === 'returned') assert.ok(told.every((to) => to.includes('ann')));
          else
            assert.ok(
              told[0]?.includes('dan') && told[1]?.includes('cyd'),
              'owners, then security',
            );
          assert.equal(faults.length, 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leave the plan as it is when the gate was never down', async () => {
    const { id } = await begin('export');
    const startMs = gate.clock.now;
    const at: number[] = [];
    for (let hour = 1; (await requests.get(id)).state === 'held' && hour < 200; hour++) {
      gate.clock.now = startMs + hour * HOUR_MS;
      await requests.checkDeadlines();
    }
    for (const each of heard) at.push((each.atMs - startMs) / HOUR_MS);
    assert.deepEqual(at, [42, 84, 135, 168]);
  });

  it('let what somebody signs late be released, under a text that is still good', async () => {
    const early = await begin('export');
    gate.clock.now += 20 * DAY_MS;
    await requests.checkDeadlines();
    const late = await requests.get(early.id);
    assert.notEqual(late.subject, early.subject);
    assert.ok(Date.parse(readSubject(late.subject ?? '').releaseBy) > (late.deadlineMs ?? 0));
    assert.ok(eve !== undefined);
    const stale = await approve(eve, early.subject ?? '');
    await assert.rejects(requests.approvals.approve(early.id, 'eve', stale), {
      code: 'REQUEST_SIGNATURE_REFUSED',
    });
    const signature = await approve(eve, late.subject ?? '');
    assert.equal((await requests.approvals.approve(early.id, 'eve', signature)).state, 'queued');
  });

  it('give a text anew that shorter clocks let nobody sign, and no other one', async () => {
    const waiting = await begin('export');
    gate.clock.now += 4 * DAY_MS;
    const other = await begin('export');
    gate.clock.now += DAY_MS;
    const { roster } = rosters.need();
    const clocks = { waitMs: DAY_MS, approvalsValidMs: HOUR_MS };
    const rule = { op: 'rule.set', kind: 'export', tier: 'one', ...clocks };
    const [, bob, , dan] = people;
    assert.ok(bob && dan && eve);
    const { link } = await signChange(roster, [rule], [bob, dan], gate.clock.now);
    const next = rosters.checkNext(link);
    await gate.store.write((tx: Kysely<unknown>) => rosters.insert(tx, link, next));
    await rosters.adopt(link, next);
    const early = await approve(eve, waiting.subject ?? '');
    await assert.rejects(requests.approvals.approve(waiting.id, 'eve', early), {
      code: 'REQUEST_SIGNATURE_REFUSED',
    });
    await requests.checkDeadlines();
    const renewed = await requests.get(waiting.id);
    assert.notEqual(renewed.subject, waiting.subject);
    assert.match(renewed.reason ?? '', /its text was made anew/);
    assert.equal((await requests.get(other.id)).subject, other.subject);
    assert.ok(Date.parse(readSubject(renewed.subject ?? '').releaseBy) > (renewed.deadlineMs ?? 0));
    await requests.checkDeadlines();
    assert.equal((await requests.get(waiting.id)).subject, renewed.subject);
    const signature = await approve(eve, renewed.subject ?? '');
    const done = await requests.approvals.approve(waiting.id, 'eve', signature);
    assert.equal(done.state, 'queued');
  });
});
