/** `sallyport monitor evaluate`: what the method, or a trained monitor, is worth against bad sources. */
import {
  DocumentReader,
  drawCurve,
  drawLot,
  evaluateMethod,
  evaluateMonitor,
  monitorErrors,
  parsePartitionRule,
  partitionOf,
  PARTITIONS_MAX,
  readDocuments,
  readVouched,
  readMonitor,
} from '../monitor/index.ts';
import type { AdmittedSet, Evaluation } from '../monitor/index.ts';
import { hashGiven, needOutput, readGivenBytes, writeGiven } from './given-paths.ts';
import { readNumber, readRows, readVoteOptions } from './monitor-rows.ts';
import type { MethodOptions } from './monitor-rows.ts';
import { showEvaluation } from './monitor-view.ts';
import { openPaint } from './terminal.ts';

/** What the command takes. */
export interface EvaluateCommandOptions extends MethodOptions {
  readonly model?: string;
  readonly pin?: string;
  readonly repeats: string;
  readonly simulateSources?: string;
  readonly plot?: string;
}

/** What was measured, and on what: lineage holds a measurement to both. */
interface Measured {
  readonly evaluation: Evaluation;
  /** SHA-256 of the monitor; null when the method was measured. */
  readonly monitor: string | null;
  /** SHA-256 of each set. */
  readonly sets: readonly string[];
}

/** Measures, draws and says it. */
export async function evaluateCommand(
  paths: readonly string[],
  options: EvaluateCommandOptions,
): Promise<void> {
  needOutput(options.plot);
  const measured =
    options.model === undefined
      ? await evaluateSets(paths, options)
      : await evaluateModel(paths, options, options.model);
  const { evaluation } = measured;
  if (options.plot !== undefined) {
    const title = `Certified recall at a false-positive rate of ${(evaluation.falsePositiveRate.value * 100).toFixed(2)} %, ${evaluation.partitions} partitions`;
    writeGiven(options.plot, drawCurve(title, [{ name: paths.join(', '), evaluation }]));
  }
  const simulated = options.simulateSources !== undefined;
  const paint = openPaint(process.stdout, process.env);
  const lines = showEvaluation(measured, { json: options.json === true, paint, simulated });
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function evaluateSets(
  paths: readonly string[],
  options: EvaluateCommandOptions,
): Promise<Measured> {
  const rule = parsePartitionRule(options.partitions);
  const count =
    options.simulateSources === undefined
      ? undefined
      : readNumber('--simulate-sources', options.simulateSources, 2, PARTITIONS_MAX, true);
  const made =
    count === undefined
      ? undefined
      : (text: string): string => `simulated-${String(drawLot(text, 'simulated-source') % count)}`;
  const sets: AdmittedSet[] = [];
  for (const path of paths) {
    const digest = await hashGiven(path);
    const rows = readRows(path, options, made);
    sets.push({ name: path, digest, rows, statement: null, source: null, exclusions: null });
  }
  const documents = await readDocuments(sets, options.positive);
  const vouchedSets: AdmittedSet[] = [];
  for (const path of options.vouched ?? []) {
    const rows = readRows(path, options, () => 'vouched');
    const digest = await hashGiven(path);
    vouchedSets.push({ name: path, digest, rows, statement: null, source: null, exclusions: null });
  }
  const vouched = await readVouched(vouchedSets, options.positive);
  const evaluation = evaluateMethod(documents, {
    ...readVoteOptions(options),
    repeats: readNumber('--repeats', options.repeats, 1, 100, true),
    nameOf: ({ source }) => partitionOf(rule, source),
    vouched,
  });
  return { evaluation, monitor: null, sets: sets.map(({ digest }) => digest) };
}

async function evaluateModel(
  paths: readonly string[],
  options: EvaluateCommandOptions,
  file: string,
): Promise<Measured> {
  const { model, digest: monitor } = readMonitor(readGivenBytes(file), options.pin);
  const reader = new DocumentReader(model.positiveLabel);
  const documents = [];
  const sets: string[] = [];
  for (const path of paths) {
    const set = await hashGiven(path);
    if (model.lineage.sets.some(({ digest }) => digest === set))
      throw monitorErrors.error('SET_SEEN', { set: path });
    sets.push(set);
    // Only which sources are new is told by a source, so a set without one can be measured.
    for await (const row of readRows(path, options, () => 'measured')) {
      documents.push(reader.read(row));
    }
  }
  return { evaluation: evaluateMonitor(model, documents), monitor, sets };
}
