/** The store: durable transactions on SQLite or PostgreSQL behind one small interface. */
import path from 'node:path';
import type { Kysely } from 'kysely';
import { makeDirDurable } from '../core/index.ts';
import type { Engine, StoreKind } from './connection.ts';
import { kyselyOn } from './connection.ts';
import type { Migration } from './migrate.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { CommitFaults, GroupStep } from './write-queue.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * A database.
 *
 * Durability: a resolved {@link write} survives a power cut. Consistency: writes are serial, one at a time, also
 * across processes; reads see only what is committed, each statement for itself. Concurrency: any number of callers;
 * writes that wait together share one COMMIT. Retry: never done here; after `STORE_OUTCOME_UNKNOWN` the process stops.
 * Integers come back as bigint and blobs as Uint8Array on both databases.
 */
export interface Store {
  readonly kind: StoreKind;
  /** Runs queries that change nothing. Each statement sees the newest committed state. */
  read<DB, T>(work: (db: Kysely<DB>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a durable transaction; all or nothing. It may await nothing but its own queries, since everybody
   * else waits meanwhile. `step` joins the works of one group to something done once before their COMMIT.
   */
  write<DB, T>(work: (tx: Kysely<DB>) => Promise<T>, step?: GroupStep<T>): Promise<T>;
  /** Waits for queued writes, then closes. */
  close(): Promise<void>;
}

/** How to open a store. */
export interface StoreOptions {
  /** The schema; by default everything the inner process has. */
  readonly migrations?: readonly Migration[];
  /** Hears of a fault after which the store takes no more work. The process should stop. */
  readonly onFault?: (cause: Error) => void;
  /** For fault tests only. */
  readonly faults?: CommitFaults;
}

/** Opens `postgres://…` or the path of a SQLite file, and brings its schema up to date. */
export async function openStore(target: string, options: StoreOptions = {}): Promise<Store> {
  const onFault = options.onFault ?? (() => undefined);
  const opened: { queue?: WriteQueue } = {};
  const engine: Engine = /^postgres(ql)?:\/\//.test(target)
    ? await openPostgres(target, (cause) => {
        opened.queue?.stop('the connection is lost');
        onFault(cause);
      })
    : await openSqliteIn(target);
  const writes = new WriteQueue(engine, options.faults ?? {}, onFault);
  opened.queue = writes;
  try {
    await migrate(engine.kind, writes, options.migrations ?? MIGRATIONS);
  } catch (cause) {
    await engine.close();
    throw cause;
  }
  const reader = kyselyOn<unknown>(engine.kind, engine.reader);
  return {
    kind: engine.kind,
    read: <DB, T>(work: (db: Kysely<DB>) => Promise<T>) => work(reader as unknown as Kysely<DB>),
    write: <DB, T>(work: (tx: Kysely<DB>) => Promise<T>, step?: GroupStep<T>) =>
      writes.write(work as (tx: Kysely<unknown>) => Promise<unknown>, step) as Promise<T>,
    close: async () => {
      await writes.close();
      await engine.close();
    },
  };
}

async function openSqliteIn(file: string): Promise<Engine> {
  await makeDirDurable(path.dirname(file));
  return openSqlite(file);
}
