/** Every path through the table of states leaves rows that the ledger accounts for: `ledger verify` accuses no honest gate. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { sha256, systemRandom } from '../../src/core/index.ts';
import { checkTables, openKeyFile, openLedgerReader } from '../../src/ledger/index.ts';
import {
  Requests,
  Rosters,
  TRANSITIONS,
  checkRequestTables,
  entryOf,
} from '../../src/requests/index.ts';
import type {
  Decision,
  Releaser,
  Request,
  RequestEvent,
  RequestKind,
} from '../../src/requests/index.ts';
import { effectEvent } from '../../src/requests/tell.ts';
import { openGateStore } from '../support/gate-store.ts';
import type { GateStore } from '../support/gate-store.ts';
import { approve, foundWith, makePerson } from '../support/people.ts';

const DAY_MS = 86_400_000;
const STEPS_MAX = 12;
const WALKS = 200;

/** The same numbers in every run, so that a failure can be repeated. */
function openDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    // Mulberry32: the draws of neighbouring seeds have nothing to do with one another.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
}

const ACCESS = { target: 'project', what: 'p', durationMs: 86_400_000, bits: null };
const KINDS = { export: 'release', access: 'grant', unlock: 'carry-out' } as const;
type KindName = keyof typeof KINDS;
type Outcome = 'allow' | 'hold' | 'deny' | 'fail' | 'withdraw';

