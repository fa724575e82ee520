/** Small bodies and files of releases, until they are durable as files. */
import type { Migration } from '../migrate.ts';

/** Creates `release_staged`. */
export const releaseStagedMigration: Migration = {
  id: '0039-release-staged',
  up: async (db, types) => {
    await db.schema
      .createTable('release_staged')
      .addColumn('sha256', 'text', (column) => column.primaryKey())
      .addColumn('bytes', types.blob, (column) => column.notNull())
      .execute();
  },
};
