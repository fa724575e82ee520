/** What the gate and its inspection processes say to each other. Plain data: it crosses a process boundary. */
import type { Finding } from '../inspect/index.ts';
import type { ContentType, FormOptions } from '../wire/index.ts';
import type { FileDifference } from './difference.ts';
import type { Preview } from './preview.ts';

/** One input file, by the path where the inspection process reads it. */
export interface InputFile {
  /** The name in the release, relative, with `/`. */
  readonly name: string;
  readonly path: string;
}

/** A canonical file that was written for the next step. */
export interface EmittedFile {
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  readonly sha256: string;
  readonly path: string;
  readonly bytes: number;
}

/** Earlier files at the destination, oldest first. */
export interface HistoryView {
  readonly prefix: number;
  readonly files: readonly {
    readonly name: string;
    readonly type: ContentType;
    readonly path: string;
  }[];
}

/** Distinct numeric vectors of one width in one file. */
export interface VectorHashes {
  readonly width: number;
  readonly hashes: readonly string[];
}

/** What became of one file, archive members counted singly. */
export interface InspectedFile {
  readonly path: string;
  readonly sha256: string;
  /** Bytes as they were given. */
  readonly bytes: number;
  readonly type: ContentType | null;
  readonly refusal?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly place?: string;
  };
  readonly findings: readonly Finding[];
  readonly vectors: readonly VectorHashes[];
  readonly emitted?: EmittedFile;
}

/** The same file, refused after all: what would have crossed is forgotten. */
export function refuseFile(
  file: InspectedFile,
  refusal: NonNullable<InspectedFile['refusal']>,
): InspectedFile {
  const { path, sha256, bytes, type, findings, vectors } = file;
  return { path, sha256, bytes, type, findings, vectors, refusal };
}

/** Work for an inspection process. */
export type WorkerJob =
  | {
      /** Opens files, writes their canonical bytes below `outDir`, inspects them. */
      readonly kind: 'inspect';
      readonly inputs: readonly InputFile[];
      readonly outDir: string;
      /** Number of the first emitted file, so that jobs of one quote do not collide. */
      readonly firstNumber: number;
      readonly form?: FormOptions;
      readonly widths?: readonly number[];
      readonly fileBytesMax: number;
    }
  | {
      /** Encodes canonical files as one release, or each as its own, and writes the body below `outDir`. */
      readonly kind: 'price';
      readonly members: readonly EmittedFile[];
      readonly history: HistoryView;
      readonly each: boolean;
      readonly bodyPath?: string;
      /** Applies a cheaper form to every member before it is encoded. */
      readonly form?: FormOptions;
    }
  | {
      /** Encodes only the rows of each table that the previous version in the history lacks. */
      readonly kind: 'changed-rows';
      readonly members: readonly EmittedFile[];
      readonly history: HistoryView;
    }
  | {
      /** Decodes the frames of a destination, in order, and writes their files below `outDir`. */
      readonly kind: 'history';
      readonly frames: readonly string[];
      readonly outDir: string;
    }
  | {
      /** Shows one canonical file. */
      readonly kind: 'preview';
      readonly type: ContentType;
      readonly path: string;
    }
  | {
      /** Compares canonical files with earlier ones of the same name. */
      readonly kind: 'difference';
      readonly pairs: readonly {
        readonly name: string;
        readonly type: ContentType;
        readonly before: string;
        readonly now: string;
      }[];
    };

/** Progress from an inspection process; `started` is sent before a file is touched. */
export type WorkerEvent =
  | { readonly event: 'started'; readonly input: number }
  | { readonly event: 'inspected'; readonly input: number; readonly file: InspectedFile }
  | { readonly event: 'priced'; readonly done: number; readonly total: number };

/** Prices in the order of the members; undefined for one that the form does not change. */
export interface PriceResult {
  /** Bits per member, adding up to `totalBits`. */
  readonly memberBits: readonly number[];
  readonly totalBits: number;
  readonly bodyBytes: number;
}

/** What a job gives when it ends. */
export interface WorkerResult {
  readonly price?: PriceResult;
  readonly changedRows?: readonly (number | null)[];
  readonly history?: HistoryView;
  readonly preview?: Preview;
  readonly differences?: readonly FileDifference[];
}

/** What a job answers: its result, or an error that the job itself understood. */
export type WorkerAnswer =
  | { readonly result: WorkerResult }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly hint: string };
    };
