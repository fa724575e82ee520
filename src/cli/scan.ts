/** `sallyport scan PATH…`: decodes files on their way in and says what they are, without a server. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { monotonicMs } from '../core/index.ts';
import {
  describeSkipped,
  describeUnwritten,
  openScanPool,
  renderSarif,
  scanErrors,
} from '../ingress/index.ts';
import type { ScanPool, ScanResult } from '../ingress/index.ts';
import { cliErrors } from './errors.ts';
import { FormNames } from './form-names.ts';
import { showScan } from './scan-view.ts';
import { openPaint, openProgress } from './terminal.ts';
import { walkPaths } from './walk-paths.ts';
import type { Walk, WalkedFile } from './walk-paths.ts';

interface ScanOptions {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly out?: string;
}

const SOME_MALICIOUS = 3;
const SOME_INCONCLUSIVE = 4;
const COLUMNS_DEFAULT = 100;

/** Adds the command. */
export function registerScan(program: Command): void {
  program
    .command('scan')
    .summary('decode files on their way in and judge them')
    .description(
      'Decode files by their grammars in sandboxed processes and say which are clean, malicious or inconclusive. Needs no server. Exit status: 0 all clean, 3 some malicious, 4 some inconclusive',
    )
    .argument('<paths...>', 'files and folders')
    .option('--json', 'print JSON lines: one object per file')
    .option('--sarif', 'print a SARIF 2.1.0 log')
    .option('--out <dir>', 'write the safe forms of clean files below this folder')
    .action(async (paths: string[], options: ScanOptions) => {
      process.exitCode = await scan(paths, options);
    });
}

async function scan(paths: readonly string[], options: ScanOptions): Promise<number> {
  if (options.json === true && options.sarif === true)
    throw cliErrors.error('USAGE', { why: '`--json` and `--sarif` each print the whole output' });
  const walk = walkPaths(paths, process.cwd(), { tolerant: true, asGiven: true });
  if (walk.files.length + walk.skipped.length === 0) throw cliErrors.error('PATHS_EMPTY');
  const out = options.out === undefined ? undefined : prepareOut(options.out);
  const asJson = options.json === true;
  const results = await scanFiles(walk, paths, out, (result) => {
    if (asJson) process.stdout.write(`${toJsonLine(result)}\n`);
  });
  if (options.sarif === true) process.stdout.write(renderSarif(results, manifest.version));
  else if (!asJson) {
    const columns = Math.max(60, process.stdout.columns || COLUMNS_DEFAULT);
    const view = { columns, paint: openPaint(process.stdout, process.env) };
    process.stdout.write(`${showScan(results, view).join('\n')}\n`);
  }
  if (results.some(({ verdict }) => verdict === 'malicious')) return SOME_MALICIOUS;
  return results.every(({ verdict }) => verdict === 'clean') ? 0 : SOME_INCONCLUSIVE;
}

/** The files in their order, then what could not be read; each is handed on as soon as it is known. */
async function scanFiles(
  walk: Walk,
  paths: readonly string[],
  out: string | undefined,
  onResult: (result: ScanResult) => void,
): Promise<ScanResult[]> {
  const workDir = mkdtempSync(join(out ?? tmpdir(), '.sallyport-scan-'));
  const pool = await openScanPool({
    size: Math.max(1, Math.min(4, availableParallelism(), walk.files.length)),
    readable: paths.map((path) => resolve(path)),
    writable: [workDir],
  });
  const progress = openProgress(process.stderr, monotonicMs);
  const results: ScanResult[] = [];
  const take = (result: ScanResult): void => {
    results.push(result);
    onResult(result);
  };
  try {
    for await (const result of scanInOrder(pool, walk.files, out, workDir)) {
      take(result);
      progress.show('scanning', results.length, walk.files.length);
    }
  } finally {
    progress.end();
    pool.close();
    rmSync(workDir, { recursive: true, force: true });
  }
  for (const { name, why } of walk.skipped) take(describeSkipped(name, why));
  return results;
}

function toJsonLine({ path, type, verdict, findings }: ScanResult): string {
  return JSON.stringify({ path, type, verdict, findings });
}

/** Level by level: Node's own way goes round for ever below a folder that takes none and says that it is not there (`/proc`). */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  mkdirSync(path);
}

function prepareOut(dir: string): string {
  const path = resolve(dir);
  try {
    makeFolders(path);
    if (readdirSync(path).length === 0) return path;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw scanErrors.error('OUT_UNUSABLE', { dir, why });
  }
  throw scanErrors.error('OUT_UNUSABLE', { dir, why: 'it is not empty' });
}

/** Scans with a bounded number under way, and gives results in the order of the files. */
async function* scanInOrder(
  pool: ScanPool,
  files: readonly WalkedFile[],
  out: string | undefined,
  workDir: string,
): AsyncGenerator<ScanResult> {
  const underWay: Promise<Scanned>[] = [];
  const ahead = pool.size * 4;
  const names = new FormNames();
  for (let next = 0; next < files.length || underWay.length > 0;) {
    while (next < files.length && underWay.length < ahead) {
      const file = files[next++];
      if (file !== undefined) underWay.push(scanOne(pool, file, out, workDir));
    }
    const first = await underWay.shift();
    if (first === undefined) continue;
    // Written in the order of the files, so that the same files give the same folder.
    yield out === undefined ? first.result : keepForms(first, out, names);
  }
}

interface Scanned {
  readonly result: ScanResult;
  readonly name: string;
  readonly outDir: string | undefined;
}

async function scanOne(
  pool: ScanPool,
  file: WalkedFile,
  out: string | undefined,
  workDir: string,
): Promise<Scanned> {
  // Decoders are given a name below no folder of this machine; forms are named by it.
  const name = file.name.replaceAll('\\', '_') || 'file';
  const outDir = out === undefined ? undefined : mkdtempSync(join(workDir, 'file-'));
  const { path, pathBytes } = file;
  const bytes = pathBytes === undefined ? {} : { pathBytes };
  const job = { name, path, ...bytes, ...(outDir === undefined ? {} : { outDir }) };
  const result = await pool.scan(job);
  return { result: { ...result, path: file.given }, name, outDir };
}

/** Moves the forms of a clean file to where they belong; what cannot be written there is a finding about the file. */
function keepForms(scanned: Scanned, out: string, names: FormNames): ScanResult {
  const { result, name, outDir = '' } = scanned;
  try {
    // What is not clean is not taken: a person decides with the file and its findings at hand.
    for (const form of result.verdict === 'clean' ? result.forms : []) {
      const target = join(out, ...names.place(name, form.name).split('/'));
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(outDir, form.file ?? ''), target);
    }
    return result;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    if (why === undefined) throw error;
    return describeUnwritten(result, why);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}
