/** The table of imports. Durable with the caller's transaction; reads see what is committed. */
import type { Kysely } from 'kysely';
import { importErrors } from './errors.ts';
import type { Import, ImportState } from './import.ts';

interface ImportRow {
  id: string;
  project: string;
  source: string;
  requester: string;
  sponsor: string | null;
  idempotency_key: string;
  why: string;
  skip_refused: bigint;
  state: string;
  request: string | null;
  proof: string | null;
  manifest_sha256: string | null;
  statement_sha256: string | null;
  opened_ms: bigint;
  admitted_ms: bigint | null;
  recalled_ms: bigint | null;
  /** When something of it last arrived. */
  touched_ms: bigint | null;
  /** When the files of a closed one were removed. */
  cleaned_ms: bigint | null;
  signer: string | null;
  reason: string | null;
}

/** The table of this file. */
export interface ImportTables {
  imports: ImportRow;
}

type Db = Kysely<unknown>;

function tables(db: Db): Kysely<ImportTables> {
  return db;
}

function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function fromRow(row: ImportRow): Import {
  return {
    id: row.id,
    project: row.project,
    source: row.source,
    requester: row.requester,
    sponsor: row.sponsor,
    key: row.idempotency_key,
    why: row.why,
    skipRefused: row.skip_refused === 1n,
    state: row.state as ImportState,
    request: row.request,
    proof: row.proof,
    manifestSha256: row.manifest_sha256,
    statementSha256: row.statement_sha256,
    openedMs: Number(row.opened_ms),
    admittedMs: toNumber(row.admitted_ms),
    recalledMs: toNumber(row.recalled_ms),
    signer: row.signer,
    reason: row.reason,
  };
}

/** Writes a new import. */
export async function insertImport(tx: Db, held: Import): Promise<void> {
  const row: ImportRow = {
    id: held.id,
    project: held.project,
    source: held.source,
    requester: held.requester,
    sponsor: held.sponsor,
    idempotency_key: held.key,
    why: held.why,
    skip_refused: held.skipRefused ? 1n : 0n,
    state: held.state,
    request: null,
    proof: null,
    manifest_sha256: null,
    statement_sha256: null,
    opened_ms: BigInt(held.openedMs),
    admitted_ms: null,
    recalled_ms: null,
    touched_ms: BigInt(held.openedMs),
    cleaned_ms: null,
    signer: held.signer,
    reason: null,
  };
  await tables(tx).insertInto('imports').values(row).execute();
}

/** Reads an import; throws `IMPORT_NOT_FOUND`. */
export async function readImport(db: Db, id: string): Promise<Import> {
  const row = await tables(db)
    .selectFrom('imports')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw importErrors.error('NOT_FOUND', { id: id.slice(0, 80) });
  return fromRow(row);
}

