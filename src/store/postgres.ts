/** PostgreSQL through pg. One writer at a time, across all processes, so that both databases behave the same. */
import pg from 'pg';
import type { QueryResult } from 'kysely';
import type { Engine, Executor } from './connection.ts';

const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const BYTEA = 17;
const NUMERIC = 1700;
const STATEMENTS_MAX = 512;
/** The advisory lock that every writing transaction takes first. */
const WRITER_LOCK = '7310305827262260';

function parseType(oid: number): (text: string) => unknown {
  switch (oid) {
    case INT2:
    case INT4:
    case INT8:
      return (text) => BigInt(text);
    case NUMERIC:
      // sum() over integers is numeric in PostgreSQL and an integer in SQLite.
      return (text) => (/^-?[0-9]+$/.test(text) ? BigInt(text) : text);
    case BYTEA:
      return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    default:
      return (text) => text;
  }
}

const types = { getTypeParser: parseType };

interface Queryable {
  query(config: pg.QueryConfig): Promise<pg.QueryResult<Record<string, unknown>>>;
}

class PostgresExecutor implements Executor {
  readonly #target: Queryable;
  readonly #names = new Map<string, string>();

  constructor(target: Queryable) {
    this.#target = target;
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    const values = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    const name = this.#name(sql);
    const result = await this.#target.query({
      text: sql,
      values,
      ...(name === undefined ? {} : { name }),
    });
    const affected = result.command === 'SELECT' ? undefined : (result.rowCount ?? undefined);
    return {
      rows: result.rows,
      ...(affected === undefined ? {} : { numAffectedRows: BigInt(affected) }),
    };
  }

  /** Named statements are planned once per connection; past the limit statements go unnamed. */
  #name(sql: string): string | undefined {
    const known = this.#names.get(sql);
    if (known !== undefined) return known;
    if (this.#names.size >= STATEMENTS_MAX || /^\s*(create|alter|drop)/i.test(sql))
      return undefined;
    const name = `s${String(this.#names.size)}`;
    this.#names.set(sql, name);
    return name;
  }
}

/** Connects to PostgreSQL. `onLost` hears that the writing connection is gone, after which nothing more is written. */
export async function openPostgres(url: string, onLost: (cause: Error) => void): Promise<Engine> {
  const writer = new pg.Client({ connectionString: url, types });
  writer.on('error', onLost);
  await writer.connect();
  await writer.query('SET synchronous_commit = on');
  const pool = new pg.Pool({ connectionString: url, types, max: 8 });
  pool.on('error', () => {
    // An idle reading connection was lost; the pool opens another one when it needs it.
  });
  const exec = async (sql: string): Promise<void> => {
    await writer.query(sql);
  };
  return {
    kind: 'postgres',
    writer: new PostgresExecutor(writer),
    reader: new PostgresExecutor(pool),
    begin: () => exec(`BEGIN; SELECT pg_advisory_xact_lock(${WRITER_LOCK})`),
    savepoint: () => exec('SAVEPOINT work'),
    release: () => exec('RELEASE SAVEPOINT work'),
    rollbackToSavepoint: () => exec('ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work'),
    commit: async () => {
      // A transaction that the server had already aborted answers COMMIT with ROLLBACK and no error.
      const result = await writer.query('COMMIT');
      if (result.command !== 'COMMIT') throw new Error(`the server answered ${result.command}`);
    },
    rollback: () => exec('ROLLBACK'),
    close: async () => {
      await pool.end();
      await writer.end();
    },
  };
}
