/** An import, its files and how far they are. Pure. */
import { findNameProblem } from '../../core/index.ts';
import type { Finding } from '../../inspect/index.ts';
import type { SafeType, ScanVerdict } from '../decoded.ts';
import { importErrors } from './errors.ts';

/**
 * `receiving` files; `decoding` them, all are here; `asked`: people decide; `admitted`; `recalled`; `closed`: it was
 * refused, denied or withdrawn, and its files are gone.
 */
export const IMPORT_STATES = [
  'receiving',
  'decoding',
  'asked',
  'admitted',
  'recalled',
  'closed',
] as const;

/** One of {@link IMPORT_STATES}. */
export type ImportState = (typeof IMPORT_STATES)[number];

/** A set of files that somebody wants in. */
export interface Import {
  readonly id: string;
  readonly project: string;
  readonly source: string;
  readonly requester: string;
  readonly sponsor: string | null;
  readonly key: string;
  readonly why: string;
  /** Malicious files are left out instead of ending the import. */
  readonly skipRefused: boolean;
  readonly state: ImportState;
  readonly request: string | null;
  /** SHA-256 of the stored proof of its source; null while there is none. */
  readonly proof: string | null;
  readonly manifestSha256: string | null;
  readonly statementSha256: string | null;
  readonly openedMs: number;
  readonly admittedMs: number | null;
  readonly recalledMs: number | null;
  /** Whose signature covers its files: a fingerprint, or the id of a person; null until all of them are here. */
  readonly signer: string | null;
  /** Why it was closed; null unless somebody or something but its requester did. */
  readonly reason: string | null;
}

/** A file as its sender announces it. */
export interface AnnouncedImportFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A file of an import. */
export interface ImportFile extends AnnouncedImportFile {
  readonly position: number;
  readonly received: boolean;
  readonly type: string | null;
  /** Null until it is decoded. */
  readonly verdict: ScanVerdict | null;
  readonly findings: readonly Finding[];
  /** The version of the rules that gave the verdict. */
  readonly rules: number | null;
}

/** A re-encoded file: the only thing that can be admitted. */
export interface ImportForm {
  readonly file: number;
  readonly position: number;
  readonly name: string;
  readonly type: SafeType;
  readonly sha256: string;
  readonly bytes: number;
}

/** How many files an import has, by what is known of them. */
export interface ImportCounts {
  readonly files: number;
  readonly bytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly clean: number;
  readonly malicious: number;
  readonly inconclusive: number;
}

/** What somebody opens an import with. */
export interface OpenImport {
  readonly project: string;
  readonly source: string;
  readonly requester: string;
  readonly sponsor: string | null;
  readonly key: string;
  readonly why: string;
  readonly skipRefused: boolean;
}

/** An announced file, and how much of it is here. */
export interface ReceivedFile {
  readonly position: number;
  readonly name: string;
  readonly received: number;
  readonly done: boolean;
}

/** Files of one import. */
export const IMPORT_FILES_MAX = 200_000;
/** Imports of one principal that are being received. */
export const OPEN_IMPORTS_MAX = 100;

/** Throws `IMPORT_NAME_INVALID` for a name that is no plain relative path. */
export function checkFileName(name: string): void {
  const why = findNameProblem(name);
  if (why !== null) throw importErrors.error('NAME_INVALID', { name: name.slice(0, 80), why });
}

/** The part of the quarantine in which an unfinished file lies. */
export function partName(id: string, position: number): string {
  return `${id}-${String(position)}`;
}
