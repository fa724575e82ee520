/** The table of requests. */
import type { Migration } from '../migrate.ts';

/** Creates `requests`. */
export const requestsMigration: Migration = {
  id: '0013-requests',
  up: async (db) => {
    await db.schema
      .createTable('requests')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('requester', 'text', (column) => column.notNull())
      .addColumn('idempotency_key', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('destination', 'text', (column) => column.notNull())
      .addColumn('why', 'text', (column) => column.notNull())
      .addColumn('input', 'text', (column) => column.notNull())
      .addColumn('facts', 'text')
      .addColumn('verdict', 'text')
      .addColumn('reason', 'text')
      .addColumn('charge_bits', 'bigint')
      .addColumn('decided_by', 'text')
      .addColumn('entry', 'text')
      .addColumn('asked_ms', 'bigint', (column) => column.notNull())
      .addColumn('changed_ms', 'bigint', (column) => column.notNull())
      .addColumn('deadline_ms', 'bigint')
      .addUniqueConstraint('requests_key', ['requester', 'idempotency_key'])
      .execute();
    await db.schema
      .createIndex('requests_state')
      .on('requests')
      .columns(['state', 'deadline_ms'])
      .execute();
    await db.schema.createIndex('requests_asked').on('requests').columns(['asked_ms']).execute();
  },
};
