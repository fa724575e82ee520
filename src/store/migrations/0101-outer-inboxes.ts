/** Tables of the outer process: inboxes, and what they took. */
import type { Migration } from '../migrate.ts';

/** Creates `outer_inboxes` and `outer_deliveries`. */
export const outerInboxesMigration: Migration = {
  id: '0101-outer-inboxes',
  up: async (db) => {
    await db.schema
      .createTable('outer_inboxes')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('dir', 'text', (column) => column.notNull().unique())
      .addColumn('added_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('outer_deliveries')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('inbox', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('files', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('taken_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('outer_deliveries_taken')
      .on('outer_deliveries')
      .columns(['taken_ms'])
      .execute();
  },
};
