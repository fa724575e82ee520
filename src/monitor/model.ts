/**
 * The monitor file: one canonical JSON line that says everything, then the counts of each partition.
 *
 * Guaranteed: one model has one spelling, so its SHA-256 pins it; a changed byte, a partition in another order or an
 * unknown field is refused. Each partition's own SHA-256 stands in the header: removing a source changes the digest of
 * its partition and of no other.
 */
import {
  canonicalJson,
  fromUtf8,
  parseJsonStrict,
  sha256,
  utf8,
  concatBytes,
} from '../core/index.ts';
import type { Json, JsonObject } from '../core/index.ts';
import type { SetSource } from './admitted-set.ts';
import { monitorErrors } from './errors.ts';
import { FEATURES_VERSION, FEATURE_COUNT } from './features.ts';
import { PartitionCounts } from './learner.ts';
import { quorumOf } from './operating-point.ts';
import type { OperatingPoint } from './operating-point.ts';
import { parsePartitionRule } from './partition.ts';
import type { PartitionRule } from './partition.ts';
import type { Partition } from './scorer.ts';

/** Where a monitor comes from. */
export interface MonitorLineage {
  /** `unadmitted` as soon as one set was not admitted; nothing may treat such a monitor as admitted. */
  readonly admission: 'admitted' | 'unadmitted';
  readonly sets: readonly {
    readonly name: string;
    readonly digest: string;
    readonly statement: string | null;
    /** SHA-256 of the list of documents that were left out; not there when none was. */
    readonly exclusions?: string;
    /** Who signed for it; not there for a set without a statement. */
    readonly source?: SetSource;
    /** Nothing was learnt from it: its clean texts bound the thresholds. Not there for a set that was learnt. */
    readonly use?: 'vouched';
  }[];
  /** The program that trained it. */
  readonly code: string;
}

/** A trained monitor. */
export interface MonitorModel {
  readonly positiveLabel: string;
  readonly rule: PartitionRule;
  /** By name, in order of the names. */
  readonly partitions: ReadonlyMap<string, Partition>;
  readonly point: OperatingPoint;
  readonly sources: readonly {
    readonly source: string;
    readonly documents: number;
    readonly partition: string;
  }[];
  readonly options: {
    readonly partitions: string;
    readonly falsePositiveRateMax: number;
    readonly voteRate: number | null;
    readonly quorumShare: number;
    readonly holdBack: number;
    /** Clean texts that somebody vouched for, on which every threshold holds too; not there without any. */
    readonly vouched?: number;
  };
  readonly lineage: MonitorLineage;
}

/** The format of monitor files, which stands near the beginning of each. */
export const MONITOR_FORMAT = 'sallyport.monitor/2';
const NEWLINE = 10;
const HEADER_BYTES_MAX = 1 << 24;

/** The file and its digest. */
export function writeMonitor(model: MonitorModel): {
  readonly bytes: Uint8Array;
  readonly digest: string;
} {
  const blobs = [...model.partitions].map(([name, { counts, threshold, heldBack }]) => {
    const blob = counts.toBytes();
    const { positives, negatives } = counts;
    const learnt = { name, positives, negatives, heldBack, threshold };
    const entry = { ...learnt, bytes: blob.length, sha256: sha256(blob) };
    return { entry, blob };
  });
  const { positiveLabel, point, sources, options, lineage } = model;
  const header = {
    format: MONITOR_FORMAT,
    features: { version: FEATURES_VERSION, count: FEATURE_COUNT },
    partitions: blobs.map(({ entry }) => entry),
    positiveLabel,
    point: { ...point },
    sources: sources.map((source) => ({ ...source })),
    options: { ...options },
    lineage: { ...lineage, sets: lineage.sets.map(writeSet) },
  };
  const line = utf8(`${canonicalJson(header)}\n`);
  const bytes = concatBytes([line, ...blobs.map(({ blob }) => blob)]);
  return { bytes, digest: sha256(bytes) };
}

function writeSet({ source, ...set }: MonitorLineage['sets'][number]): JsonObject {
  return source === undefined ? set : { ...set, source: { ...source } };
}

type Fields = Readonly<Record<string, Json>>;

function invalid(why: string): never {
  throw monitorErrors.error('MODEL_INVALID', { why });
}

function asFields(value: Json | undefined, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid(`${what} is missing`);
  }
  return value as Fields;
}

function asList(value: Json | undefined, what: string): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : invalid(`${what} is missing`);
}

function asText(value: Json | undefined, what: string): string {
  return typeof value === 'string' ? value : invalid(`${what} is missing`);
}

function asNumber(value: Json | undefined, what: string): number {
  return typeof value === 'number' ? value : invalid(`${what} is missing`);
}

function readPartitions(list: readonly Json[], bytes: Uint8Array): Map<string, Partition> {
  const partitions = new Map<string, Partition>();
  let at = 0;
  let last: string | undefined;
  for (const each of list) {
    const fields = asFields(each, 'a partition');
    const name = asText(fields['name'], 'the name of a partition');
    const size = asNumber(fields['bytes'], 'the size of a partition');
    if (last !== undefined && !(last < name)) invalid('its partitions are out of order');
    const blob = bytes.subarray(at, at + size);
    if (blob.length !== size || sha256(blob) !== fields['sha256']) {
      invalid(`the partition \`${name}\` is not the one that its header names`);
    }
    const counts = PartitionCounts.fromBytes(blob);
    if (counts === undefined)
      return invalid(`the counts of the partition \`${name}\` are no counts`);
    const heldBack = asNumber(fields['heldBack'], 'the held-back documents of a partition');
    const threshold =
      fields['threshold'] === null ? null : asNumber(fields['threshold'], 'a threshold');
    if (threshold !== null && !(Number.isInteger(threshold) && counts.sawBoth))
      invalid(`the partition \`${name}\` votes by a threshold that is none`);
    partitions.set(name, { counts, threshold, heldBack });
    last = name;
    at += size;
  }
  if (at !== bytes.length) invalid('there are bytes after its last partition');
  return partitions;
}

