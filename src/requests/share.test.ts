import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canonicalJson } from '../core/index.ts';
import { openGateStore } from '../../test/support/gate-store.ts';
import type { GateStore } from '../../test/support/gate-store.ts';
import { readShare, shareInputOf, shareKind, writeShare } from './index.ts';
import type { MoveOn, Releaser, Request, ShareFacts, ShareInput, Subject } from './index.ts';
import { writeSubject } from './subject.ts';

const FILE = { name: 'a.csv', type: 'table', bytes: 3, sha256: '1'.repeat(64) };
const INPUT: ShareInput = {
  ...{ from: 'study', to: 'probe', until: null },
  result: { request: 'req_result', file: null },
};
const FACTS: ShareFacts = {
  files: [FILE],
  models: ['m'],
  problem: null,
  hidden: null,
  known: false,
};
const request = (input: ShareInput = INPUT): Request =>
  ({
    id: 'req_1',
    kind: 'share',
    edition: 1,
    project: input.from,
    input: writeShare(input),
  }) as Request;

describe('the kind share', () => {
  let gate: GateStore;
  let facts = FACTS;
  let lock: string | null = null;
  let moved = 0;
  before(async () => {
    gate = await openGateStore();
  });
  after(() => gate.close());

  const kind = () =>
    shareKind({
      ...{ ledger: gate.ledger, clock: gate.clock },
      find: () => Promise.resolve(facts),
      findLock: () => Promise.resolve(lock),
    });
  const move: MoveOn = () => {
    moved += 1;
    return Promise.resolve();
  };
  const signed = async (change: Partial<Subject> = {}, input = INPUT): Promise<Releaser> => {
    const demand = await kind().demand(request(input), facts as never);
    const subject: Subject = {
      ...{ format: 'sallyport-request@v1', gate: 'g', id: 'req_1', edition: 1, kind: 'share' },
      ...{ requester: 'ann', sponsor: null, project: 'study', destination: null, why: 'w' },
      ...{ tier: 'one', models: demand.models, chargeBitsMax: '0', rosterVersion: 1 },
      ...{ rosterSha256: '0'.repeat(64), ledgerSize: 1, askedAt: '2026-11-01T00:00:00.000Z' },
      ...{ releaseBy: '2026-12-01T00:00:00.000Z', grantMs: demand.grantMs, breakGlass: false },
      facts: demand.facts,
      ...change,
    };
    return {
      tier: 'approvals',
      by: ['bob', 'cyd'],
      subject: writeSubject(subject),
      signatures: [],
    };
  };
  const effect = async (releaser: Releaser, input = INPUT): Promise<string | null> => {
    const done = await kind().effect(request(input), facts as never, releaser, move);
    return done.done ? null : `${done.verdict}: ${done.reason}`;
  };
  const decide = (change: Partial<ShareFacts>, input = INPUT) =>
    kind().decide(request(input), { ...FACTS, ...change });

  it('reads its input in one spelling, and refuses what is none', () => {
    assert.deepEqual(shareInputOf(request()), INPUT);
    for (const [bad, why] of [
      [{ ...INPUT, to: 'study' }, /own results already/],
      [{ ...INPUT, until: 'tomorrow' }, /until/],
      [{ ...INPUT, result: { request: 'r', file: 'short' } }, /file/],
      [{ ...INPUT, more: 1 }, /more/],
    ] as const)
      assert.throws(() => readShare(bad), why);
  });

  it('is held, denied with a reason, and tells nothing of the other project to who does not see it', async () => {
    assert.deepEqual(await decide({}), {
      ...{
        verdict: 'hold',
        tier: 'one',
        reason: 'a result is shared by the owners of both projects',
      },
    });
    const denied = await decide({ problem: 'there is no such result' });
    assert.deepEqual([denied.verdict, denied.reason], ['deny', 'there is no such result']);
    const hidden = { hidden: 'there is no project' };
    assert.deepEqual(await decide(hidden), await decide({}));
    assert.equal((await decide({ ...hidden, known: true })).verdict, 'deny');
    const past = { ...INPUT, until: new Date(gate.clock.now - 1).toISOString() };
    assert.match((await decide({}, past)).reason, /is over/);
  });

  it('signs the files, the time and both projects, and names no model to who may not touch it', async () => {
    const demand = await kind().demand(request(), FACTS as never);
    assert.deepEqual(demand.facts, { share: { ...INPUT, files: [FILE] } });
    assert.deepEqual([demand.models, demand.grantMs, demand.chargeBitsMax], [['m'], null, 0n]);
    const stranger = await kind().demand(request(), { ...FACTS, hidden: 'no' });
    assert.deepEqual(stranger.models, []);
    const until = '2027-01-01T00:00:00.000Z';
    assert.equal(kind().endsMs?.(request({ ...INPUT, until })), Date.parse(until));
    assert.equal(kind().endsMs?.(request()), null);
  });

  it('takes effect for what was signed, with its entry, and for nothing else', async () => {
    const releaser = await signed();
    moved = 0;
    assert.match((await effect({ tier: 'automatic' })) ?? '', /nobody signed it/);
    for (const [name, change] of Object.entries({
      'another time': { ...INPUT, until: '2027-01-01T00:00:00.000Z' },
      'another project': { ...INPUT, to: 'third' },
      'another result': { ...INPUT, result: { request: 'req_other', file: null } },
    }))
      assert.match((await effect(releaser, change)) ?? '', /other files|something else/, name);
    const other = { ...FILE, sha256: '2'.repeat(64) };
    for (const files of [[other], [FILE, other], []]) {
      facts = { ...FACTS, files };
      assert.match((await effect(releaser)) ?? '', /hold: its approvals are for other files/);
    }
    facts = { ...FACTS, problem: 'its bytes are gone' };
    assert.equal(await effect(releaser), 'hold: its bytes are gone');
    // Why is told to who sees the other project, and to nobody else.
    facts = { ...FACTS, hidden: 'the model was taken away', known: true };
    assert.equal(await effect(releaser), 'hold: the model was taken away');
    facts = { ...facts, known: false };
    assert.match((await effect(releaser)) ?? '', /^hold: the other project may not read it/);
    facts = FACTS;
    lock = 'the project `study` is locked by lck_1: a look';
    assert.equal(await effect(releaser), `hold: ${lock}`);
    lock = null;
    const until = new Date(gate.clock.now - 1).toISOString();
    const late = { ...INPUT, until };
    assert.match((await effect(await signed({}, late), late)) ?? '', /is over/);
    assert.equal(moved, 0);
    assert.equal(await effect(releaser), null);
    assert.equal(moved, 1);
    const shown = (await gate.ledger.list(0, 1_000)).at(-1);
    assert.equal(shown?.id, 'grant_req_1');
    const { kind: entryKind, by, from, to, listed } = shown.entry;
    assert.equal(
      canonicalJson([entryKind, by, from ?? null, to ?? null]),
      '["share.granted","bob, cyd","study","probe"]',
    );
    assert.deepEqual(listed, [FILE]);
  });
});
