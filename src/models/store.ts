/**
 * The tables of guarded models. Durable with the caller's transaction; every change carries its ledger entry.
 *
 * Distinct vectors are kept as hashes per model for ever: a released row cannot be taken back.
 */
import type { Kysely } from 'kysely';
import { isoTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import { declareModel } from './model.ts';
import type { Model, ModelFacts, ModelState } from './model.ts';

interface ModelRow {
  model: string;
  version: bigint;
  parameters: bigint;
  bits_per_parameter: string;
  effective_bits: bigint;
  hidden_width: bigint;
  vocabulary: bigint;
  state: string;
  changed_ms: bigint;
  changed_by: string;
}

/** The tables of this module. */
export interface ModelTables {
  models: ModelRow;
  model_versions: ModelRow;
  model_vectors: { model: string; hash: string };
}

/** Runs with a change of a model in the same transaction. */
export type AlsoChange = (tx: Kysely<unknown>, model: Model) => Promise<void>;

/** The guarded models. */
export interface Models {
  list(): Promise<readonly Model[]>;
  get(id: string): Promise<Model>;
  /** Declares a model; `also` runs in the same transaction, for its budget. */
  add(id: string, facts: ModelFacts, by: string, also?: AlsoChange): Promise<Model>;
  /** Declares a new version of a model's facts. The old versions stay. */
  revise(id: string, facts: ModelFacts, by: string, also?: AlsoChange): Promise<Model>;
  setState(id: string, state: ModelState, reason: string, by: string): Promise<Model>;
  /**
   * Writes facts over a row that was lost or changed by hand. Quarantined: whether the model was stopped is not known any
   * more, and only people let a stopped one be used again.
   */
  putRight(id: string, facts: ModelFacts): Promise<Model>;
  versions(id: string): Promise<readonly Model[]>;
  countedVectors(id: string): Promise<number>;
  /** What {@link countVectors} would say now; counts nothing. */
  wouldCount(models: readonly Model[], vectors: VectorSets): Promise<VectorVerdict>;
}

/** What {@link countVectors} says: the first model that would be given away, if any. */
export type VectorVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly model: string;
      readonly counted: number;
      readonly width: number;
    };

const VECTORS_MAX = 100_000;

function fromRow(row: ModelRow): Model {
  return {
    id: row.model,
    version: Number(row.version),
    parameters: row.parameters,
    bitsPerParameter: row.bits_per_parameter,
    effectiveBits: row.effective_bits,
    hiddenWidth: Number(row.hidden_width),
    vocabulary: Number(row.vocabulary),
    state: row.state as ModelState,
  };
}

function toRow(model: Model, nowMs: number, by: string): ModelRow {
  return {
    model: model.id,
    version: BigInt(model.version),
    parameters: model.parameters,
    bits_per_parameter: model.bitsPerParameter,
    effective_bits: model.effectiveBits,
    hidden_width: BigInt(model.hiddenWidth),
    vocabulary: BigInt(model.vocabulary),
    state: model.state,
    changed_ms: BigInt(nowMs),
    changed_by: by,
  };
}

/** Every declared model, inside or outside a transaction. */
export async function listModels(db: Kysely<unknown>): Promise<readonly Model[]> {
  const rows = await (db as Kysely<ModelTables>)
    .selectFrom('models')
    .selectAll()
    .orderBy('model')
    .execute();
  return rows.map(fromRow);
}

