import assert from 'node:assert/strict';
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { openTestLedger, seededRandom } from '../../test/support/ledger.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { systemClock, systemRandom, utf8 } from '../core/index.ts';
import { openStore } from '../store/index.ts';
import {
  makeSigner,
  openKeyFile,
  openLedger,
  openLedgerReader,
  verifyLedger,
  verifyReceipt,
} from './index.ts';

const entry = (n: number) => ({ kind: 'test.happened', by: 'a', n });

async function filled(dir: string, options = {}) {
  const test = await openTestLedger(dir, options);
  await Promise.all(Array.from({ length: 300 }, (_, n) => test.ledger.record(entry(n))));
  await test.ledger.publish();
  return test;
}

describe('a log that was tampered with', () => {
  it('is found out when a database row was changed, and does not open', async (t) => {
    const dir = await tempDir(t);
    const test = await filled(dir);
    await test.ledger.record(entry(300));
    await test.store.write((tx: Kysely<unknown>) =>
      sql`update ledger_entries set entry = replace(entry, '"n":300', '"n":301')`.execute(tx),
    );
    const database = { store: test.store, logId: 'inner' };
    const report = await verifyLedger({ dir: test.dir, key: test.ledger.vkey, database });
    assert.match(report.problems.join(), /do not give its signed root/);
    await assert.rejects(test.ledger.publish(), { code: 'LEDGER_ROOT_MISMATCH' });
    await test.close();
    await assert.rejects(openTestLedger(dir), { code: 'LEDGER_ROOT_MISMATCH' });
  });

  it('is found out when an entry is filed under another kind, person, time or log', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    for (const n of [0, 1, 2]) await test.ledger.record(entry(n));
    await test.ledger.publish();
    await test.ledger.record(entry(3));
    const database = { store: test.store, logId: 'inner' };
    const verify = () => verifyLedger({ dir: test.dir, key: test.ledger.vkey, database });
    assert.ok((await verify()).ok);
    const columns = ['kind', 'actor', 'at'].flatMap((name) => [1, 3].map((idx) => ({ name, idx })));
    for (const { name, idx } of columns) {
      const column = sql.ref(name);
      const change = (value: ReturnType<typeof sql>) =>
        test.store.write((tx: Kysely<unknown>) =>
          sql`update ledger_entries set ${column} = ${value} where idx = ${idx}`.execute(tx),
        );
      await change(sql`${column} || 'x'`);
      assert.match((await verify()).problems.join(), /filed under other facts/, name);
      await change(sql`substr(${column}, 1, length(${column}) - 1)`);
    }
    assert.ok((await verify()).ok);
    await test.store.write((tx: Kysely<unknown>) =>
      sql`update ledger_heads set origin = 'other'`.execute(tx),
    );
    assert.match((await verify()).problems.join(), /has the name `other`/);
    await test.close();
  });

  it('is found out when any of its files was changed, also one of an earlier size', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    for (let n = 0; n < 4; n++) {
      await test.ledger.record(entry(n));
      await test.ledger.publish();
    }
    const names = (await readdir(test.dir, { recursive: true, withFileTypes: true }))
      .filter((each) => each.isFile())
      .map((each) => path.join(each.parentPath, each.name));
    assert.equal(names.length, 9);
    for (const name of names) {
      const bytes = await readFile(name);
      const changed = Uint8Array.from(bytes);
      const at = changed.length >> 1;
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(name, changed);
      const report = await verifyLedger({ dir: test.dir, key: test.ledger.vkey });
      assert.equal(report.ok, false, name);
      await writeFile(name, bytes);
    }
    assert.ok((await verifyLedger({ dir: test.dir, key: test.ledger.vkey })).ok);
    await test.close();
  });

  it('does not open when the database is older than the published checkpoint', async (t) => {
    const dir = await tempDir(t);
    const first = await openTestLedger(dir);
    await first.ledger.record(entry(0));
    await first.close();
    const copy = await readFile(path.join(dir, 'gate.db'));
    const second = await openTestLedger(dir);
    await second.ledger.record(entry(1));
    await second.close();
    for (const side of ['-wal', '-shm'])
      await rm(path.join(dir, `gate.db${side}`), { force: true });
    await writeFile(path.join(dir, 'gate.db'), copy);
    await assert.rejects(openTestLedger(dir), { code: 'LEDGER_DATABASE_ROLLED_BACK' });
  });

  it('is stopped by its self-check', async (t) => {
    const dir = await tempDir(t);
    const faults: Error[] = [];
    let tell: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const test = await filled(dir, {
      selfCheckMs: 1,
      onFault: (cause: Error) => {
        faults.push(cause);
        tell();
      },
    });
    const file = path.join(test.dir, 'tile/entries/000');
    const bytes = await readFile(file);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(file, bytes);
    // The self-check runs on timers that do not keep a process alive.
    const alive = setInterval(() => undefined, 1_000);
    await stopped;
    clearInterval(alive);
    assert.match(faults[0]?.message ?? '', /does not match its checkpoint/);
    await assert.rejects(test.ledger.record(entry(1)), { code: 'LEDGER_STOPPED' });
    await test.close();
  });

  it('does not open with another key', async (t) => {
    const dir = await tempDir(t);
    const test = await filled(dir);
    await test.close();
    const key = makeSigner('test.example/log', 1, new Uint8Array(32).fill(1));
    await assert.rejects(openTestLedger(dir, { key }), { code: 'LEDGER_ROOT_MISMATCH' });
    const other = makeSigner('other.example/log', 1, new Uint8Array(32).fill(7));
    await assert.rejects(openTestLedger(dir, { key: other }), { code: 'LEDGER_ORIGIN_MISMATCH' });
  });
});

