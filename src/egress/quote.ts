/**
 * The quote: what a release would cost, what is refused, what was found, and which form would be cheaper.
 *
 * Guaranteed: every price is the length of a real frame that was encoded; a file that ends its inspection process is
 * refused by itself and the rest goes on; the charges of the files add up to the release's charge. Assumed: `outDir` is
 * an empty folder of the caller's, removed by the caller. Not guaranteed: that the price holds for another history.
 */
import { egressErrors } from './errors.ts';
import { priceCheaperForms } from './cheaper.ts';
import type { CheaperForm } from './cheaper.ts';
import { inspectInputs } from './quote-inspect.ts';
import { pricePatiently } from './quote-price.ts';
import type { Finding } from '../inspect/index.ts';
import type { ContentType, FormOptions } from '../wire/index.ts';
import type { InspectionPool } from './worker-pool.ts';
import { refuseFile } from './worker-protocol.ts';
import type {
  EmittedFile,
  HistoryView,
  InputFile,
  InspectedFile,
  VectorHashes,
} from './worker-protocol.ts';

/** Limits of one release. */
export interface ReleaseLimits {
  readonly filesMax: number;
  readonly fileBytesMax: number;
  /** Canonical bytes of all files together; a picture counts with its pixels. */
  readonly releaseBytesMax: number;
}

/** Limits that hold unless the configuration says otherwise. */
export const RELEASE_LIMITS: ReleaseLimits = {
  filesMax: 10_000,
  fileBytesMax: 210_000_000,
  releaseBytesMax: 256 * 1024 * 1024,
};

/** How far a quote has come. */
export interface QuoteProgress {
  readonly phase: 'reading' | 'pricing' | 'cheaper';
  readonly done: number;
  readonly total: number;
}

/** What is to be quoted, and with what. */
export interface QuoteInput {
  readonly files: readonly InputFile[];
  readonly pool: InspectionPool;
  /** Where canonical files and the body are written. */
  readonly outDir: string;
  readonly history?: HistoryView;
  readonly form?: FormOptions;
  /** Prices every file as a release of its own; no body is kept then. */
  readonly each?: boolean;
  /** Also prices the cheaper forms. */
  readonly cheaper?: boolean;
  /** Hidden widths and vocabulary sizes of guarded models, for counting vectors. */
  readonly widths?: readonly number[];
  readonly limits?: Partial<ReleaseLimits>;
  readonly onProgress?: (progress: QuoteProgress) => void;
}

/** The quote of one file; archive members count as files. */
export interface QuoteFile {
  readonly path: string;
  /** Of the bytes as given. */
  readonly sha256: string;
  readonly bytes: number;
  readonly type: ContentType | null;
  readonly verdict: 'quoted' | 'refused';
  /** 0 when refused. */
  readonly chargeBits: number;
  /** Why it is refused and what to send instead. */
  readonly reason: string | null;
  /** The code of the refusal. */
  readonly code: string | null;
  readonly findings: readonly Finding[];
  readonly cheaper: readonly CheaperForm[];
  readonly vectors: readonly VectorHashes[];
  /** What the canonical form leaves out or changes, as sentences. */
  readonly notes: readonly string[];
  /** What would cross; absent when refused. */
  readonly emitted?: EmittedFile;
}

/** The quote of a release. */
export interface Quote {
  readonly files: readonly QuoteFile[];
  /** The canonical files that would cross. */
  readonly emitted: readonly EmittedFile[];
  /** The body of the frame, when at least one file is quoted and not `each`. */
  readonly body?: { readonly path: string; readonly bytes: number };
  readonly historyPrefix: number;
  readonly chargeBitsAtGapZero: number;
  readonly total: {
    readonly files: number;
    readonly refused: number;
    readonly bytes: number;
    readonly chargeBits: number;
  };
}

const EMPTY_HISTORY: HistoryView = { prefix: 0, files: [] };

