/** What moves imports on: takes decoded files up, and asks people when a set is decoded whole. */
import type { Kysely } from 'kysely';
import type { Jobs } from '../../jobs/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { DECODE_QUEUE, RESCAN_QUEUE, collectDecoded } from './decode-jobs.ts';
import type { TakenUp } from './decode-jobs.ts';
import { isDecoded } from './file-store.ts';
import type { Import, ImportCounts } from './import.ts';
import { changeImport, listImports, readImport } from './import-store.ts';
import type { Imports } from './imports.ts';

/** What it stands on. */
export interface DecodingHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly imports: Imports;
  /** Asks people to admit a set, once per import; gives the request's id. */
  readonly ask: (held: Import, counts: ImportCounts) => Promise<string>;
  /** Hears what newer rules say about files that were admitted, before it is taken up. */
  readonly onRescanned: (taken: readonly TakenUp[]) => Promise<void>;
  /** What else is done in each round. */
  readonly alsoCollect: () => Promise<void>;
  readonly onFault: (sentence: string, cause: unknown) => void;
  readonly pollMs?: number;
}

/** The running loop. */
export interface Decoding {
  /** Looks at once: a job ended, or an import is complete. */
  wake(): void;
  stop(): Promise<void>;
}

const POLL_MS = 2_000;
const IMPORTS_AT_ONCE = 100;

/** Starts the loop. */
export function startDecoding(host: DecodingHost): Decoding {
  const state = { stopped: false, asked: false, waker: (): void => undefined };
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, host.pollMs ?? POLL_MS);
      state.waker = done;
      if (state.asked || state.stopped) done();
    });
  const run = async (): Promise<void> => {
    while (!state.stopped) {
      state.asked = false;
      try {
        await collectAll(host);
        await askDecoded(host);
        await host.alsoCollect();
      } catch (cause) {
        host.onFault('decoded files could not be taken up', cause);
      }
      await rest();
    }
  };
  const running = run();
  const wake = (): void => {
    state.asked = true;
    state.waker();
  };
  return {
    wake,
    stop: async () => {
      state.stopped = true;
      wake();
      await running;
    },
  };
}

async function collectAll(host: DecodingHost): Promise<void> {
  while ((await collectDecoded(host, DECODE_QUEUE)).length > 0);
  while ((await collectDecoded(host, RESCAN_QUEUE, host.onRescanned)).length > 0);
}

/** Asks for every import whose last file is decoded. Asking twice gives the same request. */
async function askDecoded(host: DecodingHost): Promise<void> {
  const { store, imports, jobs } = host;
  const decoding = await store.read((db: Kysely<unknown>) =>
    listImports(db, { states: ['decoding'], limit: IMPORTS_AT_ONCE }),
  );
  for (const held of decoding) {
    if (!(await store.read((db: Kysely<unknown>) => isDecoded(db, held.id)))) continue;
    const request = await host.ask(held, await imports.counts(held.id));
    await store.write(async (tx: Kysely<unknown>) => {
      // Rules may have refused it in the meantime; then it is closed, and only the name of the request is missing.
      const { state } = await readImport(tx, held.id);
      const next = state === 'decoding' ? ({ state: 'asked' } as const) : {};
      await changeImport(tx, held.id, [state], 'ask for', { ...next, request });
      await jobs.removeBatch(tx, held.id);
    });
  }
}
