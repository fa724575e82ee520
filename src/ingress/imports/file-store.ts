/** The tables of an import's files and their safe forms. Durable with the caller's transaction. */
import type { Kysely } from 'kysely';
import type { Finding } from '../../inspect/index.ts';
import type { SafeType, ScanVerdict } from '../decoded.ts';
import { importErrors } from './errors.ts';
import type { AnnouncedImportFile, ImportCounts, ImportFile, ImportForm } from './import.ts';
import type { ImportTables } from './import-store.ts';

interface FileRow {
  import: string;
  position: bigint;
  name: string;
  sha256: string;
  bytes: bigint;
  received: bigint;
  type: string | null;
  verdict: string | null;
  findings: string | null;
  rules: bigint | null;
}

interface FormRow {
  import: string;
  file: bigint;
  position: bigint;
  name: string;
  type: string;
  sha256: string;
  bytes: bigint;
}

/** The tables of this file. */
export interface FileTables {
  import_files: FileRow;
  import_forms: FormRow;
}

type Db = Kysely<unknown>;

const ROWS = 50;

function tables(db: Db): Kysely<FileTables> {
  return db;
}

function fromFileRow(row: FileRow): ImportFile {
  return {
    position: Number(row.position),
    name: row.name,
    sha256: row.sha256,
    bytes: Number(row.bytes),
    received: row.received === 1n,
    type: row.type,
    verdict: row.verdict as ScanVerdict | null,
    findings: row.findings === null ? [] : (JSON.parse(row.findings) as Finding[]),
    rules: row.rules === null ? null : Number(row.rules),
  };
}

function fromFormRow(row: FormRow): ImportForm {
  return {
    file: Number(row.file),
    position: Number(row.position),
    name: row.name,
    type: row.type as SafeType,
    sha256: row.sha256,
    bytes: Number(row.bytes),
  };
}

/** Announces files; those that were announced before keep their place. */
export async function insertFiles(
  tx: Db,
  id: string,
  first: number,
  files: readonly AnnouncedImportFile[],
): Promise<void> {
  const rows = files.map((file, index): FileRow => ({
    import: id,
    position: BigInt(first + index),
    name: file.name,
    sha256: file.sha256,
    bytes: BigInt(file.bytes),
    received: 0n,
    type: null,
    verdict: null,
    findings: null,
    rules: null,
  }));
  for (let from = 0; from < rows.length; from += ROWS)
    await tables(tx)
      .insertInto('import_files')
      .values(rows.slice(from, from + ROWS))
      .execute();
}

/** Files by name. */
export async function findFiles(
  db: Db,
  id: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, ImportFile>> {
  const found = new Map<string, ImportFile>();
  for (let from = 0; from < names.length; from += ROWS) {
    const rows = await tables(db)
      .selectFrom('import_files')
      .selectAll()
      .where('import', '=', id)
      .where('name', 'in', names.slice(from, from + ROWS))
      .execute();
    for (const row of rows) found.set(row.name, fromFileRow(row));
  }
  return found;
}

/** One file; throws `IMPORT_FILE_UNKNOWN`. */
export async function readFile(db: Db, id: string, position: number): Promise<ImportFile> {
  const row = await tables(db)
    .selectFrom('import_files')
    .selectAll()
    .where('import', '=', id)
    .where('position', '=', BigInt(position))
    .executeTakeFirst();
  if (row === undefined) throw importErrors.error('FILE_UNKNOWN', { id, file: position });
  return fromFileRow(row);
}

/** A page of files in their order, from a position on. */
export async function listFiles(
  db: Db,
  id: string,
  from: number,
  limit: number,
  verdict?: ScanVerdict,
): Promise<readonly ImportFile[]> {
  let query = tables(db).selectFrom('import_files').selectAll().where('import', '=', id);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  const rows = await query
    .where('position', '>=', BigInt(from))
    .orderBy('position')
    .limit(limit)
    .execute();
  return rows.map(fromFileRow);
}

/** The safe forms of files from one position to another, both included. */
export async function listForms(
  db: Db,
  id: string,
  from: number,
  to: number,
): Promise<readonly ImportForm[]> {
  const rows = await tables(db)
    .selectFrom('import_forms')
    .selectAll()
    .where('import', '=', id)
    .where('file', '>=', BigInt(from))
    .where('file', '<=', BigInt(to))
    .orderBy('file')
    .orderBy('position')
    .execute();
  return rows.map(fromFormRow);
}

/** Notes that a file is whole. */
export async function markReceived(tx: Db, id: string, position: number): Promise<void> {
  await tables(tx)
    .updateTable('import_files')
    .set({ received: 1n })
    .where('import', '=', id)
    .where('position', '=', BigInt(position))
    .execute();
}

/** What a decoder found out about a file. */
export interface DecodedFile {
  readonly type: string;
  readonly verdict: ScanVerdict;
  readonly findings: readonly Finding[];
  readonly rules: number;
  readonly forms: readonly Omit<ImportForm, 'file' | 'position'>[];
}

/** Notes the verdict on a file. `keepForms` leaves what was admitted as it is. */
export async function putVerdict(
  tx: Db,
  id: string,
  position: number,
  decoded: DecodedFile,
  keepForms = false,
): Promise<void> {
  await tables(tx)
    .updateTable('import_files')
    .set({
      type: decoded.type,
      verdict: decoded.verdict,
      findings: JSON.stringify(decoded.findings),
      rules: BigInt(decoded.rules),
    })
    .where('import', '=', id)
    .where('position', '=', BigInt(position))
    .execute();
  if (keepForms) return;
  await tables(tx)
    .deleteFrom('import_forms')
    .where('import', '=', id)
    .where('file', '=', BigInt(position))
    .execute();
  const rows = decoded.forms.map((form, index): FormRow => ({
    import: id,
    file: BigInt(position),
    position: BigInt(index),
    name: form.name,
    type: form.type,
    sha256: form.sha256,
    bytes: BigInt(form.bytes),
  }));
  for (let from = 0; from < rows.length; from += ROWS)
    await tables(tx)
      .insertInto('import_forms')
      .values(rows.slice(from, from + ROWS))
      .execute();
}

/** How many files an import has, by what is known of them. */
export async function countFiles(db: Db, id: string): Promise<ImportCounts> {
  const rows = await tables(db)
    .selectFrom('import_files')
    .select((eb) => [
      'received',
      'verdict',
      eb.fn.countAll<bigint>().as('files'),
      eb.fn.sum<bigint>('bytes').as('bytes'),
    ])
    .where('import', '=', id)
    .groupBy(['received', 'verdict'])
    .execute();
  const counts = { files: 0, bytes: 0, received: 0, receivedBytes: 0 };
  const verdicts = { clean: 0, malicious: 0, inconclusive: 0 };
  for (const row of rows) {
    const files = Number(row.files);
    counts.files += files;
    counts.bytes += Number(row.bytes);
    if (row.received === 1n) {
      counts.received += files;
      counts.receivedBytes += Number(row.bytes);
    }
    if (row.verdict !== null) verdicts[row.verdict as ScanVerdict] += files;
  }
  return { ...counts, ...verdicts };
}

/** Whether an import has a safe form of this digest. */
export async function isFormOf(db: Db, id: string, sha256: string): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('import_forms')
    .select('position')
    .where('import', '=', id)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row !== undefined;
}

