/** One contract suite of requests, votes, views, locks and windows, run on SQLite and on PostgreSQL. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { systemRandom } from '../../src/core/index.ts';
import { countUses, useWindow } from '../../src/egress/window.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import {
  countRead,
  listGrants,
  listReads,
  listRequests,
  listWaitingRows,
  openLocks,
} from '../../src/requests/index.ts';
import type { Request, RequestFilter } from '../../src/requests/index.ts';
import { countRequests, listDue, listToEscalate } from '../../src/requests/lists.ts';
import {
  findByKey,
  insertRequest,
  moveRequest,
  noteEscalation,
  noteFirstView,
  readRequest,
  setReason,
} from '../../src/requests/store.ts';
import {
  addNote,
  addView,
  putVote,
  readNotes,
  readVotes,
  readVotesOf,
  viewsSince,
  votesSince,
} from '../../src/requests/votes.ts';
import { openStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/index.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';

const NOW = 1_700_000_000_000;
const ACCESS = '{"target":"project","what":"q","durationMs":3600000,"bits":null}';
const TABLES = [
  'share_reads',
  'requests',
  'request_votes',
  'request_events',
  'request_views',
  'window_uses',
];

type Db = Kysely<unknown>;

function contract(open: () => Promise<Store>): void {
  let dir: string;
  let store: Store;
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-requests-'));
    store = await open();
  });
  after(async () => {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });

  const clear = (): Promise<void> =>
    store.write(async (tx: Db) => {
      for (const table of TABLES) await sql`delete from ${sql.table(table)}`.execute(tx);
    });
  const insert = (id: string, change: Partial<Request> = {}): Promise<Request> =>
    store.write((tx: Db) =>
      insertRequest(
        tx,
        {
          ...{ id, kind: 'export', requester: 'ann', idempotencyKey: id, project: 'p' },
          ...{
            destination: 'd',
            why: 'figure 3',
            input: '{}',
            sponsor: null,
            title: id,
            job: null,
          },
          ...change,
        },
        change.askedMs ?? NOW,
      ),
    );
  const hold = (id: string, risk: number, patch: object = {}): Promise<Request> =>
    store.write((tx: Db) => moveRequest(tx, id, 'hold', { risk, tier: 'one', ...patch }, NOW + 1));
  const ids = async (filter: RequestFilter): Promise<string> =>
    (await listRequests(store, filter)).map(({ id }) => id).join(' ');

  it('keeps a request as it was asked, once per key, and big numbers whole', async () => {
    await clear();
    await insert('r1', { job: 'nightly', sponsor: 'bob' });
    await assert.rejects(insert('r2', { idempotencyKey: 'r1' }));
    const held = await hold('r1', 7, { chargeBits: 2n ** 60n, facts: '{"a":1}' });
    assert.deepEqual(
      [held.state, held.risk, held.chargeBits, held.facts, held.job, held.sponsor, held.edition],
      ['held', 7, 2n ** 60n, '{"a":1}', 'nightly', 'bob', 1],
    );
    const again = await store.read((db: Db) => findByKey(db, 'ann', 'r1'));
    assert.deepEqual(again, held);
    await assert.rejects(hold('r1', 7), { code: 'REQUEST_STATE_WRONG' });
    await assert.rejects(
      store.read((db: Db) => readRequest(db, 'r9')),
      { code: 'REQUEST_NOT_FOUND' },
    );
  });

  it('keeps a grant without an end, finds it by where it goes, and counts its readings', async () => {
    await clear();
    for (const [id, destination] of [
      ['s1', 'q'],
      ['s2', 'r'],
    ] as const) {
      await insert(id, { kind: 'share', destination });
      await hold(id, 7);
    }
    const granted = await store.write((tx: Db) =>
      moveRequest(tx, 's1', 'grant', { waitMs: null }, NOW + 2),
    );
    assert.deepEqual(
      [granted.state, granted.deadlineMs, granted.grantEndsMs],
      ['granted', null, null],
    );
    assert.deepEqual(
      (await listDue(store, NOW * 2)).map(({ id }) => id),
      ['s2'],
    );
    const shares = { kinds: ['share'], states: ['granted', 'held'] } as const;
    assert.equal(await ids({ ...shares, destinations: ['q'] }), 's1');
    assert.equal(await ids({ ...shares, destinations: ['q', 'r'] }), 's2 s1');
    assert.equal(await ids({ ...shares, destinations: [] }), '');
    const read = (request: string, reader: string, sha256: string, ms: number): Promise<void> =>
      store.write((tx: Db) => countRead(tx, { request, reader, sha256 }, ms));
    await Promise.all([
      read('s1', 'ann', 'a', 5),
      read('s1', 'ann', 'a', 6),
      read('s1', 'bob', 'a', 4),
    ]);
    await read('s2', 'ann', 'a', 9);
    const rows = await store.read((db: Db) => listReads(db, ['s1']));
    assert.deepEqual(rows.map((row) => `${row.reader} ${String(row.reads)}`).sort(), [
      'ann 2',
      'bob 1',
    ]);
    assert.equal(rows.find((row) => row.reader === 'ann')?.lastMs, 6);
    assert.equal((await store.read((db: Db) => listReads(db))).length, 3);
    assert.deepEqual(await store.read((db: Db) => listReads(db, [])), []);
    await assert.rejects(
      store.write(async (tx: Db) => {
        await countRead(tx, { request: 's1', reader: 'cyd', sha256: 'a' }, 1);
        throw new Error('it did not happen');
      }),
    );
    assert.equal((await store.read((db: Db) => listReads(db, ['s1']))).length, 2);
  });

  it('lists by risk, age and newness in one order on every database, page after page', async () => {
    await clear();
    for (let i = 0; i < 7; i++) {
      const askedMs = NOW + (i % 3) * 1000;
      await insert(`r${String(i)}`, { askedMs });
      // One that nobody has looked at has no risk, and is last.
      if (i > 0) await hold(`r${String(i)}`, (i % 3) * 10);
    }
    assert.equal(await ids({ sort: 'risk' }), 'r2 r5 r1 r4 r0 r3 r6');
    assert.equal(await ids({ sort: 'age' }), 'r0 r3 r6 r1 r4 r2 r5');
    assert.equal(await ids({}), 'r5 r2 r4 r1 r6 r3 r0');
    for (const sort of ['risk', 'age', 'newest'] as const) {
      const pages = [];
      for (let offset = 0; offset < 7; offset += 2)
        pages.push(await ids({ sort, offset, limit: 2 }));
      assert.equal(pages.join(' '), await ids({ sort }));
    }
  });

  it('filters alike when it lists and when it counts', async () => {
    await clear();
    await insert('r1', { project: 'p', why: 'Figure 3' });
    await insert('r2', { project: 'q', requester: 'bob', kind: 'access' });
    await insert('r3', { project: 'q', requester: 'cyd', job: 'nightly', askedMs: NOW + 5 });
    await insert('r4', {
      project: '',
      kind: 'access',
      requester: 'dan',
      askedMs: NOW + 6,
      why: 'x',
    });
    await insert('r5', {
      project: '',
      kind: 'policy',
      requester: 'dan',
      askedMs: NOW + 7,
      why: 'x',
    });
    await insert('r_6', {
      ...{ project: 'z', kind: 'export', requester: 'eve', askedMs: NOW - 1 },
      ...{ title: 'Übersicht, 50 %', why: 'from c:\\d' },
    });
    await hold('r3', 1);
    const cases: readonly (readonly [RequestFilter, string])[] = [
      [{ sort: 'age' }, 'r_6 r1 r2 r3 r4 r5'],
      [{ projects: ['q'], sort: 'age' }, 'r2 r3'],
      [{ projects: ['p'], orRequester: 'bob', sort: 'age' }, 'r1 r2'],
      [{ projects: [], orRequester: 'bob' }, 'r2'],
      [{ projects: [], orUnplaced: ['policy'] }, 'r5'],
      [{ projects: ['p'], orUnplaced: ['policy'], orRequester: 'bob', sort: 'age' }, 'r1 r2 r5'],
      [{ projects: [], orUnplaced: [] }, ''],
      [{ projects: [] }, ''],
      [{ states: [] }, ''],
      [{ states: ['held'] }, 'r3'],
      [{ kinds: ['access'], sort: 'age' }, 'r2 r4'],
      [{ requester: 'cyd' }, 'r3'],
      [{ job: 'nightly' }, 'r3'],
      [{ sinceMs: NOW + 1, sort: 'age' }, 'r3 r4 r5'],
      [{ text: 'FIGURE', sort: 'age' }, 'r1 r2 r3'],
      [{ text: 'cyd' }, 'r3'],
      // Signs of a pattern are no signs here.
      [{ text: 'r%' }, ''],
      [{ text: 'r_1' }, ''],
      [{ text: '_6' }, 'r_6'],
      [{ text: 'R_6' }, 'r_6'],
      [{ text: '50 %' }, 'r_6'],
      [{ text: 'c:\\d' }, 'r_6'],
      [{ text: 'Übersicht' }, 'r_6'],
    ];
    for (const [filter, wanted] of cases) {
      const what = JSON.stringify(filter);
      assert.equal(await ids(filter), wanted, what);
      const count = wanted === '' ? 0 : wanted.split(' ').length;
      assert.equal(await countRequests(store, filter), count, what);
    }
  });

  it('finds what is due, what to escalate and what was granted', async () => {
    await clear();
    for (const id of ['r1', 'r2', 'r3']) await insert(id);
    await hold('r1', 1, { escalatesMs: NOW + 10, waitMs: 100 });
    await hold('r2', 1, { escalatesMs: null, waitMs: 1_000 });
    const due = async (atMs: number): Promise<string> =>
      (await listDue(store, atMs))
        .map(({ id }) => id)
        .sort()
        .join(' ');
    const late = async (atMs: number): Promise<string> =>
      (await listToEscalate(store, atMs)).map(({ id }) => id).join(' ');
    assert.deepEqual([await due(NOW + 100), await due(NOW + 101)], ['', 'r1']);
    assert.deepEqual([await late(NOW + 9), await late(NOW + 10)], ['', 'r1']);
    await store.write((tx: Db) =>
      noteEscalation(tx, 'r1', 'security', { escalatesMs: NOW + 50, deadlineMs: NOW + 90 }),
    );
    const escalated = await store.read((db: Db) => readRequest(db, 'r1'));
    assert.deepEqual([escalated.escalations, escalated.escalatedTo], [1, 'security']);
    assert.deepEqual([await late(NOW + 49), await late(NOW + 50)], ['', 'r1']);
    await insert('a1', { kind: 'access', input: ACCESS });
    await hold('a1', 1);
    await store.write((tx: Db) =>
      moveRequest(tx, 'a1', 'grant', { grantEndsMs: NOW + 500, waitMs: 500 }, NOW + 2),
    );
    const grants = await listGrants(store, { principal: 'ann' });
    assert.deepEqual(
      grants.map(({ untilMs, input }) => [untilMs, input.what]),
      [[NOW + 500, 'q']],
    );
    assert.deepEqual(await listGrants(store, { principal: 'bob' }), []);
    await store.write((tx: Db) => setReason(tx, 'r2', 'approved, but', NOW + 3));
    await store.write((tx: Db) => noteFirstView(tx, 'r2', NOW + 4));
    await store.write((tx: Db) => noteFirstView(tx, 'r2', NOW + 5));
    const rows = await listWaitingRows(store, NOW);
    assert.deepEqual(
      rows
        .filter(({ id }) => id === 'r2')
        .map((row) => [row.project, row.quorumMs, row.firstViewMs]),
      [['p', NOW + 3, NOW + 4]],
    );
  });

  it('keeps one vote of a person on an edition, and who looked when', async () => {
    await clear();
    const vote = (id: string, change: object = {}): Promise<void> =>
      store.write((tx: Db) =>
        putVote(tx, {
          ...{ id, request: 'r1', edition: 1, person: 'bob', vote: 'approve', subject: 's' },
          ...{ key: 'k', signature: 'x', reason: null, atMs: NOW },
          ...change,
        }),
      );
    await vote('v1');
    await vote('v2', { vote: 'deny', atMs: NOW + 1 });
    await vote('v3', { edition: 2, atMs: NOW + 2 });
    await vote('v4', { request: 'r2', person: 'cyd', atMs: NOW + 3 });
    const votes = await store.read((db: Db) => readVotes(db, 'r1'));
    assert.deepEqual(
      votes.map(({ id, edition, vote: said }) => [id, edition, said]),
      [
        ['v2', 1, 'deny'],
        ['v3', 2, 'approve'],
      ],
    );
    const many = Array.from({ length: 1_100 }, (_, i) => `x${String(i)}`);
    const found = await store.read((db: Db) => readVotesOf(db, ['r2', ...many, 'r1']));
    assert.deepEqual([...found.keys()].sort(), ['r1', 'r2']);
    assert.equal((await store.read((db: Db) => votesSince(db, NOW + 2))).length, 2);
    const view = (request: string, person: string, atMs: number): Promise<boolean> =>
      store.write((tx: Db) => addView(tx, request, person, atMs));
    assert.deepEqual(
      [await view('r1', 'bob', 5), await view('r1', 'bob', 6), await view('r3', 'bob', 7)],
      [true, false, true],
    );
    // What nobody voted on is not measured.
    const views = await store.read((db: Db) => viewsSince(db, NOW));
    assert.deepEqual([...views], [['r1 bob', 5]]);
    const note = { request: 'r1', by: 'bob', event: 'comment', sentence: 'said' };
    for (const [id, atMs] of [
      ['n2', 2],
      ['n1', 2],
      ['n3', 1],
    ] as const)
      await store.write((tx: Db) => addNote(tx, { ...note, id, atMs }));
    const notes = await store.read((db: Db) => readNotes(db, 'r1'));
    assert.deepEqual(
      notes.map(({ id }) => id),
      ['n3', 'n1', 'n2'],
    );
  });

  it('counts the uses of a window inside the release, also of two at the same moment', async () => {
    await clear();
    const input = {
      ...{ job: 'j', types: ['table'], bitsEach: 100, bitsTotal: 150, uses: 2, durationMs: 60_000 },
    };
    const window = await insert('w1', { kind: 'window', input: JSON.stringify(input) });
    const use = (request: string, bits: bigint): Promise<boolean> =>
      store.write((tx: Db) => useWindow(tx, window, request, bits));
    assert.equal(await use('r1', 101n), false);
    const both = await Promise.all([use('r1', 100n), use('r2', 100n)]);
    assert.deepEqual([...both].sort(), [false, true]);
    assert.equal(await use('r3', 50n), true);
    assert.equal(await use('r4', 1n), false);
    assert.deepEqual(await store.read((db: Db) => countUses(db, 'w1')), { uses: 2, bits: 150n });
  });

  describe('locks', () => {
    let ledger: Ledger;
    before(async () => {
      const key = await openKeyFile(path.join(dir, 'log.key'), {
        name: 'test.example/log',
        random: systemRandom,
      });
      const clock = { nowMs: () => NOW };
      ledger = await openLedger({
        ...{ store, logId: `locks-${store.kind}`, dir: path.join(dir, 'ledger'), key, clock },
        ...{ random: systemRandom, publishMs: 0, selfCheckMs: 0 },
      });
    });
    after(() => ledger.close());

    it('are in force from the first to the lifting, once per target', async () => {
      const locks = openLocks({ store, ledger, clock: { nowMs: () => NOW }, random: systemRandom });
      const target = { kind: 'project', id: 'p' } as const;
      const set = await Promise.all([
        locks.lock(target, 'ann', 'r'),
        locks.lock(target, 'bob', 's'),
      ]);
      assert.equal(set[0].id, set[1].id);
      await locks.lock({ kind: 'model', id: 'p' }, 'ann', 'r');
      assert.deepEqual(
        (await locks.on([target])).map(({ by }) => by),
        [set[0].by],
      );
      await store.write((tx: Db) => locks.lift(tx, set[0].id, 'cyd'));
      assert.deepEqual(await locks.on([target]), []);
      assert.equal((await locks.get(set[0].id)).liftedBy, 'cyd');
      assert.notEqual((await locks.lock(target, 'ann', 'again')).id, set[0].id);
      await assert.rejects(locks.get('lck_none'), { code: 'REQUEST_LOCK_UNKNOWN' });
    });
  });
}

describe('requests on SQLite', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-requests-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));
  contract(() => openStore(path.join(dir, 'gate.db')));
});

const postgres: TestPostgres | null = await startPostgres();

describe(
  'requests on PostgreSQL',
  { skip: postgres === null ? 'no PostgreSQL here' : false },
  () => {
    after(() => postgres?.stop());
    contract(() => openStore(postgres?.url ?? ''));
  },
);
