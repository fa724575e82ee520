/**
 * The ledger of every decision: C2SP tlog-tiles, checkpoints, cosignatures and tlog-proof receipts (docs/spec/ledger.md).
 *
 * Guaranteed: an entry is durable together with the change it records or neither is; what `record` acknowledged is under
 * a durable signed checkpoint and stays there; a receipt can be checked offline with the public key alone; published
 * tiles say nothing of the entries, since leaves are salted. Assumed: the disk honours fsync and the key is ours alone.
 * Not promised: that a database and folder restored together from an old copy are noticed without a witness.
 */
export { openLedger } from './open-ledger.ts';
export type { Ledger } from './ledger.ts';
export type {
  CommittedEntry,
  LedgerOptions,
  Recorded,
  ShownEntry,
  Unrecorded,
} from './ledger-options.ts';
export { ledgerErrors } from './errors.ts';
export { openLedgerReader } from './ledger-reader.ts';
export type { LedgerReader } from './ledger-reader.ts';
export type { Entry, EntryInput } from './entry.ts';
export { commitment } from './entry.ts';
export { openCheckpoint } from './checkpoint.ts';
export { openKeyFile } from './key-file.ts';
export { originOf, verifyReceipt } from './receipt.ts';
export type { ReceiptPolicy, VerifiedReceipt } from './receipt.ts';
export type { Signer, Verifier } from './note.ts';
export { ED25519_COSIGNATURE, makeSigner, parseVkey } from './note.ts';
export { verifyConsistency, verifyInclusion } from './merkle.ts';
export { verifyLedger } from './audit.ts';
export { checkTables, entriesIn, textOf } from './table-check.ts';
export type { TableCheck } from './table-check.ts';
export type { AuditDatabase, AuditReport, VerifyLedgerOptions } from './audit.ts';
export type { WitnessConfig, WitnessFetch } from './witness-client.ts';
export type { WitnessStatus } from './witness-round.ts';
export { openWitness, witnessServer } from './witness-server.ts';
export type { Witness, WitnessOptions, WitnessReply } from './witness-server.ts';
