/**
 * Every durable step of the ledger fails in both ways: lost, and persisted anyway. Afterwards the log opens again, every
 * receipt that was handed out still verifies and is consistent with the log, and the audit finds nothing.
 */
import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { FileOps } from '../../src/core/index.ts';
import { systemFiles, utf8 } from '../../src/core/index.ts';
import { verifyConsistency, verifyLedger, verifyReceipt } from '../../src/ledger/index.ts';
import type { TestLedger } from '../support/ledger.ts';
import { openTestLedger } from '../support/ledger.ts';
import { tempDir } from '../support/temp-dir.ts';

type Way = 'lost' | 'persisted anyway';

const STEPS = ['makeDir', 'open', 'write', 'sync', 'close', 'rename', 'remove', 'syncDir'] as const;

/** File calls of which the n-th fails. `count` tells how many there were. */
function faultyFiles(failAt: number, way: Way): FileOps & { count: number } {
  const wrapped = { ...systemFiles, count: 0 };
  for (const step of STEPS) {
    const real = systemFiles[step] as (...parts: unknown[]) => Promise<unknown>;
    (wrapped as Record<string, unknown>)[step] = async (...parts: unknown[]) => {
      if (wrapped.count++ !== failAt) return real(...parts);
      if (way === 'persisted anyway') {
        const done = await real(...parts);
        if (step === 'open') await (done as FileHandle).close();
      } else if (step === 'close') await real(...parts);
      throw new Error(`injected: ${step} ${way}`);
    };
  }
  return wrapped;
}

interface Acknowledged {
  readonly index: number;
  readonly n: number;
  readonly receipt: string;
}

async function work(test: TestLedger, acknowledged: Acknowledged[], base: number): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const results = await Promise.allSettled(
      Array.from({ length: 90 }, async (_, i) => {
        const n = base + round * 90 + i;
        const { index, receipt } = await test.ledger.record({ kind: 'test.happened', by: 'a', n });
        acknowledged.push({ index, n, receipt });
      }),
    );
    if (results.some((result) => result.status === 'rejected')) return;
    await test.ledger.publish();
  }
}

async function check(dir: string, acknowledged: readonly Acknowledged[]): Promise<void> {
  const test = await openTestLedger(dir);
  const { ledger, store } = test;
  // Checking one in nine, and the last, keeps this quick; what is lost is lost from the end.
  const sample = acknowledged.filter((_, i) => i % 9 === 0 || i === acknowledged.length - 1);
  for (const { index, n, receipt } of sample) {
    const verified = verifyReceipt(utf8(receipt), ledger.vkey);
    assert.ok(verified.ok);
    assert.equal((await ledger.show(index))?.entry['n'], n);
    assert.ok(
      verifyConsistency({
        size1: BigInt(verified.size),
        size2: BigInt(ledger.size),
        root1: verified.root,
        root2: ledger.head.root,
        proof: await ledger.consistency(verified.size, ledger.size),
      }),
    );
  }
  await ledger.record({ kind: 'test.happened', by: 'a', n: -1 });
  await ledger.publish();
  const database = { store, logId: 'inner' };
  const report = await verifyLedger({ dir: test.dir, key: ledger.vkey, database });
  assert.deepEqual(report.problems, []);
  assert.equal(report.size, ledger.size);
  await test.close();
}

describe('ledger under faults of the disk', () => {
  for (const way of ['lost', 'persisted anyway'] as const) {
    it(`every file call fails once: ${way}`, async (t) => {
      const counting = faultyFiles(-1, way);
      const clean = await openTestLedger(await tempDir(t), { files: counting });
      await work(clean, [], 0);
      await clean.close();
      // Steps repeat the same few calls; every early one is tried, then a spread over the rest.
      const points = [
        ...Array.from({ length: 14 }, (_, i) => i),
        ...Array.from({ length: 10 }, (_, i) => 14 + Math.floor((i * (counting.count - 14)) / 10)),
      ];
      const seen = { stopped: 0 };
      for (const point of points) {
        const dir = await tempDir(t);
        const acknowledged: Acknowledged[] = [];
        const options = {
          files: faultyFiles(point, way),
          onFault: () => {
            seen.stopped++;
          },
        };
        const test = await openTestLedger(dir, options).catch(() => null);
        if (test !== null) {
          await work(test, acknowledged, 0).catch(() => undefined);
          await test.close();
        }
        await check(dir, acknowledged);
      }
      assert.ok(seen.stopped > 0);
    });
  }
});

describe('ledger under faults of the database', () => {
  for (const hook of ['beforeCommit', 'afterCommit'] as const) {
    it(`every commit fails once: ${hook === 'beforeCommit' ? 'lost' : 'persisted anyway'}`, async (t) => {
      for (let failAt = 2; failAt < 8; failAt += 1) {
        const dir = await tempDir(t);
        const acknowledged: Acknowledged[] = [];
        let commits = 0;
        const faults = {
          [hook]: () => {
            if (commits++ === failAt) throw new Error('injected');
          },
        };
        const test = await openTestLedger(dir, { faults }).catch(() => null);
        if (test !== null) {
          await work(test, acknowledged, 0).catch(() => undefined);
          await test.close();
        }
        await check(dir, acknowledged);
      }
    });
  }
});
