/** The data folder of a gate, for commands that read it without the gate: where its inner log and database are. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { appErrors, gateFolders, loadConfig, readEnvironment } from '../app/index.ts';
import { openStore } from '../store/index.ts';
import type { Store } from '../store/index.ts';

/** What such a command is given. */
export interface DataOptions {
  readonly data?: string;
}

/** Where one log of a gate lies. */
export interface LogPlace {
  readonly logId: 'inner' | 'outer';
  readonly dir: string;
  readonly keyFile: string;
}

/** A log together with the database that holds its entries. */
export interface HeldLog extends LogPlace {
  readonly database: string;
}

/** The folder that is meant. */
export function dataDir(options: DataOptions): string {
  return options.data === undefined ? readEnvironment().dataDir : path.resolve(options.data);
}

/** The inner log with its database; throws when there is no gate in the folder. */
export function innerLog(options: DataOptions): HeldLog {
  const data = dataDir(options);
  const folders = gateFolders(data);
  if (!existsSync(`${folders.ledgerKey}.pub`)) throw appErrors.error('DATA_MISSING', { dir: data });
  return {
    logId: 'inner',
    dir: folders.ledger,
    keyFile: folders.ledgerKey,
    database: readEnvironment().database ?? loadConfig(data).database ?? folders.database,
  };
}

/** The public key of a log. */
export function readVkey(place: LogPlace): string {
  return readFileSync(`${place.keyFile}.pub`, 'utf8').trim();
}

/** Works on the database of a log and closes it. */
export async function withStore<T>(place: HeldLog, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(place.database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
