/** `sallyport monitor train|evaluate|score`: text classifiers whose verdicts are certified in sources. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SallyportError, sha256 } from '../core/index.ts';
import { documentId, lineageErrors, parseExclusions } from '../ingress/index.ts';
import type { ExclusionList } from '../ingress/index.ts';
import {
  DocumentReader,
  drawCurve,
  drawLot,
  evaluateMethod,
  evaluateScorer,
  FEATURES_VERSION,
  monitorErrors,
  openMonitor,
  parsePartitionRule,
  partitionOf,
  PARTITIONS_MAX,
  readDocuments,
  readMonitor,
  Scorer,
  trainMonitor,
  writeMonitor,
} from '../monitor/index.ts';
import type {
  AdmittedSet,
  Evaluation,
  MonitorModel,
  SetRow,
  VerifyAdmission,
} from '../monitor/index.ts';
import { verifyWithGate } from './admission.ts';
import { cliErrors } from './errors.ts';
import { openSession } from './session.ts';
import { showEvaluation, showTrained, showVerdicts } from './monitor-view.ts';
import { openPaint } from './terminal.ts';
import { openTextSet, digestSet } from './text-sets.ts';
import type { SetFields } from './text-sets.ts';

interface FieldOptions {
  readonly text: string;
  readonly label: string;
  readonly source: string;
}

interface MethodOptions extends FieldOptions {
  readonly positive: string;
  readonly partitions: string;
  readonly fpr: string;
  readonly protect?: string;
  readonly json?: boolean;
}

interface TrainCommandOptions extends MethodOptions {
  readonly holdBack: string;
  readonly out: string;
  readonly admission?: readonly string[];
  readonly exclude?: readonly string[];
  readonly unadmitted?: boolean;
  readonly admissionKey?: string;
  readonly url?: string;
  readonly token?: string;
}

interface EvaluateCommandOptions extends MethodOptions {
  readonly model?: string;
  readonly pin?: string;
  readonly repeats: string;
  readonly simulateSources?: string;
  readonly plot?: string;
}

interface ScoreCommandOptions {
  readonly text: string;
  readonly standing?: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly pin?: string;
  readonly json?: boolean;
}

/** The exit status when some text was flagged, or could not be scored. */
const SOME_FLAGGED = 3;

/** Adds the commands. */
export function registerMonitor(program: Command): void {
  const monitor = program
    .command('monitor')
    .summary('text monitors that stand against bad sources')
    .description(
      'Train, measure and use text classifiers whose verdict provably stands unless a stated number of sources were bad. Only the admission of sets and the standing of a monitor are asked at a gate.',
    );
  const train = addMethodOptions(
    monitor
      .command('train')
      .description(
        'Train a monitor on admitted sets (JSON lines or CSV) and write it as one file, pinned by its SHA-256',
      )
      .argument('<sets...>', 'files with one document per row')
      .requiredOption('--out <file>', 'where the monitor is written')
      .option('--admission-key <vkey>', 'the key that signs admissions; the gate says it otherwise')
      .option('--url <url>', 'gate that knows what was recalled; SALLYPORT_URL by default')
      .option('--token <token>', 'your token; SALLYPORT_TOKEN by default')
      .option('--admission <files...>', 'the admission statement of each set, in the same order')
      .option(
        '--exclude <files...>',
        'lists of documents to leave out, as `imports exclusions` writes them',
      )
      .option(
        '--unadmitted',
        'train without admission; the monitor says so and is never taken for admitted',
      )
      .option(
        '--hold-back <share>',
        'share of documents that only choose threshold and quorum',
        '0.2',
      ),
  );
  train.action(async (sets: string[], options: TrainCommandOptions) => {
    await trainCommand(sets, options, verifyWithGate(options, options.admissionKey));
  });
  const evaluate = addMethodOptions(
    monitor
      .command('evaluate')
      .description(
        'Measure certified recall at a stated false-positive rate, by number of bad sources: of the method on these sets by turns, or of a trained monitor with --model',
      )
      .argument('<sets...>', 'files with one document per row')
      .option('--model <file>', 'measure this monitor; the sets must be new to it')
      .option('--pin <digest>', 'the SHA-256 that the monitor must have')
      .option('--repeats <count>', 'cut the documents into parts this many times', '3')
      .option(
        '--simulate-sources <count>',
        'spread the documents at random over this many made-up sources',
      )
      .option('--plot <file>', 'write certified recall against bad sources as SVG'),
  );
  evaluate.action(async (sets: string[], options: EvaluateCommandOptions) => {
    await evaluateCommand(sets, options);
  });
  monitor
    .command('score')
    .description(
      'Judge texts: flag or pass, with the number of bad sources against which the verdict stands. Exit status 3 when a text was flagged or could not be judged',
    )
    .argument('<monitor>', 'the monitor file')
    .argument('<sets...>', 'files with one text per row')
    .option('--text <field>', 'the field that holds the text', 'text')
    .option('--pin <digest>', 'the SHA-256 that the monitor must have')
    .option(
      '--standing',
      'ask the gate first whether the monitor is quarantined, and judge nothing then',
    )
    .option('--url <url>', 'the gate; SALLYPORT_URL by default')
    .option('--token <token>', 'your token; SALLYPORT_TOKEN by default')
    .option('--json', 'print JSON lines: one object per text')
    .action(async (file: string, sets: string[], options: ScoreCommandOptions) => {
      process.exitCode = await scoreCommand(file, sets, options);
    });
}

