/** Settings of a gate that was founded before people signed them: as they were when it was brought up to date. */
import type { Migration } from '../migrate.ts';

/** Creates `settings_base`, which holds one row or none. */
export const settingsMigration: Migration = {
  id: '0037-settings',
  up: async (db) => {
    await db.schema
      .createTable('settings_base')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .execute();
  },
};
