/**
 * The lineage of a gate: runs are recorded, and a recall walks down from what was bad and quarantines everything that
 * came of it in one transaction. A recall is one person's word, like a lock; what it stopped is imported or trained anew.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, newId, sha256 } from '../../core/index.ts';
import type { Clock, Json, JsonObject, Random } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { findByDigest, markRecalled } from '../imports/index.ts';
import type { Admitted } from '../imports/index.ts';
import { recallSource } from '../sources/index.ts';
import { lineageErrors } from './errors.ts';
import { orderPlan, readRun } from './lineage.ts';
import type { LineageNode, PlanStep, Recall, Run } from './lineage.ts';
import {
  findNodes,
  insertRecall,
  listRecalled,
  listRecalls,
  neighbours,
  putEdges,
  putNodes,
  quarantine,
  reaches,
  readNodes,
} from './lineage-store.ts';

/** What lineage stands on. */
export interface LineageHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  /** Stops guarded models by name, in the transaction of a recall; gives those that it stopped. */
  readonly stopModels: (
    tx: Kysely<unknown>,
    names: readonly string[],
    by: string,
  ) => Promise<readonly string[]>;
  /** Hears of a recall after it is durable: the alarm. */
  readonly onRecall: (made: MadeRecall) => void;
}

/** A recall and what it stopped. */
export interface MadeRecall extends Recall {
  readonly sets: number;
  readonly models: readonly LineageNode[];
  readonly monitors: readonly LineageNode[];
  /** Guarded models whose use stopped. */
  readonly stopped: readonly string[];
}

const NAMED_MAX = 200;
const PAGE = 500;
const PLAN_MAX = 2_000;
const REASON_CHARACTERS_MAX = 4_000;

/** Adds what was admitted, in the transaction that admits. */
export async function addAdmitted(
  tx: Kysely<unknown>,
  admitted: Admitted,
  nowMs: number,
): Promise<void> {
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
  await putEdges(tx, [{ parent: source, child: set }]);
}

/** Lineage and recalls. */
export class Lineages {
  readonly #host: LineageHost;

  constructor(host: LineageHost) {
    this.#host = host;
  }

  /** Records a run of a project; throws when a set of it was never admitted. */
  async record(project: string, value: unknown, by: string): Promise<LineageNode> {
    const { ledger, random, clock } = this.#host;
    const run = readRun(value);
    const id = `run:${newId('run', random)}`;
    const nowMs = clock.nowMs();
    const common = { project, addedMs: nowMs, recall: null };
    const runSha256 = sha256(canonicalJson(run as unknown as Json));
    const node: LineageNode = {
      ...{ ...common, id, kind: 'run', name: run.name, sha256: runSha256 },
      detail: {
        parameters: run.parameters as unknown as JsonObject,
        code: run.code,
      },
    };
    const { value: recall } = await ledger.record(
      (held: string | null) => ({
        kind: 'lineage.run-recorded',
        by,
        ...{ run: id, project, runSha256, sets: run.sets.slice(0, NAMED_MAX) },
        ...{ base: run.base?.sha256 ?? null, recall: held },
        results: run.results.map((each) => each.sha256),
      }),
      (tx: Kysely<unknown>) => this.#insertRun(tx, { run, node, project, nowMs }),
    );
    return { ...node, recall };
  }

