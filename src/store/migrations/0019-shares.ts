/** How often whom shared results were read by: one row per share, reader and file, so that it cannot grow without limit. */
import type { Migration } from '../migrate.ts';

/** Creates `share_reads`. */
export const sharesMigration: Migration = {
  id: '0019-shares',
  up: async (db) => {
    await db.schema
      .createTable('share_reads')
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('reader', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('reads', 'bigint', (column) => column.notNull())
      .addColumn('last_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('share_reads_key', ['request', 'reader', 'sha256'])
      .execute();
    // Lists of what is shared with a project begin at the few requests that are granted.
    await db.schema
      .createIndex('requests_kind_state')
      .on('requests')
      .columns(['kind', 'state', 'asked_ms'])
      .execute();
  },
};
