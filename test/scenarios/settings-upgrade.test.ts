/** A gate that was founded before people signed its budgets goes on with those that it has, and says so in its ledger. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { openGate, parseConfig, tableChecks } from '../../src/app/index.ts';
import type { Gate } from '../../src/app/index.ts';
import { sha256, systemRandom } from '../../src/core/index.ts';
import { checkTables, openKeyFile, openLedgerReader } from '../../src/ledger/index.ts';
import {
  completeSettings,
  foundRoster,
  projectRoster,
  writeRoster,
  writeSettings,
} from '../../src/people/index.ts';
import type { Settings } from '../../src/people/index.ts';
import { SHIPPED_SHA256 } from '../../src/policy/index.ts';
import { FOUNDING_NAMESPACE, readSubject, writeSubject } from '../../src/requests/index.ts';
import type { Request } from '../../src/requests/index.ts';
import { openStore } from '../../src/store/index.ts';
import { approve, makePerson } from '../support/people.ts';

const ann = makePerson('ann');
const bob = makePerson('bob');
const GROUPS = ['administrators', 'security', 'reviewers'];

/** Writes the noted settings by hand. */
async function putBase(database: string, settings: Settings): Promise<void> {
  const store = await openStore(database);
  await store.write((tx: Kysely<{ settings_base: { document: string } }>) =>
    tx
      .updateTable('settings_base')
      .set({ document: writeSettings(settings) })
      .execute(),
  );
  await store.close();
}

