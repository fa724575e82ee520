/**
 * Recalls: a walk down from what was bad that quarantines everything that came of it, in one transaction with the ledger
 * entry. A recall is one person's word, like a lock; what it stopped is imported or trained anew.
 *
 * What holds if we die: before that transaction nothing happened; after it everything is quarantined, and whoever was not
 * told of it yet is told when the gate starts again.
 */
import type { Kysely } from 'kysely';
import { newId, sha256 } from '../../core/index.ts';
import { markRecalled } from '../imports/index.ts';
import { recallSource } from '../sources/index.ts';
import { listDoomed } from './doomed-imports.ts';
import type { DoomedImport } from './doomed-imports.ts';
import { lineageErrors } from './errors.ts';
import { NODE_KINDS, orderPlan } from './lineage.ts';
import type { LineageNode, NodeKind, PlanStep, Recall } from './lineage.ts';
import { neighbours, quarantine, readNodes } from './lineage-store.ts';
import type { LineageHost } from './lineages.ts';
import { findRoots, listRecalledImports, rootsOf } from './recall-roots.ts';
import type { RecalledImport } from './recall-roots.ts';
import {
  countRecalled,
  findRecalledModels,
  findRecalls,
  insertRecall,
  listRecalled,
  listRecalledRuns,
  listRecalls,
  listOverlapping,
  listSilent,
  listTold,
  markAlarmed,
} from './recall-store.ts';

/** The models of these names that a recall took. */
export type FindRecalledModels = (
  names: readonly string[],
) => Promise<readonly { readonly project: string; readonly name: string }[]>;

/** What recalls stand on. */
export interface RecallHost extends LineageHost {
  /**
   * Stops guarded models in the transaction of a recall; gives those that it stopped. `find` says which results of these
   * names the recall took, and in which compartments: there may be tens of thousands, and few are guarded.
   */
  readonly stopModels: (
    tx: Kysely<unknown>,
    find: FindRecalledModels,
    by: string,
  ) => Promise<readonly string[]>;
  /** Tells whoever watches a compartment. Called once per compartment that a recall reached, after it is durable. */
  readonly sound: (alarm: RecallAlarm) => void;
  /** Hears that an alarm could not be told; it is told when the gate starts again. */
  readonly onFault: (sentence: string, cause: unknown) => void;
}

/** What a compartment is told of a recall. */
export interface RecallAlarm {
  readonly recall: Recall;
  readonly project: string;
  readonly counts: Readonly<Record<NodeKind, number>>;
  /** Names of monitors that were taken out, some of them when they are many. */
  readonly monitors: readonly string[];
}

/** A recall and what it stopped. */
export interface MadeRecall extends Recall {
  readonly sets: number;
  /** Guarded models whose use stopped. */
  readonly stopped: readonly string[];
}

/** A plan of what to train again. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** There are more runs than it names. */
  readonly cut: boolean;
  /** Earlier recalls that held some of what this one would have reached; their plans name it. */
  readonly earlier: readonly string[];
}

/** Of each kind in a ledger entry, which holds at most 64 KiB. */
const NAMED_MAX = 50;
const STOPPED_MAX = 400;
const ALARM_NAMES_MAX = 5;
const PAGE = 500;
const PLAN_MAX = 2_000;
/** A run has at most a thousand sets, a base and a hundred results. */
const NEIGHBOURS_MAX = 1_200;
const REASON_CHARACTERS_MAX = 2_000;
const RECALLS_MAX = 10_000;

function emptyCounts(): Record<NodeKind, number> {
  return Object.fromEntries(NODE_KINDS.map((kind) => [kind, 0])) as Record<NodeKind, number>;
}

/** Recalls. */
export class Recalls {
  readonly #host: RecallHost;

  constructor(host: RecallHost) {
    this.#host = host;
  }

