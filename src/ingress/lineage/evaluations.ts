/** What monitors were measured to be worth, as somebody recorded it: kept with its ledger entry, newest first. */
import { z } from 'zod';
import type { Kysely } from 'kysely';
import { canonicalJson, newId, sha256 } from '../../core/index.ts';
import { findByDigest } from '../imports/index.ts';
import { lineageErrors } from './errors.ts';
import { reaches, readNodes } from './lineage-store.ts';
import type { LineageHost } from './lineages.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256 in lower case');
const share = z.number().min(0).max(1);
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const proportion = z.object({ value: share, low: share, high: share });

/** What `sallyport monitor evaluate --json` prints. */
export const EVALUATION = z.object({
  sources: z.enum(['as named', 'simulated']),
  monitor: digest.nullable().describe('the monitor that was measured; null for the method'),
  sets: z.array(digest).min(1).max(1_000).describe('what it was measured on'),
  ...{ documents: whole, positives: whole, negatives: whole, partitions: whole, repeats: whole },
  falsePositiveRateMax: share,
  falsePositiveRate: proportion,
  newSources: z
    .object({ sources: whole, rate: proportion, worst: share })
    .nullable()
    .default(null)
    .describe('of clean texts from a source that was not learnt; null where there were too few'),
  curve: z
    .array(
      z.object({
        badSources: whole,
        recall: proportion,
        ...{ recallLowest: share, recallHighest: share, accuracy: share },
      }),
    )
    .min(1)
    .max(1_000),
  warnings: z.array(z.string().max(1_000)).max(20),
});

/** A measurement of certified recall. */
export type RecordedEvaluation = z.infer<typeof EVALUATION>;

/** Who recorded which measurement of which monitor. */
export interface MonitorEvaluation {
  readonly id: string;
  /** The monitor's node. */
  readonly monitor: string;
  readonly by: string;
  readonly atMs: number;
  readonly sha256: string;
  readonly evaluation: RecordedEvaluation;
}

interface EvaluationRow {
  id: string;
  monitor: string;
  by: string;
  at_ms: bigint;
  sha256: string;
  evaluation: string;
}

/** The table of this file. */
export interface EvaluationTables {
  evaluations: EvaluationRow;
}

const OF_ONE_MAX = 20;

function tables(db: Kysely<unknown>): Kysely<EvaluationTables> {
  return db;
}

/**
 * Records a measurement of a monitor of the lineage; throws `LINEAGE_NOT_FOUND` for anything else, `LINEAGE_EVALUATION_OTHER` when
 * something else was measured, `LINEAGE_EVALUATION_SEEN` when it was measured on what it was trained on.
 */
export async function recordEvaluation(
  host: LineageHost,
  monitor: string,
  evaluation: RecordedEvaluation,
  by: string,
): Promise<MonitorEvaluation> {
  const { ledger, clock, random } = host;
  const text = canonicalJson(evaluation);
  const made = { id: newId('evl', random), monitor, by, atMs: clock.nowMs(), sha256: sha256(text) };
  await ledger.record(
    {
      kind: 'lineage.evaluated',
      by,
      ...{ evaluation: made.id, monitor, evaluationSha256: made.sha256 },
    },
    async (tx: Kysely<unknown>) => {
      const [node] = await readNodes(tx, [monitor]);
      if (node?.kind !== 'monitor') throw lineageErrors.error('NOT_FOUND', { node: monitor });
      if (evaluation.monitor !== node.sha256)
        throw lineageErrors.error('EVALUATION_OTHER', {
          ...{ node: monitor, measured: evaluation.monitor ?? 'the method' },
        });
      await needNew(tx, monitor, evaluation.sets);
      const { atMs, ...row } = made;
      await tables(tx)
        .insertInto('evaluations')
        .values({ ...row, at_ms: BigInt(atMs), evaluation: text })
        .execute();
    },
  );
  return { ...made, evaluation };
}

/** Throws when a set that was measured on is among those that the monitor came of. */
async function needNew(
  tx: Kysely<unknown>,
  monitor: string,
  sets: readonly string[],
): Promise<void> {
  for (const set of sets) {
    const imports = await findByDigest(tx, set);
    const seen = await reaches(
      tx,
      imports.map((id) => `set:${id}`),
      [monitor],
    );
    if (seen !== null) throw lineageErrors.error('EVALUATION_SEEN', { node: monitor, set });
  }
}

function fromRow({ at_ms, evaluation, ...row }: EvaluationRow): MonitorEvaluation {
  return {
    ...row,
    atMs: Number(at_ms),
    evaluation: JSON.parse(evaluation) as RecordedEvaluation,
  };
}

/** The newest measurements of a monitor. */
export async function listEvaluations(
  db: Kysely<unknown>,
  monitor: string,
): Promise<readonly MonitorEvaluation[]> {
  const rows = await tables(db)
    .selectFrom('evaluations')
    .selectAll()
    .where('monitor', '=', monitor)
    .orderBy('at_ms', 'desc')
    .orderBy('id')
    .limit(OF_ONE_MAX)
    .execute();
  return rows.map(fromRow);
}

/** A page of all measurements by id, with what their text hashes to. */
export async function pageEvaluations(
  db: Kysely<unknown>,
  after: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly monitor: string; readonly sha256: string }[]> {
  const rows = await tables(db)
    .selectFrom('evaluations')
    .selectAll()
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, monitor, evaluation }) => ({ id, monitor, sha256: sha256(evaluation) }));
}