function readPoint(
  fields: Fields,
  partitions: ReadonlyMap<string, Partition>,
  quorumShare: number,
): OperatingPoint {
  const point = {
    quorum: asNumber(fields['quorum'], 'its quorum'),
    voters: asNumber(fields['voters'], 'its voters'),
    falsePositives: asNumber(fields['falsePositives'], 'its false positives'),
    negatives: asNumber(fields['negatives'], 'its negatives'),
    positives: asNumber(fields['positives'], 'its positives'),
  };
  const voters = [...partitions.values()].filter(({ threshold }) => threshold !== null).length;
  if (voters === 0 || point.voters !== voters) invalid('its voters are not those that may vote');
  // The certificate holds for the quorum that follows from the voters, and for no other.
  if (point.quorum !== quorumOf(quorumShare, voters))
    invalid('its quorum is not that of its voters');
  return point;
}

function readOptions(fields: Fields): MonitorModel['options'] {
  const quorumShare = asNumber(fields['quorumShare'], 'its share of the quorum');
  if (!(quorumShare > 0 && quorumShare <= 1)) invalid('its share of the quorum is no share');
  const { voteRate } = fields;
  return {
    partitions: asText(fields['partitions'], 'its partition rule'),
    falsePositiveRateMax: asNumber(fields['falsePositiveRateMax'], 'its rate'),
    voteRate: voteRate === null ? null : asNumber(voteRate, 'its vote rate'),
    quorumShare,
    holdBack: asNumber(fields['holdBack'], 'its held-back share'),
    ...(fields['vouched'] === undefined
      ? {}
      : { vouched: asNumber(fields['vouched'], 'its number of vouched texts') }),
  };
}

function readSource(fields: Fields): SetSource {
  return {
    name: asText(fields['name'], 'the name of a signer'),
    identity: asText(fields['identity'], 'the identity of a signer'),
  };
}

function readLineage(fields: Fields): MonitorLineage {
  const admission = fields['admission'];
  if (admission !== 'admitted' && admission !== 'unadmitted')
    return invalid('its admission is missing');
  const sets = asList(fields['sets'], 'its list of sets').map((each) => {
    const set = asFields(each, 'a set');
    const { statement, exclusions, source, use } = set;
    if (use !== undefined && use !== 'vouched') invalid('a set is used for what is unknown');
    return {
      name: asText(set['name'], 'the name of a set'),
      digest: asText(set['digest'], 'the digest of a set'),
      statement: statement === null ? null : asText(statement, 'the statement of a set'),
      ...(exclusions === undefined
        ? {}
        : { exclusions: asText(exclusions, 'the exclusions of a set') }),
      ...(source === undefined ? {} : { source: readSource(asFields(source, 'a source')) }),
      ...(use === undefined ? {} : { use: 'vouched' as const }),
    };
  });
  const admitted = admission === 'admitted';
  if (admitted && sets.some((set) => set.statement === null || set.source === undefined)) {
    invalid('it says that it was admitted, but has a set without a statement or signer');
  }
  return { admission, sets, code: asText(fields['code'], 'its program') };
}

/** Reads a monitor file; `pinned` is the digest it must have. Throws for every other file. */
export function readMonitor(
  bytes: Uint8Array,
  pinned?: string,
): { readonly model: MonitorModel; readonly digest: string } {
  const digest = sha256(bytes);
  if (pinned !== undefined && pinned !== digest) {
    throw monitorErrors.error('DIGEST_DIFFERENT', { found: digest, pinned });
  }
  const end = bytes.subarray(0, HEADER_BYTES_MAX).indexOf(NEWLINE);
  const line = end < 0 ? null : fromUtf8(bytes.subarray(0, end));
  const parsed = line === null ? undefined : parseJsonStrict(line);
  if (parsed?.ok !== true) return invalid('it has no header');
  const header = asFields(parsed.value, 'its header');
  if (header['format'] !== MONITOR_FORMAT) invalid(`its format is not ${MONITOR_FORMAT}`);
  const features = asFields(header['features'], 'the version of its features');
  if (features['version'] !== FEATURES_VERSION || features['count'] !== FEATURE_COUNT) {
    invalid('its features are those of another version');
  }
  const options = readOptions(asFields(header['options'], 'its options'));
  const partitions = readPartitions(
    asList(header['partitions'], 'its partitions'),
    bytes.subarray(end + 1),
  );
  const model: MonitorModel = {
    positiveLabel: asText(header['positiveLabel'], 'its label'),
    rule: parsePartitionRule(options.partitions),
    partitions,
    point: readPoint(
      asFields(header['point'], 'its operating point'),
      partitions,
      options.quorumShare,
    ),
    sources: asList(header['sources'], 'its sources').map((each) => {
      const source = asFields(each, 'a source');
      return {
        source: asText(source['source'], 'the name of a source'),
        documents: asNumber(source['documents'], 'the documents of a source'),
        partition: asText(source['partition'], 'the partition of a source'),
      };
    }),
    options,
    lineage: readLineage(asFields(header['lineage'], 'its lineage')),
  };
  // Written again it must be the same bytes: no second spelling, no field that nobody reads.
  if (writeMonitor(model).digest !== digest) invalid('it is not in its canonical form');
  return { model, digest };
}
