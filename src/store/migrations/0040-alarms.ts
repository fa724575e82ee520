/** The newest alarms, so that a restart does not silence them. */
import type { Migration } from '../migrate.ts';

/** Creates `alarms`. */
export const alarmsMigration: Migration = {
  id: '0040-alarms',
  up: async (db) => {
    await db.schema
      .createTable('alarms')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('sentence', 'text', (column) => column.notNull())
      .addColumn('project', 'text')
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .execute();
  },
};
