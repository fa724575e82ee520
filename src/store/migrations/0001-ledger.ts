/** Tables of the ledger: heads under a fencing token, entries with their salts, and cosignatures of witnesses. */
import type { Migration } from '../migrate.ts';

/** Creates `ledger_heads`, `ledger_entries` and `ledger_cosignatures`. */
export const ledgerMigration: Migration = {
  id: '0001-ledger',
  up: async (db, types) => {
    await db.schema
      .createTable('ledger_heads')
      .addColumn('log_id', 'text', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('root', types.blob, (column) => column.notNull())
      .addColumn('checkpoint', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('ledger_entries')
      .addColumn('log_id', 'text', (column) => column.notNull())
      .addColumn('idx', 'bigint', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('entry', 'text', (column) => column.notNull())
      .addColumn('salt', types.blob, (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_entries_key', ['log_id', 'idx'])
      .addUniqueConstraint('ledger_entries_id', ['log_id', 'id'])
      .execute();
    await db.schema
      .createTable('ledger_cosignatures')
      .addColumn('log_id', 'text', (column) => column.notNull())
      .addColumn('witness', 'text', (column) => column.notNull())
      .addColumn('size', 'bigint', (column) => column.notNull())
      .addColumn('line', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_cosignatures_key', ['log_id', 'witness'])
      .execute();
  },
};