function addMethodOptions(command: Command): Command {
  return command
    .option('--text <field>', 'the field that holds the text', 'text')
    .option('--label <field>', 'the field that holds the label', 'label')
    .option('--source <field>', 'the field that names the signed source', 'source')
    .option('--positive <label>', 'the label that means suspicious', 'suspicious')
    .option(
      '--partitions <rule>',
      'one partition per `source`, or a number of buckets of sources',
      'source',
    )
    .option('--fpr <rate>', 'the most false positives, as a share of clean texts', '0.01')
    .option(
      '--protect <sources>',
      'bad sources that count when threshold and quorum are chosen (default: a fifth of the partitions)',
    )
    .option('--json', 'print one JSON object');
}

function readNumber(
  option: string,
  value: string,
  low: number,
  high: number,
  whole = false,
): number {
  const number = Number(value);
  const inside = value.trim() !== '' && number >= low && number <= high;
  if (inside && (!whole || Number.isInteger(number))) return number;
  const kind = whole ? 'a whole number' : 'a number';
  const why = `it must be ${kind} from ${low} to ${high}`;
  throw cliErrors.error('OPTION_INVALID', { option, value, why });
}

/** Documents to leave out, and which of them were there. */
interface Excluded {
  readonly lists: readonly ExclusionList[];
  readonly found: Set<string>;
}

function openExcluded(paths: readonly string[]): Excluded {
  const lists = paths.map((path) => {
    const parsed = parseExclusions(new TextDecoder().decode(readFile(path)));
    if (parsed.ok) return parsed.list;
    const { code, message, hint } = parsed;
    throw new SallyportError(code, { status: 400, message, hint }, {});
  });
  return { lists, found: new Set() };
}

/** Rows with text, label and source; training takes every row that is not excluded, or none. */
async function* readRows(
  path: string,
  fields: SetFields,
  source: ((text: string) => string) | undefined,
  excluded?: Excluded,
): AsyncGenerator<SetRow> {
  const set = await openTextSet(path, fields);
  for await (const { number, values, problem } of set.rows()) {
    const refuse = (why: string): SallyportError =>
      monitorErrors.error('SET_UNREADABLE', { set: path, row: number, why });
    if (problem !== undefined) throw refuse(problem);
    const [text, label, sent] = values;
    if (text === undefined) throw refuse(`no field "${fields.text}"`);
    if (label === undefined) throw refuse(`no field "${fields.label}"`);
    const from = source === undefined ? sent : source(text);
    if (from === undefined || from === '') throw refuse(`no field "${fields.source}"`);
    if (excluded !== undefined && isExcluded(excluded, documentId(text, label, sent))) continue;
    yield { row: number, text, label, source: from };
  }
}

