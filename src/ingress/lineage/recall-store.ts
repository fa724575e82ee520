/** The table of recalls, and what they hold in quarantine. Durable with the caller's transaction. */
import type { Kysely } from 'kysely';
import type { FileTables } from '../imports/index.ts';
import type { LineageNode, NodeKind, Recall } from './lineage.ts';
import { toNode } from './lineage-store.ts';
import type { LineageTables } from './lineage-store.ts';

interface RecallRow {
  id: string;
  target_kind: string;
  target: string;
  project: string;
  by: string;
  reason: string;
  at_ms: bigint;
  reached: bigint;
  alarmed_ms: bigint | null;
}

/** The tables of this file. */
export interface RecallTables extends LineageTables {
  recalls: RecallRow;
}

type Db = Kysely<unknown>;

function tables(db: Db): Kysely<RecallTables> {
  return db;
}

function fromRow(row: RecallRow): Recall {
  return {
    id: row.id,
    target: { kind: row.target_kind as Recall['target']['kind'], id: row.target },
    project: row.project,
    by: row.by,
    reason: row.reason,
    atMs: Number(row.at_ms),
    reached: Number(row.reached),
  };
}

/** Which nodes of a recall to list. */
export interface RecalledPage {
  readonly kinds: readonly NodeKind[];
  readonly limit: number;
  /** Only these compartments. */
  readonly projects?: readonly string[];
  /** Goes on after this id. */
  readonly after?: string;
}

const OVERLAPPING_MAX = 20;
const NAMES_AT_ONCE = 500;

/** Nodes that a recall quarantined, by id. */
export async function listRecalled(
  db: Db,
  recall: string,
  page: RecalledPage,
): Promise<readonly LineageNode[]> {
  if (page.projects?.length === 0) return [];
  let query = tables(db)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where('recall', '=', recall)
    .where('kind', 'in', page.kinds);
  if (page.projects !== undefined) query = query.where('project', 'in', page.projects);
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  const rows = await query.orderBy('id').limit(page.limit).execute();
  return rows.map(toNode);
}

/** Runs that a recall quarantined, the oldest first. */
export async function listRecalledRuns(
  db: Db,
  recall: string,
  projects: readonly string[],
  limit: number,
): Promise<readonly LineageNode[]> {
  if (projects.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where('recall', '=', recall)
    .where('kind', '=', 'run')
    .where('project', 'in', projects)
    .orderBy('added_ms')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toNode);
}

/**
 * Other recalls that already held what this one would have reached: its roots, or what was made of something that it holds,
 * in these compartments. The oldest first.
 */
export async function listOverlapping(
  db: Db,
  recall: string,
  roots: readonly string[],
  projects: readonly string[],
): Promise<readonly string[]> {
  if (projects.length === 0) return [];
  const from = await tables(db)
    .selectFrom('lineage_nodes as child')
    .leftJoin('lineage_edges as edge', 'edge.child', 'child.id')
    .leftJoin('lineage_nodes as parent', 'parent.id', 'edge.parent')
    .innerJoin('recalls', 'recalls.id', 'child.recall')
    .select(['child.recall as id', 'recalls.at_ms as at'])
    .distinct()
    .where('child.project', 'in', projects)
    .where('recalls.project', 'in', projects)
    .where('child.recall', '!=', recall)
    .where((eb) =>
      eb.or([
        eb('parent.recall', '=', recall),
        ...(roots.length === 0 ? [] : [eb('child.id', 'in', roots), eb('parent.id', 'in', roots)]),
      ]),
    )
    .orderBy('recalls.at_ms')
    .limit(OVERLAPPING_MAX)
    .execute();
  return from.flatMap((row) => row.id ?? []);
}

/** Models of these names that a recall quarantined, each once in each compartment. */
export async function findRecalledModels(
  db: Db,
  recall: string,
  names: readonly string[],
): Promise<readonly { readonly project: string; readonly name: string }[]> {
  const found: { project: string; name: string }[] = [];
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE)
    found.push(
      ...(await tables(db)
        .selectFrom('lineage_nodes')
        .select(['project', 'name'])
        .distinct()
        .where('recall', '=', recall)
        .where('kind', '=', 'model')
        .where('name', 'in', names.slice(from, from + NAMES_AT_ONCE))
        .execute()),
    );
  return found;
}

/** How many nodes of each kind recalls quarantined, by recall and compartment. */
export async function countRecalled(
  db: Db,
  recalls: readonly string[],
): Promise<
  readonly {
    readonly recall: string;
    readonly project: string;
    readonly kind: NodeKind;
    readonly count: number;
  }[]
