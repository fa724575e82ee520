/** Who agreed to a token: the person who answers for its bearer. */
import type { Migration } from '../migrate.ts';

/** Adds `confirmed_by`; tokens of before have nobody's word, and wait for it. */
export const tokenSponsorsMigration: Migration = {
  id: '0041-token-sponsors',
  up: async (db) => {
    await db.schema.alterTable('tokens').addColumn('confirmed_by', 'text').execute();
  },
};