describe('a gate that was founded by an earlier version', () => {
  let dir: string;
  let gate: Gate;

  const open = async (): Promise<Gate> =>
    openGate({
      dataDir: path.join(dir, 'data'),
      config: parseConfig({ inner: { port: 0 }, outer: { port: 0 } }, 'test'),
      log: () => undefined,
      onFault: (cause) => {
        throw cause instanceof Error ? cause : new Error(String(cause));
      },
    });
  const change = async (...steps: object[]): Promise<Request> => {
    const { roster } = gate.rosters.need();
    const changes = completeSettings(roster, gate.rosters.settings, steps);
    const { id } = await gate.requests.ask({
      ...{ kind: 'policy', requester: 'ann', project: '', destination: '', why: 'a test' },
      idempotencyKey: sha256(systemRandom.bytes(8)),
      input: JSON.stringify({ changes }),
    });
    const { request } = await gate.requests.settle(id, 10_000);
    assert.equal(request.state, 'held', request.reason ?? '');
    const signature = await approve(bob, request.subject ?? '');
    return gate.requests.approvals.approve(id, 'bob', signature);
  };
  const problems = async (): Promise<readonly string[]> => {
    const { store, folders, config } = gate;
    const key = await openKeyFile(folders.ledgerKey, { name: config.origin, random: systemRandom });
    const reader = () => openLedgerReader({ store, logId: 'inner', dir: folders.ledger, key });
    return checkTables(store, reader, tableChecks());
  };
  const passes = (): Promise<{ ok: boolean; why?: string }> =>
    gate.wire.authorise({
      ...{ requestId: `req_${sha256(systemRandom.bytes(8)).slice(0, 8)}`, historyPrefix: 0 },
      ...{ destination: 1, body: new Uint8Array(8), chargeBitsMax: 1_000n },
      grant: { tier: 'automatic' },
    });

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-earlier-'));
    await chmod(dir, 0o711);
    gate = await open();
    await gate.budgets.declare({ scope: 'project', id: 'main' }, { rate: '1 MB/day' }, 'admin');
    const key = (person: typeof ann) => [person.key];
    // What an earlier version founded: no settings, and no rule for them.
    const roster = foundRoster({
      ...{ gate: gate.config.origin, at: new Date().toISOString(), policySha256: SHIPPED_SHA256 },
      founders: [ann, bob].map((each) => ({
        ...{ id: each.id, name: each.id, groups: GROUPS, keys: key(each) },
      })),
      sponsored: [],
      projects: [{ id: 'main', title: 'First project', models: [], roles: [] }],
      ...{ models: [], origins: [], automatic: { burstBits: 1_000_000, bitsPerDay: 1_000_000 } },
    });
    const rules = roster.rules.filter((rule) => rule.kind !== 'settings');
    const document = writeRoster({ ...roster, rules });
    const signatures = await Promise.all(
      [ann, bob].map((each) => approve(each, document, FOUNDING_NAMESPACE)),
    );
    await gate.rosters.found({ document, subject: null, signatures }, (tx) =>
      projectRoster(tx, { ...roster, rules }, Date.now()),
    );
  });
  after(async () => {
    await gate.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('lets nothing leave before the sender was told the budgets in force', async () => {
    const verdict = await passes();
    assert.equal(verdict.ok, false);
    assert.match(verdict.why ?? '', /was not told the budgets in force/);
  });

  it('notes at its first start what it goes on from, and releases again', async () => {
    await gate.close();
    gate = await open();
    const entry = await gate.ledger.show('settings_base');
    assert.equal(entry?.entry.kind, 'settings.based');
    assert.equal(gate.rosters.need().roster.settings, undefined);
    assert.deepEqual(
      gate.rosters.settings?.budgets.map((each) => each.budget),
      ['automatic', 'enclave', 'project:main'],
    );
    assert.deepEqual(await problems(), []);
    const verdict = await passes();
    assert.equal(verdict.ok, true, verdict.why);
  });

  it('takes no other settings to go on from', async () => {
    const { base } = gate.rosters;
    assert.ok(base !== null);
    const other = { ...base, budgets: base.budgets.map((each) => ({ ...each, burst: '9 GB' })) };
    const { database } = gate.folders;
    await gate.close();
    await putBase(database, other);
    await assert.rejects(open(), /not those that the sender was told first/);
    await putBase(database, base);
    gate = await open();
    assert.deepEqual(gate.rosters.settings, base);
  });

  it('signs its settings with the first change of them, by the rule of changes', async () => {
    const done = await change({ op: 'budget.set', budget: 'project:main', rate: '2 MB/day' });
    assert.equal(done.state, 'done', done.reason ?? '');
    const { settings } = gate.rosters.need().roster;
    assert.equal(
      settings?.budgets.find((each) => each.budget === 'project:main')?.rate,
      '2 MB/day',
    );
    const bucket = await gate.budgets.get({ scope: 'project', id: 'main' });
    assert.equal(bucket.declared.rate, '2 MB/day');
    const rule = await change({
      ...{ op: 'rule.set', kind: 'settings', tier: 'quorum', quorum: '1 of security' },
      ...{ waitMs: 86_400_000, approvalsValidMs: 86_400_000 },
    });
    assert.equal(rule.state, 'done', rule.reason ?? '');
    assert.deepEqual(await problems(), []);
  });

  it('stays so after a restart', async () => {
    await gate.close();
    gate = await open();
    assert.equal((await change({ op: 'caps.set', caps: ['SL3'] })).state, 'done');
    assert.deepEqual(gate.rosters.settings?.caps, ['SL3']);
    const verdict = await passes();
    assert.equal(verdict.ok, true, verdict.why);
    assert.deepEqual(await problems(), []);
  });

  it('goes on with a sender that has lost its folder, from what people signed and from nothing else', async () => {
    const { base } = gate.rosters;
    assert.ok(base !== null);
    const other = { ...base, budgets: base.budgets.map((each) => ({ ...each, burst: '9 GB' })) };
    const { database, sender } = gate.folders;
    for (const told of [other, base]) {
      await gate.close();
      await rm(sender, { recursive: true });
      await putBase(database, told);
      if (told === base) gate = await open();
      else await assert.rejects(open(), /not those that the sender was told first/);
    }
    const verdict = await passes();
    assert.equal(verdict.ok, true, verdict.why);
    assert.equal((await change({ op: 'caps.set', caps: ['SL3', 'SL4'] })).state, 'done');
    await gate.close();
    gate = await open();
    const again = await passes();
    assert.equal(again.ok, true, again.why);
    assert.deepEqual(await problems(), []);
  });

  it('lets nothing out under signatures of people who read another name of the destination', async () => {
    const { id } = await gate.requests.ask({
      ...{ kind: 'policy', requester: 'ann', project: '', destination: '', why: 'a text' },
      idempotencyKey: sha256(systemRandom.bytes(8)),
      input: JSON.stringify({ changes: [{ op: 'group.add', group: 'staff' }] }),
    });
    const { request } = await gate.requests.settle(id, 10_000);
    const emergency = {
      ...{ ...readSubject(request.subject ?? ''), kind: 'export', breakGlass: true },
      ...{ chargeBitsMax: '1000', facts: { files: [], historyPrefix: 0 } },
    };
    const ask = async (project: string, name: string): Promise<string> => {
      const subject = writeSubject({ ...emergency, project, destination: { name, number: 1 } });
      const verdict = await gate.wire.authorise({
        ...{ requestId: id, historyPrefix: 0, destination: 1, body: new Uint8Array(8) },
        chargeBitsMax: 1_000n,
        grant: { tier: 'break-glass', subject, signatures: [await approve(bob, subject)] },
      });
      assert.equal(verdict.ok, false);
      return verdict.why;
    };
    assert.match(await ask('main', 'vault'), /approved for `vault` of `main`/);
    assert.match(await ask('other', 'results'), /approved for `results` of `other`/);
    // Only that these bytes are no frame stands against the right one.
    assert.match(await ask('main', 'results'), /cannot be decoded/);
  });

  it('keeps a budget that one person tightened within what people sign of its model', async () => {
    const model = (parameters: string): Promise<Request> =>
      change({ op: 'model.set', id: 'atlas', parameters });
    assert.equal((await model('70e9')).state, 'done');
    const ref = { scope: 'model', id: 'atlas' } as const;
    const signed = { op: 'budget.set', budget: 'model:atlas', rate: '0.5%/year', burst: '0.05%' };
    assert.equal((await change(signed)).state, 'done');
    // Of the large model that are 5.6 million bits, of the small one a tenth of it.
    await gate.budgets.declare(ref, { burst: '5500000 bits' }, 'ann', true);
    assert.equal((await model('7e9')).state, 'done');
    assert.deepEqual(await problems(), []);
    assert.equal((await gate.budgets.get(ref)).rule.burstBits, 560_000n);
  });

  it('puts a destination right that the tables call otherwise than people did', async () => {
    const { database } = gate.folders;
    await gate.close();
    const store = await openStore(database);
    await store.write((tx: Kysely<{ destinations: { name: string; number: bigint } }>) =>
      tx.updateTable('destinations').set({ name: 'vault' }).where('number', '=', 1n).execute(),
    );
    await store.close();
    gate = await open();
    const { destinations } = await gate.people.project('main');
    assert.deepEqual(
      destinations.map((each) => each.name),
      ['results'],
    );
    assert.deepEqual(await problems(), []);
  });

  it('puts a model right that the tables lack or call otherwise, with an entry', async () => {
    const { database } = gate.folders;
    for (const way of ['otherwise', 'gone'] as const) {
      await gate.close();
      const store = await openStore(database);
      await store.write(async (tx: Kysely<{ models: { hidden_width: bigint } }>) => {
        if (way === 'gone') await tx.deleteFrom('models').execute();
        else await tx.updateTable('models').set({ hidden_width: 9n }).execute();
      });
      await store.close();
      gate = await open();
      assert.equal((await gate.models.get('atlas')).hiddenWidth, 0);
      assert.deepEqual(await problems(), [], way);
    }
  });
});