function isExcluded({ lists, found }: Excluded, id: string): boolean {
  if (!lists.some((list) => list.reasons.has(id))) return false;
  found.add(id);
  return true;
}

/** A list that names what is not there was made with other fields, or of other files. */
function sayUnfound({ lists, found }: Excluded): void {
  const all = new Set(lists.flatMap((list) => [...list.reasons.keys()]));
  const missing = [...all].filter((id) => !found.has(id)).length;
  if (missing === 0) return;
  process.stderr.write(
    `${String(missing)} of ${String(all.size)} excluded documents are not in these sets; they are found by the same --text, --label and --source as in their screening\n`,
  );
}

async function openSet(
  path: string,
  options: MethodOptions,
  statement: string | null,
  source?: (text: string) => string,
): Promise<AdmittedSet> {
  const digest = await digestSet(path);
  const rows = readRows(path, options, source);
  return { name: path, digest, statement, exclusions: null, rows };
}

async function openAdmitted(
  paths: readonly string[],
  options: TrainCommandOptions,
  verify: VerifyAdmission,
  excluded: Excluded,
): Promise<AdmittedSet[]> {
  const sets: AdmittedSet[] = [];
  for (const [i, path] of paths.entries()) {
    const digest = await digestSet(path);
    const rows = readRows(path, options, undefined, excluded);
    const set = { name: path, digest, rows, statement: null, exclusions: null };
    if (options.unadmitted === true) {
      sets.push(set);
      continue;
    }
    const file = options.admission?.[i];
    if (file === undefined) throw monitorErrors.error('SET_UNADMITTED', { set: path });
    const statement = readFile(file);
    const verified = await verify(statement, digest);
    if (!verified.ok) {
      throw monitorErrors.error('ADMISSION_UNVERIFIED', { set: path, why: verified.message });
    }
    const { exclusionsSha256: list } = verified;
    if (list !== null && !excluded.lists.some((each) => each.digest === list))
      throw monitorErrors.error('EXCLUSIONS_NEEDED', { set: path, list });
    sets.push({ ...set, statement: sha256(statement), exclusions: list });
  }
  return sets;
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw cliErrors.error('PATH_UNREADABLE', { path, why });
  }
}

async function trainCommand(
  paths: readonly string[],
  options: TrainCommandOptions,
  verify: VerifyAdmission,
): Promise<void> {
  const rule = parsePartitionRule(options.partitions);
  const falsePositiveRateMax = readNumber('--fpr', options.fpr, 0.0001, 0.5);
  const holdBack = readNumber('--hold-back', options.holdBack, 0.05, 0.8);
  const excluded = openExcluded(options.exclude ?? []);
  const sets = await openAdmitted(paths, options, verify, excluded);
  const documents = await readDocuments(sets, options.positive);
  sayUnfound(excluded);
  const names = new Set(documents.map(({ source }) => partitionOf(rule, source)));
  const protect = readProtect(options, names.size);
  const trained = trainMonitor(documents, { rule, falsePositiveRateMax, protect, holdBack });
  const model: MonitorModel = {
    ...trained,
    positiveLabel: options.positive,
    lineage: {
      admission: options.unadmitted === true ? 'unadmitted' : 'admitted',
      sets: sets.map(({ name, digest, statement, exclusions }) => ({
        ...{ name, digest, statement },
        ...(exclusions === null ? {} : { exclusions }),
      })),
      code: `sallyport ${manifest.version}, features ${FEATURES_VERSION}`,
    },
  };
  const { bytes, digest } = writeMonitor(model);
  writeFileSync(options.out, bytes);
  const paint = openPaint(process.stdout, process.env);
  const view = { model, digest, bytes: bytes.length, file: options.out };
  process.stdout.write(`${showTrained(view, options.json === true, paint).join('\n')}\n`);
}

