/** Runs every inspector that fits the type of one canonical file. */
import type { Finding } from './finding.ts';
import { findBlobs } from './blobs.ts';
import { findPixelNoise } from './pixel-noise.ts';
import { findSecrets } from './secrets.ts';
import type { NumericThresholds } from './thresholds.ts';
import type { VectorCount } from './vectors.ts';
import { inspectNumbers } from './weight-shaped.ts';

/** The types that inspectors know; the same names as the wire's content types. */
export type ContentKind = 'text' | 'table' | 'json' | 'jsonl' | 'xml' | 'html' | 'raster';

/** What the caller knows about the guarded models. */
export interface InspectOptions {
  /** Hidden widths and vocabulary sizes of guarded models, counted over their lifetime by the gate. */
  readonly widths?: readonly number[];
  readonly thresholds?: NumericThresholds;
}

/** What the inspectors of one file say. */
export interface ContentReport {
  readonly findings: readonly Finding[];
  readonly vectors: readonly VectorCount[];
}

/** Inspects one canonical file; `value` is its parsed form, which pictures need. */
export function inspectContent(
  type: ContentKind,
  bytes: Uint8Array,
  options: InspectOptions = {},
  value?: unknown,
): ContentReport {
  if (type === 'raster') return { findings: findPixelNoise(value), vectors: [] };
  const numbers = inspectNumbers(type, bytes, options.widths ?? [], options.thresholds);
  return {
    findings: [...findSecrets(bytes), ...findBlobs(bytes), ...numbers.findings],
    vectors: numbers.vectors,
  };
}
