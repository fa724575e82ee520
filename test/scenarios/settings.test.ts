/**
 * Budgets, models and destinations of a founded gate: what is wider than what people signed needs their signatures, also
 * where an administrator, the gate's process or its database says otherwise. Tighter is done at once by one person.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readSubject } from '../../src/requests/index.ts';
import { hijack } from '../support/hijack.ts';
import type { Hijacked } from '../support/hijack.ts';
import { foundGate, startOn, startPreparedGate } from '../support/running-gate.ts';
import type { FoundedGate, RunningGate } from '../support/running-gate.ts';
import { weightShaped } from '../support/tables.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly waitsFor: string | null;
  readonly warnings: readonly string[];
  readonly subject: { readonly text: string; readonly shown: string } | null;
}

const TO = ['--project', 'study', '--to', 'alpha', '--why', 'a test'] as const;
/** Room for one of the held exports here, which charge about 50,000 bits, and not for two in a lifetime. */
const NARROW = 'project:study=8 bits/day,burst=80000 bits';

describe('settings of a founded gate', () => {
  let gate: RunningGate;
  let founded: FoundedGate;
  let seed = 0;

  const hold = async (): Promise<Shown> => {
    seed += 1;
    const name = `weights-${String(seed)}.csv`;
    await writeFile(path.join(gate.workDir, name), weightShaped(seed));
    return founded.as<Shown>('ann', 4, 'export', name, ...TO);
  };
  /** Approves two of which the budget holds one; gives the other, which everybody has agreed to. */
  const starve = async (): Promise<Shown> => {
    const [one, other] = [await hold(), await hold()];
    const sent = await founded.approve<Shown>('bob', one.id);
    assert.match(sent.state, /queued|released/, sent.reason ?? '');
    const waiting = await founded.approve<Shown>('bob', other.id);
    assert.equal(waiting.state, 'held');
    assert.match(waiting.reason ?? '', /approved, but/);
    return waiting;
  };
  const ask = (who: string, ...forms: string[]): Promise<Shown> =>
    founded.as<Shown>(who, 4, 'change', ...forms, '--why', 'a test');
  const see = (id: string): Promise<Shown> => founded.as<Shown>('ann', 0, 'request', 'show', id);
  const change = async (...forms: string[]): Promise<void> => {
    const { id } = await ask('ann', ...forms);
    const done = await founded.approve<Shown>('bob', id);
    assert.equal(done.state, 'done', done.reason ?? '');
  };
  const refused = async (why: RegExp, ...command: string[]): Promise<void> => {
    const done = await gate.sallyport(...command);
    assert.equal(done.status, 2, done.stdout);
    assert.match(done.stderr, why);
  };
  const enclave = async (): Promise<{ declared: { rate: string; burst: string } }> => {
    const budgets = await founded.as<
      { budget: string; declared: { rate: string; burst: string } }[]
    >('ann', 0, 'budget');
    const found = budgets.find((each) => each.budget === 'enclave');
    assert.ok(found !== undefined);
    return found;
  };
  const verify = async (dataDir: string, status: number): Promise<string> => {
    const done = await gate.sallyport('ledger', 'verify', '--data', dataDir);
    assert.equal(done.status, status, done.stdout + done.stderr);
    return done.stdout;
  };

  before(async () => {
    ({ gate } = await startPreparedGate(['alpha']));
    founded = await foundGate(gate, ['ann', 'bob', 'cyd:staff']);
  });
  after(() => gate.close());

  it('an administrator alone widens nothing, adds nothing, and starts no model again', async () => {
    await refused(
      /cannot widen the budget `enclave`/,
      'budget',
      'set',
      'enclave',
      '--burst',
      '11GB',
    );
    await refused(/cannot widen/, 'budget', 'set', 'enclave', '--rate', '90 GB/day');
    await refused(/the gate is founded/, 'model', 'add', 'atlas', '--parameters', '7e9');
    await refused(/the gate is founded/, 'destination', 'add', 'beta', '--project', 'study');
  });

  it('one person sets a tighter limit at once', async () => {
    await founded.as('ann', 0, 'budget', 'set', 'enclave', '--burst', '9 GB');
    assert.equal((await enclave()).declared.burst, '9 GB');
    await refused(/cannot widen/, 'budget', 'set', 'enclave', '--burst', '10 GB');
  });

  it('what is signed says old and new, and how long a copy would take', async () => {
    const model = await ask('ann', '--set-model', 'atlas=70e9,width=8192');
    const text = model.subject?.text ?? '';
    const steps = readSubject(text).facts['steps'] as { op: string }[];
    assert.deepEqual(
      steps.map((each) => each.op),
      ['model.set', 'budget.set'],
    );
    assert.equal((await founded.approve<Shown>('bob', model.id)).state, 'done');
    const wider = await ask('ann', '--set-budget', 'model:atlas=0.5%/year,burst=0.2%');
    const shown = await gate.sallyport('request', 'show', wider.id);
    assert.match(
      shown.stdout,
      /from 0\.9%\/year, 0\.1% at once, no limit for ever .*leaves in 111 years.* to 0\.5%\/year, 0\.2% at once.*leaves in 200 years/,
    );
    await founded.as('ann', 0, 'request', 'withdraw', wider.id);
  });

  it('a project that names only models that nobody declared counts as touching all of them', async () => {
    const models = (named: string[]): Promise<void> =>
      change(JSON.stringify([{ op: 'project.models', project: 'study', models: named }]));
    await models(['unheard']);
    const held = await see((await hold()).id);
    assert.deepEqual(readSubject(held.subject?.text ?? '').models, ['atlas']);
    const budgets = await founded.as<{ budget: string }[]>('ann', 0, 'budget');
    assert.ok(budgets.some((each) => each.budget === 'model:atlas'));
    await founded.as('ann', 0, 'budget', 'set', 'model:atlas', '--burst', '5000000 bits');
    const over = await gate.sallyport('budget', 'check', '8000000', '--project', 'study');
    assert.match(over.stdout, /model:atlas/);
    await founded.as('ann', 0, 'request', 'withdraw', held.id);
    await models([]);
  });

  it('is decided by the rule of settings, not by whoever asked, and not mixed with people', async () => {
    const { id } = await ask('ann', '--set-budget', 'enclave=11 GB/month');
    await refused(
      /nobody decides on a request of their own/,
      ...['approve', id, '--yes', '--key', 'ann.key'],
    );
    assert.equal((await see(id)).state, 'held');
    await founded.as('ann', 0, 'request', 'withdraw', id);
    const mixed = JSON.stringify([
      { op: 'budget.set', budget: 'enclave', burst: '10 GB' },
      { op: 'role.give', project: 'study', principal: 'cyd', role: 'reviewer' },
    ]);
    const denied = await founded.as<Shown>('ann', 3, 'change', mixed, '--why', 'a test');
    assert.match(denied.reason ?? '', /change apart from people and rules/);
    await refused(
      /cannot|not/,
      ...[
        'change',
        '--set-budget',
        'enclave=99 GB/day',
        '--why',
        'w',
        '--token',
        founded.token('cyd'),
      ],
    );
  });

  it('of two changes at the same instant one is done, and the other is about what is over', async () => {
    const [one, other] = await Promise.all([
      ask('ann', '--set-budget', 'project:study=2 GB/day'),
      ask('bob', '--set-budget', 'project:study=3 GB/day'),
    ]);
    const ends = await Promise.all([
      founded.approve<Shown>('bob', one.id),
      founded.approve<Shown>('ann', other.id),
    ]);
    assert.deepEqual(ends.map((each) => each.state).sort(), ['done', 'held']);
    const late = ends.find((each) => each.state === 'held');
    assert.match(late?.reason ?? '', /the roster has changed in the meantime/);
    await founded.as(late?.id === one.id ? 'ann' : 'bob', 0, 'request', 'withdraw', late?.id ?? '');
  });

  it('a change that another one overtook says so before anybody signs, and is done after an edit', async () => {
    const first = await ask('ann', '--set-budget', 'project:study=4 GB/day');
    const late = await ask('ann', '--add-destination', 'study/journal');
    const same = await ask('ann', '--set-budget', 'project:study=5 GB/day');
    const warned = async (id: string): Promise<string> => (await see(id)).warnings.join();
    assert.doesNotMatch(await warned(late.id), /has changed since/);
    assert.equal((await founded.approve<Shown>('bob', first.id)).state, 'done');
    assert.match(await warned(late.id), /the roster has changed since .* has edited it/);
    assert.match(
      await warned(same.id),
      /the roster has changed since .* no longer what .* ask again/,
    );
    const approved = await founded.approve<Shown>('bob', late.id);
    assert.equal(approved.state, 'held');
    assert.equal(approved.waitsFor, 'ann, to edit it: the roster has changed');
    const edited = await founded.as<Shown>('ann', 0, 'edit', late.id);
    assert.match(edited.waitsFor ?? '', /^1 of security \(bob\)/);
    assert.doesNotMatch(await warned(late.id), /has changed since/);
    assert.equal((await founded.approve<Shown>('bob', late.id)).state, 'done');
    // What was asked on other values cannot be based on these.
    const ended = await founded.as<Shown>('ann', 0, 'edit', same.id);
    assert.equal(ended.state, 'denied');
    assert.match(ended.reason ?? '', /ask again/);
  });

  it('what waits for a budget leaves as soon as people signed a larger one', async () => {
    await change('--set-budget', NARROW);
    const { id } = await starve();
    const wider = await ask('ann', '--set-budget', 'project:study=1 GB/day,burst=1 GB');
    const began = performance.now();
    assert.equal((await founded.approve<Shown>('bob', wider.id)).state, 'done');
    let now = await see(id);
    while (now.state === 'held' && performance.now() - began < 10_000) now = await see(id);
    assert.match(now.state, /queued|released/);
    // The pass that looks at everything comes every thirty seconds; nobody waited for it.
    assert.ok(performance.now() - began < 10_000);
    await verify(gate.dataDir, 0);
  });

  describe('under an attacker who has process, keys and database', () => {
    let waiting: Shown;

    before(async () => {
      await change('--set-budget', NARROW);
      waiting = await starve();
      await gate.stop();
    });

    const widen = (taken: Hijacked): Promise<unknown> =>
      taken.write((db) =>
        db
          .updateTable('budget_buckets')
          .set({
            ...{ rate_bits: 8e9, burst_bits: 8e9, tokens_bits: 8e9 },
            ...{ declared_rate: '1 GB/day', declared_burst: '1 GB', rate_period_ms: 86_400_000 },
          })
          .where('scope', '=', 'project')
          .execute(),
      );

    it('the sender holds the budget that people signed, whatever the tables say', async () => {
      const taken = await hijack(gate.dataDir, gate.ledgerKey);
      const running = await taken.startSender();
      try {
        await widen(taken);
        const row = await taken.row('requests', waiting.id);
        const facts = JSON.parse(String(row['facts'])) as {
          body: { sha256: string };
          historyPrefix: number;
          chargeBits: number;
        };
        const votes = await taken.write((db) =>
          db.selectFrom('request_votes').selectAll().where('request', '=', waiting.id).execute(),
        );
        const subject = String(row['subject']);
        const signatures = votes.map((vote) => String(vote['signature']));
        const input = {
          requestId: waiting.id,
          destination: readSubject(subject).destination?.number ?? 0,
          historyPrefix: facts.historyPrefix,
          body: { path: taken.blobs.pathOf(facts.body.sha256) },
          chargeBitsMax: BigInt(facts.chargeBits) + 64n,
          grant: { tier: 'approvals', subject, signatures },
        } as const;
        // Everything is signed; what is missing are the bits.
        const verdict = await running.sender.authorise(input);
        assert.equal(verdict.ok, false, 'the sender let it pass');
        assert.equal(verdict.code, 'SENDER_BUDGET_EMPTY');
        assert.match(verdict.why, /the budget `project:study` that people signed does not hold/);
        // A destination that nobody signed is none.
        const elsewhere = { ...input, destination: 77, grant: { tier: 'automatic' } } as const;
        const nowhere = await running.sender.authorise({ ...elsewhere, historyPrefix: 0 });
        assert.equal(nowhere.ok, false);
        assert.match(nowhere.why, /no destination with the number 77/);
        // Nor does anybody lend what nobody signed.
        const lent = await running.sender.lend({ subject, signatures });
        assert.equal(lent.ok, false);
        assert.match(lent.why, /it lends nothing/);
      } finally {
        await running.stop();
        await taken.close();
      }
    });

    it('the ledger check names what was widened, with rows and entries all in order', async () => {
      const taken = await hijack(gate.dataDir, gate.ledgerKey);
      try {
        await widen(taken);
        await taken.ledger.record({
          kind: 'budget.declared',
          by: 'ann',
          bucket: 'project:study',
          ...{ declaredRate: '1 GB/day', declaredBurst: '1 GB', declaredLifetime: null },
          ...{ rateBits: '8000000000', ratePeriodMs: '86400000', burstBits: '8000000000' },
          ...{ lifetimeBits: null, cutBy: '' },
        });
        await taken.ledger.record(
          { kind: 'destination.added', by: 'ann', project: 'study', name: 'gamma', number: 9 },
          (tx) =>
            (tx as never as Parameters<Parameters<Hijacked['write']>[0]>[0])
              .insertInto('destinations')
              .values({ project: 'study', name: 'gamma', number: 9, added_ms: 1 })
              .execute(),
        );
        await taken.write((db) => db.updateTable('models').set({ hidden_width: 9 }).execute());
        const said = await verify(taken.dataDir, 3);
        assert.match(said, /the budget project:study allows more than people signed/);
        assert.match(
          said,
          /widens the budget project:study in the name of ann, beyond what people signed/,
        );
        assert.match(said, /the destination 9 \(gamma of study\) was signed by nobody/);
        assert.match(said, /the model atlas is not as people signed it/);
      } finally {
        await taken.close();
      }
    });

    it('a gate that starts puts right what its tables say', async () => {
      const taken = await hijack(gate.dataDir, gate.ledgerKey);
      await widen(taken);
      await taken.write((db) =>
        db
          .insertInto('destinations')
          .values({ project: 'study', name: 'gamma', number: 9, added_ms: 1 })
          .execute(),
      );
      await taken.ledger.close();
      await taken.store.close();
      const copy = await startOn(taken.dataDir, gate.workDir, founded.token('ann'));
      try {
        const again = founded.on(copy);
        const budgets = await again.as<{ budget: string; declared: { rate: string } }[]>(
          ...(['ann', 0, 'budget'] as const),
        );
        const held = budgets.find((each) => each.budget === 'project:study');
        assert.equal(held?.declared.rate, '8 bits/day');
        const projects = await again.as<object[]>('ann', 0, 'project', 'list');
        assert.doesNotMatch(JSON.stringify(projects), /gamma/);
        const still = await again.as<Shown>('ann', 0, 'request', 'show', waiting.id);
        assert.equal(still.state, 'held');
      } finally {
        await copy.close();
      }
    });
  });
});
