/** A leaner index of what is quarantined: a recall writes one entry of it for every node that it reaches. */
import type { Migration } from '../migrate.ts';

/** Replaces the index `lineage_nodes_recall`. */
export const recallIndexMigration: Migration = {
  id: '0036-recall-index',
  up: async (db) => {
    await db.schema.dropIndex('lineage_nodes_recall').execute();
    // Without the id its entries are few and alike, which both databases keep together; what is good has none.
    await db.schema
      .createIndex('lineage_nodes_recall')
      .on('lineage_nodes')
      .columns(['recall', 'kind'])
      .where('recall', 'is not', null)
      .execute();
  },
};
