/** `sallyport quote PATH…`: what a release would cost, without a server. */
import { availableParallelism, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { monotonicMs } from '../core/index.ts';
import {
  DEFAULT_EXPORT_POLICY,
  egressErrors,
  openInspectionPool,
  parseForm,
  quoteRelease,
  WORKER_LIMITS,
} from '../egress/index.ts';
import type { HistoryView, InspectionPool, Quote } from '../egress/index.ts';
import { cliErrors } from './errors.ts';
import { listGiven } from './given-paths.ts';
import { showQuote, showQuoteJson } from './quote-view.ts';
import { openPaint, openProgress } from './terminal.ts';
import { walkPaths } from './walk-paths.ts';

interface QuoteOptions {
  readonly json?: boolean;
  readonly each?: boolean;
  readonly cheaper: boolean;
  readonly history?: string;
  readonly form?: string;
  readonly modelParams: string;
  readonly bitsPerParam: string;
}

/** The exit status when some files were refused. */
const SOME_REFUSED = 3;
const COLUMNS_DEFAULT = 100;

/** Adds the command. */
export function registerQuote(program: Command): void {
  program
    .command('quote')
    .summary('price files without sending them')
    .description(
      'Price files as they would cross the wire: charge, findings and cheaper forms. Needs no server.',
    )
    .argument('<paths...>', 'files and folders')
    .option('--json', 'print JSON lines: one object per file, then the total')
    .option('--each', 'price every file as a release of its own')
    .option('--history <dir>', 'frames that the destination already has (1.frame, 2.frame, …)')
    .option(
      '--form <form>',
      'price a lossy form: digits:4, palette:16, scale:0.5, joined by commas',
    )
    .option('--no-cheaper', 'do not look for cheaper forms')
    .option('--model-params <count>', 'parameters of the model to compare with', '70e9')
    .option('--bits-per-param <bits>', 'bits per parameter of its thinnest useful copy', '0.16')
    .action(async (paths: string[], options: QuoteOptions) => {
      process.exitCode = await quote(paths, options);
    });
}

function readPositive(option: string, value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw cliErrors.error('OPTION_INVALID', { option, value, why: 'it must be a number above 0' });
}

async function quote(paths: readonly string[], options: QuoteOptions): Promise<number> {
  const model = {
    params: readPositive('--model-params', options.modelParams),
    bitsPerParam: readPositive('--bits-per-param', options.bitsPerParam),
  };
  const form = options.form === undefined ? {} : { form: parseForm(options.form) };
  const walk = walkPaths(paths, process.cwd());
  if (walk.files.length === 0) throw cliErrors.error('PATHS_EMPTY');
  const outDir = mkdtempSync(join(tmpdir(), 'sallyport-quote-'));
  const readable = [...paths, ...(options.history === undefined ? [] : [options.history])].map(
    (path) => resolve(path),
  );
  const pool = openInspectionPool(
    Math.max(1, Math.min(4, availableParallelism(), walk.files.length * 2)),
    WORKER_LIMITS,
    { readable, writable: [outDir] },
  );
  const progress = openProgress(process.stderr, monotonicMs);
  const labels = { reading: 'reading', pricing: 'encoding', cheaper: 'cheaper forms' };
  try {
    const history =
      options.history === undefined
        ? {}
        : { history: await readHistory(pool, options.history, outDir) };
    const result = await quoteRelease({
      files: walk.files,
      pool,
      outDir,
      ...history,
      ...form,
      each: options.each === true,
      cheaper: options.cheaper,
      onProgress: ({ phase, done, total }) => {
        progress.show(labels[phase], done, total);
      },
    });
    progress.end();
    print(
      result,
      options,
      model,
      walk.skipped.map(({ name }) => name),
    );
    return result.total.refused > 0 ? SOME_REFUSED : 0;
  } finally {
    progress.end();
    await pool.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

function print(
  result: Quote,
  options: QuoteOptions,
  model: { readonly params: number; readonly bitsPerParam: number },
  skipped: readonly string[],
): void {
  const columns = Math.max(60, process.stdout.columns || COLUMNS_DEFAULT);
  const paint = openPaint(process.stdout, process.env);
  const lines =
    options.json === true
      ? showQuoteJson(result)
      : [
          '',
          ...showQuote(result, {
            columns,
            paint,
            model,
            each: options.each === true,
            skipped,
            policy: DEFAULT_EXPORT_POLICY,
          }),
        ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Decodes the frames `1.frame`, `2.frame`, … of a folder in an inspection process. */
export async function readHistory(
  pool: InspectionPool,
  dir: string,
  outDir: string,
): Promise<HistoryView> {
  const names = listGiven(dir).filter((name) => /^\d+\.frame$/.test(name));
  const frames = names
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => resolve(dir, name));
  if (frames.length === 0) return { prefix: 0, files: [] };
  const outcome = await pool.run({ kind: 'history', frames, outDir });
  if (!outcome.ok) throw egressErrors.error('HISTORY_INVALID', { path: dir, why: outcome.message });
  return outcome.result.history ?? { prefix: 0, files: [] };
}
