/** Brings a database to the newest schema, once, in order, recorded; refuses one that a newer version wrote. */
import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { StoreKind } from './connection.ts';
import { storeErrors } from './errors.ts';
import type { WriteQueue } from './write-queue.ts';

/** Column types whose names differ between the databases. */
export interface ColumnTypes {
  /** Bytes. Everything else is `text` or `bigint` on both. */
  readonly blob: RawBuilder<unknown>;
}

/** One step of the schema. Runs in a transaction of its own; never changed once released. */
export interface Migration {
  /** `NNNN-<module>`; unique; the order of the list is the order of application. */
  readonly id: string;
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>;
}

interface MigrationTables {
  sallyport_migrations: { id: string };
}

/** Applies what is missing. Throws `STORE_SCHEMA_NEWER` if the database has a migration that is not in the list. */
export async function migrate(
  kind: StoreKind,
  queue: WriteQueue,
  migrations: readonly Migration[],
): Promise<void> {
  const types: ColumnTypes = { blob: kind === 'sqlite' ? sql`blob` : sql`bytea` };
  await queue.write(async (tx) => {
    await sql`create table if not exists sallyport_migrations (id text primary key)`.execute(tx);
  });
  await queue.write(async (tx) => {
    const db = tx as Kysely<MigrationTables>;
    const rows = await db.selectFrom('sallyport_migrations').select('id').execute();
    const applied = new Set(rows.map((row) => row.id));
    const known = new Set(migrations.map((migration) => migration.id));
    for (const id of applied) if (!known.has(id)) throw storeErrors.error('SCHEMA_NEWER', { id });
    for (const migration of migrations) {
      if (applied.has(migration.id)) continue;
      await migration.up(tx, types);
      await db.insertInto('sallyport_migrations').values({ id: migration.id }).execute();
    }
  });
}
