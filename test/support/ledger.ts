/** A ledger in a throw-away folder, with a clock and randomness that tests control. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Clock, FileOps, Random } from '../../src/core/index.ts';
import { systemFiles } from '../../src/core/index.ts';
import type { Ledger, LedgerOptions, Signer } from '../../src/ledger/index.ts';
import { makeSigner, openLedger } from '../../src/ledger/index.ts';
import type { CommitFaults, Store } from '../../src/store/index.ts';
import { openStore } from '../../src/store/index.ts';

/** Random bytes that are the same in every run. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  return {
    bytes: (length) => {
      const parts: Buffer[] = [];
      for (let made = 0; made < length; made += 32) {
        parts.push(
          createHash('sha256')
            .update(`${seed}/${String(counter++)}`)
            .digest(),
        );
      }
      return new Uint8Array(Buffer.concat(parts).subarray(0, length));
    },
  };
}

/** A clock that moves only when told. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): Clock & { advance(ms: number): void } {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** The key of test logs. */
export function testSigner(name = 'test.example/log'): Signer {
  return makeSigner(name, 1, new Uint8Array(32).fill(7));
}

/** A ledger with its store. */
export interface TestLedger {
  readonly ledger: Ledger;
  readonly store: Store;
  readonly dir: string;
  close(): Promise<void>;
}

let opened = 0;

/** Opens (again) the test ledger below `dir`. Nothing is published by itself. */
export async function openTestLedger(
  dir: string,
  options: Partial<LedgerOptions> & { faults?: CommitFaults; files?: FileOps } = {},
): Promise<TestLedger> {
  const { faults = {}, ...rest } = options;
  const store = await openStore(path.join(dir, 'gate.db'), { faults });
  try {
    const ledger = await openLedger({
      store,
      logId: 'inner',
      dir: path.join(dir, 'log'),
      key: testSigner(),
      clock: manualClock(),
      random: seededRandom(`${dir}/${String(opened++)}`),
      files: systemFiles,
      publishMs: 0,
      selfCheckMs: 0,
      ...rest,
    });
    return {
      ledger,
      store,
      dir: path.join(dir, 'log'),
      close: async () => {
        await ledger.close().catch(() => undefined);
        await store.close();
      },
    };
  } catch (cause) {
    await store.close();
    throw cause;
  }
}
