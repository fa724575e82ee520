/** What a screening counted by label, so that other sets are weighed beside it. */
import type { Migration } from '../migrate.ts';

/** Adds `screenings.labels`; screenings from before have none and are not weighed. */
export const screenedLabelsMigration: Migration = {
  id: '0038-screened-labels',
  up: async (db) => {
    await db.schema.alterTable('screenings').addColumn('labels', 'text').execute();
  },
};
