/** Tables of the way in: sources, imports, their files and the safe forms of these. */
import type { Migration } from '../migrate.ts';

/** Creates `sources`, `imports`, `import_files` and `import_forms`. */
export const importsMigration: Migration = {
  id: '0030-imports',
  up: async (db) => {
    await db.schema
      .createTable('sources')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('identity', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('form', 'text', (column) => column.notNull())
      .addColumn('added_by', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .addColumn('recalled_ms', 'bigint')
      .addUniqueConstraint('sources_name', ['project', 'name'])
      .execute();
    await db.schema
      .createTable('imports')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('requester', 'text', (column) => column.notNull())
      .addColumn('sponsor', 'text')
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('why', 'text', (column) => column.notNull())
      .addColumn('skip_refused', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('request', 'text')
      .addColumn('proof', 'text')
      .addColumn('manifest_sha256', 'text')
      .addColumn('statement_sha256', 'text')
      .addColumn('opened_ms', 'bigint', (column) => column.notNull())
      .addColumn('admitted_ms', 'bigint')
      .addColumn('recalled_ms', 'bigint')
      .addUniqueConstraint('imports_key', ['requester', 'idempotency_key'])
      .execute();
    await db.schema
      .createIndex('imports_project')
      .on('imports')
      .columns(['project', 'opened_ms'])
      .execute();
    await db.schema.createIndex('imports_source').on('imports').columns(['source']).execute();
    await db.schema
      .createIndex('imports_statement')
      .on('imports')
      .columns(['statement_sha256'])
      .execute();
    await db.schema
      .createTable('import_files')
      .addColumn('import', 'text', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('received', 'bigint', (column) => column.notNull())
      .addColumn('type', 'text')
      .addColumn('verdict', 'text')
      .addColumn('findings', 'text')
      .addColumn('rules', 'bigint')
      .addPrimaryKeyConstraint('import_files_key', ['import', 'position'])
      .addUniqueConstraint('import_files_name', ['import', 'name'])
      .execute();
    await db.schema
      .createIndex('import_files_verdict')
      .on('import_files')
      .columns(['import', 'verdict'])
      .execute();
    await db.schema
      .createIndex('import_files_sha256')
      .on('import_files')
      .columns(['sha256'])
      .execute();
    await db.schema
      .createTable('import_forms')
      .addColumn('import', 'text', (column) => column.notNull())
      .addColumn('file', 'bigint', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('import_forms_key', ['import', 'file', 'position'])
      .execute();
    await db.schema
      .createIndex('import_forms_sha256')
      .on('import_forms')
      .columns(['sha256'])
      .execute();
  },
};
