/** The tables of lineage. Durable with the caller's transaction. Walks are one recursive query each. */
import type { Kysely } from 'kysely';
import { canonicalJson } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import type { LineageNode, NodeKind } from './lineage.ts';

/** A row of the table of nodes. */
export interface NodeRow {
  id: string;
  kind: string;
  project: string;
  name: string;
  sha256: string | null;
  detail: string;
  added_ms: bigint;
  recall: string | null;
}

/** The tables of nodes and edges. */
export interface LineageTables {
  lineage_nodes: NodeRow;
  lineage_edges: { parent: string; child: string };
}

type Db = Kysely<unknown>;

/** From what was used to what was made of it. */
export interface Edge {
  readonly parent: string;
  readonly child: string;
}

/** `down` to what was made from something, `up` to what it was made from. */
export type Direction = 'down' | 'up';

const ROWS = 100;

function tables(db: Db): Kysely<LineageTables> {
  return db;
}

/** A row as a node. */
export function toNode(row: NodeRow): LineageNode {
  return {
    id: row.id,
    kind: row.kind as NodeKind,
    project: row.project,
    name: row.name,
    sha256: row.sha256,
    detail: JSON.parse(row.detail) as JsonObject,
    addedMs: Number(row.added_ms),
    recall: row.recall,
  };
}

/** Adds nodes; one that is there stays as it is. */
export async function putNodes(tx: Db, nodes: readonly LineageNode[]): Promise<void> {
  const rows = nodes.map((node): NodeRow => ({
    id: node.id,
    kind: node.kind,
    project: node.project,
    name: node.name,
    sha256: node.sha256,
    detail: canonicalJson(node.detail),
    added_ms: BigInt(node.addedMs),
    recall: node.recall,
  }));
  for (let from = 0; from < rows.length; from += ROWS)
    await tables(tx)
      .insertInto('lineage_nodes')
      .values(rows.slice(from, from + ROWS))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
}

/** Adds edges from what was used to what was made of it. */
export async function putEdges(tx: Db, edges: readonly Edge[]): Promise<void> {
  for (let from = 0; from < edges.length; from += ROWS)
    await tables(tx)
      .insertInto('lineage_edges')
      .values(edges.slice(from, from + ROWS))
      .onConflict((conflict) => conflict.columns(['parent', 'child']).doNothing())
      .execute();
}

/** Nodes by id. */
export async function readNodes(db: Db, ids: readonly string[]): Promise<readonly LineageNode[]> {
  const found: LineageNode[] = [];
  for (let from = 0; from < ids.length; from += ROWS) {
    const rows = await tables(db)
      .selectFrom('lineage_nodes')
      .selectAll()
      .where('id', 'in', ids.slice(from, from + ROWS))
      .execute();
    found.push(...rows.map(toNode));
  }
  return found;
}

/** Nodes whose id or digest is this, and sources of this name. */
export async function findNodes(db: Db, given: string): Promise<readonly LineageNode[]> {
  const rows = await tables(db)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('id', 'in', [given, ...['source', 'set', 'run'].map((kind) => `${kind}:${given}`)]),
        eb('sha256', '=', given),
        eb.and([eb('kind', '=', 'source'), eb('name', '=', given)]),
      ]),
    )
    .execute();
  return rows.map(toNode);
}

/** The nodes that one step reaches, or that everything reaches, the nodes themselves not counted unless a path leads back. */
function reach(db: Db, roots: readonly string[], direction: Direction) {
  const [from, to] =
    direction === 'down' ? (['parent', 'child'] as const) : (['child', 'parent'] as const);
  return tables(db).withRecursive('reached(id)', (query) =>
    query
      .selectFrom('lineage_nodes')
      .select('lineage_nodes.id as id')
      .where('lineage_nodes.id', 'in', roots)
      .union(
        query
          .selectFrom('lineage_edges')
          .innerJoin('reached', 'reached.id', `lineage_edges.${from}`)
          .select(`lineage_edges.${to} as id`),
      ),
  );
}

/** What roots reach in these compartments, themselves included, the oldest first. */
export async function walk(
  db: Db,
  roots: readonly string[],
  direction: Direction,
  page: { readonly projects: readonly string[]; readonly limit: number },
): Promise<readonly LineageNode[]> {
  if (roots.length === 0 || page.projects.length === 0) return [];
  const rows = await reach(db, roots, direction)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where('project', 'in', page.projects)
    .where('id', 'in', (eb) => eb.selectFrom('reached').select('reached.id'))
    .orderBy('added_ms')
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map(toNode);
}

