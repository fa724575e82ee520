import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { openTestLedger } from '../../test/support/ledger.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { utf8 } from '../core/index.ts';
import { verifyReceipt } from './index.ts';

const entry = (n: number) => ({ kind: 'test.happened', by: 'person_a', n });

describe('ledger', () => {
  it('records an entry with its change and gives a receipt that verifies offline', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    const { ledger, store } = test;
    await store.write((tx: Kysely<unknown>) => sql`create table things (n bigint)`.execute(tx));
    const recorded = await ledger.record(entry(1), async (tx) => {
      await sql`insert into things values (1)`.execute(tx);
      return 'made';
    });
    assert.equal(recorded.value, 'made');
    assert.equal(recorded.index, 0);
    const verified = verifyReceipt(utf8(recorded.receipt), ledger.vkey);
    assert.ok(verified.ok, verified.ok ? '' : verified.message);
    assert.deepEqual(verified.entry, { at: '2026-01-01T00:00:00.000Z', ...entry(1) });
    await test.close();
  });

  it('records nothing when the change throws or says that nothing changed', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    const { ledger } = test;
    await assert.rejects(ledger.record(entry(1), () => Promise.reject(new Error('no'))));
    const skipped = await ledger.record(
      (value: number) => (value > 5 ? entry(value) : null),
      () => Promise.resolve(5),
    );
    assert.deepEqual(skipped, { value: 5, id: null, index: null, receipt: null });
    assert.equal(ledger.size, 0);
    await test.close();
  });

  it('numbers many concurrent entries without gaps, over restarts, with every receipt valid', async (t) => {
    const dir = await tempDir(t);
    let seen = 0;
    for (const count of [3, 255, 300, 1, 700]) {
      const test = await openTestLedger(dir);
      assert.equal(test.ledger.size, seen);
      const all = await Promise.all(
        Array.from({ length: count }, (_, i) => test.ledger.record(entry(i))),
      );
      const indexes = all.map((one) => one.index).sort((a, b) => a - b);
      assert.deepEqual(
        indexes,
        Array.from({ length: count }, (_, i) => seen + i),
      );
      for (const one of all) assert.ok(verifyReceipt(utf8(one.receipt), test.ledger.vkey).ok);
      seen += count;
      for (const index of [0, Math.floor(seen / 2), seen - 1]) {
        const receipt = await test.ledger.proof(index);
        assert.ok(verifyReceipt(utf8(receipt), test.ledger.vkey).ok);
      }
      if (count % 2 === 0) await test.ledger.publish();
      await test.close();
    }
  });

  it('is fenced off when another process opens the log', async (t) => {
    const dir = await tempDir(t);
    const faults: Error[] = [];
    const first = await openTestLedger(dir, { onFault: (cause) => faults.push(cause) });
    await first.ledger.record(entry(1));
    const second = await openTestLedger(dir);
    await assert.rejects(first.ledger.record(entry(2)), { code: 'LEDGER_FENCED' });
    await assert.rejects(first.ledger.record(entry(2)), { code: 'LEDGER_STOPPED' });
    assert.equal(faults.length, 1);
    assert.equal((await second.ledger.record(entry(3))).index, 1);
    await first.close();
    await second.close();
  });

  it('refuses a repeated id without hurting its group', async (t) => {
    const test = await openTestLedger(await tempDir(t));
    const results = await Promise.allSettled([
      test.ledger.record(entry(1), undefined, { id: 'ent_a' }),
      test.ledger.record(entry(2), undefined, { id: 'ent_a' }),
      test.ledger.record(entry(3)),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(test.ledger.size, 2);
    await test.close();
  });
});
