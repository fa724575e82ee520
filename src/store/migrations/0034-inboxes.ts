/** Tables of inboxes on the inner side: what they are bound to, what arrived, and what of it is here. */
import type { Migration } from '../migrate.ts';

/** Creates `inbox_bindings`, `inbox_deliveries` and `inbox_objects`. */
export const inboxesMigration: Migration = {
  id: '0034-inboxes',
  up: async (db) => {
    await db.schema
      .createTable('inbox_bindings')
      .addColumn('inbox', 'text', (column) => column.primaryKey())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('why', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('bound_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('inbox_deliveries')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('inbox', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('files', 'bigint', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('project', 'text')
      .addColumn('import', 'text')
      .addColumn('first_ms', 'bigint', (column) => column.notNull())
      .addColumn('touched_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('inbox_deliveries_state')
      .on('inbox_deliveries')
      .columns(['state', 'touched_ms'])
      .execute();
    await db.schema
      .createTable('inbox_objects')
      .addColumn('delivery', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('held', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('inbox_objects_key', ['delivery', 'sha256'])
      .execute();
  },
};