/** How many nodes of each kind roots reach in these compartments, themselves included. */
export async function countReached(
  db: Db,
  roots: readonly string[],
  direction: Direction,
  projects: readonly string[],
): Promise<Readonly<Record<NodeKind, number>>> {
  const counts = { source: 0, set: 0, run: 0, model: 0, monitor: 0 };
  if (roots.length === 0 || projects.length === 0) return counts;
  const rows = await reach(db, roots, direction)
    .selectFrom('lineage_nodes')
    .select((eb) => ['kind', eb.fn.countAll<bigint>().as('count')])
    .where('project', 'in', projects)
    .where('id', 'in', (eb) => eb.selectFrom('reached').select('reached.id'))
    .groupBy('kind')
    .execute();
  for (const row of rows) counts[row.kind as NodeKind] = Number(row.count);
  return counts;
}

/** One of these ids that roots reach, themselves included; null when none is. */
export async function reaches(
  db: Db,
  roots: readonly string[],
  ids: readonly string[],
): Promise<string | null> {
  if (roots.length === 0 || ids.length === 0) return null;
  const row = await reach(db, roots, 'down')
    .selectFrom('reached')
    .select('reached.id')
    .where('reached.id', 'in', ids)
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Quarantines everything that roots reach and that no earlier recall did; gives how many. */
export async function quarantine(
  tx: Db,
  roots: readonly string[],
  recall: string,
): Promise<number> {
  if (roots.length === 0) return 0;
  const changed = await reach(tx, roots, 'down')
    .updateTable('lineage_nodes')
    .set({ recall })
    .where('recall', 'is', null)
    .where('id', 'in', (eb) => eb.selectFrom('reached').select('reached.id'))
    .executeTakeFirstOrThrow();
  return Number(changed.numUpdatedRows);
}

/** Models and monitors with this digest, of every compartment, the oldest first. */
export async function findMade(db: Db, sha256: string): Promise<readonly LineageNode[]> {
  const rows = await tables(db)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where('sha256', '=', sha256)
    .where('kind', 'in', ['model', 'monitor'])
    .orderBy('added_ms')
    .orderBy('id')
    .execute();
  return rows.map(toNode);
}

/** Ids next to a node. */
export async function neighbours(
  db: Db,
  id: string,
  direction: Direction,
  limit: number,
): Promise<readonly string[]> {
  const [from, to] =
    direction === 'down' ? (['parent', 'child'] as const) : (['child', 'parent'] as const);
  const rows = await tables(db)
    .selectFrom('lineage_edges')
    .select(`${to} as id`)
    .where(from, '=', id)
    .orderBy(to)
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** The imports whose sets the runs that made one of these nodes used. */
export async function importsBehind(db: Db, made: readonly string[]): Promise<readonly string[]> {
  if (made.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('lineage_edges as made')
    .innerJoin('lineage_edges as used', 'used.child', 'made.parent')
    .select('used.parent as id')
    .distinct()
    .where('made.child', 'in', made)
    .where('made.parent', 'like', 'run:%')
    .where('used.parent', 'like', 'set:%')
    .orderBy('used.parent')
    .execute();
  return rows.map((row) => row.id.slice('set:'.length));
}

/** Edges between these nodes, for a drawing. */
export async function edgesAmong(db: Db, ids: readonly string[]): Promise<readonly Edge[]> {
  const among = new Set(ids);
  const edges: { parent: string; child: string }[] = [];
  for (let from = 0; from < ids.length; from += ROWS) {
    const rows = await tables(db)
      .selectFrom('lineage_edges')
      .selectAll()
      .where('parent', 'in', ids.slice(from, from + ROWS))
      .execute();
    for (const row of rows) if (among.has(row.child)) edges.push(row);
  }
  return edges;
}

/** Nodes of projects, newest first. */
export async function listNodes(
  db: Db,
  projects: readonly string[],
  kinds: readonly NodeKind[],
  limit: number,
): Promise<readonly LineageNode[]> {
  if (projects.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('lineage_nodes')
    .selectAll()
    .where('project', 'in', projects)
    .where('kind', 'in', kinds)
    .orderBy('added_ms', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toNode);
}
