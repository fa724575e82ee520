/**
 * What a monitor of this kind is worth on these documents: certified recall at a measured false-positive rate.
 *
 * Guaranteed: every number comes from documents that neither a learner nor the choice of a threshold saw; equal texts are
 * always in the same part. In each of ten turns seven tenths train, two tenths set thresholds, one tenth is measured, and
 * every document is measured once per repeat; repeats draw the parts anew. Assumed: the labels of what is measured are true. A
 * bad source among them can shift these numbers, and no certificate. Not guaranteed: that future texts look like these.
 */
import { sayCount } from '../core/index.ts';
import { certify } from './certificate.ts';
import type { Document } from './documents.ts';
import { clopperPearson, spreadInterval } from './interval.ts';
import type { Proportion } from './interval.ts';
import type { MonitorModel } from './model.ts';
import { quorumOf } from './operating-point.ts';
import { openVotes } from './scorer.ts';
import type { VoteCounter } from './scorer.ts';
import { calibrate, trainPartitions } from './train.ts';
import type { Calibrated, VoteOptions } from './train.ts';

const TURNS = 10;
const CHOOSING_TURNS = 2;
/** Fewer sources say nothing about a further one. */
const SOURCES_MIN = 3;

/** How the documents are cut and partitioned. */
export interface EvaluateOptions extends VoteOptions {
  /** The partition of a document in one repeat. Products partition by source; anything else is for comparison. */
  readonly nameOf: (document: Document, repeat: number) => string;
  readonly repeats: number;
  /** Clean texts that somebody vouches for; see {@link calibrate}. */
  readonly vouched?: readonly Document[];
}

/** How often clean texts are flagged that come from a source of which nothing was learnt. */
export interface NewSourceRate {
  /** Sources with clean texts. Of a method each was left out in turn; of a finished monitor those that it did not learn. */
  readonly sources: number;
  /** The mean of the sources' rates, and where the mean over all such sources lies, at 95 %. */
  readonly rate: Proportion;
  /** The rate of the worst of them. */
  readonly worst: number;
}

/** Certified shares at one number of bad sources. */
export interface CertifiedShare {
  readonly badSources: number;
  /** Share of positives flagged whatever this many bad sources did; mean of the repeats, 95 % interval of one. */
  readonly recall: Proportion;
  readonly recallLowest: number;
  readonly recallHighest: number;
  /** Share of all documents with the right verdict, certified; see {@link Evaluation.warnings} before believing it. */
  readonly accuracy: number;
}

/** What was measured. */
export interface Evaluation {
  readonly documents: number;
  readonly positives: number;
  readonly negatives: number;
  /** Partitions that may vote; the most of all turns. */
  readonly partitions: number;
  readonly repeats: number;
  readonly falsePositiveRateMax: number;
  /** Of clean texts from the sources that were learnt. */
  readonly falsePositiveRate: Proportion;
  /** Of clean texts from a source that was not; null where there are too few such sources. */
  readonly newSources: NewSourceRate | null;
  readonly curve: readonly CertifiedShare[];
  readonly quorums: readonly number[];
  readonly warnings: readonly string[];
}

