/** The job that a request belongs to, so that what one job asks for is found and decided together. */
import type { Migration } from '../migrate.ts';

/** Adds `requests.job`, and the index by which somebody finds their own requests in order. */
export const requestJobMigration: Migration = {
  id: '0017-request-job',
  up: async (db) => {
    await db.schema.alterTable('requests').addColumn('job', 'text').execute();
    await db.schema
      .createIndex('requests_requester_asked')
      .on('requests')
      .columns(['requester', 'asked_ms'])
      .execute();
  },
};
