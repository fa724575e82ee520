/** Tables of principals, tokens, projects and destinations. */
import type { Migration } from '../migrate.ts';

/** Creates `principals`, `tokens`, `projects`, `project_members`, `project_models` and `destinations`. */
export const peopleMigration: Migration = {
  id: '0012-people',
  up: async (db) => {
    await db.schema
      .createTable('principals')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('sponsor', 'text')
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('tokens')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .addColumn('revoked_ms', 'bigint')
      .execute();
    await db.schema
      .createTable('projects')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('project_members')
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('project_members_key', ['project', 'principal'])
      .execute();
    await db.schema
      .createTable('project_models')
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('project_models_key', ['project', 'model'])
      .execute();
    await db.schema
      .createTable('destinations')
      .addColumn('project', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('number', 'bigint', (column) => column.notNull().unique())
      .addColumn('added_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('destinations_key', ['project', 'name'])
      .execute();
  },
};