/** Mixes a lot with the number of a repeat, so that repeats cut the documents differently. */
function turnOf(document: Document, repeat: number): number {
  let mixed = Math.imul(document.lot ^ Math.imul(repeat + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % TURNS;
}

/** Clean texts of each source: how many were flagged by the partitions of the others, of how many. */
type LeftOut = Map<string, [flagged: number, all: number]>;

interface Tally {
  /** Documents by votes beyond the quorum: index `votes − quorum + size`. */
  readonly positive: Int32Array;
  readonly negative: Int32Array;
}

function tally(
  votes: VoteCounter,
  quorum: number,
  documents: readonly Document[],
  into: Tally,
): void {
  const middle = (into.positive.length - 1) / 2;
  for (const { features, positive } of documents) {
    const { verdict, badSourcesMax } = certify(votes.count(features), quorum, votes.voters);
    const at = verdict === 'flag' ? middle + badSourcesMax : middle - 1 - badSourcesMax;
    (positive ? into.positive : into.negative)[at]!++;
  }
}

function sum(counts: Int32Array, from: number, to: number): number {
  let total = 0;
  for (let i = Math.max(0, from); i < Math.min(counts.length, to); i++) total += counts[i]!;
  return total;
}

/**
 * What the partitions of all other sources say of a clean text. They learnt nothing of its source, and their thresholds saw nothing of
 * it, so to them it is from a new one.
 */
function leaveOut(
  { partitions, votes }: Calibrated,
  documents: readonly Document[],
  nameOf: (document: Document) => string,
  quorumShare: number,
  into: LeftOut,
): void {
  for (const document of documents) {
    if (document.positive) continue;
    const own = partitions.get(nameOf(document));
    const isVoter = own !== undefined && own.threshold !== null;
    const voters = votes.voters - (isVoter ? 1 : 0);
    if (voters === 0) continue;
    const all = votes.count(document.features);
    const others = all - (own !== undefined && votes.voted(own) ? 1 : 0);
    const counts = into.get(document.source) ?? [0, 0];
    into.set(document.source, counts);
    counts[1]++;
    if (others >= quorumOf(quorumShare, voters)) counts[0]++;
  }
}

/** The rate over sources, each with the same weight whatever it sent. */
function rateOfNew(leftOut: LeftOut, repeats: number): NewSourceRate | null {
  const counts = [...leftOut.values()];
  if (counts.length < SOURCES_MIN) return null;
  const rates = counts.map(([flagged, all]) => flagged / all);
  const flagged = counts.reduce((sum, [each]) => sum + each, 0);
  const all = counts.reduce((sum, [, each]) => sum + each, 0);
  // Texts of one source are alike, so sources are what is counted; where hardly any text is flagged, texts are too few to say more.
  const spread = spreadInterval(rates);
  const exact = clopperPearson(Math.round(flagged / repeats), Math.round(all / repeats));
  return {
    sources: counts.length,
    rate: {
      value: spread.value,
      low: Math.min(spread.low, exact.low),
      high: Math.max(spread.high, exact.high),
    },
    worst: Math.max(...rates),
  };
}

/** Measures one repeat: every document once. */
function measureRepeat(
  documents: readonly Document[],
  repeat: number,
  options: EvaluateOptions,
  size: number,
  leftOut: LeftOut,
): { readonly tally: Tally; readonly partitions: number; readonly quorums: number[] } {
  const into: Tally = {
    positive: new Int32Array(2 * size + 1),
    negative: new Int32Array(2 * size + 1),
  };
  const turns = documents.map((document) => turnOf(document, repeat));
  const quorums: number[] = [];
  let partitions = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    const pick = (from: number, to: number): Document[] =>
      documents.filter((_, i) => {
        const behind = (turns[i]! - turn + TURNS) % TURNS;
        return behind >= from && behind < to;
      });
    const nameOf = (document: Document): string => options.nameOf(document, repeat);
    const trained = trainPartitions(pick(1 + CHOOSING_TURNS, TURNS), nameOf);
    const held = pick(1, 1 + CHOOSING_TURNS);
    const calibrated = calibrate(trained, held, nameOf, options, options.vouched);
    const { votes, point } = calibrated;
    quorums.push(point.quorum);
    partitions = Math.max(partitions, votes.voters);
    tally(votes, point.quorum, pick(0, 1), into);
    leaveOut(calibrated, pick(0, 1), nameOf, options.quorumShare, leftOut);
  }
  return { tally: into, partitions, quorums };
}

/** Evaluates by turns and repeats. Throws what training throws. */
export function evaluateMethod(
  documents: readonly Document[],
  options: EvaluateOptions,
): Evaluation {
  const names = new Set(documents.map((document) => options.nameOf(document, 0)));
  const size = names.size + 1;
  const leftOut: LeftOut = new Map();
  const runs = Array.from({ length: options.repeats }, (_, repeat) =>
    measureRepeat(documents, repeat, options, size, leftOut),
  );
  return summarise(
    runs.map((run) => run.tally),
    {
      partitions: Math.max(...runs.map((run) => run.partitions)),
      quorums: runs.flatMap((run) => run.quorums),
      falsePositiveRateMax: options.falsePositiveRateMax,
      newSources: rateOfNew(leftOut, options.repeats),
    },
  );
}

/** Measures a finished monitor on documents that it has not seen. */
export function evaluateMonitor(
  model: Pick<MonitorModel, 'partitions' | 'point' | 'options' | 'sources'>,
  documents: readonly Document[],
): Evaluation {
  const { quorum, voters } = model.point;
  const size = voters + 1;
  const into: Tally = {
    positive: new Int32Array(2 * size + 1),
    negative: new Int32Array(2 * size + 1),
  };
  const votes = openVotes(model.partitions.values());
  tally(votes, quorum, documents, into);
  const { falsePositiveRateMax } = model.options;
  const newSources = rateOfNew(countNew(model, votes, documents), 1);
  return summarise([into], {
    ...{ partitions: voters, quorums: [quorum], falsePositiveRateMax, newSources },
  });
}

/** Clean texts of sources of which a finished monitor learnt nothing, as rows name them. */
function countNew(
  model: Pick<MonitorModel, 'point' | 'sources'>,
  votes: VoteCounter,
  documents: readonly Document[],
): LeftOut {
  const learnt = new Set(model.sources.map(({ source }) => source));
  const counted: LeftOut = new Map();
  for (const { features, positive, source } of documents) {
    if (positive || learnt.has(source)) continue;
    const counts = counted.get(source) ?? [0, 0];
    counted.set(source, counts);
    counts[1]++;
    if (votes.count(features) >= model.point.quorum) counts[0]++;
  }
  return counted;
}

function summarise(
  tallies: readonly Tally[],
  facts: Pick<Evaluation, 'partitions' | 'quorums' | 'falsePositiveRateMax' | 'newSources'>,
): Evaluation {
  const length = tallies[0]?.positive.length ?? 1;
  const middle = (length - 1) / 2;
  const positives = sum(tallies[0]!.positive, 0, length);
  const negatives = sum(tallies[0]!.negative, 0, length);
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const falsePositives = tallies.map(({ negative }) => sum(negative, middle, length));
  const curve: CertifiedShare[] = [];
  for (let bad = 0; bad < facts.partitions; bad++) {
    const caught = tallies.map(({ positive }) => sum(positive, middle + bad, length));
    const right = tallies.map(({ negative }, i) => caught[i]! + sum(negative, 0, middle - bad));
    curve.push({
      badSources: bad,
      recall: {
        ...clopperPearson(Math.round(mean(caught)), positives),
        value: positives === 0 ? 0 : mean(caught) / positives,
      },
      recallLowest: Math.min(...caught) / Math.max(1, positives),
      recallHighest: Math.max(...caught) / Math.max(1, positives),
      accuracy: mean(right) / Math.max(1, positives + negatives),
    });
    if (bad > 0 && caught.every((count) => count === 0)) break;
  }
  const falsePositiveRate = {
    ...clopperPearson(Math.round(mean(falsePositives)), negatives),
    value: negatives === 0 ? 0 : mean(falsePositives) / negatives,
  };
  const base = { documents: positives + negatives, positives, negatives, repeats: tallies.length };
  const measured = { ...base, ...facts, falsePositiveRate, curve };
  return { ...measured, warnings: warnAbout(measured) };
}

/** Says where a number must not be believed. */
function warnAbout(measured: Omit<Evaluation, 'warnings'>): string[] {
  const warnings: string[] = [];
  const silent = measured.negatives / Math.max(1, measured.documents);
  const vacuous = measured.curve.find(
    ({ recall, accuracy }) => recall.value < 0.05 && accuracy > 0.5,
  );
  if (vacuous !== undefined) {
    warnings.push(
      `against ${sayCount(vacuous.badSources, 'bad source')} the certified accuracy of ${vacuous.accuracy.toFixed(3)} is vacuous: certified recall is ${vacuous.recall.value.toFixed(3)}, and a monitor that never flags has an accuracy of ${silent.toFixed(3)}`,
    );
  }
  if (measured.falsePositiveRate.low > measured.falsePositiveRateMax) {
    warnings.push(
      `the false-positive rate of ${measured.falsePositiveRate.value.toFixed(4)} is above the wanted ${measured.falsePositiveRateMax}`,
    );
  }
  const { newSources } = measured;
  if (newSources !== null && newSources.rate.high > measured.falsePositiveRateMax) {
    warnings.push(
      `the wanted ${measured.falsePositiveRateMax} cannot be promised for clean texts from a source that was not learnt: over ${sayCount(newSources.sources, 'such source')} ${newSources.rate.value.toFixed(4)} were flagged (up to ${newSources.rate.high.toFixed(4)}; ${newSources.worst.toFixed(4)} of the worst source's); vouch for clean texts of every kind with --vouched`,
    );
  }
  if (measured.positives < 100) {
    warnings.push(
      `there ${measured.positives === 1 ? 'is' : 'are'} only ${sayCount(measured.positives, 'positive document')}, the intervals are wide`,
    );
  }
  return warnings;
}
