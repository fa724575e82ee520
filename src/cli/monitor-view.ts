/** How monitors, their measures and their verdicts look. */
import { sayCount } from '../core/index.ts';
import type { SallyportError } from '../core/index.ts';
import type { CertifiedVerdict, Evaluation, MonitorModel } from '../monitor/index.ts';
import { formatBytes, formatCount, pad, showSafely, shorten, wrap } from './terminal.ts';
import type { Paint } from './terminal.ts';

const COLUMNS = 100;

/** What training wrote. */
export function showTrained(
  view: {
    readonly model: MonitorModel;
    readonly digest: string;
    readonly bytes: number;
    readonly file: string;
  },
  json: boolean,
  paint: Paint,
): string[] {
  const { model, digest, bytes, file } = view;
  const { point, lineage } = model;
  if (json) {
    const { positiveLabel, sources, options } = model;
    const partitions = model.partitions.size;
    return [
      JSON.stringify({
        file,
        digest,
        bytes,
        positiveLabel,
        partitions,
        point,
        sources,
        options,
        lineage,
      }),
    ];
  }
  const mark = lineage.admission === 'admitted' ? 'green' : 'yellow';
  const silent = [...model.partitions.values()].filter((each) => each.threshold === null).length;
  return [
    `${paint(mark, lineage.admission)}  ${file}  ${formatBytes(bytes)}`,
    `  sha256 ${digest}`,
    `  ${sayCount(model.partitions.size, 'partition')} of ${sayCount(model.sources.length, 'source')}; a text is flagged by ${sayCount(point.quorum, 'vote')}`,
    `  of ${sayCount(point.negatives, 'held-back clean text')}, as their sources labelled them, ${sayCount(point.falsePositives, 'was', 'were')} flagged`,
    ...(model.options.vouched === undefined
      ? []
      : [
          `  every threshold holds on ${sayCount(model.options.vouched, 'vouched text')} too${sayPromise(model)}`,
        ]),
    ...(point.falsePositives > point.negatives * model.options.falsePositiveRateMax
      ? wrap(
          'that is a larger share than was wanted: the sources send different kinds of text, or one of them labels false; measure with `monitor evaluate` on a set that you trust',
          COLUMNS,
        ).map((line) => `  ${paint('yellow', line)}`)
      : []),
    ...(point.voters > 1
      ? []
      : wrap(
          'one signer of admitted sets is one source, whatever the rows say: no verdict of this monitor stands against a bad one',
          COLUMNS,
        ).map((line) => `  ${paint('yellow', line)}`)),
    ...(silent === 0
      ? []
      : [
          `  ${sayCount(silent, 'partition')} never ${silent === 1 ? 'votes' : 'vote'}: only one kind of text, or too few held-back clean ones`,
        ]),
    ...(lineage.admission === 'admitted'
      ? []
      : wrap(
          'this monitor was trained on sets that nobody admitted; use it to try things out',
          COLUMNS,
        ).map((line) => `  ${paint('yellow', line)}`)),
  ];
}

/** The rate that follows from the vote rate alone, for texts like the vouched ones: see certified-monitors.md. */
function sayPromise({ options }: MonitorModel): string {
  const { voteRate, quorumShare } = options;
  if (voteRate === null) return '';
  return `: at most ${((voteRate / quorumShare) * 100).toFixed(2)} % of texts like these are flagged`;
}

