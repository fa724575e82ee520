/** The tables of screenings and exclusions. Durable with the caller's transaction. */
import type { Kysely } from 'kysely';
import { canonicalJson } from '../../core/index.ts';
import type { SignedSource } from '../screens/index.ts';
import { screeningErrors } from './errors.ts';
import type { Exclusion, ScreenFields, Screening, ScreeningState } from './screening.ts';

interface ScreeningRow {
  id: string;
  import: string;
  project: string;
  by: string;
  fields: string;
  monitor: string | null;
  state: string;
  asked_ms: bigint;
  ended_ms: bigint | null;
  report_sha256: string | null;
  verdict: string | null;
  documents: bigint | null;
  held: bigint | null;
  reason: string | null;
  labels: string | null;
}

/** The tables of this module. */
export interface ScreeningTables {
  screenings: ScreeningRow;
  /** `document` holds the id of a document or the spelling of a rule. */
  exclusions: { import: string; document: string; why: string; by: string; at_ms: bigint };
}

type Db = Kysely<unknown>;

function tables(db: Db): Kysely<ScreeningTables> {
  return db;
}

const toNumber = (value: bigint | null): number | null => (value === null ? null : Number(value));

function fromRow(row: ScreeningRow): Screening {
  return {
    ...{ id: row.id, import: row.import, project: row.project, by: row.by },
    fields: JSON.parse(row.fields) as ScreenFields,
    monitor: row.monitor,
    state: row.state as ScreeningState,
    askedMs: Number(row.asked_ms),
    endedMs: toNumber(row.ended_ms),
    reportSha256: row.report_sha256,
    verdict: row.verdict as Screening['verdict'],
    documents: toNumber(row.documents),
    held: toNumber(row.held),
    reason: row.reason,
    labels: row.labels === null ? null : (JSON.parse(row.labels) as Record<string, number>),
  };
}

/** Writes a screening that was asked for. */
export async function insertScreening(tx: Db, screening: Screening): Promise<void> {
  const { id, project, by, fields, monitor, askedMs } = screening;
  await tables(tx)
    .insertInto('screenings')
    .values({
      ...{ id, import: screening.import, project, by, fields: JSON.stringify(fields), monitor },
      ...{ state: 'running', asked_ms: BigInt(askedMs), ended_ms: null, report_sha256: null },
      ...{ verdict: null, documents: null, held: null, reason: null, labels: null },
    })
    .execute();
}

/** What a screening ended with. */
export type ScreeningEnd = Pick<
  Screening,
  'state' | 'reportSha256' | 'verdict' | 'documents' | 'held' | 'labels' | 'reason'
>;

