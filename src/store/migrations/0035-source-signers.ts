/** Who stands behind a source, once in the whole gate; who signed an import, and why one was closed. */
import type { Migration } from '../migrate.ts';

/** Adds `sources.signer`, `imports.signer` and `imports.reason`. */
export const sourceSignersMigration: Migration = {
  id: '0035-source-signers',
  up: async (db) => {
    // Null only in rows from before, until the gate that is started next fills them in.
    await db.schema.alterTable('sources').addColumn('signer', 'text').execute();
    await db.schema
      .createIndex('sources_signer')
      .on('sources')
      .columns(['signer'])
      .unique()
      .execute();
    await db.schema
      .createIndex('sources_fingerprint')
      .on('sources')
      .columns(['fingerprint'])
      .execute();
    await db.schema.alterTable('imports').addColumn('signer', 'text').execute();
    await db.schema.alterTable('imports').addColumn('reason', 'text').execute();
    await db.schema.createIndex('imports_signer').on('imports').columns(['signer']).execute();
  },
};
