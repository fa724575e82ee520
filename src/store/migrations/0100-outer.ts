/** Tables of the outer process, which has a database of its own: destinations, recipients, frames and files. */
import type { Migration } from '../migrate.ts';

/** Creates `outer_destinations`, `outer_recipients`, `outer_frames`, `outer_files` and `outer_state`. */
export const outerMigration: Migration = {
  id: '0100-outer',
  up: async (db) => {
    await db.schema
      .createTable('outer_destinations')
      .addColumn('number', 'bigint', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('added_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('outer_recipients')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('destination', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('token_sha256', 'text', (column) => column.notNull().unique())
      .addColumn('added_at', 'text', (column) => column.notNull())
      .addUniqueConstraint('outer_recipients_name', ['destination', 'name'])
      .execute();
    await db.schema
      .createTable('outer_frames')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('destination', 'bigint', (column) => column.notNull())
      .addColumn('history_prefix', 'bigint', (column) => column.notNull())
      .addColumn('slot', 'bigint', (column) => column.notNull())
      .addColumn('published_slot', 'bigint', (column) => column.notNull())
      .addColumn('charge_bits', 'bigint', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('head', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('log_index', 'bigint')
      .execute();
    await db.schema
      .createIndex('outer_frames_destination')
      .on('outer_frames')
      .columns(['destination', 'sequence'])
      .execute();
    await db.schema
      .createTable('outer_files')
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('form', 'text')
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('outer_files_key', ['sequence', 'position'])
      .execute();
    await db.schema
      .createTable('outer_state')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};
