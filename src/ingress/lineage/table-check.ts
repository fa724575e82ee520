/**
 * Holds lineage and recalls to the ledger: nobody ends a quarantine by writing, changing or removing a row. Which sets a
 * recall ended and which edges a run has are in the ledger by digest; all the rest of a quarantine follows from them.
 */
import type { Kysely } from 'kysely';
import { textOf } from '../../ledger/index.ts';
import type { ShownEntry, TableCheck } from '../../ledger/index.ts';
import type { FileTables } from '../imports/index.ts';
import type { SourceTables } from '../sources/index.ts';
import { pageEvaluations } from './evaluations.ts';
import type { Recall } from './lineage.ts';
import type { Edge } from './lineage-store.ts';
import { edgesDigest } from './lineages.ts';
import type { RecallTables } from './recall-store.ts';
import { listRecalls } from './recall-store.ts';
import { setsDigest } from './recalls.ts';

interface CheckedTables extends RecallTables, FileTables, SourceTables {
  imports: { id: string; state: string; source: string };
}

interface SaidRun {
  readonly sha256: string;
  readonly edgesSha256: string;
}

type Db = Kysely<CheckedTables>;

const PAGE = 1_000;
/** Of one kind of problem; more of them say nothing more. */
const PROBLEMS_MAX = 100;

function recallSays(recall: Omit<Recall, 'id' | 'atMs' | 'reached'>): string {
  const { target, project, by, reason } = recall;
  return JSON.stringify([target.kind, target.id, project, by, reason]);
}

class LineageCheck implements TableCheck {
  readonly #recalls = new Map<string, { setsSha256: string; says: string }>();
  readonly #runs = new Map<string, SaidRun>();
  readonly #admitted = new Set<string>();
  /** Monitor and digest of each measurement, as one text. */
  readonly #evaluations = new Map<string, string>();

  see({ entry }: ShownEntry): void {
    const say = (member: string): string => textOf(entry, member);
    if (entry.kind === 'recall.made') {
      const target = { kind: say('targetKind') as Recall['target']['kind'], id: say('target') };
      const said = { target, project: say('project'), by: say('by'), reason: say('reason') };
      this.#recalls.set(say('recall'), { setsSha256: say('setsSha256'), says: recallSays(said) });
    }
    if (entry.kind === 'lineage.evaluated')
      this.#evaluations.set(say('evaluation'), `${say('monitor')} ${say('evaluationSha256')}`);
    if (entry.kind === 'import.admitted') this.#admitted.add(`set:${say('import')}`);
    if (entry.kind === 'lineage.run-recorded')
      this.#runs.set(say('run'), { sha256: say('runSha256'), edgesSha256: say('edgesSha256') });
  }