  /** Recalls a source, a set, a file or a key of a project: all that came of it is quarantined when this resolves. */
  async make(
    target: Recall['target'],
    project: string,
    reason: string,
    by: string,
  ): Promise<MadeRecall> {
    const { ledger, clock, random } = this.#host;
    const said = reason.trim();
    if (said === '' || said.length > REASON_CHARACTERS_MAX)
      throw lineageErrors.error('REASON_MISSING', { limit: REASON_CHARACTERS_MAX });
    const draft = {
      ...{ id: newId('rcl', random), target, project, by, reason: said },
      atMs: clock.nowMs(),
    };
    const { value: made } = await ledger.record(
      (done: Quarantined) => ({
        kind: 'recall.made',
        by,
        ...{ recall: draft.id, targetKind: target.kind, target: target.id, project, reason: said },
        ...{ sources: done.sources, reached: done.reached },
        ...{ sets: done.sets, setsSha256: done.setsSha256 },
        models: done.models.map((each) => each.id),
        monitors: done.monitors.map((each) => each.id),
        ...{ stopped: done.stopped.slice(0, STOPPED_MAX), stoppedCount: done.stopped.length },
      }),
      (tx: Kysely<unknown>) => this.#quarantine(tx, draft),
    );
    const { reached, sets, stopped } = made;
    // The quarantine is durable: whatever happens to its alarm, it was made.
    await this.#sound({ ...draft, reached }).catch((cause: unknown) => {
      this.#host.onFault(`the alarm of ${draft.id} could not be told`, cause);
    });
    return { ...draft, reached, sets, stopped };
  }

  async #quarantine(tx: Kysely<unknown>, draft: Omit<Recall, 'reached'>): Promise<Quarantined> {
    const { target, by, id, atMs } = draft;
    const { roots, sources } = await findRoots(tx, draft);
    for (const source of sources) await recallSource(tx, source, atMs);
    const reached = await quarantine(tx, roots, id);
    if (reached === 0 && target.kind === 'set')
      throw lineageErrors.error('RECALLED_ALREADY', { target: target.id });
    const sets: string[] = [];
    for await (const node of readRecalled(tx, id, 'set')) sets.push(node.id);
    await markRecalled(
      tx,
      sets.map((each) => each.slice('set:'.length)),
      atMs,
    );
    const some = (kind: NodeKind): Promise<readonly LineageNode[]> =>
      listRecalled(tx, id, { kinds: [kind], limit: NAMED_MAX });
    const find: FindRecalledModels = (names) => findRecalledModels(tx, id, names);
    const stopped = await this.#host.stopModels(tx, find, by);
    await insertRecall(tx, { ...draft, reached });
    return {
      ...{ reached, stopped, sources, sets: sets.length, setsSha256: setsDigest(sets) },
      ...{ models: await some('model'), monitors: await some('monitor') },
    };
  }

  /** Tells what was not told yet, because the gate died between a recall and its alarm. */
  async soundSilent(): Promise<void> {
    const silent = await this.#host.store.read((db: Kysely<unknown>) => listSilent(db));
    for (const recall of silent) await this.#sound(recall);
  }

  /** The newest alarms that were told, by this process or one before it, with when. */
  told(limit: number): Promise<readonly (RecallAlarm & { readonly toldMs: number })[]> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const alarms = [];
      for (const { recall, toldMs } of await listTold(db, limit))
        for (const alarm of await gatherAlarms(db, recall)) alarms.push({ ...alarm, toldMs });
      return alarms.slice(0, limit);
    });
  }

  async #sound(recall: Recall): Promise<void> {
    const { store, sound, clock } = this.#host;
    for (const alarm of await store.read((db: Kysely<unknown>) => gatherAlarms(db, recall)))
      sound(alarm);
    await store.write((tx: Kysely<unknown>) => markAlarmed(tx, recall.id, clock.nowMs()));
  }

  /** Recalls, newest first, with how many things of these compartments each one holds. */
  list(projects: readonly string[]): Promise<readonly Recall[]> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const recalls = await listRecalls(db, projects, { limit: RECALLS_MAX });
      return countVisible(db, recalls, projects);
    });
  }

  /** A recall of one of these compartments, by its id or the key that it took back; throws `LINEAGE_NOT_FOUND`. */
  get(id: string, projects: readonly string[]): Promise<Recall> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const recall = (await findRecalls(db, id)).find((each) => projects.includes(each.project));
      if (recall === undefined) throw lineageErrors.error('NOT_FOUND', { node: id.slice(0, 100) });
      const [counted = recall] = await countVisible(db, [recall], projects);
      return counted;
    });
  }

  /** The imports that a recall is about: of its source or set, with its file, or signed by its key. */
  imports(recall: Pick<Recall, 'target' | 'project'>): Promise<readonly RecalledImport[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listRecalledImports(db, recall));
  }

  /** Some of the imports that no one may admit any more because of a recall; none when all of them were ended. */
  doomed(): Promise<readonly DoomedImport[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listDoomed(db));
  }

  /** Models and monitors of these compartments that a recall holds. */
  held(
    recall: string,
    kind: NodeKind,
    projects: readonly string[],
    limit: number,
  ): Promise<readonly LineageNode[]> {
    return this.#host.store.read((db: Kysely<unknown>) =>
      listRecalled(db, recall, { kinds: [kind], projects, limit }),
    );
  }

  /** What to train again in these compartments, and in which order. */
  plan(recall: string, projects: readonly string[]): Promise<Plan> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const runs = await listRecalledRuns(db, recall, projects, PLAN_MAX + 1);
      const steps: PlanStep[] = [];
      for (const run of runs.slice(0, PLAN_MAX)) steps.push(await planStep(db, run));
      const [held] = await findRecalls(db, recall);
      const roots = held === undefined ? [] : await rootsOf(db, held);
      const earlier = await listOverlapping(db, recall, roots, projects);
      return { steps: orderPlan(steps), cut: runs.length > PLAN_MAX, earlier };
    });
  }
}

