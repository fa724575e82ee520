/** Holds lineage and recalls to the ledger: nobody ends a quarantine by writing a row. */
import type { Kysely } from 'kysely';
import { sha256 } from '../../core/index.ts';
import { textOf } from '../../ledger/index.ts';
import type { ShownEntry, TableCheck } from '../../ledger/index.ts';
import type { LineageTables } from './lineage-store.ts';
import { listRecalls } from './lineage-store.ts';

interface CheckedTables extends LineageTables {
  imports: { id: string; state: string };
}

class LineageCheck implements TableCheck {
  readonly #recalls = new Map<string, string>();
  readonly #runs = new Map<string, { sha256: string; recall: string | null }>();
  readonly #admitted = new Set<string>();

  see({ entry }: ShownEntry): void {
    const say = (member: string): string => textOf(entry, member);
    if (entry.kind === 'recall.made') this.#recalls.set(say('recall'), say('setsSha256'));
    if (entry.kind === 'import.admitted') this.#admitted.add(`set:${say('import')}`);
    if (entry.kind === 'lineage.run-recorded') {
      const recall = say('recall');
      this.#runs.set(say('run'), {
        sha256: say('runSha256'),
        recall: recall === '' ? null : recall,
      });
    }
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Kysely<CheckedTables>;
    const problems: string[] = [];
    const sets = await db
      .selectFrom('lineage_nodes')
      .select(['id', 'recall'])
      .where('kind', '=', 'set')
      .execute();
    const states = new Map<string, string>();
    const rows = await db
      .selectFrom('imports')
      .select(['id', 'state'])
      .where('state', 'in', ['admitted', 'recalled'])
      .execute();
    for (const { id, state } of rows) states.set(`set:${id}`, state);
    const missing = new Set(this.#admitted);
    const byRecall = new Map<string, string[]>();
    for (const { id, recall } of sets) {
      const state = states.get(id);
      missing.delete(id);
      if (!this.#admitted.has(id)) problems.push(`${id} is in the lineage and was never admitted`);
      if ((recall === null) !== (state === 'admitted'))
        problems.push(`the import of ${id} is ${String(state)}, which its recalls do not say`);
      if (recall !== null) byRecall.set(recall, [...(byRecall.get(recall) ?? []), id]);
    }
    for (const id of missing) problems.push(`${id} was admitted and is not in the lineage`);
    for (const [recall, digest] of this.#recalls) {
      const held = (byRecall.get(recall) ?? []).sort().join('\n');
      if (sha256(held) !== digest)
        problems.push(`the recall ${recall} quarantines other sets than in the ledger`);
    }
    for (const { id } of await listRecalls(database, null))
      if (!this.#recalls.has(id)) problems.push(`the recall ${id} is not in the ledger`);
    problems.push(...(await this.#compareRuns(db)));
    return problems;
  }

  /** Every run is there as it was recorded, and is good only when nothing that it used is quarantined. */
  async #compareRuns(db: Kysely<CheckedTables>): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#runs.keys());
    const rows = await db
      .selectFrom('lineage_nodes')
      .select(['id', 'sha256'])
      .where('kind', '=', 'run')
      .execute();
    for (const { id, sha256: digest } of rows) {
      missing.delete(id);
      if (this.#runs.get(id)?.sha256 !== digest)
        problems.push(`${id} is not the run that the ledger has`);
    }
    for (const id of missing) problems.push(`${id} is in the ledger and not in the lineage`);
    const freed = await db
      .selectFrom('lineage_edges')
      .innerJoin('lineage_nodes as above', 'above.id', 'lineage_edges.parent')
      .innerJoin('lineage_nodes as below', 'below.id', 'lineage_edges.child')
      .select(['above.id as parent', 'below.id as child'])
      .where('above.recall', 'is not', null)
      .where('below.recall', 'is', null)
      .limit(100)
      .execute();
    for (const { parent, child } of freed)
      problems.push(`${child} comes of ${parent}, which is quarantined, and is not`);
    return problems;
  }
}

/** The check of lineage and recalls. */
export function checkLineageTables(): TableCheck {
  return new LineageCheck();
}