describe('random walks through the table of states', () => {
  let gate: GateStore;
  let rosters: Rosters;
  let requests: Requests;
  let outcome: Outcome = 'hold';
  let unblock: () => void = () => undefined;
  const walked = new Set<string>();
  const [ann, bob, cyd] = [makePerson('ann'), makePerson('bob'), makePerson('cyd')];

  const makeKind = (name: KindName): RequestKind => ({
    name,
    through: KINDS[name],
    title: () => 'a walk',
    gather: async () => {
      if (outcome === 'fail') throw new Error('it broke');
      if (outcome !== 'withdraw') return {};
      const { promise, resolve } = Promise.withResolvers<undefined>();
      unblock = () => {
        resolve(undefined);
      };
      await promise;
      return {};
    },
    decide: (): Promise<Decision> => {
      const verdict = outcome === 'allow' || outcome === 'deny' ? outcome : 'hold';
      return Promise.resolve({ verdict, reason: 'for the walk', tier: 'one' });
    },
    demand: () =>
      Promise.resolve({
        ...{ destination: null, models: [], chargeBitsMax: 8n, risk: 1 },
        // Who decides about access follows from what is signed.
        facts: name === 'access' ? { access: ACCESS } : {},
        grantMs: name === 'access' ? DAY_MS : null,
      }),
    keep: () => Promise.resolve(),
    effect: async (request, _facts, releaser, moveOn) => {
      await gate.ledger.record(
        { kind: `${name}.effect`, by: 'gate', ...sayEffect(request, releaser) },
        (tx: Kysely<unknown>) => moveOn(tx, 8n),
        { id: entryOf(request, effectEvent(makeKind(name), releaser, request.state)) },
      );
      return { done: true };
    },
    describe: ({ why, input }) => ({ why, inputSha256: sha256(input) }),
    cleanUp: () => Promise.resolve(),
  });

  /** What the real kinds say of an effect; `test/scenarios/approvals.test.ts` holds an export to it. */
  const sayEffect = (request: Request, releaser: Releaser) => ({
    ...{ request: request.id, tier: releaser.tier },
    ...{ why: request.why, inputSha256: sha256(request.input) },
    ...('subject' in releaser ? { subjectSha256: sha256(releaser.subject) } : {}),
    ...(releaser.tier === 'break-glass' ? { signatures: releaser.signatures } : {}),
  });

  const problems = async (): Promise<readonly string[]> => {
    const keyFile = path.join(gate.dir, 'log.key');
    const key = await openKeyFile(keyFile, { name: 'test.example/log', random: systemRandom });
    const place = { store: gate.store, logId: 'inner', dir: path.join(gate.dir, 'ledger'), key };
    return checkTables(gate.store, () => openLedgerReader(place), [checkRequestTables()]);
  };

  before(async () => {
    gate = await openGateStore();
    rosters = await Rosters.open(gate);
    const groups = ['administrators', 'security', 'reviewers'];
    const people = [ann, bob, cyd].map((person) => ({ person, groups }));
    const roles = people.flatMap(({ person }) =>
      ['owner', 'reviewer'].map((role) => ({ principal: person.id, role, until: null })),
    );
    const { link } = await foundWith(people, {
      projects: [{ id: 'p', title: 'p', models: [], roles }],
    });
    await rosters.found(link, () => Promise.resolve());
    requests = new Requests(
      {
        ...{ ...gate, rosters, random: systemRandom },
        ...{ onFault: () => undefined, onAlarm: () => undefined },
      },
      [makeKind('export'), makeKind('access'), makeKind('unlock')],
    );
  });
  after(() => gate.close());

  /** What the gate finds out next; a held request is what most of the table is about. */
  const drawOutcome = (dice: (sides: number) => number): Outcome =>
    (['hold', 'hold', 'hold', 'allow', 'deny', 'fail', 'withdraw'] as const)[dice(7)] ?? 'hold';

  /** Lets the gate decide what it works on. */
  const settle = async (id: string): Promise<Request> => {
    if (outcome === 'withdraw') {
      await requests.withdraw(id, 'ann');
      unblock();
    }
    await requests.idle();
    return requests.get(id);
  };

  const canHappen = (request: Request, event: RequestEvent): boolean => {
    const through = KINDS[request.kind as KindName];
    if (event === 'release' || event === 'grant' || event === 'carry-out') return event === through;
    if (event === 'break-glass') return request.kind === 'export';
    if (event === 'publish') return request.releasedAs !== 'break-glass';
    return event !== 'publish-unreviewed' || request.releasedAs === 'break-glass';
  };

  const perform = async (
    request: Request,
    event: RequestEvent,
    dice: (sides: number) => number,
  ): Promise<void> => {
    const { id } = request;
    const { approvals } = requests;
    // One rule for all, so that the walk need not know them.
    const sign = async (): Promise<void> => {
      for (const person of [bob, cyd]) {
        const now = await requests.get(id);
        if (now.state !== 'held') return;
        await approvals.approve(id, person.id, await approve(person, now.subject ?? ''));
      }
    };
    if (event === 'release' || event === 'grant' || event === 'carry-out') return sign();
    if (event === 'refuse') await approvals.deny(id, 'bob', 'no');
    // What a request waits for may be gone, such as a set that was recalled.
    if (event === 'deny') {
      const { subject, tier } = request;
      const said = { verdict: 'deny', reason: 'it was recalled', decidedBy: 'gate' } as const;
      await requests.move(request, 'deny', 'gate', {
        ...{ ...said, escalatesMs: null, subject },
        ...(tier === null ? {} : { tier }),
      });
    }
    if (event === 'return') await approvals.return(id, 'bob', 'say more');
    if (event === 'review') await approvals.review(id, 'bob', 'seen');
    if (event === 'withdraw' || event === 'give-back') await requests.withdraw(id, 'ann');
    if (event === 'publish' || event === 'publish-unreviewed') await requests.published([id]);
    if (event === 'break-glass') {
      const signature = await approve(cyd, await approvals.emergencySubject(id));
      await approvals.breakGlass(id, 'cyd', 'fire', signature);
    }
    if (event === 'edit') {
      outcome = drawOutcome(dice);
      const words = { why: `said anew ${String(dice(1000))}` };
      const input = { input: `{"n":${String(dice(1000))}}` };
      await approvals.edit(id, 'ann', [words, input, { ...words, ...input }][dice(3)] ?? words);
      const after = await settle(id);
      walked.add(`quoting ${after.state}`);
    }
    if (event === 'expire' || event === 'end') {
      for (let day = 0; day < 60 && (await requests.get(id)).state === request.state; day++) {
        gate.clock.now += DAY_MS;
        await requests.checkDeadlines();
      }
    }
  };

  const walk = async (seed: number): Promise<readonly string[]> => {
    const dice = openDice(seed);
    const kind = (['export', 'access', 'unlock'] as const)[seed % 3] ?? 'export';
    outcome = drawOutcome(dice);
    const asked = await requests.ask({
      ...{ kind, requester: 'ann', idempotencyKey: String(seed), project: 'p' },
      ...{ destination: 'd', why: 'a walk', input: '{}' },
    });
    let request = await settle(asked.id);
    walked.add(`quoting ${request.state}`);
    const steps = ['ask', request.state as string];
    for (let step = dice(STEPS_MAX); step > 0; step--) {
      const open = TRANSITIONS.filter(
        (row) => row.from === request.state && canHappen(request, row.event),
      );
      const row = open[dice(open.length)];
      if (row === undefined) break;
      await perform(request, row.event, dice);
      const next = await requests.get(asked.id);
      assert.notEqual(next.state, row.event === 'edit' ? '' : request.state, row.event);
      walked.add(`${request.state} ${row.event === 'edit' ? 'quoting' : next.state}`);
      request = next;
      steps.push(row.event, request.state);
    }
    return steps;
  };

  it('leave nothing that the ledger does not say, and walk every line of the table', async () => {
    for (let seed = 1; seed <= WALKS; seed++) {
      const steps = await walk(seed);
      assert.deepEqual(await problems(), [], `${String(seed)}: ${steps.join(' ')}`);
    }
    const missed = TRANSITIONS.filter((row) => !walked.has(`${row.from} ${row.to}`));
    assert.deepEqual(missed, []);
  });

  it('say when a reason or an input was changed without the ledger', async () => {
    const [held] = await requests.list({ states: ['released'], limit: 1 });
    assert.ok(held !== undefined);
    const rows = (tx: Kysely<unknown>) =>
      tx as Kysely<{ requests: { id: string; why: string; input: string } }>;
    for (const change of [{ why: 'another' }, { input: '{"n":-1}' }]) {
      const write = (value: object): Promise<unknown> =>
        gate.store.write((tx: Kysely<unknown>) =>
          rows(tx).updateTable('requests').set(value).where('id', '=', held.id).execute(),
        );
      await write(change);
      assert.match((await problems()).join(), /another reason or input/);
      await write({ why: held.why, input: held.input });
    }
    assert.deepEqual(await problems(), []);
  });
});
