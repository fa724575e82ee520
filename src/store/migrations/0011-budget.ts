/** Tables of budgets: buckets with their rule and level, and who used them. */
import type { Migration } from '../migrate.ts';

/** Creates `budget_buckets` and `budget_uses`. */
export const budgetMigration: Migration = {
  id: '0011-budget',
  up: async (db) => {
    await db.schema
      .createTable('budget_buckets')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('declared_rate', 'text', (column) => column.notNull())
      .addColumn('declared_burst', 'text', (column) => column.notNull())
      .addColumn('declared_lifetime', 'text')
      .addColumn('rate_bits', 'bigint', (column) => column.notNull())
      .addColumn('rate_period_ms', 'bigint', (column) => column.notNull())
      .addColumn('burst_bits', 'bigint', (column) => column.notNull())
      .addColumn('lifetime_bits', 'bigint')
      .addColumn('cut_by', 'text', (column) => column.notNull())
      .addColumn('tokens_bits', 'bigint', (column) => column.notNull())
      .addColumn('remainder', 'bigint', (column) => column.notNull())
      .addColumn('seen_ms', 'bigint', (column) => column.notNull())
      .addColumn('spent_bits', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('budget_buckets_key', ['scope', 'id'])
      .execute();
    await db.schema
      .createTable('budget_uses')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addColumn('bits', 'bigint', (column) => column.notNull())
      .addColumn('debits', 'bigint', (column) => column.notNull())
      .addColumn('last_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('budget_uses_key', ['scope', 'id', 'principal'])
      .execute();
  },
};
