/**
 * The lineage of a gate: what was admitted stands in it by itself, runs are recorded. What is made of something that is
 * quarantined, or has the same bytes, is quarantined from its first moment.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, newId, sha256 } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { findByDigest } from '../imports/index.ts';
import type { Admitted } from '../imports/index.ts';
import { lineageErrors } from './errors.ts';
import { listEvaluations, recordEvaluation } from './evaluations.ts';
import type { MonitorEvaluation, RecordedEvaluation } from './evaluations.ts';
import { madeId, readRun } from './lineage.ts';
import type { LineageNode, Run } from './lineage.ts';
import {
  findMade,
  findNodes,
  importsBehind,
  putEdges,
  putNodes,
  quarantine,
  reaches,
  readNodes,
} from './lineage-store.ts';
import type { Edge } from './lineage-store.ts';
import { nodesOfKey } from './recall-roots.ts';
import { findMadeOfImport, findRecalledFile, isRecalled } from './recall-store.ts';

/** What lineage stands on. */
export interface LineageHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
}

const NAMED_MAX = 100;

/** Adds what was admitted, in the transaction that admits. A file or key that was recalled in the project ends it. */
export async function addAdmitted(
  tx: Kysely<unknown>,
  admitted: Admitted,
  nowMs: number,
): Promise<void> {
  const file = await findRecalledFile(tx, { id: admitted.import, project: admitted.project });
  if (file !== null)
    throw lineageErrors.error('STANDING_LOST', { node: file.sha256, recall: file.recall });
  if (await isRecalled(tx, { kind: 'key', id: admitted.signer }, admitted.project))
    throw lineageErrors.error('KEY_RECALLED', { key: admitted.signer });
  const source = `source:${admitted.source}`;
  const set = `set:${admitted.import}`;
  const common = { project: admitted.project, addedMs: nowMs, recall: null };
  await putNodes(tx, [
    { ...common, id: source, kind: 'source', name: admitted.sourceName, sha256: null, detail: {} },
    {
      ...{ ...common, id: set, kind: 'set', name: admitted.title },
      ...{ sha256: admitted.manifestSha256, detail: { import: admitted.import } },
    },
  ]);
  const same = await findMadeOfImport(tx, admitted.import);
  await putEdges(tx, [
    { parent: source, child: set },
    ...same.map((child) => ({ parent: set, child })),
  ]);
}

/** The digest of the edges of a run, in one order; what the ledger holds the table to. */
export function edgesDigest(edges: readonly Edge[]): string {
  return sha256(
    edges
      .map(({ parent, child }) => `${parent} ${child}`)
      .sort()
      .join('\n'),
  );
}

/** Lineage. */
export class Lineages {
  readonly #host: LineageHost;

  constructor(host: LineageHost) {
    this.#host = host;
  }

  /** Records a run of a project; throws when a set of it was never admitted. */
  async record(project: string, value: unknown, by: string): Promise<LineageNode> {
    const { ledger, random, clock } = this.#host;
    const run = readRun(value);
    const node: LineageNode = {
      ...{ id: `run:${newId('run', random)}`, kind: 'run', name: run.name, project },
      sha256: sha256(canonicalJson(run)),
      detail: { parameters: run.parameters, code: run.code },
      ...{ addedMs: clock.nowMs(), recall: null },
    };
    const { value: recorded } = await ledger.record(
      (done: { recall: string | null; edgesSha256: string }) => ({
        kind: 'lineage.run-recorded',
        by,
        ...{ run: node.id, project, runSha256: node.sha256 },
        sets: run.sets.slice(0, NAMED_MAX),
        ...{ base: run.base?.sha256 ?? null, ...done },
        results: run.results.map((each) => each.sha256),
      }),
      (tx: Kysely<unknown>) => insertRun(tx, run, node),
    );
    return { ...node, recall: recorded.recall };
  }

  /** Records what a monitor of the lineage was measured to be worth. */
  evaluate(
    monitor: string,
    evaluation: RecordedEvaluation,
    by: string,
  ): Promise<MonitorEvaluation> {
    return recordEvaluation(this.#host, monitor, evaluation, by);
  }

  /** The newest measurements of a monitor. */
  evaluations(monitor: string): Promise<readonly MonitorEvaluation[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listEvaluations(db, monitor));
  }

