/** The table of the job queue. */
import type { Migration } from '../migrate.ts';

/** Creates `jobs`. */
export const jobsMigration: Migration = {
  id: '0015-jobs',
  up: async (db) => {
    await db.schema
      .createTable('jobs')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('queue', 'text', (column) => column.notNull())
      .addColumn('batch', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('weight', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('worker', 'text')
      .addColumn('fence', 'bigint', (column) => column.notNull())
      .addColumn('due_ms', 'bigint', (column) => column.notNull())
      .addColumn('done_weight', 'bigint', (column) => column.notNull())
      .addColumn('result', 'text')
      .addColumn('reason', 'text')
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .addColumn('started_ms', 'bigint')
      .addColumn('ended_ms', 'bigint')
      .addUniqueConstraint('jobs_key', ['queue', 'key'])
      .execute();
    // `due_ms` is when somebody may take it: of a running job, when its lease runs out.
    await db.schema
      .createIndex('jobs_due')
      .on('jobs')
      .columns(['queue', 'state', 'due_ms'])
      .execute();
    await db.schema.createIndex('jobs_batch').on('jobs').columns(['batch', 'state']).execute();
  },
};
