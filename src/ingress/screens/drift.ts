/** How a source's delivery differs from an earlier one of the same source. */
import { compareCounts } from './sources.ts';
import type { SourceReport } from './sources.ts';

/** What drifted, with by how much of what is usual within one delivery. */
export interface Drift {
  readonly source: string;
  readonly what: 'words' | 'labels' | 'lengths';
  /** The difference as a multiple of the difference between halves of one delivery. */
  readonly factor: number;
}

/** Fewer documents than this in either delivery are not compared. */
const DOCUMENTS_MIN = 20;
/** Words come in bunches, so halves of one delivery differ by more than chance; this many times that is drift. */
const FACTOR_MIN = 2.5;
/** Labels and lengths are one per document, so chance is the measure; this is far beyond it. */
const COUNTS_MIN = 8;

function align(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): [number[], number[]] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  const of = (record: Readonly<Record<string, number>>): number[] =>
    names.map((name) => (Object.hasOwn(record, name) ? (record[name] ?? 0) : 0));
  return [of(a), of(b)];
}

/** Compares the sources that are in both deliveries. */
export function findDrift(now: readonly SourceReport[], before: readonly SourceReport[]): Drift[] {
  const earlier = new Map(before.map((source) => [source.source, source]));
  return now.flatMap((source): Drift[] => {
    const old = earlier.get(source.source);
    if (old === undefined) return [];
    if (Math.min(source.documents, old.documents) < DOCUMENTS_MIN) return [];
    const usual = Math.max(1, source.profile.spread, old.profile.spread);
    const words = compareCounts(source.profile.words, old.profile.words) / usual;
    const labels = compareCounts(...align(source.labels, old.labels));
    const lengths = compareCounts(source.profile.lengths, old.profile.lengths);
    const drifts: Drift[] = [];
    if (words >= FACTOR_MIN) drifts.push({ source: source.source, what: 'words', factor: words });
    if (labels >= COUNTS_MIN)
      drifts.push({ source: source.source, what: 'labels', factor: labels });
    if (lengths >= COUNTS_MIN)
      drifts.push({ source: source.source, what: 'lengths', factor: lengths });
    return drifts;
  });
}
