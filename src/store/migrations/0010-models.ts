/** Tables of guarded models: the newest version, every version, and hashes of released vectors. */
import type { Kysely } from 'kysely';
import type { Migration } from '../migrate.ts';

async function createModels(
  db: Kysely<unknown>,
  table: string,
  key: readonly ('model' | 'version')[],
): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('parameters', 'bigint', (column) => column.notNull())
    .addColumn('bits_per_parameter', 'text', (column) => column.notNull())
    .addColumn('effective_bits', 'bigint', (column) => column.notNull())
    .addColumn('hidden_width', 'bigint', (column) => column.notNull())
    .addColumn('vocabulary', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('changed_ms', 'bigint', (column) => column.notNull())
    .addColumn('changed_by', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint(`${table}_key`, [...key])
    .execute();
}

/** Creates `models`, `model_versions` and `model_vectors`. */
export const modelsMigration: Migration = {
  id: '0010-models',
  up: async (db) => {
    await createModels(db, 'models', ['model']);
    await createModels(db, 'model_versions', ['model', 'version']);
    await db.schema
      .createTable('model_vectors')
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('model_vectors_key', ['model', 'hash'])
      .execute();
  },
};
