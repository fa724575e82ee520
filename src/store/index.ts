/**
 * Durable state: one database and a folder of blobs.
 *
 * Guaranteed: a write that resolved survives a power cut, on SQLite and on PostgreSQL alike; writes are serial; a failed
 * work leaves nothing behind; a database of a newer version is refused. Assumed: the disk honours fsync, and the
 * database is not restored from a copy behind our back (the ledger notices that, not the store). Not offered: retries,
 * arrays, JSON operators, several statements that see one snapshot outside `write`.
 */
export { openStore } from './store.ts';
export type { Store, StoreOptions } from './store.ts';
export { ArrivingFile, freeBytes } from './arriving-file.ts';
export { openBlobs } from './blobs.ts';
export type { BlobRef, Blobs, StagedBlob } from './blobs.ts';
export { openParts } from './parts.ts';
export type { Parts } from './parts.ts';
export type { ColumnTypes, Migration } from './migrate.ts';
export type { CommitFaults, GroupStep } from './write-queue.ts';
export type { StoreKind } from './connection.ts';
export { MIGRATIONS, OUTER_MIGRATIONS, SENDER_MIGRATIONS } from './migrations/index.ts';
