/** Imports that are on their way in and cannot be admitted any more, because of a recall. */
import type { Kysely } from 'kysely';
import type { FileTables, ImportTables } from '../imports/index.ts';
import type { SourceTables } from '../sources/index.ts';
import type { RecallTables } from './recall-store.ts';

/** An import that has to end. */
export interface DoomedImport {
  readonly id: string;
  readonly request: string | null;
  /** Why, as its requester and the ledger are told. */
  readonly reason: string;
}

type Tables = RecallTables & FileTables & ImportTables & SourceTables;

const AT_ONCE = 100;
const OPEN = ['receiving', 'decoding', 'asked'];

/** Some of the imports that a recall keeps out: of its source, signed by its key, or with its file. */
export async function listDoomed(given: Kysely<unknown>): Promise<readonly DoomedImport[]> {
  const db = given as unknown as Kysely<Tables>;
  const open = db.selectFrom('imports').where('imports.state', 'in', OPEN).limit(AT_ONCE);
  const recalled = open.innerJoin('recalls', 'recalls.project', 'imports.project');
  const ofSource = await open
    .innerJoin('sources', 'sources.id', 'imports.source')
    .where('sources.recalled_ms', 'is not', null)
    .select(['imports.id', 'imports.request', 'sources.name'])
    .execute();
  const ofKey = await recalled
    .whereRef('recalls.target', '=', 'imports.signer')
    .where('recalls.target_kind', '=', 'key')
    .select(['imports.id', 'imports.request', 'recalls.target', 'recalls.id as recall'])
    .execute();
  const ofFile = [
    ...(await recalled
      .innerJoin('import_files', 'import_files.import', 'imports.id')
      .whereRef('recalls.target', '=', 'import_files.sha256')
      .where('recalls.target_kind', '=', 'file')
      .select(['imports.id', 'imports.request', 'recalls.target', 'recalls.id as recall'])
      .execute()),
    ...(await recalled
      .innerJoin('import_forms', 'import_forms.import', 'imports.id')
      .whereRef('recalls.target', '=', 'import_forms.sha256')
      .where('recalls.target_kind', '=', 'file')
      .select(['imports.id', 'imports.request', 'recalls.target', 'recalls.id as recall'])
      .execute()),
  ];
  const doomed = [
    ...ofSource.map(({ name, ...held }) => ({
      ...held,
      reason: `the source ${name} was recalled`,
    })),
    ...ofKey.map(({ target, recall, ...held }) => ({
      ...held,
      reason: `the key ${target} was recalled by ${recall}`,
    })),
    ...ofFile.map(({ target, recall, ...held }) => ({
      ...held,
      reason: `the file ${target} was recalled by ${recall}`,
    })),
  ];
  return [...new Map(doomed.map((each) => [each.id, each])).values()];
}
