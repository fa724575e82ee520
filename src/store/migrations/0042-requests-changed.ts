/** An index from which the measures of waiting find what happened in a period. */
import type { Migration } from '../migrate.ts';

/** Adds it. */
export const requestsChangedMigration: Migration = {
  id: '0042-requests-changed',
  up: async (db) => {
    await db.schema
      .createIndex('requests_changed')
      .on('requests')
      .columns(['changed_ms'])
      .execute();
  },
};
