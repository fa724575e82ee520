/** Trains a monitor: one learner per partition, then threshold and quorum on documents that no learner saw. */
import { PARTITIONS_MAX, partitionOf, spellPartitionRule } from './partition.ts';
import type { PartitionRule } from './partition.ts';
import type { Document } from './documents.ts';
import { monitorErrors } from './errors.ts';
import { PartitionCounts } from './learner.ts';
import type { MonitorModel } from './model.ts';
import { chooseOperatingPoint } from './operating-point.ts';
import type { OperatingPoint } from './operating-point.ts';
import { Scorer } from './scorer.ts';
import { SallyportError } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';

/** What a person chooses. */
export interface TrainOptions {
  readonly rule: PartitionRule;
  /** At most this share of clean texts may be flagged, on held-back documents. */
  readonly falsePositiveRateMax: number;
  /** Up to this many bad sources count when threshold and quorum are chosen. */
  readonly protect: number;
  /** The share of documents that is held back for that choice. */
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

/** Scores documents with all partitions and chooses the operating point on them. */
export function calibrate(
  partitions: ReadonlyMap<string, PartitionCounts>,
  heldBack: readonly Document[],
  options: Pick<TrainOptions, 'falsePositiveRateMax' | 'protect'>,
): { readonly ok: true; readonly point: OperatingPoint; readonly scorer: Scorer } | Refusal {
  const scorer = new Scorer([...partitions.values()]);
  const scored = heldBack.map((document) => {
    const scores = new Int32Array(scorer.partitions);
    scorer.score(document.features, scores);
    return { scores, positive: document.positive };
  });
  const chosen = chooseOperatingPoint(scored, options.falsePositiveRateMax, options.protect);
  return chosen.ok ? { ...chosen, scorer } : chosen;
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

/** Trains on the documents. Throws what {@link chooseOperatingPoint} refuses. */
export function trainMonitor(
  documents: readonly Document[],
  options: TrainOptions,
): TrainedMonitor {
  const training = documents.filter((document) => !isHeldBack(document, options.holdBack));
  const heldBack = documents.filter((document) => isHeldBack(document, options.holdBack));
  const partitions = trainPartitions(training, ({ source }) => partitionOf(options.rule, source));
  const calibrated = calibrate(partitions, heldBack, options);
  if (!calibrated.ok) {
    const { code, message, hint } = calibrated;
    throw new SallyportError(code, { status: 400, message, hint }, {});
  }
  const sources = new Map<string, number>();
  for (const { source } of documents) sources.set(source, (sources.get(source) ?? 0) + 1);
  return {
    rule: options.rule,
    partitions,
    point: calibrated.point,
    sources: [...sources]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([source, count]) => ({
        source,
        documents: count,
        partition: partitionOf(options.rule, source),
      })),
    options: {
      partitions: spellPartitionRule(options.rule),
      falsePositiveRateMax: options.falsePositiveRateMax,
      protect: options.protect,
      holdBack: options.holdBack,
    },
  };
}
