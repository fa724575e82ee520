/** One connection to a database, and the Kysely instance that speaks through it. */
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** The databases that a store can stand on. */
export type StoreKind = 'sqlite' | 'postgres';

/** Runs one statement with its parameters. Integers come back as bigint, blobs as Uint8Array. */
export interface Executor {
  run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>>;
}

/** One open database, as the write queue needs it. */
export interface Engine {
  readonly kind: StoreKind;
  readonly writer: Executor;
  readonly reader: Executor;
  begin(): Promise<void>;
  savepoint(): Promise<void>;
  release(): Promise<void>;
  rollbackToSavepoint(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
}

class ExecutorConnection implements DatabaseConnection {
  readonly #executor: Executor;
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return (await this.#executor.run(query.sql, query.parameters)) as QueryResult<R>;
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('streams of rows are not offered: page by key instead');
  }
}

/** Transactions belong to the store, so Kysely's own are refused. */
class ExecutorDriver implements Driver {
  readonly #connection: DatabaseConnection;
  constructor(executor: Executor) {
    this.#connection = new ExecutorConnection(executor);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }
  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }
  beginTransaction(): Promise<void> {
    return Promise.reject(new TypeError('transactions are begun by store.write only'));
  }
  commitTransaction(): Promise<void> {
    return Promise.reject(new TypeError('transactions are committed by store.write only'));
  }
  rollbackTransaction(): Promise<void> {
    return Promise.reject(new TypeError('transactions are rolled back by store.write only'));
  }
  releaseConnection(): Promise<void> {
    return Promise.resolve();
  }
  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

/** Makes the query builder for an executor. */
export function kyselyOn<DB>(kind: StoreKind, executor: Executor): Kysely<DB> {
  const dialect: Dialect =
    kind === 'sqlite'
      ? {
          createAdapter: () => new SqliteAdapter(),
          createDriver: () => new ExecutorDriver(executor),
          createIntrospector: (db) => new SqliteIntrospector(db),
          createQueryCompiler: () => new SqliteQueryCompiler(),
        }
      : {
          createAdapter: () => new PostgresAdapter(),
          createDriver: () => new ExecutorDriver(executor),
          createIntrospector: (db) => new PostgresIntrospector(db),
          createQueryCompiler: () => new PostgresQueryCompiler(),
        };
  return new Kysely<DB>({ dialect });
}
