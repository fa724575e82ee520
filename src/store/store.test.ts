/** One contract suite, run on SQLite and on PostgreSQL. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { startPostgres } from '../../test/support/postgres.ts';
import type { CommitFaults, GroupStep, Migration, Store } from './index.ts';
import { openStore } from './index.ts';

interface Tables {
  rows: { id: string; bits: bigint; body: Uint8Array | null };
}

const first: Migration = {
  id: '0001-rows',
  up: async (db, types) => {
    await db.schema
      .createTable('rows')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('bits', 'bigint', (column) => column.notNull())
      .addColumn('body', types.blob)
      .execute();
  },
};

const second: Migration = {
  id: '0002-more',
  up: async (db) => {
    await sql`create table more (id text primary key)`.execute(db);
  },
};

const insert =
  (id: string, bits = 0n, body: Uint8Array | null = null) =>
  async (tx: Kysely<Tables>): Promise<string> => {
    await tx.insertInto('rows').values({ id, bits, body }).execute();
    return id;
  };

async function ids(store: Store): Promise<string[]> {
  const rows = await store.read((db: Kysely<Tables>) =>
    db.selectFrom('rows').select('id').orderBy('id').execute(),
  );
  return rows.map((row) => row.id);
}

function contract(
  open: (name: string, faults?: CommitFaults, list?: Migration[]) => Promise<Store>,
) {
  it('keeps values exactly, up to the largest integer', async () => {
    const store = await open('values');
    const body = Uint8Array.from([0, 1, 254, 255]);
    await store.write(insert('a', 2n ** 63n - 1n, body));
    const row = await store.read((db: Kysely<Tables>) =>
      db.selectFrom('rows').selectAll().executeTakeFirstOrThrow(),
    );
    assert.equal(row.bits, 2n ** 63n - 1n);
    assert.deepEqual([...(row.body ?? [])], [...body]);
    const sum = await store.read((db: Kysely<Tables>) =>
      db
        .selectFrom('rows')
        .select((eb) => eb.fn.sum<bigint>('bits').as('total'))
        .executeTakeFirstOrThrow(),
    );
    assert.equal(sum.total, 2n ** 63n - 1n);
    await store.close();
  });

  it('undoes only the work that failed in a group', async () => {
    const store = await open('savepoints');
    const results = await Promise.allSettled([
      store.write(insert('a')),
      store.write(async (tx: Kysely<Tables>) => {
        await insert('b')(tx);
        throw new Error('no');
      }),
      store.write(insert('a')),
      store.write(insert('c')),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await ids(store), ['a', 'c']);
    await store.close();
  });

  it('runs a step once for its group and undoes the group if the step fails', async () => {
    const store = await open('steps');
    const seen: string[][] = [];
    let fail = false;
    const step: GroupStep<string> = {
      finish: async (tx, values) => {
        await insert(`step-${values.join('-')}`)(tx);
        if (fail) throw new Error('step');
      },
      committed: (values) => void seen.push([...values]),
      undone: () => void seen.push(['undone']),
    };
    await Promise.all([store.write(insert('a'), step), store.write(insert('b'), step)]);
    fail = true;
    const results = await Promise.allSettled([
      store.write(insert('c'), step),
      store.write(insert('d')),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(seen, [['a', 'b'], ['undone']]);
    assert.deepEqual(await ids(store), ['a', 'b', 'step-a-b']);
    await store.write(insert('e'));
    await store.close();
  });

  it('shows readers nothing that is not committed', async () => {
    const store = await open('reads');
    await store.write(async (tx: Kysely<Tables>) => {
      await insert('a')(tx);
      assert.deepEqual(await ids(store), []);
    });
    assert.deepEqual(await ids(store), ['a']);
    await store.close();
  });

  it('refuses nested writes and queries outside their transaction', async () => {
    const store = await open('guards');
    let leaked: Kysely<Tables> | undefined;
    await store.write(async (tx: Kysely<Tables>) => {
      leaked = tx;
      await assert.rejects(store.write(insert('n')), { code: 'STORE_WRITE_NESTED' });
    });
    assert.ok(leaked);
    await assert.rejects(insert('late')(leaked), { code: 'STORE_TRANSACTION_ENDED' });
    await store.close();
    await assert.rejects(store.write(insert('z')), { code: 'STORE_STOPPED' });
  });

  it('keeps every acknowledged row over a restart and takes many writers', async () => {
    const store = await open('restart');
    await Promise.all(Array.from({ length: 300 }, (_, i) => store.write(insert(`r${String(i)}`))));
    await store.close();
    const again = await open('restart');
    assert.equal((await ids(again)).length, 300);
    await again.close();
  });

  it('applies new migrations once and refuses a newer schema', async () => {
    await (await open('schema')).close();
    await (await open('schema', {}, [first, second])).close();
    await (await open('schema', {}, [first, second])).close();
    await assert.rejects(open('schema'), { code: 'STORE_SCHEMA_NEWER' });
  });

  for (const [way, kept] of [
    ['beforeCommit', false],
    ['afterCommit', true],
  ] as const) {
    it(`stops when a commit fails and was ${kept ? 'persisted anyway' : 'lost'}`, async () => {
      const name = `fault-${way.toLowerCase()}`;
      let armed = false;
      const store = await open(name, {
        [way]: () => {
          if (armed) throw new Error('injected');
        },
      });
      armed = true;
      await assert.rejects(store.write(insert('a')), { code: 'STORE_OUTCOME_UNKNOWN' });
      await assert.rejects(store.write(insert('b')), { code: 'STORE_STOPPED' });
      await store.close();
      const again = await open(name);
      assert.deepEqual(await ids(again), kept ? ['a'] : []);
      await again.close();
    });
  }
}

describe('store on SQLite', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-store-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));
  contract((name, faults = {}, migrations = [first]) =>
    openStore(path.join(dir, 'sub', `${name}.db`), { migrations, faults }),
  );
});

const server = await startPostgres();

describe('store on PostgreSQL', { skip: server === null && 'PostgreSQL is not installed' }, () => {
  if (server === null) return;
  const made = new Set<string>();
  after(() => server.stop());
  contract(async (name, faults = {}, migrations = [first]) => {
    const database = name.replaceAll('-', '_');
    if (!made.has(name)) {
      made.add(name);
      const admin = await openStore(server.url, { migrations: [] });
      // A database cannot be created inside a transaction, and the reading side has none.
      await admin.read((db) => sql.raw(`create database ${database}`).execute(db));
      await admin.close();
    }
    return openStore(server.url.replace('/postgres?', `/${database}?`), { migrations, faults });
  });
});