/** Quotes a release. Throws `EGRESS_FILES_TOO_MANY`; everything that is wrong with a file is a refusal of that file. */
export async function quoteRelease(input: QuoteInput): Promise<Quote> {
  const limits = { ...RELEASE_LIMITS, ...input.limits };
  if (input.files.length > limits.filesMax) {
    throw egressErrors.error('FILES_TOO_MANY', {
      files: input.files.length,
      limit: limits.filesMax,
    });
  }
  const history = input.history ?? EMPTY_HISTORY;
  const inspected = keepLimits(await inspectInputs(input, limits), limits);
  const { files, price } = await pricePatiently(input, inspected, history);
  const quotable = files.filter((file) => file.emitted !== undefined);
  const cheaper =
    input.cheaper === true && quotable.length > 0
      ? await priceCheaperForms(input, files, price.bitsOf, history)
      : new Map<string, CheaperForm[]>();
  const quoted = files.map((file) => toQuoteFile(file, price.bitsOf, cheaper));
  const refused = quoted.filter((file) => file.verdict === 'refused').length;
  const bytes = quoted.reduce((sum, file) => sum + file.bytes, 0);
  return {
    files: quoted,
    emitted: quotable.flatMap((file) => file.emitted ?? []),
    ...(price.body === undefined ? {} : { body: price.body }),
    historyPrefix: history.prefix,
    chargeBitsAtGapZero: price.totalBits,
    total: { files: quoted.length, refused, bytes, chargeBits: price.totalBits },
  };
}

function toQuoteFile(
  file: InspectedFile,
  bitsOf: ReadonlyMap<string, number>,
  cheaper: ReadonlyMap<string, readonly CheaperForm[]>,
): QuoteFile {
  const { path, sha256, bytes, type, findings, vectors, refusal, emitted } = file;
  const common = { path, sha256, bytes, type, findings, vectors, notes: file.notes ?? [] };
  if (refusal !== undefined || emitted === undefined) {
    const place = refusal?.place === undefined ? '' : ` (${refusal.place})`;
    const reason =
      refusal === undefined
        ? null
        : `${refusal.message}${place}; ${refusal.hint.replace(/\.$/, '')}`;
    return {
      ...common,
      verdict: 'refused',
      chargeBits: 0,
      reason,
      code: refusal?.code ?? null,
      cheaper: [],
    };
  }
  return {
    ...common,
    verdict: 'quoted',
    chargeBits: bitsOf.get(emitted.name) ?? 0,
    reason: null,
    code: null,
    cheaper: cheaper.get(emitted.name) ?? [],
    emitted,
  };
}

/** Refuses what passes the limits of a release, and names that would fall together outside. */
function keepLimits(files: readonly InspectedFile[], limits: ReleaseLimits): InspectedFile[] {
  const names = new Set<string>();
  const folders = new Set<string>();
  let count = 0;
  let total = 0;
  return files.map((file) => {
    const { emitted } = file;
    if (emitted === undefined) return file;
    const refuse = (refusal: NonNullable<InspectedFile['refusal']>): InspectedFile => {
      return refuseFile(file, refusal);
    };
    const { name } = emitted;
    const parents = [...name.matchAll(/\//g)].map((match) => name.slice(0, match.index));
    if (names.has(name) || folders.has(name) || parents.some((parent) => names.has(parent))) {
      return refuse(egressErrors.refuse('NAME_TWICE', { name }));
    }
    if (count + 1 > limits.filesMax) {
      return refuse(
        egressErrors.refuse('FILES_TOO_MANY', { files: files.length, limit: limits.filesMax }),
      );
    }
    if (total + emitted.bytes > limits.releaseBytesMax) {
      return refuse(egressErrors.refuse('RELEASE_TOO_LARGE', { limit: limits.releaseBytesMax }));
    }
    count++;
    total += emitted.bytes;
    names.add(name);
    for (const parent of parents) folders.add(parent);
    return file;
  });
}