/** Imports that hold a file with this digest, as it came or in its safe form. */
export async function findByDigest(db: Db, sha256: string): Promise<readonly string[]> {
  const originals = await tables(db)
    .selectFrom('import_files')
    .select('import')
    .where('sha256', '=', sha256)
    .execute();
  const forms = await tables(db)
    .selectFrom('import_forms')
    .select('import')
    .where('sha256', '=', sha256)
    .execute();
  return [...new Set([...originals, ...forms].map((row) => row.import))];
}

/**
 * Whether a file with this digest is here for an import that is not closed: of a project, or of any with null. Its own
 * import counts once it was received.
 */
export async function isHeldIn(
  db: Db,
  project: string | null,
  sha256: string,
  bytes: number,
): Promise<boolean> {
  let query = (db as unknown as Kysely<FileTables & ImportTables>)
    .selectFrom('import_files')
    .innerJoin('imports', 'imports.id', 'import_files.import')
    .select('imports.id')
    .where('import_files.sha256', '=', sha256)
    .where('import_files.bytes', '=', BigInt(bytes))
    .where('import_files.received', '=', 1n)
    .where('imports.state', '!=', 'closed');
  if (project !== null) query = query.where('imports.project', '=', project);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}

/** Whether a safe form with this digest belongs to an import that is not closed. */
export async function isFormHeld(db: Db, sha256: string): Promise<boolean> {
  const row = await (db as unknown as Kysely<FileTables & ImportTables>)
    .selectFrom('import_forms')
    .innerJoin('imports', 'imports.id', 'import_forms.import')
    .select('imports.id')
    .where('import_forms.sha256', '=', sha256)
    .where('imports.state', '!=', 'closed')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether every file of an import has a verdict. */
export async function isDecoded(db: Db, id: string): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('import_files')
    .select('position')
    .where('import', '=', id)
    .where('verdict', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row === undefined;
}

/** Admitted imports that hold a file whose verdict is of older rules. */
export async function listOutdated(
  db: Db,
  projects: readonly string[],
  rules: number,
): Promise<readonly string[]> {
  if (projects.length === 0) return [];
  const rows = await (db as unknown as Kysely<FileTables & ImportTables>)
    .selectFrom('import_files')
    .innerJoin('imports', 'imports.id', 'import_files.import')
    .select('imports.id')
    .distinct()
    .where('imports.state', '=', 'admitted')
    .where('imports.project', 'in', projects)
    .where('import_files.rules', '<', BigInt(rules))
    .where('import_files.verdict', '!=', 'malicious')
    .orderBy('imports.id')
    .limit(1_000)
    .execute();
  return rows.map((row) => row.id);
}
