/**
 * Trains a monitor: one learner per partition, a threshold for each on documents of its own that it did not see, and a quorum.
 *
 * Guaranteed: the vote of a partition on a text is a function of that partition's own documents, the options, and the texts that
 * whoever trains vouches for, alone.
 */
import type { SallyportError } from '../core/index.ts';
import { PARTITIONS_MAX, partitionOf, spellPartitionRule } from './partition.ts';
import type { PartitionRule } from './partition.ts';
import type { Document } from './documents.ts';
import { monitorErrors } from './errors.ts';
import { PartitionCounts } from './learner.ts';
import type { MonitorModel } from './model.ts';
import { chooseThreshold, negativesNeeded, quorumOf, voteRateOf } from './operating-point.ts';
import type { OperatingPoint } from './operating-point.ts';
import { openVotes, Scorer } from './scorer.ts';
import type { Partition, VoteCounter } from './scorer.ts';

/** How votes are made and counted. Named before the documents are seen: a choice that looks at them is outside the theorem. */
export interface VoteOptions {
  /** The rate of clean texts flagged that is wanted; whether it is kept is measured. */
  readonly falsePositiveRateMax: number;
  /** The share of its own clean texts on which a partition may vote; null for the one that follows from the wanted rate. */
  readonly voteRate: number | null;
  /** The share of the partitions that may vote whose votes flag. */
  readonly quorumShare: number;
}

/** What a person chooses. */
export interface TrainOptions extends VoteOptions {
  readonly rule: PartitionRule;
  /** The share of documents that is held back for thresholds. */
  readonly holdBack: number;
}

/** The partitions by name in order of their names, each trained on its own documents only. */
export function trainPartitions(
  documents: Iterable<Document>,
  nameOf: (document: Document) => string,
): Map<string, PartitionCounts> {
  const partitions = new Map<string, PartitionCounts>();
  for (const document of documents) {
    const name = nameOf(document);
    let counts = partitions.get(name);
    if (counts === undefined) {
      if (partitions.size >= PARTITIONS_MAX) {
        const why = `there are more than ${PARTITIONS_MAX} sources, so it takes buckets`;
        throw monitorErrors.error('PARTITIONS_INVALID', {
          partitions: 'source',
          why,
          limit: PARTITIONS_MAX,
        });
      }
      counts = new PartitionCounts();
      partitions.set(name, counts);
    }
    counts.add(document.features, document.positive);
  }
  return new Map([...partitions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * One partition with its threshold, chosen on held-back documents of its own, on the vouched texts, and nothing else: the higher of
 * both, so that neither its own texts nor the vouched ones get more votes than the vote rate.
 */
function setThreshold(
  counts: PartitionCounts,
  own: readonly Document[],
  vouched: readonly Document[],
  options: VoteOptions,
): Partition {
  const clean = own.filter(({ positive }) => !positive);
  if (!counts.sawBoth) return { counts, threshold: null, heldBack: clean.length };
  const scorer = new Scorer([counts]);
  const score = new Int32Array(1);
  const rate = rateOf(counts, options);
  const choose = (texts: readonly Document[]): number | null => {
    const scores = texts.map(({ features }) => {
      scorer.score(features, score);
      return score[0]!;
    });
    return chooseThreshold(scores, rate);
  };
  const onOwn = choose(clean);
  if (vouched.length === 0 || onOwn === null)
    return { counts, threshold: onOwn, heldBack: clean.length };
  const onVouched = choose(vouched);
  if (onVouched === null)
    throw monitorErrors.error('VOUCHED_SMALL', {
      ...{ vouched: vouched.length, rate: Number(rate.toPrecision(3)) },
      needed: negativesNeeded(rate),
    });
  return { counts, threshold: Math.max(onOwn, onVouched), heldBack: clean.length };
}

function rateOf(counts: PartitionCounts, options: VoteOptions): number {
  const { voteRate, falsePositiveRateMax } = options;
  return voteRate ?? voteRateOf(falsePositiveRateMax, counts.positives + counts.negatives);
}

/** What the partition lacked that came nearest to a vote. */
function tooSmall(partitions: readonly Partition[], options: VoteOptions): SallyportError {
  const both = partitions.filter(({ counts }) => counts.sawBoth);
  const largest = both.toSorted((a, b) => b.heldBack - a.heldBack)[0];
  const rate = largest === undefined ? 1 : rateOf(largest.counts, options);
  return monitorErrors.error('CALIBRATION_SMALL', {
    ...{ partitions: partitions.length, heldBack: largest?.heldBack ?? 0 },
    ...{ rate: Number(rate.toPrecision(3)), needed: negativesNeeded(rate) },
  });
}

/** Partitions that are ready to vote, and how many votes flag. */
export interface Calibrated {
  readonly partitions: ReadonlyMap<string, Partition>;
  readonly point: OperatingPoint;
  readonly votes: VoteCounter;
}

/** Sets the thresholds and the quorum. Throws when no partition can vote. */
export function calibrate(
  trained: ReadonlyMap<string, PartitionCounts>,
  heldBack: readonly Document[],
  nameOf: (document: Document) => string,
  options: VoteOptions,
  vouched: readonly Document[] = [],
): Calibrated {
  const own = Map.groupBy(heldBack, nameOf);
  const partitions = new Map(
    [...trained].map(([name, counts]) => [
      name,
      setThreshold(counts, own.get(name) ?? [], vouched, options),
    ]),
  );
  const votes = openVotes(partitions.values());
  const { voters } = votes;
  if (voters === 0) throw tooSmall([...partitions.values()], options);
  const quorum = quorumOf(options.quorumShare, voters);
  const flagged = heldBack.filter(({ features }) => votes.count(features) >= quorum);
  const positives = heldBack.filter(({ positive }) => positive).length;
  const point = {
    ...{ quorum, voters, positives, negatives: heldBack.length - positives },
    falsePositives: flagged.filter(({ positive }) => !positive).length,
  };
  return { partitions, point, votes };
}

/** Whether a document is held back; a function of its text alone, so that no source moves another's documents. */
export function isHeldBack(document: Document, share: number): boolean {
  return document.lot < share * 2 ** 32;
}

/** What training gives, before lineage is added. */
export type TrainedMonitor = Pick<
  MonitorModel,
  'rule' | 'partitions' | 'point' | 'sources' | 'options'
>;

/**
 * Trains on the documents. Vouched texts are clean ones that none of their sources had a hand in; every threshold holds on them too. Throws what {@link calibrate} and {@link trainPartitions} throw. */
export function trainMonitor(
  documents: readonly Document[],
  options: TrainOptions,
  vouched: readonly Document[] = [],
): TrainedMonitor {
  const { rule, falsePositiveRateMax, voteRate, quorumShare, holdBack } = options;
  const nameOf = ({ source }: Document): string => partitionOf(rule, source);
  const training = documents.filter((document) => !isHeldBack(document, holdBack));
  const heldBack = documents.filter((document) => isHeldBack(document, holdBack));
  const { partitions, point } = calibrate(
    trainPartitions(training, nameOf),
    heldBack,
    nameOf,
    options,
    vouched,
  );
  const sources = new Map<string, number>();
  for (const { source } of documents) sources.set(source, (sources.get(source) ?? 0) + 1);
  return {
    rule,
    partitions,
    point,
    sources: [...sources]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([source, count]) => ({
        source,
        documents: count,
        partition: partitionOf(rule, source),
      })),
    options: {
      partitions: spellPartitionRule(rule),
      ...{ falsePositiveRateMax, voteRate, quorumShare, holdBack },
      ...(vouched.length === 0 ? {} : { vouched: vouched.length }),
    },
  };
}
