/** `sallyport screen SET…`: looks for poison in text sets before anything is trained on them. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { monotonicMs, SallyportError } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import {
  parseExclusions,
  parseReport,
  screenRowOf,
  screenTexts,
  writeReport,
} from '../ingress/index.ts';
import type { ScreenInput, ScreenReport, ScreenRow } from '../ingress/index.ts';
import { needOutput, readGivenText, writeGiven } from './given-paths.ts';
import { showReport } from './screen-view.ts';
import { openPaint, openProgress } from './terminal.ts';
import { openTextSet } from './text-sets.ts';
import type { TextSetFile } from './text-sets.ts';

interface ScreenOptions {
  readonly text: string;
  readonly label: string;
  readonly source: string;
  readonly monitor?: string;
  readonly previous?: string;
  readonly exclude?: string;
  readonly suggest?: string;
  readonly json?: boolean;
}

/** The exit status when something is held for a person. */
const INCONCLUSIVE = 4;
const COLUMNS_DEFAULT = 100;

/** Adds the command. */
export function registerScreen(program: Command): void {
  program
    .command('screen')
    .summary('look for poison in text sets')
    .description(
      'Screen text sets (JSON lines or CSV) for planted triggers, near-duplicates with another label, hidden characters, phrases to models and about monitors, and sources that weigh too much, are alike or have changed. Needs no server. Exit status 4 when something is for a person to judge',
    )
    .argument('<sets...>', 'files with one document per row')
    .option('--text <field>', 'the field that holds the text', 'text')
    .option('--label <field>', 'the field that holds the label', 'label')
    .option('--source <field>', 'the field that names the source', 'source')
    .option(
      '--monitor <description>',
      'a description of the monitor that the text is for, or a file with one',
    )
    .option(
      '--previous <report>',
      'the report of an earlier delivery, to see which sources have changed',
    )
    .option(
      '--exclude <file>',
      'what a reviewer took out, one per line with the reason: ids of documents, or rules such as rows ["source","desk-9"]',
    )
    .option('--suggest <file>', 'write an exclusion list of all documents that are held, to edit')
    .option('--json', 'print the report as one JSON object')
    .action(async (sets: string[], options: ScreenOptions) => {
      process.exitCode = await screen(sets, options);
    });
}

/** A description may be given itself or as the name of a file. */
function readDescription(value: string): string {
  return existsSync(value) ? readGivenText(value) : value;
}

function take<T>(result: ({ readonly ok: true } & T) | Refusal): T {
  if (result.ok) return result;
  const { code, message, hint } = result;
  throw new SallyportError(code, { status: 400, message, hint }, {});
}

async function* readRows(
  sets: readonly TextSetFile[],
  onRows: (count: number) => void,
): AsyncGenerator<readonly ScreenRow[]> {
  for (const set of sets) {
    for await (const rows of set.batches()) {
      onRows(rows.length);
      yield rows.map((row) => screenRowOf(set.name, row));
    }
  }
}

async function screen(paths: readonly string[], options: ScreenOptions): Promise<number> {
  needOutput(options.suggest);
  const exclusions =
    options.exclude === undefined
      ? undefined
      : take(parseExclusions(readGivenText(options.exclude))).list;
  const sets: TextSetFile[] = [];
  for (const path of paths)
    sets.push(await openTextSet(path, options, exclusions?.rules.fields ?? []));
  const progress = openProgress(process.stderr, monotonicMs);
  let rows = 0;
  const input: ScreenInput = {
    bytes: sets.reduce((sum, set) => sum + set.bytes, 0),
    rows: () => {
      rows = 0;
      return readRows(sets, (count) => {
        const before = rows;
        rows += count;
        if (rows >> 12 !== before >> 12) progress.show('reading', rows, 0);
      });
    },
    ...(options.monitor === undefined ? {} : { monitor: readDescription(options.monitor) }),
    ...(options.previous === undefined
      ? {}
      : { previous: take(parseReport(readGivenText(options.previous))).report }),
    ...(exclusions === undefined ? {} : { exclusions }),
  };
  const screened = await screenTexts(input).finally(() => {
    progress.end();
  });
  const report: ScreenReport = {
    ...screened,
    sets: sets.map((set) => ({ name: set.name, bytes: set.bytes, digest: set.digest() ?? '' })),
  };
  if (options.suggest !== undefined) {
    const suggested = suggestExclusions(report);
    writeGiven(options.suggest, suggested);
    if (suggested === '')
      process.stderr.write(`nothing is held, so the list in ${options.suggest} is empty\n`);
  }
  print(report, options.json === true);
  return report.verdict === 'clean' ? 0 : INCONCLUSIVE;
}

function suggestExclusions(report: ScreenReport): string {
  const reasons = new Map<string, string>();
  for (const { severity, code, ids } of report.findings) {
    if (severity !== 'hold') continue;
    for (const id of ids)
      reasons.set(id, reasons.has(id) ? `${reasons.get(id) ?? ''}, ${code}` : code);
  }
  return [...reasons].map(([id, why]) => `${id} ${why}\n`).join('');
}

function print(report: ScreenReport, json: boolean): void {
  const columns = Math.max(60, process.stdout.columns || COLUMNS_DEFAULT);
  const paint = openPaint(process.stdout, process.env);
  const lines = json ? [writeReport(report).text] : showReport(report, { columns, paint });
  process.stdout.write(`${lines.join('\n')}\n`);
}
