/** What is known about an export once its files were quoted: plain JSON, stored with the request. */
import type { Json } from '../core/index.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType } from '../wire/index.ts';
import type { Quote } from './quote.ts';
import type { Reason } from './sentences.ts';

/** One uploaded file of an export. */
export interface ExportUpload {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What an export is asked with. */
export interface ExportInput {
  readonly files: readonly ExportUpload[];
  readonly skipRefused: boolean;
  /** A lossy form that the requester chose, such as `digits:4`. */
  readonly form: string | null;
}

/** One file of a quoted export. */
export interface ExportFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly type: ContentType | null;
  readonly verdict: 'quoted' | 'refused';
  readonly chargeBits: number;
  readonly reason: string | null;
  readonly findings: readonly Finding[];
  /** What the canonical form leaves out or changes, as sentences; absent for nothing. */
  readonly notes?: readonly string[];
  /** The canonical file that would cross. */
  readonly emitted: EmittedRef | null;
}

/** A canonical file by its digest. */
export interface EmittedRef {
  readonly name: string;
  readonly type: ContentType;
  readonly form: string | null;
  readonly sha256: string;
  readonly bytes: number;
  /** Where it lies while the gate works on the request. */
  readonly path: string;
}

/** The facts of an export. */
export interface ExportFacts {
  readonly files: readonly ExportFile[];
  readonly body: {
    readonly path: string;
    readonly sha256: string | null;
    readonly bytes: number;
  } | null;
  readonly historyPrefix: number;
  readonly chargeBits: number;
  readonly vectors: readonly { readonly width: number; readonly hashes: readonly string[] }[];
  /** The lengths of vectors that were counted. A model that came later has others. */
  readonly widths: readonly number[];
  readonly reasons: readonly Reason[];
}

/** Takes from a quote what an export keeps. */
export function gatherFacts(quote: Quote, widths: readonly number[]): ExportFacts {
  return {
    files: quote.files.map((file) => ({
      path: file.path,
      sha256: file.sha256,
      bytes: file.bytes,
      type: file.type,
      verdict: file.verdict,
      chargeBits: file.chargeBits,
      reason: file.reason,
      findings: file.findings.map(({ code, severity, place, sentence }) => ({
        code,
        severity,
        place,
        sentence,
      })),
      ...(file.notes.length === 0 ? {} : { notes: [...file.notes] }),
      emitted:
        file.emitted === undefined
          ? null
          : {
              name: file.emitted.name,
              type: file.emitted.type,
              form: file.emitted.form ?? null,
              sha256: file.emitted.sha256,
              bytes: file.emitted.bytes,
              path: file.emitted.path,
            },
    })),
    body: quote.body === undefined ? null : { ...quote.body, sha256: null },
    historyPrefix: quote.historyPrefix,
    chargeBits: quote.chargeBitsAtGapZero,
    vectors: quote.files.flatMap((file) =>
      file.vectors.map(({ width, hashes }) => ({ width, hashes: [...hashes] })),
    ),
    widths,
    reasons: [],
  };
}

/** The canonical files of an export, in the order of their names. */
export function emittedOf(facts: ExportFacts): readonly EmittedRef[] {
  return facts.files
    .flatMap((file) => file.emitted ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Facts as the request's JSON and back; what was stored was written here. */
export function toJson(facts: ExportFacts): Json {
  return facts as unknown as Json;
}

/** Reads what {@link toJson} gave. */
export function fromJson(json: Json): ExportFacts {
  return json as unknown as ExportFacts;
}