function readProtect(options: MethodOptions, partitions: number): number {
  return options.protect === undefined
    ? Math.floor(partitions / 5)
    : readNumber('--protect', options.protect, 0, PARTITIONS_MAX, true);
}

async function evaluateCommand(
  paths: readonly string[],
  options: EvaluateCommandOptions,
): Promise<void> {
  const evaluation =
    options.model === undefined
      ? await evaluateSets(paths, options)
      : await evaluateModel(paths, options, options.model);
  if (options.plot !== undefined) {
    const title = `Certified recall at a false-positive rate of ${(evaluation.falsePositiveRate.value * 100).toFixed(2)} %, ${evaluation.partitions} partitions`;
    writeFileSync(options.plot, drawCurve(title, [{ name: paths.join(', '), evaluation }]));
  }
  const simulated = options.simulateSources !== undefined;
  const paint = openPaint(process.stdout, process.env);
  const lines = showEvaluation(evaluation, { json: options.json === true, paint, simulated });
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function evaluateSets(
  paths: readonly string[],
  options: EvaluateCommandOptions,
): Promise<Evaluation> {
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
  for (const path of paths) sets.push(await openSet(path, options, null, made));
  const documents = await readDocuments(sets, options.positive);
  const names = new Set(documents.map(({ source }) => partitionOf(rule, source)));
  return evaluateMethod(documents, {
    falsePositiveRateMax: readNumber('--fpr', options.fpr, 0.0001, 0.5),
    protect: readProtect(options, names.size),
    repeats: readNumber('--repeats', options.repeats, 1, 100, true),
    nameOf: ({ source }) => partitionOf(rule, source),
  });
}

async function evaluateModel(
  paths: readonly string[],
  options: EvaluateCommandOptions,
  file: string,
): Promise<Evaluation> {
  const { model } = readMonitor(readFile(file), options.pin);
  const reader = new DocumentReader(model.positiveLabel);
  const documents = [];
  for (const path of paths) {
    // The source of a measured text plays no part, so a set without one can be measured.
    for await (const row of readRows(path, options, () => 'measured')) {
      documents.push(reader.read(row));
    }
  }
  const scorer = new Scorer([...model.partitions.values()]);
  return evaluateScorer(scorer, model.point, documents, model.options.falsePositiveRateMax);
}

/** Throws when the gate has quarantined the monitor, or does not know it: what nobody recorded stands for nothing. */
async function needStanding(options: ScoreCommandOptions, digest: string): Promise<void> {
  const standing = await openSession(options).client.get<{ recall: string | null }>(
    `/v1/lineage/standing/${digest}`,
  );
  if (standing.recall !== null)
    throw lineageErrors.error('STANDING_LOST', { node: digest, recall: standing.recall });
}

async function scoreCommand(
  file: string,
  paths: readonly string[],
  options: ScoreCommandOptions,
): Promise<number> {
  const { model, digest } = readMonitor(readFile(file), options.pin);
  if (options.standing === true) await needStanding(options, digest);
  const scorer = openMonitor(model);
  const paint = openPaint(process.stdout, process.env);
  const view = showVerdicts(model, digest, options.json === true, paint);
  process.stdout.write(view.head);
  let seen = 0;
  for (const path of paths) {
    const set = await openTextSet(path, { text: options.text, label: '', source: '' });
    for await (const { number, values, problem } of set.rows()) {
      const text = values[0];
      const place = { set: path, row: number };
      try {
        if (text === undefined) {
          const why = problem ?? `no field "${options.text}"`;
          throw monitorErrors.error('SET_UNREADABLE', { ...place, why });
        }
        const verdict = scorer.judge(text);
        if (verdict.verdict === 'flag') seen++;
        process.stdout.write(view.line(place, verdict, text));
      } catch (error) {
        if (!(error instanceof SallyportError)) throw error;
        seen++;
        process.stdout.write(view.failed(place, error));
      }
    }
  }
  process.stdout.write(view.foot());
  return seen > 0 ? SOME_FLAGGED : 0;
}
