/** A store with a ledger in a throwaway folder, for tests of modules that keep state. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../src/core/index.ts';
import { systemRandom } from '../../src/core/index.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { openBlobs, openStore } from '../../src/store/index.ts';
import type { Blobs, Store } from '../../src/store/index.ts';

/** A clock that stands still until it is moved. */
export interface HandClock extends Clock {
  now: number;
}

/** What {@link openGateStore} gives. */
export interface GateStore {
  readonly dir: string;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly clock: HandClock;
  close(): Promise<void>;
}

/** Opens everything, on a fresh SQLite file unless a database is named. */
export async function openGateStore(database?: string): Promise<GateStore> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-test-'));
  const clock: HandClock = {
    now: 1_700_000_000_000,
    nowMs: () => clock.now,
  };
  const store = await openStore(database ?? path.join(dir, 'gate.db'));
  const key = await openKeyFile(path.join(dir, 'log.key'), {
    name: 'test.example/log',
    random: systemRandom,
  });
  const ledger = await openLedger({
    store,
    logId: 'inner',
    dir: path.join(dir, 'ledger'),
    key,
    clock,
    random: systemRandom,
    publishMs: 0,
  });
  return {
    dir,
    store,
    ledger,
    blobs: openBlobs(path.join(dir, 'blobs'), systemRandom),
    clock,
    close: async () => {
      await ledger.close();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
