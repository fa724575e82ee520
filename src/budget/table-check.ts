/**
 * Holds budgets to the ledger: each is the one that was declared, and what was spent of it is what the releases were
 * charged. A bucket that somebody filled up again, or widened, shows.
 */
import type { Kysely } from 'kysely';
import { entriesIn, textOf } from '../ledger/index.ts';
import type { Entry, ShownEntry, TableCheck } from '../ledger/index.ts';
import { sayBucket } from './ref.ts';
import type { BucketRef } from './ref.ts';
import type { BudgetTables } from './store.ts';

interface QueueRows {
  release_queue: { request_id: string; buckets: string; debited_bits: bigint };
}

/** A budget as the ledger has it. */
interface SaidBudget {
  readonly rate: string;
  readonly burst: string;
  readonly lifetime: string | null;
  /** Index of the first entry about it: earlier releases were not charged to it. */
  readonly fromIndex: number;
  /** Whether it was widened or narrowed for a while since. */
  readonly lent: boolean;
}

class BudgetCheck implements TableCheck {
  readonly #budgets = new Map<string, SaidBudget>();
  readonly #models = new Map<string, number>();
  readonly #released = new Map<string, number>();

  see({ entry, index }: ShownEntry): void {
    const say = (member: string): string => textOf(entry, member);
    if (entry.kind === 'budget.declared') this.#declare(entry, index);
    // What people signed about budgets is in the entry of the new roster.
    if (entry.kind === 'roster.changed')
      for (const each of entriesIn(entry, 'budgets')) this.#declare(each, index);
    if (entry.kind === 'model.declared') this.#models.set(say('model'), index);
    if (entry.kind === 'export.released') this.#released.set(say('request'), index);
    if (entry.kind === 'access.granted' && entry['target'] === 'budget') {
      const said = this.#budgets.get(say('what'));
      if (said !== undefined) this.#budgets.set(say('what'), { ...said, lent: true });
    }
  }

  #declare(entry: Entry, index: number): void {
    const say = (member: string): string => textOf(entry, member);
    const before = this.#budgets.get(say('bucket'));
    const lifetime = entry['declaredLifetime'];
    this.#budgets.set(say('bucket'), {
      rate: say('declaredRate'),
      burst: say('declaredBurst'),
      lifetime: typeof lifetime === 'string' ? lifetime : null,
      fromIndex: before?.fromIndex ?? index,
      lent: before?.lent ?? false,
    });
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<BudgetTables & QueueRows>;
    const problems: string[] = [];
    const missing = new Set(this.#budgets.keys());
    const spent = await this.#spentByBucket(db);
    for (const row of await db.selectFrom('budget_buckets').selectAll().execute()) {
      const name = sayBucket({ scope: row.scope, id: row.id } as BucketRef);
      missing.delete(name);
      const said = this.#budgets.get(name);
      // A model brings its budget with it, without a declaration of its own.
      if (said === undefined && !this.#models.has(row.id))
        problems.push(`the budget ${name} is in the database and not in the ledger`);
      if (said !== undefined) {
        const widened = !said.lent && row.declared_burst !== said.burst;
        if (row.declared_rate !== said.rate || row.declared_lifetime !== said.lifetime || widened)
          problems.push(`the budget ${name} is not as it was declared`);
      }
      const due = spent.get(name) ?? 0n;
      if (row.spent_bits !== due)
        problems.push(
          `${String(row.spent_bits)} bits of the budget ${name} are spent, by its releases ${String(due)}`,
        );
      if (row.tokens_bits > row.burst_bits)
        problems.push(`the budget ${name} holds more than its burst`);
    }
    for (const name of missing)
      problems.push(`the budget ${name} is in the ledger and not in the database`);
    return problems;
  }

  async #spentByBucket(db: Kysely<QueueRows>): Promise<ReadonlyMap<string, bigint>> {
    const spent = new Map<string, bigint>();
    for (const row of await db
      .selectFrom('release_queue')
      .select(['request_id', 'buckets', 'debited_bits'])
      .execute()) {
      const at = this.#released.get(row.request_id) ?? Number.MAX_SAFE_INTEGER;
      for (const ref of (JSON.parse(row.buckets) as { path: BucketRef[] }).path) {
        const name = sayBucket(ref);
        const from =
          this.#budgets.get(name)?.fromIndex ??
          (ref.scope === 'model' ? this.#models.get(ref.id) : undefined);
        if (from !== undefined && from < at)
          spent.set(name, (spent.get(name) ?? 0n) + row.debited_bits);
      }
    }
    return spent;
  }
}

/** The check of this room's tables. */
export function checkBudgetTables(): TableCheck {
  return new BudgetCheck();
}
