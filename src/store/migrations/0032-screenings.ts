/** Tables of screenings of imports, of what reviewers excluded, and of what monitors were measured to be worth. */
import type { Migration } from '../migrate.ts';

/** Creates `screenings`, `exclusions` and `evaluations`. */
export const screeningsMigration: Migration = {
  id: '0032-screenings',
  up: async (db) => {
    await db.schema
      .createTable('screenings')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('import', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('fields', 'text', (column) => column.notNull())
      .addColumn('monitor', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('asked_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_ms', 'bigint')
      .addColumn('report_sha256', 'text')
      .addColumn('verdict', 'text')
      .addColumn('documents', 'bigint')
      .addColumn('held', 'bigint')
      .addColumn('reason', 'text')
      .execute();
    await db.schema
      .createIndex('screenings_project')
      .on('screenings')
      .columns(['project', 'asked_ms'])
      .execute();
    await db.schema.createIndex('screenings_import').on('screenings').columns(['import']).execute();
    await db.schema
      .createTable('exclusions')
      .addColumn('import', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('why', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('exclusions_key', ['import', 'document'])
      .execute();
    await db.schema
      .createTable('evaluations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('monitor', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('evaluation', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('evaluations_monitor')
      .on('evaluations')
      .columns(['monitor', 'at_ms'])
      .execute();
  },
};