interface Quarantined {
  readonly reached: number;
  readonly sources: readonly string[];
  readonly sets: number;
  readonly setsSha256: string;
  readonly models: readonly LineageNode[];
  readonly monitors: readonly LineageNode[];
  readonly stopped: readonly string[];
}

/** The digest of the sets that a recall ended; what the ledger holds the table to. */
export function setsDigest(sets: readonly string[]): string {
  return sha256([...sets].sort().join('\n'));
}

/** What a recall reached in all may tell of other compartments; the reader is told what it holds in their own. */
async function countVisible(
  db: Kysely<unknown>,
  recalls: readonly Recall[],
  projects: readonly string[],
): Promise<readonly Recall[]> {
  const reached = new Map<string, number>();
  for (let from = 0; from < recalls.length; from += PAGE) {
    const ids = recalls.slice(from, from + PAGE).map((each) => each.id);
    for (const { recall, project, count } of await countRecalled(db, ids))
      if (projects.includes(project)) reached.set(recall, (reached.get(recall) ?? 0) + count);
  }
  return recalls.map((each) => ({ ...each, reached: reached.get(each.id) ?? 0 }));
}

async function gatherAlarms(db: Kysely<unknown>, recall: Recall): Promise<readonly RecallAlarm[]> {
  const counted = Map.groupBy(await countRecalled(db, [recall.id]), (each) => each.project);
  const alarms: RecallAlarm[] = [];
  for (const project of new Set([recall.project, ...counted.keys()])) {
    const counts = emptyCounts();
    for (const { kind, count } of counted.get(project) ?? []) counts[kind] = count;
    const monitors = await listRecalled(db, recall.id, {
      ...{ kinds: ['monitor'], projects: [project], limit: ALARM_NAMES_MAX },
    });
    alarms.push({ recall, project, counts, monitors: monitors.map((each) => each.name) });
  }
  return alarms;
}

async function planStep(db: Kysely<unknown>, run: LineageNode): Promise<PlanStep> {
  const near = async (direction: 'up' | 'down'): Promise<readonly LineageNode[]> =>
    readNodes(db, await neighbours(db, run.id, direction, NEIGHBOURS_MAX));
  const parents = await near('up');
  const sets = parents.filter((each) => each.kind === 'set');
  const ids = (bad: boolean): readonly string[] =>
    sets.filter((each) => (each.recall !== null) === bad).map((each) => each.id);
  const base = parents.find((each) => each.kind === 'model');
  const good = base?.recall === null ? 'good' : 'quarantined';
  return {
    ...{ run: run.id, name: run.name, project: run.project, base: base?.id ?? null },
    baseState: base === undefined ? 'none' : good,
    ...{ setsLeft: ids(false), setsRecalled: ids(true) },
    results: (await near('down')).map(({ id, name }) => ({ id, name })),
    action: sets.length > 0 && ids(false).length === 0 ? 'drop' : 'retrain',
  };
}

async function* readRecalled(
  db: Kysely<unknown>,
  recall: string,
  kind: NodeKind,
): AsyncGenerator<LineageNode, void, undefined> {
  for (let after = ''; ;) {
    const page = await listRecalled(db, recall, { kinds: [kind], after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