  async #insertRun(
    tx: Kysely<unknown>,
    input: { run: Run; node: LineageNode; project: string; nowMs: number },
  ): Promise<string | null> {
    const { run, node, project, nowMs } = input;
    const sets = new Set<string>();
    for (const set of run.sets) sets.add(await resolveSet(tx, project, set));
    const common = { project, addedMs: nowMs, recall: null, detail: {} };
    const base = run.base === null ? [] : await findModel(tx, run.base.sha256);
    const fresh: LineageNode[] =
      run.base === null || base.length > 0
        ? []
        : [{ ...common, id: `model:${run.base.sha256}`, kind: 'model', ...run.base }];
    const parents = [...sets, ...base, ...fresh.map((each) => each.id)];
    const results = run.results.map(({ kind, name, sha256: digest }) => ({
      ...{ ...common, id: `${kind}:${digest}`, kind, name, sha256: digest },
    }));
    const ids = results.map((each) => each.id);
    const cycle = await reaches(tx, ids, parents);
    if (cycle !== null) throw lineageErrors.error('CYCLE', { node: cycle });
    await putNodes(tx, [...fresh, node, ...results]);
    await putEdges(tx, [
      ...parents.map((parent) => ({ parent, child: node.id })),
      ...ids.map((child) => ({ parent: node.id, child })),
    ]);
    // What was made of something that is quarantined is quarantined from its first moment.
    const bad = (await readNodes(tx, parents)).find((each) => each.recall !== null);
    if (bad?.recall === undefined || bad.recall === null) return null;
    await quarantine(tx, [node.id], bad.recall);
    return bad.recall;
  }

  /** Nodes by id, digest, or the id of a source, import or run. */
  find(given: string): Promise<readonly LineageNode[]> {
    return this.#host.store.read((db: Kysely<unknown>) => findNodes(db, given));
  }

  /** Recalls a source, a set or a file of a project: all that came of it is quarantined when this resolves. */
  async recall(
    target: Recall['target'],
    project: string,
    reason: string,
    by: string,
  ): Promise<MadeRecall> {
    const { ledger, clock, random, onRecall } = this.#host;
    const said = reason.trim();
    if (said === '' || said.length > REASON_CHARACTERS_MAX)
      throw lineageErrors.error('RUN_INVALID', { why: 'a recall needs a reason of some words' });
    const draft = {
      ...{ id: newId('rcl', random), target, project, by, reason: said },
      atMs: clock.nowMs(),
    };
    const { value: made } = await ledger.record(
      (done: MadeRecall & { setsSha256: string }) => ({
        kind: 'recall.made',
        by,
        ...{ recall: done.id, targetKind: target.kind, target: target.id, project, reason: said },
        ...{ reached: done.reached, sets: done.sets, setsSha256: done.setsSha256 },
        models: done.models.slice(0, NAMED_MAX).map((each) => each.id),
        monitors: done.monitors.slice(0, NAMED_MAX).map((each) => each.id),
        stopped: done.stopped.slice(0, NAMED_MAX),
      }),
      (tx: Kysely<unknown>) => this.#recall(tx, draft),
    );
    onRecall(made);
    return made;
  }

  async #recall(
    tx: Kysely<unknown>,
    draft: Omit<Recall, 'reached'>,
  ): Promise<MadeRecall & { setsSha256: string }> {
    const { target, by, id, atMs } = draft;
    const roots = await findRoots(tx, draft);
    if (target.kind === 'source') await recallSource(tx, target.id, atMs);
    const reached = await quarantine(tx, roots, id);
    if (reached === 0 && target.kind !== 'source')
      throw lineageErrors.error('RECALLED_ALREADY', { target: target.id });
    const sets: string[] = [];
    for await (const node of readRecalled(tx, id, ['set'])) sets.push(node.id);
    await markRecalled(
      tx,
      sets.map((each) => each.slice('set:'.length)),
      atMs,
    );
    const models: LineageNode[] = [];
    const monitors: LineageNode[] = [];
    for await (const node of readRecalled(tx, id, ['model', 'monitor']))
      (node.kind === 'model' ? models : monitors).push(node);
    const names = [...new Set(models.map((each) => each.name))];
    const stopped = await this.#host.stopModels(tx, names, by);
    const recall = { ...draft, reached };
    await insertRecall(tx, recall);
    return {
      ...{ ...recall, sets: sets.length, models, monitors, stopped },
      setsSha256: sha256(sets.sort().join('\n')),
    };
  }

  /** Recalls, newest first. */
  recalls(projects: readonly string[] | null): Promise<readonly Recall[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listRecalls(db, projects));
  }

  /** What to train again, and in which order. */
  plan(recall: string): Promise<readonly PlanStep[]> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const steps: PlanStep[] = [];
      for await (const run of readRecalled(db, recall, ['run'])) {
        if (steps.length === PLAN_MAX) break;
        const parents = await readNodes(db, await neighbours(db, run.id, 'up', PAGE));
        const results = await readNodes(db, await neighbours(db, run.id, 'down', PAGE));
        const sets = parents.filter((each) => each.kind === 'set');
        const setsLeft = sets.filter((each) => each.recall === null).map((each) => each.id);
        steps.push({
          ...{ run: run.id, name: run.name, project: run.project },
          base: parents.find((each) => each.kind === 'model')?.id ?? null,
          setsLeft,
          setsRecalled: sets.filter((each) => each.recall !== null).map((each) => each.id),
          results: results.map((each) => ({ id: each.id, name: each.name })),
          action: setsLeft.length > 0 ? 'retrain' : 'drop',
        });
      }
      return orderPlan(steps);
    });
  }
}

async function* readRecalled(
  db: Kysely<unknown>,
  recall: string,
  kinds: Parameters<typeof listRecalled>[2],
): AsyncGenerator<LineageNode, void, undefined> {
  for (let offset = 0; ; offset += PAGE) {
    const page = await listRecalled(db, recall, kinds, { offset, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
  }
}

async function findModel(tx: Kysely<unknown>, digest: string): Promise<readonly string[]> {
  const nodes = await findNodes(tx, digest);
  return nodes.filter((each) => each.kind === 'model').map((each) => each.id);
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

/** The nodes from which a recall walks down. */
async function findRoots(
  tx: Kysely<unknown>,
  { target, project }: Omit<Recall, 'reached'>,
): Promise<readonly string[]> {
  switch (target.kind) {
    case 'source':
      // A source whose sets were never admitted has no node yet; it still sends nothing more.
      return [`source:${target.id}`];
    case 'set': {
      const [node] = await readNodes(tx, [`set:${target.id}`]);
      if (node?.project !== project) throw lineageErrors.error('NOT_FOUND', { node: target.id });
      return [node.id];
    }
    case 'file': {
      const sets = (await findByDigest(tx, target.id)).map((id) => `set:${id}`);
      const nodes = (await readNodes(tx, sets)).filter((each) => each.project === project);
      if (nodes.length === 0) throw lineageErrors.error('NOT_FOUND', { node: target.id });
      return nodes.map((each) => each.id);
    }
  }
}