/** Ends a running screening. */
export async function endScreening(
  tx: Db,
  id: string,
  end: ScreeningEnd,
  nowMs: number,
): Promise<void> {
  await tables(tx)
    .updateTable('screenings')
    .set({
      ...{ state: end.state, ended_ms: BigInt(nowMs), report_sha256: end.reportSha256 },
      verdict: end.verdict,
      documents: end.documents === null ? null : BigInt(end.documents),
      held: end.held === null ? null : BigInt(end.held),
      reason: end.reason,
      labels: end.labels === null ? null : canonicalJson(end.labels),
    })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

/** One screening; throws `SCREENING_NOT_FOUND`. */
export async function readScreening(db: Db, id: string): Promise<Screening> {
  const row = await tables(db)
    .selectFrom('screenings')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw screeningErrors.error('NOT_FOUND', { id: id.slice(0, 80) });
  return fromRow(row);
}

/** Which screenings to list; with null projects those of every compartment. */
export interface ScreeningPage {
  readonly projects: readonly string[] | null;
  readonly import?: string;
  readonly offset?: number;
  readonly limit: number;
}

/** Screenings, newest first. */
export async function listScreenings(db: Db, page: ScreeningPage): Promise<readonly Screening[]> {
  if (page.projects?.length === 0) return [];
  let query = tables(db).selectFrom('screenings').selectAll();
  if (page.projects !== null) query = query.where('project', 'in', page.projects);
  if (page.import !== undefined) query = query.where('import', '=', page.import);
  const rows = await query
    .orderBy('asked_ms', 'desc')
    .orderBy('id')
    .offset(page.offset ?? 0)
    .limit(page.limit)
    .execute();
  return rows.map(fromRow);
}

/** The newest report on another import of the same source: what a delivery is compared with. */
export async function findPrevious(
  db: Db,
  held: { readonly id: string; readonly source: string },
): Promise<string | null> {
  const row = await (
    db as unknown as Kysely<ScreeningTables & { imports: { id: string; source: string } }>
  )
    .selectFrom('screenings')
    .innerJoin('imports', 'imports.id', 'screenings.import')
    .select('screenings.report_sha256')
    .where('imports.source', '=', held.source)
    .where('imports.id', '!=', held.id)
    .where('screenings.state', '=', 'done')
    .orderBy('screenings.asked_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.report_sha256 ?? null;
}

/** The most screenings that are looked at for what is admitted beside a set. */
const BESIDE_MAX = 10_000;

/** Who signed for an import, and what is admitted and screened in its project beside it, by label. */
export async function findSigned(
  db: Db,
  held: { readonly id: string; readonly source: string; readonly project: string },
): Promise<SignedSource> {
  const joined = db as unknown as Kysely<
    ScreeningTables & {
      imports: { id: string; source: string; project: string; state: string };
      sources: { id: string; name: string };
    }
  >;
  const source = await joined
    .selectFrom('sources')
    .select('name')
    .where('id', '=', held.source)
    .executeTakeFirst();
  const rows = await joined
    .selectFrom('screenings')
    .innerJoin('imports', 'imports.id', 'screenings.import')
    .select(['screenings.import', 'screenings.labels', 'imports.source'])
    .where('imports.project', '=', held.project)
    .where('imports.state', '=', 'admitted')
    .where('imports.id', '!=', held.id)
    .where('screenings.labels', 'is not', null)
    .orderBy('screenings.asked_ms', 'desc')
    .orderBy('screenings.id')
    .limit(BESIDE_MAX)
    .execute();
  const earlier = new Map<string, number>();
  const others = new Map<string, number>();
  const signers = new Set<string>();
  const seen = new Set<string>();
  for (const row of rows) {
    // The newest screening of an import says what is left of it.
    if (seen.has(row.import)) continue;
    seen.add(row.import);
    const isOwn = row.source === held.source;
    if (!isOwn) signers.add(row.source);
    const counts = isOwn ? earlier : others;
    const labels = JSON.parse(row.labels ?? '{}') as Readonly<Record<string, number>>;
    for (const [label, count] of Object.entries(labels))
      counts.set(label, (counts.get(label) ?? 0) + count);
  }
  return {
    ...{ name: source?.name ?? held.source, signers: signers.size },
    ...{ earlier: Object.fromEntries(earlier), others: Object.fromEntries(others) },
  };
}

/** What reviewers took out of an import, in the order of ids and rules. */
export async function listExclusions(db: Db, id: string): Promise<readonly Exclusion[]> {
  const rows = await tables(db)
    .selectFrom('exclusions')
    .selectAll()
    .where('import', '=', id)
    .orderBy('document')
    .execute();
  return rows.map(({ document, why, by, at_ms }) => ({
    ...{ what: document, why, by, atMs: Number(at_ms) },
  }));
}

/** Imports from which something was excluded. */
export async function listExcluded(db: Db): Promise<readonly string[]> {
  const rows = await tables(db)
    .selectFrom('exclusions')
    .select('import')
    .distinct()
    .orderBy('import')
    .execute();
  return rows.map((row) => row.import);
}

/** Takes documents and rows out; what is out stays as it is. */
export async function addExclusions(
  tx: Db,
  id: string,
  exclusions: readonly Exclusion[],
): Promise<void> {
  for (let from = 0; from < exclusions.length; from += 100)
    await tables(tx)
      .insertInto('exclusions')
      .values(
        exclusions.slice(from, from + 100).map(({ what, why, by, atMs }) => ({
          ...{ import: id, document: what, why, by, at_ms: BigInt(atMs) },
        })),
      )
      .onConflict((conflict) => conflict.columns(['import', 'document']).doNothing())
      .execute();
}

/** Takes documents and rows back in. */
export async function removeExclusions(
  tx: Db,
  id: string,
  whats: readonly string[],
): Promise<void> {
  for (let from = 0; from < whats.length; from += 100)
    await tables(tx)
      .deleteFrom('exclusions')
      .where('import', '=', id)
      .where('document', 'in', whats.slice(from, from + 100))
      .execute();
}