async function findModel(db: Kysely<unknown>, id: string): Promise<Model | undefined> {
  const row = await (db as Kysely<ModelTables>)
    .selectFrom('models')
    .selectAll()
    .where('model', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** The number of a model's next version, also where its row was lost. */
async function nextVersion(tx: Kysely<unknown>, id: string): Promise<number> {
  const row = await (tx as Kysely<ModelTables>)
    .selectFrom('model_versions')
    .select('version')
    .where('model', '=', id)
    .orderBy('version', 'desc')
    .executeTakeFirst();
  return Number(row?.version ?? 0n) + 1;
}

/** Distinct vectors by their length. */
export type VectorSets = readonly { readonly width: number; readonly hashes: readonly string[] }[];

async function judgeVectors(
  tx: Kysely<unknown>,
  models: readonly Model[],
  vectors: VectorSets,
): Promise<{ verdict: VectorVerdict; fresh: readonly { model: string; hash: string }[] }> {
  const fresh: { model: string; hash: string }[] = [];
  for (const { id: model, hiddenWidth: width, ...rest } of models) {
    const widths = vectorWidths({ hiddenWidth: width, vocabulary: rest.vocabulary });
    const hashes = new Set<string>();
    for (const each of vectors) {
      if (widths.includes(each.width)) for (const hash of each.hashes) hashes.add(hash);
    }
    if (hashes.size === 0) continue;
    if (hashes.size > VECTORS_MAX) {
      return { verdict: { ok: false, model, counted: hashes.size, width }, fresh: [] };
    }
    const rows = await (tx as Kysely<ModelTables>)
      .selectFrom('model_vectors')
      .select('hash')
      .where('model', '=', model)
      .execute();
    const known = new Set(rows.map((row) => row.hash));
    const added = [...hashes].filter((hash) => !known.has(hash));
    const counted = known.size + added.length;
    // What left already is no reason to stop a release that adds nothing to it.
    if (added.length > 0 && counted >= width) {
      return { verdict: { ok: false, model, counted, width }, fresh: [] };
    }
    for (const hash of added) fresh.push({ model, hash });
  }
  return { verdict: { ok: true }, fresh };
}

/**
 * Counts the distinct vectors of a release against the models in reach, in the caller's transaction: hidden states, and
 * rows over the vocabulary, which are linear in them. At the hidden width that many vectors give a layer away, so a
 * release that reaches it is stopped and nothing is counted.
 */
export async function countVectors(
  tx: Kysely<unknown>,
  models: readonly Model[],
  vectors: VectorSets,
): Promise<VectorVerdict> {
  const { verdict, fresh } = await judgeVectors(tx, models, vectors);
  for (let from = 0; from < fresh.length; from += 200) {
    await (tx as Kysely<ModelTables>)
      .insertInto('model_vectors')
      .values(fresh.slice(from, from + 200))
      .execute();
  }
  return verdict;
}

/** The lengths of vectors that are counted for a model; none when its hidden width is unknown. */
export function vectorWidths(model: Pick<Model, 'hiddenWidth' | 'vocabulary'>): readonly number[] {
  if (model.hiddenWidth === 0) return [];
  return [model.hiddenWidth, ...(model.vocabulary > 0 ? [model.vocabulary] : [])];
}

/** Quarantines those of these models that are declared and in use, in the caller's transaction; gives their ids. */
export async function quarantineModels(
  tx: Kysely<unknown>,
  ids: readonly string[],
  by: string,
  nowMs: number,
): Promise<readonly string[]> {
  const stopped: string[] = [];
  const wanted = new Set(ids);
  // Few models are declared, and any number may be named: the lineage of a large organisation has tens of thousands.
  for (const before of await listModels(tx)) {
    if (!wanted.has(before.id) || before.state === 'quarantined') continue;
    const model = { ...before, state: 'quarantined', version: before.version + 1 } as const;
    await saveModel(tx, model, by, nowMs);
    stopped.push(model.id);
  }
  return stopped;
}

/** Declares facts of a model, new or anew, or lets it be used again, in the caller's transaction. */
export async function putModel(
  tx: Kysely<unknown>,
  id: string,
  change: ModelFacts | 'activate',
  by: string,
  nowMs: number,
): Promise<Model> {
  const before = await findModel(tx, id);
  if (before === undefined && change === 'activate') throw errors.error('NOT_FOUND', { model: id });
  const version = await nextVersion(tx, id);
  const model =
    change === 'activate' && before !== undefined
      ? { ...before, state: 'active' as const, version }
      : declareModel(id, change as ModelFacts, version, before?.state);
  await saveModel(tx, model, by, nowMs);
  return model;
}

async function saveModel(
  tx: Kysely<unknown>,
  model: Model,
  by: string,
  nowMs: number,
): Promise<void> {
  const db = tx as Kysely<ModelTables>;
  const row = toRow(model, nowMs, by);
  await db.insertInto('model_versions').values(row).execute();
  await db.deleteFrom('models').where('model', '=', model.id).execute();
  await db.insertInto('models').values(row).execute();
}

/** Opens the models of a store. */
export function openModels(host: { store: Store; ledger: Ledger; clock: Clock }): Models {
  const { store, ledger, clock } = host;
  const save = async (
    kind: string,
    id: string,
    by: string,
    extra: Readonly<Record<string, string>>,
    build: (before: Model | undefined) => Model,
    also?: AlsoChange,
  ): Promise<Model> => {
    const nowMs = clock.nowMs();
    const { value } = await ledger.record(
      (model: Model) => ({ kind, at: isoTime(nowMs), by, ...extra, ...describeModel(model) }),
      async (tx: Kysely<ModelTables>) => {
        const model = build(await findModel(tx as Kysely<unknown>, id));
        await saveModel(tx as Kysely<unknown>, model, by, nowMs);
        await also?.(tx as Kysely<unknown>, model);
        return model;
      },
    );
    return value;
  };
  const needed = (id: string, before: Model | undefined): Model => {
    if (before === undefined) throw errors.error('NOT_FOUND', { model: id });
    return before;
  };
  return {
    list: () => store.read((db) => listModels(db)),
    get: async (id) => needed(id, await store.read((db) => findModel(db, id))),
    add: (id, facts, by, also) =>
      save(
        'model.declared',
        id,
        by,
        {},
        (before) => {
          if (before !== undefined) throw errors.error('EXISTS', { model: id });
          return declareModel(id, facts);
        },
        also,
      ),
    revise: (id, facts, by, also) =>
      save(
        'model.revised',
        id,
        by,
        {},
        (before) => {
          const old = needed(id, before);
          return declareModel(id, facts, old.version + 1, old.state);
        },
        also,
      ),
    setState: (id, state, reason, by) =>
      save('model.state-set', id, by, { reason }, (before) => {
        const old = needed(id, before);
        return { ...old, state, version: old.version + 1 };
      }),
    putRight: async (id, facts) => {
      const nowMs = clock.nowMs();
      const { value } = await ledger.record(
        (model: Model) => ({
          ...{ kind: 'model.revised', at: isoTime(nowMs), by: 'gate' },
          ...describeModel(model),
        }),
        async (tx: Kysely<unknown>) => {
          const model = declareModel(id, facts, await nextVersion(tx, id), 'quarantined');
          await saveModel(tx, model, 'gate', nowMs);
          return model;
        },
      );
      return value;
    },
    versions: async (id) =>
      store.read(async (db: Kysely<ModelTables>) => {
        const rows = await db
          .selectFrom('model_versions')
          .selectAll()
          .where('model', '=', id)
          .orderBy('version')
          .execute();
        return rows.map(fromRow);
      }),
    wouldCount: async (models, vectors) =>
      (await store.read((db) => judgeVectors(db, models, vectors))).verdict,
    countedVectors: async (id) =>
      store.read(async (db: Kysely<ModelTables>) => {
        const row = await db
          .selectFrom('model_vectors')
          .select((eb) => eb.fn.countAll<bigint>().as('count'))
          .where('model', '=', id)
          .executeTakeFirst();
        return Number(row?.count ?? 0n);
      }),
  };
}

/** A model as plain JSON, for entries and answers. */
export function describeModel(model: Model): Readonly<Record<string, string | number>> {
  return {
    model: model.id,
    version: model.version,
    parameters: Number(model.parameters),
    bitsPerParameter: model.bitsPerParameter,
    effectiveBits: Number(model.effectiveBits),
    hiddenWidth: model.hiddenWidth,
    vocabulary: model.vocabulary,
    state: model.state,
  };
}
