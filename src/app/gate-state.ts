/** What a gate keeps and what runs in it by itself: database, ledger, inspection processes, deadlines. */
import { reapplyBudgets } from '../budget/index.ts';
import type { CapNames } from '../budget/index.ts';
import { isoTime, systemClock, systemRandom } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { openInspectionPool } from '../egress/index.ts';
import type { InspectionPool } from '../egress/index.ts';
import { openKeyFile, openLedger } from '../ledger/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Requests } from '../requests/index.ts';
import { openStore } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import type { Config } from './config.ts';
import type { GateFolders } from './folders.ts';
import type { GateOptions } from './gate-options.ts';

const DEADLINE_CHECK_MS = 30_000;

/** Opens the database and the ledger. */
export async function openState(
  options: GateOptions,
  folders: GateFolders,
  undo: (() => Promise<void> | void)[],
): Promise<{ store: Store; ledger: Ledger }> {
  const { config, onFault } = options;
  const store = await openStore(options.database ?? config.database ?? folders.database, {
    onFault,
  });
  undo.push(() => store.close());
  const key = await openKeyFile(folders.ledgerKey, { name: config.origin, random: systemRandom });
  const ledger = await openLedger({
    store,
    logId: 'inner',
    dir: folders.ledger,
    key,
    clock: systemClock,
    random: systemRandom,
    onFault,
    witnesses: config.ledger.witnesses,
  });
  undo.push(() => ledger.close());
  return { store, ledger };
}

/** Starts the inspection processes. */
export function openPool(config: Config, folders: GateFolders): InspectionPool {
  const { processes, memoryMiB, jobSeconds } = config.inspection;
  const limits = { memoryMiB, jobMs: jobSeconds * 1000 };
  return openInspectionPool(processes, limits, {
    readable: [folders.uploads, folders.blobs, folders.work],
    writable: [folders.work],
  });
}

/** Percentages and caps follow the models and the configuration of this start. */
export async function followConfig(store: Store, caps: CapNames, clock: Clock): Promise<void> {
  await store.write((tx) => reapplyBudgets(tx as never, clock.nowMs(), caps));
}

/** Looks at deadlines now and then; returns how to stop. */
export function checkDeadlines(requests: Requests, log: GateOptions['log']): () => void {
  const check = (): void => {
    requests.checkDeadlines().catch((cause: unknown) => {
      log('error', `cannot check deadlines at ${isoTime(systemClock.nowMs())}`, cause);
    });
  };
  // At once too: time went on while the gate was stopped.
  check();
  const timer = setInterval(check, DEADLINE_CHECK_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