> {
  if (recalls.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('lineage_nodes')
    .select((eb) => ['recall', 'project', 'kind', eb.fn.countAll<bigint>().as('count')])
    .where('recall', 'in', recalls)
    .groupBy(['recall', 'project', 'kind'])
    .orderBy('recall')
    .orderBy('project')
    .orderBy('kind')
    .execute();
  return rows.map(({ recall, project, kind, count }) => ({
    ...{ recall: recall ?? '', project, kind: kind as NodeKind, count: Number(count) },
  }));
}

/** Writes a recall. */
export async function insertRecall(tx: Db, recall: Recall): Promise<void> {
  const row: RecallRow = {
    id: recall.id,
    target_kind: recall.target.kind,
    target: recall.target.id,
    project: recall.project,
    by: recall.by,
    reason: recall.reason,
    at_ms: BigInt(recall.atMs),
    reached: BigInt(recall.reached),
    alarmed_ms: null,
  };
  await tables(tx).insertInto('recalls').values(row).execute();
}

/** Recalls, newest first, a page at a time; with null of every project. */
export async function listRecalls(
  db: Db,
  projects: readonly string[] | null,
  page: { readonly offset?: number; readonly limit: number },
): Promise<readonly Recall[]> {
  if (projects?.length === 0) return [];
  let query = tables(db).selectFrom('recalls').selectAll();
  if (projects !== null) query = query.where('project', 'in', projects);
  const rows = await query
    .orderBy('at_ms', 'desc')
    .orderBy('id')
    .offset(page.offset ?? 0)
    .limit(page.limit)
    .execute();
  return rows.map(fromRow);
}

/** Recalls of this id, or of the key of this fingerprint, the newest first. */
export async function findRecalls(db: Db, given: string): Promise<readonly Recall[]> {
  const rows = await tables(db)
    .selectFrom('recalls')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('id', '=', given),
        eb.and([eb('target', '=', given), eb('target_kind', '=', 'key')]),
      ]),
    )
    .orderBy('at_ms', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** Whether a set, file or key was recalled in a project. */
export async function isRecalled(
  db: Db,
  target: Recall['target'],
  project: string,
): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('recalls')
    .select('id')
    .where('target', '=', target.id)
    .where('target_kind', '=', target.kind)
    .where('project', '=', project)
    .executeTakeFirst();
  return row !== undefined;
}

/** Recalls whose alarm nobody was told yet, the oldest first. */
export async function listSilent(db: Db): Promise<readonly Recall[]> {
  const rows = await tables(db)
    .selectFrom('recalls')
    .selectAll()
    .where('alarmed_ms', 'is', null)
    .orderBy('at_ms')
    .execute();
  return rows.map(fromRow);
}

/** Recalls whose alarm was told, with when, the newest first. */
export async function listTold(
  db: Db,
  limit: number,
): Promise<readonly { readonly recall: Recall; readonly toldMs: number }[]> {
  const rows = await tables(db)
    .selectFrom('recalls')
    .selectAll()
    .where('alarmed_ms', 'is not', null)
    .orderBy('alarmed_ms', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ recall: fromRow(row), toldMs: Number(row.alarmed_ms) }));
}

/** Notes that the alarm of a recall was told. */
export async function markAlarmed(tx: Db, id: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('recalls')
    .set({ alarmed_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .execute();
}

/** A file of an import, as it came or in a safe form, whose digest was recalled in its project. */
export async function findRecalledFile(
  db: Db,
  held: { readonly id: string; readonly project: string },
): Promise<{ readonly sha256: string; readonly recall: string } | null> {
  const recalled = (db as unknown as Kysely<RecallTables & FileTables>)
    .selectFrom('recalls')
    .where('recalls.target_kind', '=', 'file')
    .where('recalls.project', '=', held.project);
  const row =
    (await recalled
      .innerJoin('import_files', 'import_files.sha256', 'recalls.target')
      .where('import_files.import', '=', held.id)
      .select(['recalls.target as sha256', 'recalls.id as recall'])
      .executeTakeFirst()) ??
    (await recalled
      .innerJoin('import_forms', 'import_forms.sha256', 'recalls.target')
      .where('import_forms.import', '=', held.id)
      .select(['recalls.target as sha256', 'recalls.id as recall'])
      .executeTakeFirst());
  return row ?? null;
}

/** Models and monitors with the bytes of a file of an import. */
export async function findMadeOfImport(db: Db, id: string): Promise<readonly string[]> {
  const nodes = (db as unknown as Kysely<LineageTables & FileTables>)
    .selectFrom('lineage_nodes')
    .select('lineage_nodes.id')
    .where('lineage_nodes.kind', 'in', ['model', 'monitor']);
  const rows = [
    ...(await nodes
      .innerJoin('import_files', 'import_files.sha256', 'lineage_nodes.sha256')
      .where('import_files.import', '=', id)
      .execute()),
    ...(await nodes
      .innerJoin('import_forms', 'import_forms.sha256', 'lineage_nodes.sha256')
      .where('import_forms.import', '=', id)
      .execute()),
  ];
  return [...new Set(rows.map((row) => row.id))];
}