/** The import that a requester opened with a key before. */
export async function findImportByKey(
  db: Db,
  requester: string,
  key: string,
): Promise<Import | undefined> {
  const row = await tables(db)
    .selectFrom('imports')
    .selectAll()
    .where('requester', '=', requester)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** The import whose admission a statement proves. */
export async function findImportByStatement(db: Db, sha256: string): Promise<Import | undefined> {
  const row = await tables(db)
    .selectFrom('imports')
    .selectAll()
    .where('statement_sha256', '=', sha256)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** How many imports of a requester are being received. */
export async function countOpen(db: Db, requester: string): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('imports')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('requester', '=', requester)
    .where('state', '=', 'receiving')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Which imports to list. */
export interface ImportFilter {
  readonly projects?: readonly string[];
  readonly states?: readonly ImportState[];
  readonly source?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** Imports, newest first. */
export async function listImports(db: Db, filter: ImportFilter): Promise<readonly Import[]> {
  if (filter.projects?.length === 0 || filter.states?.length === 0) return [];
  let query = tables(db).selectFrom('imports').selectAll();
  if (filter.projects !== undefined) query = query.where('project', 'in', filter.projects);
  if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
  if (filter.source !== undefined) query = query.where('source', '=', filter.source);
  const rows = await query
    .orderBy('opened_ms', 'desc')
    .orderBy('id')
    .offset(filter.offset ?? 0)
    .limit(Math.min(filter.limit ?? 100, 1_000))
    .execute();
  return rows.map(fromRow);
}

/** Imports of a project that a key signed, or that are of one of these sources, the newest first. */
export async function listSigned(
  db: Db,
  by: {
    readonly project: string;
    readonly signer: string | null;
    readonly sources: readonly string[];
  },
): Promise<readonly { readonly id: string; readonly state: string; readonly why: string }[]> {
  const { project, signer, sources } = by;
  return tables(db)
    .selectFrom('imports')
    .select(['id', 'state', 'why'])
    .where('project', '=', project)
    .where((eb) =>
      eb.or([
        ...(signer === null ? [] : [eb('signer', '=', signer)]),
        ...(sources.length === 0 ? [] : [eb('source', 'in', sources)]),
      ]),
    )
    .orderBy('opened_ms', 'desc')
    .orderBy('id')
    .execute();
}

/** Imports of every project that a key signed. */
export async function findImportsOfSigner(db: Db, signer: string): Promise<readonly string[]> {
  const rows = await tables(db)
    .selectFrom('imports')
    .select('id')
    .where('signer', '=', signer)
    .execute();
  return rows.map((row) => row.id);
}

/** What may change of an import. */
export interface ImportPatch {
  readonly state?: ImportState;
  readonly request?: string;
  readonly proof?: string;
  readonly manifestSha256?: string;
  readonly statementSha256?: string;
  readonly admittedMs?: number;
  readonly recalledMs?: number;
  readonly signer?: string;
  readonly reason?: string;
}

/** Changes an import that is in one of these states; throws `IMPORT_STATE_WRONG` when it is not. */
export async function changeImport(
  tx: Db,
  id: string,
  from: readonly ImportState[],
  event: string,
  patch: ImportPatch,
): Promise<void> {
  const changed = await tables(tx)
    .updateTable('imports')
    .set({
      ...(patch.state === undefined ? {} : { state: patch.state }),
      ...(patch.request === undefined ? {} : { request: patch.request }),
      ...(patch.proof === undefined ? {} : { proof: patch.proof }),
      ...(patch.manifestSha256 === undefined ? {} : { manifest_sha256: patch.manifestSha256 }),
      ...(patch.statementSha256 === undefined ? {} : { statement_sha256: patch.statementSha256 }),
      ...(patch.admittedMs === undefined ? {} : { admitted_ms: BigInt(patch.admittedMs) }),
      ...(patch.recalledMs === undefined ? {} : { recalled_ms: BigInt(patch.recalledMs) }),
      ...(patch.signer === undefined ? {} : { signer: patch.signer }),
      ...(patch.reason === undefined ? {} : { reason: patch.reason }),
    })
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirstOrThrow();
  if (changed.numUpdatedRows === 1n) return;
  const { state } = await readImport(tx, id);
  throw importErrors.error('STATE_WRONG', { id, event, state });
}

/** Ends the admission of imports that a recall reached. */
export async function markRecalled(tx: Db, ids: readonly string[], nowMs: number): Promise<void> {
  for (let from = 0; from < ids.length; from += 200)
    await tables(tx)
      .updateTable('imports')
      .set({ state: 'recalled', recalled_ms: BigInt(nowMs) })
      .where('id', 'in', ids.slice(from, from + 200))
      .where('state', '=', 'admitted')
      .execute();
}

/** Notes that something of an import arrived. */
export async function touchImport(tx: Db, id: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('imports')
    .set({ touched_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .execute();
}

/** Imports that are being received and of which nothing arrived since. */
export async function listAbandoned(
  db: Db,
  sinceMs: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tables(db)
    .selectFrom('imports')
    .select('id')
    .where('state', '=', 'receiving')
    .where((eb) => eb(eb.fn.coalesce('touched_ms', 'opened_ms'), '<', BigInt(sinceMs)))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Closed imports whose files are still to be removed. */
export async function listUncleaned(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await tables(db)
    .selectFrom('imports')
    .select('id')
    .where('state', '=', 'closed')
    .where('cleaned_ms', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Notes that the files of a closed import were removed. */
export async function markCleaned(tx: Db, id: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('imports')
    .set({ cleaned_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .execute();
}
