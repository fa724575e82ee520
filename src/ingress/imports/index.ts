/** Imports: quarantine, decoding by jobs, the request that admits, and the statement that proves it. */
export { DECODE_QUEUE, RESCAN_QUEUE, decodeHandler, decodeJob } from './decode-jobs.ts';
export type { TakenUp } from './decode-jobs.ts';
export { startDecoding } from './decoding.ts';
export type { Decoding, DecodingHost } from './decoding.ts';
export { IN_TOTO_PAYLOAD, openEnvelope } from './dsse.ts';
export { importErrors } from './errors.ts';
export type { FileTables } from './file-store.ts';
export { findByDigest, isFormOf, listFiles, listForms, readFile } from './file-store.ts';
export { IMPORT_STATES } from './import.ts';
export type {
  Import,
  ImportCounts,
  ImportFile,
  ImportForm,
  ImportState,
  OpenImport,
  ReceivedFile,
} from './import.ts';
export { importKind, readImportFacts, readImportInput, writeImportInput } from './import-kind.ts';
export type { Admitted, ImportFacts, ImportKindHost } from './import-kind.ts';
export {
  findImportByStatement,
  findImportsOfSigner,
  listSigned,
  markRecalled,
  readImport,
} from './import-store.ts';
export type { ImportTables } from './import-store.ts';
export { Imports } from './imports.ts';
export type { ImportsHost } from './imports.ts';
export { checkImportTables } from './table-check.ts';
export type { Quarantine } from './quarantine.ts';
export { readAdmission } from './statement.ts';
