/** Indexes from which a page of the queue is read without looking at the requests that are not on it. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** What a queue filters by; in the index, so that skipping a row costs no look at the table. */
const FILTERS = ['project', 'requester', 'state', 'kind', 'job'] as const;

/** Sets every risk, and replaces the indexes of lists. */
export const requestQueueMigration: Migration = {
  id: '0018-request-queue',
  up: async (db) => {
    // The databases do not agree on where nothing stands among numbers.
    await sql`update requests set risk = 0 where risk is null`.execute(db);
    // An index by project or time alone would be taken for "these projects, or one's own", and then every row is sorted.
    for (const index of ['requests_asked', 'requests_state_asked', 'requests_project_asked'])
      await db.schema.dropIndex(index).execute();
    await db.schema
      .createIndex('requests_queue')
      .on('requests')
      .columns(['risk desc', 'asked_ms', 'id', ...FILTERS])
      .execute();
    await db.schema
      .createIndex('requests_lines')
      .on('requests')
      .columns(['asked_ms', 'id', ...FILTERS])
      .execute();
    await db.schema
      .createIndex('requests_state_project')
      .on('requests')
      .columns(['state', 'project', 'requester'])
      .execute();
    await db.schema
      .createIndex('requests_requester_state')
      .on('requests')
      .columns(['requester', 'state', 'kind'])
      .execute();
  },
};
