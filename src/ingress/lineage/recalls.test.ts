/** Recalls over compartments, bytes and crashes, and how the ledger holds their tables. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { findOwnModels } from '../../app/recalled-models.ts';
import { openGateStore } from '../../../test/support/gate-store.ts';
import type { GateStore } from '../../../test/support/gate-store.ts';
import { noPeopleKeys } from '../../../test/support/lineage.ts';
import { makePerson } from '../../../test/support/people.ts';
import { sha256, systemRandom } from '../../core/index.ts';
import { checkTables, openKeyFile, openLedgerReader } from '../../ledger/index.ts';
import { checkModelTables, openModels, quarantineModels } from '../../models/index.ts';
import { insertFiles, putVerdict } from '../imports/file-store.ts';
import { insertImport } from '../imports/import-store.ts';
import { openSources } from '../sources/index.ts';
import { Lineages, Recalls, addAdmitted, checkLineageTables, walk } from './index.ts';
import type { LineageNode, RecallAlarm } from './index.ts';

const FORM = { origin: 'o', licence: 'l', collection: 'c', consent: 'yes', card: null } as const;
const digest = (name: string): string => sha256(name);

describe('recalls', () => {
  let gate: GateStore;
  let alarms: RecallAlarm[];
  let lineages: Lineages;
  let sound: (alarm: RecallAlarm) => void;

  const openRecalls = (): Recalls =>
    new Recalls({
      ...{ store: gate.store, ledger: gate.ledger, clock: gate.clock, random: systemRandom },
      stopModels: async (tx, find, by) =>
        quarantineModels(tx, await findOwnModels(tx, find, []), by, gate.clock.now),
      sound: (alarm) => {
        sound(alarm);
      },
      onFault: () => undefined,
    });

  beforeEach(async () => {
    gate = await openGateStore();
    const { store, ledger, clock } = gate;
    alarms = [];
    sound = (alarm) => alarms.push(alarm);
    lineages = new Lineages({ store, ledger, clock, random: systemRandom });
  });
  afterEach(() => gate.close());

  const touch = (project: string, model: string): Promise<unknown> =>
    gate.store.write((tx: Kysely<{ project_models: { project: string; model: string } }>) =>
      tx.insertInto('project_models').values({ project, model }).execute(),
    );
  const addSource = (name: string, project: string) =>
    openSources({ ...gate, random: systemRandom, peopleKeys: noPeopleKeys }).add(
      { project, name, kind: 'ssh', identity: makePerson(name).publicText, form: FORM },
      'ann',
    );

  /** An import with one file whose safe form has the bytes of its name; admitted, unless it is to wait. */
  const bringIn = async (
    id: string,
    project: string,
    source: string,
    form: string,
    wait = false,
    signer: string | null = null,
  ): Promise<void> => {
    await gate.store.write(async (tx: Kysely<unknown>) => {
      await insertImport(tx, {
        ...{ id, project, source, requester: 'cyd', sponsor: null, key: id, why: 'w' },
        ...{ skipRefused: false, state: wait ? 'asked' : 'admitted', request: null, proof: null },
        ...{ manifestSha256: null, statementSha256: null, openedMs: 1 },
        ...{ admittedMs: 1, recalledMs: null, signer, reason: null },
      });
      await insertFiles(tx, id, 0, [{ name: form, sha256: digest(`raw ${form}`), bytes: 1 }]);
      await putVerdict(tx, id, 0, {
        ...{ type: 'json', verdict: 'clean', findings: [], rules: 1 },
        forms: [{ name: form, type: 'jsonl', sha256: digest(form), bytes: 1 }],
      });
    });
    if (!wait) await admit(id, project, source, signer ?? 'cyd');
  };
  const admit = (id: string, project: string, source: string, signer = 'cyd') =>
    gate.ledger.record(
      { kind: 'import.admitted', by: 'bob', import: id, project, source },
      (tx: Kysely<unknown>) =>
        addAdmitted(
          tx,
          {
            ...{ import: id, project, source, sourceName: 's', manifestSha256: digest(id) },
            ...{ title: id, signer },
          },
          gate.clock.now,
        ),
    );
  const train = (
    project: string,
    made: string,
    from: { base?: string; sets?: readonly string[] },
    kind = 'model',
  ): Promise<LineageNode> => {
    // A plan lists runs in the order of their time, so that no two may have the same.
    gate.clock.now += 1;
    return lineages.record(
      project,
      {
        name: `train ${made}`,
        base: from.base === undefined ? null : { name: from.base, sha256: digest(from.base) },
        sets: from.sets ?? [],
        results: [{ kind, name: made, sha256: digest(made) }],
      },
      'cyd',
    );
  };
  const held = async (project: string): Promise<readonly string[]> => {
    const all = await gate.store.read(async (db: Kysely<unknown>) => {
      const rows = await (db as Kysely<{ lineage_nodes: { id: string; project: string } }>)
        .selectFrom('lineage_nodes')
        .select('id')
        .where('project', '=', project)
        .execute();
      const ids = rows.map((row) => row.id);
      return walk(db, ids, 'down', { projects: [project], limit: 1_000 });
    });
    return all.flatMap(({ recall, name }) => (recall === null ? [] : [name])).sort();
  };
  const check = async (): Promise<readonly string[]> => {
    const key = await openKeyFile(path.join(gate.dir, 'log.key'), {
      name: 'test.example/log',
      random: systemRandom,
    });
    const dir = path.join(gate.dir, 'ledger');
    return checkTables(
      gate.store,
      () => openLedgerReader({ store: gate.store, logId: 'inner', dir, key }),
      [checkLineageTables(), checkModelTables()],
    );
  };

  it('reach other compartments through the same bytes, and tell each only its own', async () => {
    const source = await addSource('lab', 'a');
    await bringIn('imp_1', 'a', source.id, 'rows');
    await train('a', 'first', { sets: ['imp_1'] });
    await train('b', 'second', { base: 'first' });
    await train('b', 'watch', { base: 'second' }, 'monitor');
    // Whoever names the bytes first, the other compartment has its own node of them.
    await train('c', 'late', { base: 'other' });
    await bringIn('imp_2', 'a', source.id, 'more');
    await train('a', 'other', { sets: ['imp_2'] });
    const recalls = openRecalls();
    const made = await recalls.make({ kind: 'source', id: source.id }, 'a', 'sold', 'bob');
    assert.deepEqual(await held('a'), [
      'first',
      'imp_1',
      'imp_2',
      'other',
      's',
      'train first',
      'train other',
    ]);
    assert.deepEqual(await held('b'), ['first', 'second', 'train second', 'train watch', 'watch']);
    assert.deepEqual(await held('c'), ['late', 'other', 'train late']);
    assert.deepEqual(
      alarms.map(({ project, counts, monitors }) => [project, counts.model, monitors]),
      [
        ['a', 2, []],
        ['b', 2, ['watch']],
        ['c', 2, []],
      ],
    );
    assert.deepEqual(await recalls.list(['b', 'c']), []);
    assert.deepEqual(
      (await recalls.list(['a'])).map((each) => each.reached),
      [7],
    );
    assert.equal(made.reached, 15);
    const { steps } = await recalls.plan(made.id, ['a', 'b']);
    assert.deepEqual(
      steps.map(({ name, action, baseState }) => [name, action, baseState]),
      [
        ['train first', 'drop', 'none'],
        ['train second', 'retrain', 'quarantined'],
        ['train watch', 'retrain', 'quarantined'],
        ['train other', 'drop', 'none'],
      ],
    );
    assert.deepEqual(await check(), []);
  });

  it('reach a base that was itself imported, whichever was recorded first', async () => {
    const source = await addSource('hub', 'a');
    await bringIn('imp_1', 'a', source.id, 'weights');
    await train('b', 'tuned', { base: 'weights' });
    await train('c', 'early', { base: 'later weights' });
    await bringIn('imp_2', 'a', source.id, 'later weights');
    const recalls = openRecalls();
    await recalls.make({ kind: 'set', id: 'imp_1' }, 'a', 'bad', 'bob');
    assert.deepEqual(await held('b'), ['train tuned', 'tuned', 'weights']);
    assert.deepEqual(await held('c'), []);
    await recalls.make({ kind: 'set', id: 'imp_2' }, 'a', 'bad', 'bob');
    assert.deepEqual(await held('c'), ['early', 'later weights', 'train early']);
    // What is made of it later is quarantined from its first moment.
    assert.notEqual((await train('d', 'after', { base: 'tuned' })).recall, null);
    assert.deepEqual(await held('d'), ['after', 'train after', 'tuned']);
    assert.deepEqual(await check(), []);
  });

  it('point to the earlier recalls that hold what came of it already', async () => {
    const source = await addSource('lab', 'a');
    const other = await addSource('web', 'a');
    await bringIn('imp_1', 'a', source.id, 'rows');
    await bringIn('imp_2', 'a', other.id, 'pages');
    await train('a', 'both', { sets: ['imp_1', 'imp_2'] });
    const recalls = openRecalls();
    const first = await recalls.make({ kind: 'set', id: 'imp_1' }, 'a', 'bad', 'bob');
    assert.deepEqual((await recalls.plan(first.id, ['a'])).earlier, []);
    // The source's node is new to it; the set below is held. The other source's set is new; the run below is held.
    for (const id of [source.id, other.id]) {
      const made = await recalls.make({ kind: 'source', id }, 'a', 'worse', 'bob');
      const { steps, earlier } = await recalls.plan(made.id, ['a']);
      assert.deepEqual([steps, earlier], [[], [first.id]]);
      assert.deepEqual((await recalls.plan(made.id, ['b'])).earlier, []);
    }
    const file = await recalls.make({ kind: 'file', id: digest('rows') }, 'a', 'this one', 'bob');
    assert.deepEqual((await recalls.plan(file.id, ['a'])).earlier, [first.id]);
  });

  it('of a file keep out what only waits to be admitted, and the same file later', async () => {
    const source = await addSource('lab', 'a');
    await bringIn('imp_1', 'a', source.id, 'rows', true);
    const recalls = openRecalls();
    const recall = (id: string) => recalls.make({ kind: 'file', id }, 'a', 'poisoned', 'bob');
    await assert.rejects(recall(digest('nobody knows')), { code: 'LINEAGE_NOT_FOUND' });
    assert.equal((await recall(digest('rows'))).reached, 0);
    await assert.rejects(recall(digest('rows')), { code: 'LINEAGE_RECALLED_ALREADY' });
    await assert.rejects(admit('imp_1', 'a', source.id), { code: 'LINEAGE_STANDING_LOST' });
    await bringIn('imp_2', 'a', source.id, 'rows', true);
    await assert.rejects(admit('imp_2', 'a', source.id), { code: 'LINEAGE_STANDING_LOST' });
    await bringIn('imp_3', 'a', source.id, 'other rows');
    assert.deepEqual(await held('a'), []);
  });

  it('of a key take back its source and all that it signed, also for somebody who vouches', async () => {
    const lab = await addSource('lab', 'a');
    const web = await addSource('web', 'a');
    const key = 'SHA256:somebody+s/key';
    await bringIn('imp_1', 'a', lab.id, 'rows', false, lab.fingerprint);
    await bringIn('imp_2', 'a', web.id, 'pages', false, key);
    await bringIn('imp_3', 'a', web.id, 'own pages', false, web.fingerprint);
    await bringIn('imp_4', 'a', web.id, 'late pages', true, key);
    await bringIn('imp_5', 'b', web.id, 'elsewhere', false, key);
    await train('a', 'watch', { sets: ['imp_2'] }, 'monitor');
    const recalls = openRecalls();
    const recall = (id: string) => recalls.make({ kind: 'key', id }, 'a', 'stolen', 'bob');
    await assert.rejects(recall('SHA256:nobody'), { code: 'LINEAGE_NOT_FOUND' });
    const first = await recall(lab.fingerprint);
    assert.deepEqual(await held('a'), ['imp_1', 's']);
    assert.deepEqual(
      (await recalls.imports(first)).map(({ id }) => id),
      ['imp_1'],
    );
    await assert.rejects(recall(lab.fingerprint), { code: 'LINEAGE_RECALLED_ALREADY' });
    // Of a person who vouches, what another key of theirs signed stays good.
    const second = await recall(key);
    assert.deepEqual(await held('a'), ['imp_1', 'imp_2', 's', 'train watch', 'watch']);
    assert.deepEqual(
      (await recalls.imports(second)).map(({ id }) => id),
      ['imp_2', 'imp_4'],
    );
    assert.deepEqual(await held('b'), []);
    await assert.rejects(admit('imp_4', 'a', web.id, key), { code: 'LINEAGE_KEY_RECALLED' });
    assert.deepEqual(
      (await recalls.doomed()).map(({ id, reason }) => [id, reason]),
      [['imp_4', `the key ${key} was recalled by ${second.id}`]],
    );
    // By its key, too, and only where it may be seen.
    assert.equal((await recalls.get(key, ['a'])).id, second.id);
    await assert.rejects(recalls.get(key, ['b']), { code: 'LINEAGE_NOT_FOUND' });
    assert.deepEqual(await check(), []);
  });

  it('stop a guarded model only from a project that touches it, whatever runs call their results', async () => {
    await openModels(gate).add('guard', { parameters: '1e9' }, 'ann');
    await touch('a', 'guard');
    for (const project of ['b', 'a']) {
      const source = await addSource(`lab-${project}`, project);
      await bringIn(`imp_${project}`, project, source.id, `rows of ${project}`);
      const sets = [`imp_${project}`];
      gate.clock.now += 1;
      await lineages.record(
        project,
        { name: 'r', sets, results: [{ kind: 'model', name: 'guard', sha256: digest(project) }] },
        'mallory',
      );
      const target = { kind: 'set', id: `imp_${project}` } as const;
      const made = await openRecalls().make(target, project, 'bad', 'mallory');
      assert.deepEqual(made.stopped, project === 'a' ? ['guard'] : []);
    }
    // What a project touched under an earlier roster it may have made.
    const document = JSON.stringify({ projects: [{ id: 'c', models: ['guard'] }] });
    const link = { document, version: 1, sha256: '', atMs: 0, subject: null, signatures: [] };
    const find = (project: string) =>
      gate.store.read((db: Kysely<unknown>) =>
        findOwnModels(db, () => Promise.resolve([{ project, name: 'guard' }]), [link]),
      );
    assert.deepEqual([await find('c'), await find('d')], [['guard'], []]);
  });

  it('are told after a crash between the recall and its alarm, once', async () => {
    const source = await addSource('lab', 'a');
    await bringIn('imp_1', 'a', source.id, 'rows');
    sound = () => {
      throw new Error('killed');
    };
    await openRecalls().make({ kind: 'set', id: 'imp_1' }, 'a', 'bad', 'bob');
    sound = (alarm) => alarms.push(alarm);
    await openRecalls().soundSilent();
    assert.deepEqual(
      alarms.map(({ project, counts }) => [project, counts.set]),
      [['a', 1]],
    );
    await openRecalls().soundSilent();
    assert.equal(alarms.length, 1);
    // Whoever starts later finds it in the store, with when it was told.
    assert.deepEqual(
      (await openRecalls().told(10)).map(({ project, toldMs, counts }) => [
        project,
        toldMs,
        counts.set,
      ]),
      [['a', gate.clock.now, 1]],
    );
  });

  describe('are held by the ledger against whoever', () => {
    beforeEach(async () => {
      const models = openModels(gate);
      await models.add('guard', { parameters: '1e9' }, 'ann');
      await touch('a', 'guard');
      const source = await addSource('lab', 'a');
      await bringIn('imp_1', 'a', source.id, 'rows');
      await bringIn('imp_2', 'a', source.id, 'more rows');
      await train('a', 'guard', { sets: ['imp_1', 'imp_2'] });
      await train('a', 'child', { base: 'guard' });
      const made = await openRecalls().make({ kind: 'set', id: 'imp_1' }, 'a', 'bad', 'bob');
      assert.deepEqual(made.stopped, ['guard']);
      assert.deepEqual(await check(), []);
    });

    type Tables = Record<
      'lineage_nodes' | 'lineage_edges' | 'recalls' | 'imports' | 'models',
      Record<string, string | null>
    >;
    const tamperings: Readonly<Record<string, (tx: Kysely<Tables>) => { execute(): unknown }>> = {
      'frees a model': (tx) =>
        tx.updateTable('lineage_nodes').set({ recall: null }).where('name', '=', 'child'),
      'removes a model': (tx) => tx.deleteFrom('lineage_nodes').where('name', '=', 'child'),
      'removes what led to it': (tx) =>
        tx.deleteFrom('lineage_edges').where('parent', 'like', 'run:%'),
      'adds an edge to a run': (tx) =>
        tx.insertInto('lineage_edges').values((eb) => ({
          parent: 'set:imp_2',
          child: eb
            .selectFrom('lineage_nodes')
            .select('id')
            .where('name', '=', 'train child') as unknown as string,
        })),
      'frees a set': (tx) =>
        tx.updateTable('lineage_nodes').set({ recall: null }).where('id', '=', 'set:imp_1'),
      'frees all': (tx) => tx.updateTable('lineage_nodes').set({ recall: null }),
      'quarantines more': (tx) =>
        tx.updateTable('lineage_nodes').set({ recall: 'rcl_x' }).where('id', '=', 'set:imp_2'),
      'admits a set again': (tx) =>
        tx.updateTable('imports').set({ state: 'admitted' }).where('id', '=', 'imp_1'),
      'forgets a recall': (tx) => tx.deleteFrom('recalls'),
      'words a recall anew': (tx) => tx.updateTable('recalls').set({ reason: 'other' }),
      'starts a guarded model': (tx) => tx.updateTable('models').set({ state: 'active' }),
    };
    for (const [name, tamper] of Object.entries(tamperings)) {
      it(name, async () => {
        await gate.store.write(async (tx: Kysely<unknown>) => {
          await tamper(tx).execute();
        });
        assert.notDeepEqual(await check(), []);
      });
    }
  });
});
