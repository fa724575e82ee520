/** Small bodies that the sender let pass, kept in the same transaction as what it noted about them. */
import type { Migration } from '../migrate.ts';

/** Creates `sender_bodies`. */
export const senderBodiesMigration: Migration = {
  id: '0202-sender-bodies',
  up: async (db, types) => {
    await db.schema
      .createTable('sender_bodies')
      .addColumn('sha256', 'text', (column) => column.primaryKey())
      .addColumn('bytes', types.blob, (column) => column.notNull())
      .execute();
  },
};
