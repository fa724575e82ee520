/** What the sender needs to hold budgets by itself: settings from before they were signed, and bits that people lent. */
import type { Migration } from '../migrate.ts';

/** Creates `sender_settings` and `sender_loans`, and notes what each release took from budgets. */
export const senderSettingsMigration: Migration = {
  id: '0201-sender-settings',
  up: async (db) => {
    await db.schema
      .createTable('sender_settings')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sender_loans')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('budget', 'text', (column) => column.notNull())
      .addColumn('bits', 'bigint', (column) => column.notNull())
      .addColumn('until_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .alterTable('sender_releases')
      .addColumn('budgeted', 'text', (column) => column.notNull().defaultTo('{}'))
      .execute();
  },
};