  /** The imports that runs which made one of these nodes are recorded as trained on. */
  setsOf(made: readonly string[]): Promise<readonly string[]> {
    return this.#host.store.read((db: Kysely<unknown>) => importsBehind(db, made));
  }

  /** The names of nodes, by id; what is not there has none. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const nodes = await this.#host.store.read((db: Kysely<unknown>) => readNodes(db, ids));
    return new Map(nodes.map((node) => [node.id, node.name]));
  }

  /** Nodes by id, digest, the id of a source, import or run, or the fingerprint of a key. */
  find(given: string): Promise<readonly LineageNode[]> {
    return this.#host.store.read(async (db: Kysely<unknown>) =>
      /^sha256:/i.test(given) ? readNodes(db, await nodesOfKey(db, given)) : findNodes(db, given),
    );
  }
}

async function insertRun(
  tx: Kysely<unknown>,
  run: Run,
  node: LineageNode,
): Promise<{ recall: string | null; edgesSha256: string }> {
  const { project } = node;
  const sets = new Set<string>();
  for (const set of run.sets) sets.add(await resolveSet(tx, project, set));
  const base = run.base === null ? null : await addMade(tx, { ...run.base, kind: 'model' }, node);
  const parents = [...sets, ...(base === null ? [] : [base.id])];
  const known = new Set<string>();
  for (const { sha256: digest } of run.results)
    for (const each of await findMade(tx, digest)) known.add(each.id);
  const cycle = await reaches(tx, [...known], parents);
  if (cycle !== null) throw lineageErrors.error('CYCLE', { node: cycle });
  await putNodes(tx, [node]);
  const results: string[] = [];
  for (const result of run.results) results.push((await addMade(tx, result, node)).id);
  const edges = [
    ...parents.map((parent) => ({ parent, child: node.id })),
    ...results.map((child) => ({ parent: node.id, child })),
  ];
  await putEdges(tx, edges);
  // What was quarantined before reaches what was added now, whichever of them came first.
  for (const bad of await readNodes(tx, [...parents, ...results]))
    if (bad.recall !== null) await quarantine(tx, [bad.id], bad.recall);
  const [after] = await readNodes(tx, [node.id]);
  return { recall: after?.recall ?? null, edgesSha256: edgesDigest(edges) };
}

/**
 * The node of a model or monitor in the compartment of a run. The same bytes elsewhere are linked with it both ways, since
 * what came of one came of the other.
 */
async function addMade(
  tx: Kysely<unknown>,
  made: Run['results'][number],
  run: LineageNode,
): Promise<LineageNode> {
  const { kind, name, sha256: digest } = made;
  const same = await findMade(tx, digest);
  const id = madeId(kind, digest, run.project);
  const own = same.find((each) => each.id === id);
  if (own !== undefined) return own;
  const node: LineageNode = {
    ...{ id, kind, name, project: run.project, sha256: digest, detail: {} },
    ...{ addedMs: run.addedMs, recall: null },
  };
  await putNodes(tx, [node]);
  const [first] = same;
  const linked = await findImportedSets(tx, digest);
  await putEdges(tx, [
    ...linked.map((set) => ({ parent: set.id, child: id })),
    ...(first === undefined ? [] : [{ parent: first.id, child: id }]),
    ...(first === undefined ? [] : [{ parent: id, child: first.id }]),
  ]);
  for (const each of [...linked, ...same.slice(0, 1)])
    if (each.recall !== null) await quarantine(tx, [each.id], each.recall);
  return node;
}

/** Admitted sets, of whatever compartment, that hold these bytes: a model that was itself imported comes of them. */
async function findImportedSets(
  tx: Kysely<unknown>,
  digest: string,
): Promise<readonly LineageNode[]> {
  const imports = await findByDigest(tx, digest);
  return readNodes(
    tx,
    imports.map((id) => `set:${id}`),
  );
}

/** The set of a project that an import's id or the digest of a safe form names. */
async function resolveSet(tx: Kysely<unknown>, project: string, given: string): Promise<string> {
  const imports = /^[0-9a-f]{64}$/.test(given) ? await findByDigest(tx, given) : [given];
  for (const id of imports) {
    const [node] = await readNodes(tx, [`set:${id}`]);
    if (node?.project === project) return node.id;
  }
  throw lineageErrors.error('SET_UNADMITTED', { set: given });
}
