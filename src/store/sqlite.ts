/** SQLite through node:sqlite: WAL, synchronous=FULL, one writing and one reading connection. */
import { chmodSync } from 'node:fs';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { QueryResult } from 'kysely';
import type { Engine, Executor } from './connection.ts';

const STATEMENTS_MAX = 512;
const BUSY_MS = 5_000;
/** The default of 2 MB holds a few hundred requests; a page of the queue would read the rest again each time. */
const READ_CACHE_KIB = 65_536;

function toInput(value: unknown): SQLInputValue {
  // node:sqlite binds every number as a float; an integer must stay one, also where no column gives it a type.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value === undefined) return null;
  return value as SQLInputValue;
}

class SqliteExecutor implements Executor {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs at once; the promise is only the interface's shape. A thrown fault becomes a rejection. */
  // eslint-disable-next-line @typescript-eslint/require-await -- the database answers synchronously.
  async run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    const statement = this.#prepare(sql);
    const inputs = parameters.map(toInput);
    if (statement.columns().length > 0) return { rows: statement.all(...inputs) };
    const { changes, lastInsertRowid } = statement.run(...inputs);
    return {
      rows: [],
      numAffectedRows: BigInt(changes),
      insertId: BigInt(lastInsertRowid),
    };
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA trusted_schema = OFF');
  return database;
}

/** Opens or creates the database file, readable by its owner only. */
export function openSqlite(file: string): Engine {
  const writing = open(file);
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      chmodSync(`${file}${suffix}`, 0o600);
    } catch {
      // The side files appear with the first write, with the mode of the main file.
    }
  }
  const reading = open(file);
  reading.exec('PRAGMA query_only = ON');
  reading.exec(`PRAGMA cache_size = -${String(READ_CACHE_KIB)}`);
  const exec = (sql: string): Promise<void> => {
    try {
      writing.exec(sql);
      return Promise.resolve();
    } catch (cause) {
      return Promise.reject(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
  return {
    kind: 'sqlite',
    writer: new SqliteExecutor(writing),
    reader: new SqliteExecutor(reading),
    begin: () => exec('BEGIN IMMEDIATE'),
    savepoint: () => exec('SAVEPOINT work'),
    release: () => exec('RELEASE work'),
    rollbackToSavepoint: () => exec('ROLLBACK TO work; RELEASE work'),
    commit: () => exec('COMMIT'),
    rollback: () => exec('ROLLBACK'),
    close: () => {
      reading.close();
      writing.close();
      return Promise.resolve();
    },
  };
}
