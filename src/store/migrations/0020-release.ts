/** Tables of the release queue: what waits for the wire, every attempt to send it, and what the outer door has. */
import type { Migration } from '../migrate.ts';

/** Creates `release_queue`, `release_files`, `release_attempts` and `release_wire`. */
export const releaseMigration: Migration = {
  id: '0020-release',
  up: async (db) => {
    await db.schema
      .createTable('release_queue')
      .addColumn('sequence', 'bigint', (column) => column.primaryKey())
      .addColumn('request_id', 'text', (column) => column.notNull().unique())
      .addColumn('entry_id', 'text', (column) => column.notNull())
      .addColumn('destination', 'bigint', (column) => column.notNull())
      .addColumn('history_prefix', 'bigint', (column) => column.notNull())
      .addColumn('body_sha256', 'text', (column) => column.notNull())
      .addColumn('body_bytes', 'bigint', (column) => column.notNull())
      .addColumn('emitted_bytes', 'bigint', (column) => column.notNull())
      .addColumn('buckets', 'text', (column) => column.notNull())
      .addColumn('debited_bits', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('slot', 'bigint')
      .addColumn('charge_bits', 'bigint')
      .addColumn('frame_sha256', 'text')
      .addColumn('queued_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('release_queue_destination')
      .on('release_queue')
      .columns(['destination', 'sequence'])
      .execute();
    await db.schema
      .createTable('release_files')
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('form', 'text')
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_files_key', ['sequence', 'position'])
      .execute();
    await db.schema
      .createTable('release_attempts')
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('head', 'text', (column) => column.notNull())
      .addColumn('previous_head', 'text', (column) => column.notNull())
      .addColumn('slot', 'bigint', (column) => column.notNull())
      .addColumn('charge_bits', 'bigint', (column) => column.notNull())
      .addColumn('frame_sha256', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('release_attempts_key', ['sequence', 'head'])
      .execute();
    await db.schema
      .createTable('release_wire')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('plan', 'text', (column) => column.notNull())
      .addColumn('next_sequence', 'bigint', (column) => column.notNull())
      .addColumn('last_slot', 'bigint', (column) => column.notNull())
      .addColumn('head', 'text', (column) => column.notNull())
      .execute();
  },
};
