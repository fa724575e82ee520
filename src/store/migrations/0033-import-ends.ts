/** When something of an import last arrived, and when the files of a closed one were removed. */
import type { Migration } from '../migrate.ts';

/** Adds `imports.touched_ms` and `imports.cleaned_ms`. */
export const importEndsMigration: Migration = {
  id: '0033-import-ends',
  up: async (db) => {
    await db.schema.alterTable('imports').addColumn('touched_ms', 'bigint').execute();
    await db.schema.alterTable('imports').addColumn('cleaned_ms', 'bigint').execute();
    await db.schema
      .createIndex('imports_state')
      .on('imports')
      .columns(['state', 'cleaned_ms'])
      .execute();
  },
};
