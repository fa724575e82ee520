/** Training documents in memory: features, label and source of each row, and who falls into which part. */
import { sha256Bytes } from '../core/index.ts';
import type { AdmittedSet, SetRow } from './admitted-set.ts';
import { monitorErrors } from './errors.ts';
import { FeatureReader, TEXT_LENGTH_MAX } from './features.ts';

/** One document as training sees it. */
export interface Document {
  readonly features: Int32Array;
  readonly positive: boolean;
  readonly source: string;
  /** A number from 0 to 2^32 − 1 that depends on the text alone: equal texts always fall into the same part. */
  readonly lot: number;
}

/** The most documents that are held for training. */
export const DOCUMENTS_MAX = 1_000_000;
/** The most vouched texts; each is scored by every partition. */
const VOUCHED_MAX = 100_000;
/** The most features of all documents together (4 bytes each). */
const FEATURES_MAX = 500_000_000;

/** The lot of a text under a seed; SHA-256, so that nobody can choose a text for its part. */
export function drawLot(text: string, seed: string): number {
  const digest = sha256Bytes(`${seed}\0${text}`);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

/** Reads rows into documents. */
export class DocumentReader {
  readonly #reader = new FeatureReader();
  readonly #positive: string;
  #held = 0;

  constructor(positiveLabel: string) {
    this.#positive = positiveLabel;
  }

  /** One document; throws when the text or all documents together are beyond the limits. */
  read(row: Pick<SetRow, 'text' | 'label' | 'source'>): Document {
    if (row.text.length > TEXT_LENGTH_MAX) {
      const length = row.text.length;
      throw monitorErrors.error('TEXT_TOO_LONG', { length, limit: TEXT_LENGTH_MAX });
    }
    const features = this.#reader.read(row.text).slice();
    this.#held += features.length;
    if (this.#held > FEATURES_MAX) {
      throw monitorErrors.error('SET_TOO_LARGE', { limit: FEATURES_MAX, unit: 'features' });
    }
    return {
      features,
      positive: row.label === this.#positive,
      source: row.source,
      lot: drawLot(row.text, 'sallyport-monitor-part@v1'),
    };
  }
}

/** Rows as documents, those that are wanted; throws `MONITOR_SET_TOO_LARGE` above the limit. */
async function readRows(
  sets: readonly AdmittedSet[],
  positiveLabel: string,
  { limit, unit, isWanted }: Reading,
): Promise<Document[]> {
  const reader = new DocumentReader(positiveLabel);
  const documents: Document[] = [];
  for (const set of sets) {
    for await (const row of set.rows) {
      if (!isWanted(row)) continue;
      documents.push(reader.read(row));
      if (documents.length > limit) throw monitorErrors.error('SET_TOO_LARGE', { limit, unit });
    }
  }
  return documents;
}

interface Reading {
  readonly limit: number;
  readonly unit: string;
  readonly isWanted: (row: { readonly label: string }) => boolean;
}

/** The clean texts of sets that somebody vouches for, none without such sets; throws `MONITOR_SET_TOO_LARGE`. */
export function readVouched(
  sets: readonly AdmittedSet[],
  positiveLabel: string,
): Promise<Document[]> {
  const isWanted: Reading['isWanted'] = (row) => row.label !== positiveLabel;
  return readRows(sets, positiveLabel, { limit: VOUCHED_MAX, unit: 'vouched texts', isWanted });
}

/** All documents of the sets; throws for what cannot be trained on. */
export async function readDocuments(
  sets: readonly AdmittedSet[],
  positiveLabel: string,
): Promise<Document[]> {
  const wanted = { limit: DOCUMENTS_MAX, unit: 'documents', isWanted: () => true };
  const documents = await readRows(sets, positiveLabel, wanted);
  const positives = documents.filter((document) => document.positive).length;
  const negatives = documents.length - positives;
  if (positives === 0 || negatives === 0) {
    throw monitorErrors.error('LABEL_MISSING', { label: positiveLabel, positives, negatives });
  }
  return documents;
}
