/**
 * Which partition learns from a document: decided by its signed source and nothing else.
 *
 * Never by the document's content: 250 poisoned documents of one source would then reach every partition, and the
 * certificate, which counts partitions, would count nothing. And never by how the other sources look (sizes, ranks,
 * balancing): removing one source must leave every other partition bit-equal.
 */
import { sha256Bytes } from '../core/index.ts';
import { monitorErrors } from './errors.ts';

/** One partition per source, or a fixed number of buckets of sources. */
export type PartitionRule =
  { readonly kind: 'source' } | { readonly kind: 'buckets'; readonly count: number };

/** The most partitions of one monitor. */
export const PARTITIONS_MAX = 200;

/** The name of the partition that learns from a source. */
export function partitionOf(rule: PartitionRule, source: string): string {
  if (rule.kind === 'source') return source;
  const digest = sha256Bytes(`sallyport-monitor-partition@v1\0${source}`);
  const bucket =
    new DataView(digest.buffer, digest.byteOffset).getBigUint64(0) % BigInt(rule.count);
  return `bucket-${String(bucket).padStart(3, '0')}`;
}

/** Reads `source` or a number of buckets. */
export function parsePartitionRule(text: string): PartitionRule {
  if (text === 'source') return { kind: 'source' };
  const count = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && count >= 2 && count <= PARTITIONS_MAX)
    return { kind: 'buckets', count };
  const why = text.startsWith('content')
    ? 'content would let one source reach every partition'
    : 'it is neither `source` nor a number of buckets';
  throw monitorErrors.error('PARTITIONS_INVALID', { partitions: text, why, limit: PARTITIONS_MAX });
}

/** Writes a rule as {@link parsePartitionRule} reads it. */
export function spellPartitionRule(rule: PartitionRule): string {
  return rule.kind === 'source' ? 'source' : String(rule.count);
}