/** A measure, as a table with bars. */
export function showEvaluation(
  measured: {
    readonly evaluation: Evaluation;
    readonly monitor: string | null;
    readonly sets: readonly string[];
  },
  options: { readonly json: boolean; readonly paint: Paint; readonly simulated: boolean },
): string[] {
  const { evaluation, monitor, sets } = measured;
  if (options.json) {
    const sources = options.simulated ? 'simulated' : 'as named';
    return [JSON.stringify({ sources, monitor, sets, ...evaluation })];
  }
  const { paint } = options;
  const { falsePositiveRate: rate, newSources } = evaluation;
  const quorums = [...evaluation.quorums].sort((a, b) => a - b);
  const share = (value: number): string => value.toFixed(3);
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  return [
    '',
    `  ${sayCount(evaluation.documents, 'document')}, ${formatCount(evaluation.positives)} of them positive; ${sayCount(evaluation.partitions, 'partition')}; ${sayCount(evaluation.repeats, 'reading')}`,
    `  false positives ${percent(rate.value)} (95 %: ${percent(rate.low)} to ${percent(rate.high)}), wanted ${percent(evaluation.falsePositiveRateMax)}; quorum ${quorums[0] ?? 0} to ${quorums.at(-1) ?? 0}`,
    ...(newSources === null
      ? []
      : [
          `  of clean texts from a source that was not learnt ${percent(newSources.rate.value)} (95 %: ${percent(newSources.rate.low)} to ${percent(newSources.rate.high)}; the worst of ${formatCount(newSources.sources)} sources ${percent(newSources.worst)})`,
        ]),
    ...(options.simulated ? ['  sources are simulated: documents spread at random'] : []),
    ...(options.simulated || monitor !== null
      ? []
      : ['  sources are as rows name them; of admitted sets, training counts who signed']),
    '',
    `  ${paint('dim', `${pad('bad sources', 12)}${pad('certified recall', 18)}${pad('95 %', 18)}${pad('accuracy', 10)}`)}`,
    ...evaluation.curve.map(({ badSources, recall, accuracy }) => {
      const bar = '━'.repeat(Math.round(recall.value * 30));
      return `  ${pad(String(badSources), 12)}${pad(share(recall.value), 18)}${pad(`${share(recall.low)}–${share(recall.high)}`, 18)}${pad(share(accuracy), 10)}${bar}`;
    }),
    ...evaluation.warnings.flatMap((warning) => [
      '',
      ...wrap(`warning: ${warning}`, COLUMNS).map((line) => `  ${paint('yellow', line)}`),
    ]),
  ];
}

interface Place {
  readonly set: string;
  readonly row: number;
}

/** The lines of `monitor score`. */
export function showVerdicts(
  model: MonitorModel,
  digest: string,
  json: boolean,
  paint: Paint,
): {
  readonly head: string;
  line(place: Place, verdict: CertifiedVerdict, text: string): string;
  failed(place: Place, error: SallyportError): string;
  foot(): string;
} {
  let flagged = 0;
  let passed = 0;
  let failed = 0;
  const { admission } = model.lineage;
  const where = ({ set, row }: Place): string => pad(`${set}:${row}`, 24);
  return {
    head: json
      ? ''
      : `monitor ${digest.slice(0, 16)}, ${admission}, ${sayCount(model.partitions.size, 'partition')}, quorum ${model.point.quorum} of ${model.point.voters}\n`,
    line: (place, verdict, text) => {
      if (verdict.verdict === 'flag') flagged++;
      else passed++;
      if (json) return `${JSON.stringify({ ...place, ...verdict, monitor: digest, admission })}\n`;
      const word = verdict.verdict === 'flag' ? paint('red', 'flag') : paint('green', 'pass');
      const stands = `stands against ${verdict.badSourcesMax} bad ${verdict.badSourcesMax === 1 ? 'source' : 'sources'}`;
      return `  ${word}  ${where(place)} ${pad(stands, 32)} ${shorten(showSafely(text.slice(0, 120)), 40)}\n`;
    },
    failed: (place, error) => {
      failed++;
      const { code, message } = error;
      if (json) return `${JSON.stringify({ ...place, verdict: 'inconclusive', code, message })}\n`;
      return `  ${paint('yellow', 'not judged')}  ${where(place)} ${message}\n`;
    },
    foot: () => (json ? '' : `${flagged} flagged, ${passed} passed, ${failed} not judged\n`),
  };
}
