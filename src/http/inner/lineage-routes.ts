/** Routes of lineage and recalls. */
import { z } from 'zod';
import type { Kysely } from 'kysely';
import manifest from '../../../package.json' with { type: 'json' };
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import {
  NODE_KINDS,
  RECALL_TARGETS,
  RUN,
  countReached,
  edgesAmong,
  exportBom,
  exportCroissant,
  importErrors,
  lineageErrors,
  listNodes,
  walk,
} from '../../ingress/index.ts';
import type { LineageNode, NodeKind, Recall, Source } from '../../ingress/index.ts';
import type { Principal } from '../../people/index.ts';
import { needPerson } from './ask.ts';
import { readVisibleImport, showImportFiles } from './import-views.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { readSource, shownProjects } from './source-routes.ts';

const id = z.string().min(1).max(80);
const nodeQuery = z.strictObject({
  node: z
    .string()
    .min(1)
    .max(200)
    .describe('a node, a digest, the id of a source, import or run, or the fingerprint of a key'),
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
});
const LIMIT = 200;
const BOM_NODES_MAX = 10_000;
const HELD_MAX = 200;

/** A node as it is answered. */
export interface NodeShown extends Omit<LineageNode, 'addedMs'> {
  readonly addedAt: string;
}

/** A recall as it is answered. */
export interface RecallShown extends Omit<Recall, 'atMs'> {
  /** What people call its target: the name of the source or of the key's, the words of the set; null where it has none. */
  readonly name: string | null;
  readonly at: string;
}

/** Shows a node. */
export function showNode({ addedMs, ...node }: LineageNode): NodeShown {
  return { ...node, addedAt: isoTime(addedMs) };
}

/** Shows recalls of these compartments. */
async function showRecalls(
  gate: Gate,
  projects: readonly string[],
  recalls: readonly Recall[],
): Promise<readonly RecallShown[]> {
  const { sources, lineages } = gate.wayIn;
  const names = new Map<string, string>();
  for (const { id: source, name, fingerprint } of await sources.list(projects)) {
    names.set(`source ${source}`, name);
    names.set(`key ${fingerprint}`, name);
  }
  const sets = recalls.flatMap(({ target }) => (target.kind === 'set' ? [target.id] : []));
  for (const [node, name] of await lineages.names(sets.map((each) => `set:${each}`)))
    names.set(node.replace(':', ' '), name);
  return recalls.map(({ atMs, ...recall }) => {
    const name = names.get(`${recall.target.kind} ${recall.target.id}`) ?? null;
    return { ...recall, name, at: isoTime(atMs) };
  });
}

/** Nodes that the principal may see by this name; throws the answer of nothing there. */
async function findVisible(
  gate: Gate,
  principal: Principal,
  given: string,
): Promise<{ readonly nodes: readonly LineageNode[]; readonly projects: readonly string[] }> {
  const projects = await shownProjects(gate, principal, undefined);
  const found = await gate.wayIn.lineages.find(given);
  const nodes = found.filter((node) => projects.includes(node.project));
  if (nodes.length > 0) return { nodes, projects };
  throw lineageErrors.error('NOT_FOUND', { node: given.slice(0, 100) });
}

async function graph(gate: Gate, principal: Principal, given: string, limit: number) {
  const { nodes, projects } = await findVisible(gate, principal, given);
  const roots = nodes.map((node) => node.id);
  return gate.store.read(async (db: Kysely<unknown>) => {
    const above = await walk(db, roots, 'up', { projects, limit });
    const below = await walk(db, roots, 'down', { projects, limit });
    const all = [...new Map([...above, ...below].map((node) => [node.id, node])).values()];
    const edges = await edgesAmong(
      db,
      all.map((node) => node.id),
    );
    const cut = above.length === limit || below.length === limit;
    return {
      roots,
      nodes: all,
      edges,
      cut,
      below: await countReached(db, roots, 'down', projects),
    };
  });
}

/** Whoever may lock a project may recall in it: both stop things at once. */
async function needRecall(gate: Gate, principal: Principal, project: string): Promise<void> {
  needPerson(principal);
  await gate.access.need(principal, 'lock.set', { kind: 'project', id: project });
}

async function bom(gate: Gate, principal: Principal, given: string): Promise<unknown> {
  const { nodes, projects } = await findVisible(gate, principal, given);
  const subject = nodes.find((node) => node.kind === 'model' || node.kind === 'monitor');
  if (subject === undefined)
    throw lineageErrors.error('NOT_FOUND', { node: `model or monitor ${given}`.slice(0, 100) });
  const { nodes: above, edges } = await gate.store.read(async (db: Kysely<unknown>) => {
    const found = await walk(db, [subject.id], 'up', { projects, limit: BOM_NODES_MAX });
    const ids = found.map((node) => node.id);
    return { nodes: found, edges: await edgesAmong(db, ids) };
  });
  const sources = new Map<string, Source>();
  for (const { kind, id: node } of above) {
    if (kind !== 'source') continue;
    const name = node.slice('source:'.length);
    sources.set(name, await gate.wayIn.sources.get(name));
  }
  return exportBom({
    ...{ subject, nodes: above, edges, sources, cut: above.length === BOM_NODES_MAX },
    ...{ atMs: gate.clock.nowMs(), version: manifest.version },
  });
}

