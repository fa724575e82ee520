/** Tables of lineage: what came from what, and what was recalled. */
import type { Migration } from '../migrate.ts';

/** Creates `lineage_nodes`, `lineage_edges` and `recalls`. */
export const lineageMigration: Migration = {
  id: '0031-lineage',
  up: async (db) => {
    await db.schema
      .createTable('lineage_nodes')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text')
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      // The first recall that reached it; null while nothing did.
      .addColumn('recall', 'text')
      .execute();
    await db.schema
      .createIndex('lineage_nodes_project')
      .on('lineage_nodes')
      .columns(['project', 'added_ms'])
      .execute();
    await db.schema
      .createIndex('lineage_nodes_sha256')
      .on('lineage_nodes')
      .columns(['sha256'])
      .execute();
    await db.schema
      .createIndex('lineage_nodes_recall')
      .on('lineage_nodes')
      .columns(['recall', 'kind', 'id'])
      .execute();
    await db.schema
      .createTable('lineage_edges')
      .addColumn('parent', 'text', (column) => column.notNull())
      .addColumn('child', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('lineage_edges_key', ['parent', 'child'])
      .execute();
    await db.schema
      .createIndex('lineage_edges_child')
      .on('lineage_edges')
      .columns(['child'])
      .execute();
    await db.schema
      .createTable('recalls')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('target_kind', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'bigint', (column) => column.notNull())
      .addColumn('reached', 'bigint', (column) => column.notNull())
      // When whoever watches was told; null until then, so that no crash keeps an alarm back.
      .addColumn('alarmed_ms', 'bigint')
      .execute();
    await db.schema.createIndex('recalls_target').on('recalls').columns(['target']).execute();
  },
};
