/** What approvals add to requests, and the tables of rosters, votes, sessions, locks and windows. */
import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

const TEXTS = ['sponsor', 'tier', 'subject', 'models', 'title', 'escalated_to', 'released_as'];
const NUMBERS = ['escalates_ms', 'first_view_ms', 'quorum_ms', 'grant_ends_ms', 'risk', 'retry_ms'];

/** Adds the columns and tables of the approvals. */
export const approvalsMigration: Migration = {
  id: '0014-approvals',
  up: async (db) => {
    for (const column of TEXTS)
      await db.schema.alterTable('requests').addColumn(column, 'text').execute();
    for (const column of NUMBERS)
      await db.schema.alterTable('requests').addColumn(column, 'bigint').execute();
    for (const [column, value] of [
      ['edition', 1],
      ['escalations', 0],
    ] as const) {
      await db.schema
        .alterTable('requests')
        .addColumn(column, 'bigint', (each) => each.notNull().defaultTo(sql.lit(value)))
        .execute();
    }
    await db.schema
      .createIndex('requests_state_asked')
      .on('requests')
      .columns(['state', 'asked_ms'])
      .execute();
    await db.schema
      .createIndex('requests_project_asked')
      .on('requests')
      .columns(['project', 'asked_ms'])
      .execute();
    await db.schema
      .createTable('request_votes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('edition', 'bigint', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('key', 'text')
      .addColumn('vote', 'text', (column) => column.notNull())
      .addColumn('subject', 'text')
      .addColumn('signature', 'text')
      .addColumn('reason', 'text')
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('request_votes_once', ['request', 'edition', 'person'])
      .execute();
    await db.schema
      .createIndex('request_votes_person')
      .on('request_votes')
      .columns(['person', 'at_ms'])
      .execute();
    await db.schema
      .createTable('request_events')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('sentence', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('request_events_request')
      .on('request_events')
      .columns(['request', 'at_ms'])
      .execute();
    await db.schema
      .createTable('request_views')
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('request_views_key', ['request', 'person'])
      .execute();
    await db.schema
      .createTable('rosters')
      .addColumn('version', 'bigint', (column) => column.primaryKey())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('subject', 'text')
      .addColumn('signatures', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('sessions')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .addColumn('ends_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('locks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('target_kind', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('lifted_ms', 'bigint')
      .addColumn('lifted_by', 'text')
      .execute();
    await db.schema
      .createTable('window_uses')
      .addColumn('window', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('bits', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('window_uses_key', ['window', 'request'])
      .execute();
  },
};