  async compare(database: Kysely<unknown>): Promise<readonly string[]> {
    const db = database as Db;
    return [
      ...(await this.#compareSets(db)),
      ...(await this.#compareRecalls(db)),
      ...(await this.#compareRuns(db)),
      ...(await this.#compareEvaluations(db)),
      ...(await compareReach(db)),
    ];
  }

  async #compareEvaluations(db: Db): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#evaluations.keys());
    for (let after = ''; ;) {
      const page = await pageEvaluations(db as Kysely<unknown>, after, PAGE);
      for (const { id, monitor, sha256 } of page) {
        missing.delete(id);
        if (this.#evaluations.get(id) !== `${monitor} ${sha256}`)
          problems.push(`the measurement ${id} of ${monitor} is not the one in the ledger`);
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const id of missing)
      problems.push(`the measurement ${id} is in the ledger and not in the database`);
    return problems;
  }

  async #compareSets(db: Db): Promise<readonly string[]> {
    const problems: string[] = [];
    const sets = await db
      .selectFrom('lineage_nodes')
      .select(['id', 'recall'])
      .where('kind', '=', 'set')
      .execute();
    const rows = await db
      .selectFrom('imports')
      .select(['id', 'state'])
      .where('state', 'in', ['admitted', 'recalled'])
      .execute();
    const states = new Map(rows.map(({ id, state }) => [`set:${id}`, state]));
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
    for (const [recall, { setsSha256 }] of this.#recalls)
      if (setsDigest(byRecall.get(recall) ?? []) !== setsSha256)
        problems.push(`the recall ${recall} quarantines other sets than in the ledger`);
    return problems;
  }

  async #compareRecalls(db: Db): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#recalls.keys());
    for (let offset = 0; ; offset += PAGE) {
      const page = await listRecalls(db as Kysely<unknown>, null, { offset, limit: PAGE });
      for (const recall of page) {
        missing.delete(recall.id);
        const said = this.#recalls.get(recall.id);
        if (said?.says !== recallSays(recall))
          problems.push(`the recall ${recall.id} is not the one in the ledger`);
      }
      if (page.length < PAGE) break;
    }
    for (const id of missing)
      problems.push(`the recall ${id} is in the ledger and not in the database`);
    const held = await db
      .selectFrom('lineage_nodes')
      .select('recall')
      .distinct()
      .where('recall', 'is not', null)
      .execute();
    for (const { recall } of held)
      if (recall !== null && !this.#recalls.has(recall))
        problems.push(`something is quarantined by ${recall}, which is not in the ledger`);
    return problems;
  }

  async #compareRuns(db: Db): Promise<readonly string[]> {
    const problems: string[] = [];
    const missing = new Set(this.#runs.keys());
    for (let after = ''; ;) {
      const rows = await db
        .selectFrom('lineage_nodes')
        .select(['id', 'sha256'])
        .where('kind', '=', 'run')
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAGE)
        .execute();
      const edges = await edgesOf(
        db,
        rows.map((row) => row.id),
      );
      for (const { id, sha256: digest } of rows) {
        missing.delete(id);
        const said = this.#runs.get(id);
        if (said?.sha256 !== digest) problems.push(`${id} is not the run that the ledger has`);
        else if (edgesDigest(edges.get(id) ?? []) !== said.edgesSha256)
          problems.push(`${id} used or made other things than in the ledger`);
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const id of missing) problems.push(`${id} is in the ledger and not in the lineage`);
    return problems;
  }
}

/** The edges to and from each of these runs. */
async function edgesOf(
  db: Db,
  runs: readonly string[],
): Promise<ReadonlyMap<string, readonly Edge[]>> {
  if (runs.length === 0) return new Map();
  const rows = await db
    .selectFrom('lineage_edges')
    .selectAll()
    .where((eb) => eb.or([eb('parent', 'in', runs), eb('child', 'in', runs)]))
    .execute();
  const wanted = new Set(runs);
  return Map.groupBy(rows, ({ parent, child }) => (wanted.has(parent) ? parent : child));
}

/** Everything that came of what is quarantined, or has its bytes, is quarantined too; and every edge has its two ends. */
async function compareReach(db: Db): Promise<readonly string[]> {
  const freed = await db
    .selectFrom('lineage_edges')
    .innerJoin('lineage_nodes as above', 'above.id', 'lineage_edges.parent')
    .innerJoin('lineage_nodes as below', 'below.id', 'lineage_edges.child')
    .select(['above.id as parent', 'below.id as child'])
    .where('above.recall', 'is not', null)
    .where('below.recall', 'is', null)
    .limit(PROBLEMS_MAX)
    .execute();
  const loose = await db
    .selectFrom('lineage_edges')
    .leftJoin('lineage_nodes as above', 'above.id', 'lineage_edges.parent')
    .leftJoin('lineage_nodes as below', 'below.id', 'lineage_edges.child')
    .select(['lineage_edges.parent', 'lineage_edges.child'])
    .where((eb) => eb.or([eb('above.id', 'is', null), eb('below.id', 'is', null)]))
    .limit(PROBLEMS_MAX)
    .execute();
  const good = await db
    .selectFrom('imports')
    .innerJoin('sources', 'sources.id', 'imports.source')
    .select(['imports.id', 'sources.id as source'])
    .where('imports.state', '=', 'admitted')
    .where('sources.recalled_ms', 'is not', null)
    .limit(PROBLEMS_MAX)
    .execute();
  return [
    ...freed.map(({ parent, child }) => `${child} comes of ${parent}, which is quarantined`),
    ...loose.map(({ parent, child }) => `${parent} or ${child} is missing in the lineage`),
    ...good.map(
      ({ id, source }) => `the import ${id} is admitted from ${source}, a recalled source`,
    ),
    ...(await compareBytes(db)),
  ];
}

async function compareBytes(db: Db): Promise<readonly string[]> {
  const same = await db
    .selectFrom('lineage_nodes as bad')
    .innerJoin('lineage_nodes as same', 'same.sha256', 'bad.sha256')
    .select(['bad.id as bad', 'same.id'])
    .where('bad.kind', 'in', ['model', 'monitor'])
    .where('same.kind', 'in', ['model', 'monitor'])
    .where('bad.recall', 'is not', null)
    .where('same.recall', 'is', null)
    .limit(PROBLEMS_MAX)
    .execute();
  const bad = db
    .selectFrom('lineage_nodes')
    .where('lineage_nodes.kind', 'in', ['model', 'monitor'])
    .where('lineage_nodes.recall', 'is', null);
  const came = [
    ...(await bad
      .innerJoin('import_files', 'import_files.sha256', 'lineage_nodes.sha256')
      .innerJoin('imports', 'imports.id', 'import_files.import')
      .select(['lineage_nodes.id', 'imports.id as import'])
      .where('imports.state', '=', 'recalled')
      .limit(PROBLEMS_MAX)
      .execute()),
    ...(await bad
      .innerJoin('import_forms', 'import_forms.sha256', 'lineage_nodes.sha256')
      .innerJoin('imports', 'imports.id', 'import_forms.import')
      .select(['lineage_nodes.id', 'imports.id as import'])
      .where('imports.state', '=', 'recalled')
      .limit(PROBLEMS_MAX)
      .execute()),
  ];
  return [
    ...same.map(({ bad: other, id }) => `${id} has the bytes of ${other}, which is quarantined`),
    ...came.map((row) => `${row.id} came in with ${row.import}, which was recalled`),
  ];
}

/** The check of lineage and recalls. */
export function checkLineageTables(): TableCheck {
  return new LineageCheck();
}