/** A recall with what it holds in compartments that the principal may see, and the imports that it is about. */
async function showHeld(gate: Gate, principal: Principal, given: string) {
  const { recalls } = gate.wayIn;
  const projects = await shownProjects(gate, principal, undefined);
  const recall = await recalls.get(given, projects);
  const held = async (kind: NodeKind): Promise<readonly NodeShown[]> =>
    (await recalls.held(recall.id, kind, projects, HELD_MAX)).map(showNode);
  const [shown] = await showRecalls(gate, projects, [recall]);
  if (shown === undefined) throw lineageErrors.error('NOT_FOUND', { node: given.slice(0, 100) });
  return {
    ...shown,
    imports: await recalls.imports(recall),
    ...{ models: await held('model'), monitors: await held('monitor') },
  };
}

const RECALL_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/recalls',
      summary:
        'Recall a source, a set, a file or a key at once: all that came of it is quarantined',
      access: 'principal',
      body: z.strictObject({
        kind: z.enum(RECALL_TARGETS),
        id: id.describe('a source, an import, the SHA-256 of a file, or the fingerprint of a key'),
        project: id,
        reason: z.string().min(1).max(2_000),
      }),
    },
    async ({ gate, principal, input }) => {
      await needRecall(gate, principal, input.project);
      const { kind, project, reason } = input;
      const target =
        kind === 'source'
          ? { kind, id: (await gate.wayIn.sources.get(input.id, project)).id }
          : { kind, id: input.id };
      const made = await gate.wayIn.recalls.make(target, project, reason, principal.id);
      const { sets, stopped } = made;
      return { ...(await showHeld(gate, principal, made.id)), sets, stopped };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/recalls',
      summary: 'Recalls in your projects, newest first',
      access: 'principal',
      query: z.strictObject({ project: id.optional() }),
    },
    async ({ gate, principal, query }) => {
      const projects = await shownProjects(gate, principal, query.project);
      return {
        recalls: await showRecalls(gate, projects, await gate.wayIn.recalls.list(projects)),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/recalls/{id}/plan',
      summary:
        'What a recall, by its id or the key that it took back, holds, and what to train again',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const recall = await showHeld(gate, principal, param('id'));
      const projects = await shownProjects(gate, principal, undefined);
      return { recall, ...(await gate.wayIn.recalls.plan(recall.id, projects)) };
    },
  ),
];

/** The routes. */
export const LINEAGE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/lineage/runs',
      summary: 'Record a training run: base model, admitted sets, parameters, result digests',
      access: 'principal',
      body: z.strictObject({ project: id, run: RUN }),
    },
    async ({ gate, principal, input }) => {
      const resource = { kind: 'project', id: input.project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'train');
      return showNode(await gate.wayIn.lineages.record(input.project, input.run, principal.id));
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/lineage',
      summary: 'Where something came from and what came of it; without a node, the newest things',
      access: 'principal',
      query: nodeQuery.extend({ node: nodeQuery.shape.node.optional() }),
    },
    async ({ gate, principal, query }) => {
      const { limit = LIMIT, node } = query;
      if (node !== undefined) {
        const shown = await graph(gate, principal, node, limit);
        return { ...shown, nodes: shown.nodes.map(showNode) };
      }
      const projects = await shownProjects(gate, principal, undefined);
      return gate.store.read(async (db: Kysely<unknown>) => {
        const nodes = await listNodes(db, projects, NODE_KINDS, limit);
        const ids = nodes.map((each) => each.id);
        const edges = await edgesAmong(db, ids);
        return { roots: [], nodes: nodes.map(showNode), edges, cut: nodes.length === limit };
      });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/lineage/affected',
      summary: 'What would be quarantined if this were recalled: counts, models and monitors',
      access: 'principal',
      query: nodeQuery,
    },
    async ({ gate, principal, query }) => {
      const { nodes, projects } = await findVisible(gate, principal, query.node);
      const roots = nodes.map((node) => node.id);
      const limit = query.limit ?? LIMIT;
      return gate.store.read(async (db: Kysely<unknown>) => ({
        node: roots,
        counts: await countReached(db, roots, 'down', projects),
        affected: (await walk(db, roots, 'down', { projects, limit })).map(showNode),
      }));
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/lineage/standing/{sha256}',
      summary:
        'Whether a model, monitor or set, by its SHA-256, is good or quarantined, and which sets it is recorded with',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const { nodes } = await findVisible(gate, principal, param('sha256'));
      const bad = nodes.find((node) => node.recall !== null);
      return {
        ...{ good: bad === undefined, recall: bad?.recall ?? null, nodes: nodes.map(showNode) },
        sets: await gate.wayIn.lineages.setsOf(nodes.map((node) => node.id)),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/lineage/bom/{node}',
      summary: 'The bill of materials of a model or monitor: CycloneDX 1.6 with an ML model card',
      access: 'principal',
    },
    ({ gate, principal, param }) => bom(gate, principal, param('node')),
  ),
  route(
    {
      method: 'get',
      path: '/v1/imports/{id}/croissant',
      summary: 'An admitted set as a Croissant 1.0 description',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const held = await readVisibleImport(gate, principal, param('id'));
      const { id: importId, state, admittedMs } = held;
      if (state !== 'admitted' || admittedMs === null)
        throw importErrors.error('NOT_ADMITTED', { id: importId, state });
      const source = await readSource(gate, principal, held.source);
      const forms = [];
      for (let from = 0; ; from += 500) {
        const page = await showImportFiles(gate, held.id, { from, limit: 500 });
        for (const file of page) if (file.verdict !== 'malicious') forms.push(...file.forms);
        if (page.length < 500) break;
      }
      return exportCroissant({
        ...{ name: importId, source, forms, gate: gate.config.origin },
        admittedAt: isoTime(admittedMs),
      });
    },
  ),
  ...RECALL_ROUTES,
];