describe('ledger options', () => {
  it('give the same receipts whatever the timing, for logs that are replayed', async (t) => {
    const run = async (together: boolean): Promise<string[]> => {
      const test = await openTestLedger(await tempDir(t), {
        receiptsAt: 'entry',
        saltFor: (index) => new Uint8Array(32).fill(index),
      });
      const receipts: string[] = [];
      const one = async (n: number): Promise<void> => {
        receipts[n] = (await test.ledger.record(entry(n))).receipt;
      };
      if (together) await Promise.all([0, 1, 2, 3].map(one));
      else for (const n of [0, 1, 2, 3]) await one(n);
      assert.equal(receipts[1], await test.ledger.proof(1));
      await test.close();
      return receipts;
    };
    assert.deepEqual(await run(true), await run(false));
  });

  it('let a reader look without taking the log over', async (t) => {
    const test = await filled(await tempDir(t));
    const key = makeSigner('test.example/log', 1, new Uint8Array(32).fill(7));
    const reader = await openLedgerReader({
      store: test.store,
      logId: 'inner',
      dir: test.dir,
      key,
    });
    const receipt = await reader.proof(17);
    const verified = verifyReceipt(utf8(receipt), key.verifier.vkey);
    assert.ok(verified.ok);
    assert.equal(verified.entry?.['n'], 17);
    const closed = await reader.proof(17, { disclose: false });
    assert.ok(!closed.includes('extra'));
    assert.ok(!verifyReceipt(utf8(closed), key.verifier.vkey).ok);
    const { commitment } = verified;
    assert.ok(verifyReceipt(utf8(closed), { key: key.verifier.vkey, commitment }).ok);
    await test.ledger.record(entry(1));
    await test.close();
  });
});

describe('key files', () => {
  it('are made once, private, and refused for others', async (t) => {
    const file = path.join(await tempDir(t), 'keys', 'log.key');
    const want = { name: 'test.example/log', random: seededRandom('key') };
    const made = await openKeyFile(file, want);
    const again = await openKeyFile(file, want);
    assert.equal(again.verifier.vkey, made.verifier.vkey);
    assert.equal((await readFile(`${file}.pub`, 'utf8')).trim(), made.verifier.vkey);
    await assert.rejects(openKeyFile(file, { ...want, name: 'x.example' }), {
      code: 'LEDGER_KEY_INVALID',
    });
    await chmod(file, 0o644);
    await assert.rejects(openKeyFile(file, want), { code: 'LEDGER_KEY_INVALID' });
  });
});

const server = await startPostgres();

describe('ledger on PostgreSQL', { skip: server === null && 'PostgreSQL is not installed' }, () => {
  if (server === null) return;
  it('records, reopens, verifies and fences', async (t) => {
    t.after(() => server.stop());
    const dir = await tempDir(t);
    const open = async () => {
      const store = await openStore(server.url);
      const ledger = await openLedger({
        store,
        logId: 'inner',
        dir,
        key: makeSigner('pg.example/log', 1, new Uint8Array(32).fill(3)),
        clock: systemClock,
        random: systemRandom,
        publishMs: 0,
      });
      return { store, ledger };
    };
    const first = await open();
    const all = await Promise.all(
      Array.from({ length: 300 }, (_, n) => first.ledger.record(entry(n))),
    );
    for (const { receipt } of all.slice(-20)) {
      assert.ok(verifyReceipt(utf8(receipt), first.ledger.vkey).ok);
    }
    const second = await open();
    await assert.rejects(first.ledger.record(entry(1)), { code: 'LEDGER_FENCED' });
    assert.equal((await second.ledger.record(entry(2))).index, 300);
    await second.ledger.publish();
    const database = { store: second.store, logId: 'inner' };
    const report = await verifyLedger({ dir, key: second.ledger.vkey, database });
    assert.deepEqual([report.problems, report.size], [[], 301]);
    for (const one of [first, second]) {
      await one.ledger.close();
      await one.store.close();
    }
  });
});
