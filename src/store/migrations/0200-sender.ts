/** Tables of the sender's own process: what it let pass, its meters, its copy of the roster chain. */
import type { Migration } from '../migrate.ts';

/** Creates the tables of the sender. */
export const senderMigration: Migration = {
  id: '0200-sender',
  up: async (db) => {
    await db.schema
      .createTable('sender_releases')
      .addColumn('request_id', 'text', (column) => column.primaryKey())
      .addColumn('body_sha256', 'text', (column) => column.notNull())
      .addColumn('destination', 'bigint', (column) => column.notNull())
      .addColumn('history_prefix', 'bigint', (column) => column.notNull())
      .addColumn('history_sha256', 'text', (column) => column.notNull())
      .addColumn('charge_bits_max', 'bigint', (column) => column.notNull())
      .addColumn('tier', 'text', (column) => column.notNull())
      .addColumn('meter', 'text')
      .addColumn('metered_bits', 'bigint', (column) => column.notNull())
      .addColumn('sequence', 'bigint', (column) => column.unique())
      .addColumn('emitted', 'text')
      .execute();
    await db.schema
      .createIndex('sender_releases_destination')
      .on('sender_releases')
      .columns(['destination', 'sequence'])
      .execute();
    await db.schema
      .createTable('sender_meters')
      .addColumn('name', 'text', (column) => column.primaryKey())

      .addColumn('tokens_bits', 'bigint', (column) => column.notNull())
      .addColumn('remainder', 'text', (column) => column.notNull())
      .addColumn('seen_ms', 'bigint', (column) => column.notNull())
      .addColumn('spent_bits', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sender_rosters')
      .addColumn('version', 'bigint', (column) => column.primaryKey())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('subject', 'text')
      .addColumn('signatures', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sender_windows')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('opened_ms', 'bigint', (column) => column.notNull())
      .addColumn('uses', 'bigint', (column) => column.notNull())
      .addColumn('bits', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sender_state')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('ledger_key', 'text', (column) => column.notNull())
      .addColumn('gate', 'text', (column) => column.notNull())
      .addColumn('ledger_size', 'bigint', (column) => column.notNull())
      .addColumn('ledger_root', 'text', (column) => column.notNull())
      .execute();
  },
};
