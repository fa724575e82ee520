/** `sallyport wire encode` and `sallyport wire decode`: frames without a server, for tests, auditors and air gaps. */
import { sayCount } from '../core/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openInspectionPool, parseForm, quoteRelease } from '../egress/index.ts';
import { chargeBits, decodeBody, openFrame, sealFrame } from '../wire/index.ts';
import type { DecodedMember, History, HistoryFile } from '../wire/index.ts';
import { cliErrors } from './errors.ts';
import {
  isFilled,
  listGiven,
  makeGivenFolder,
  needOutput,
  needOutputFolder,
  readGivenBytes,
  writeGiven,
  writeGivenNew,
} from './given-paths.ts';
import { readHistory } from './quote.ts';
import { walkPaths } from './walk-paths.ts';

/** The exit status when some files were refused. */
const SOME_REFUSED = 3;

/** What `wire encode` takes. */
export interface WireEncodeOptions {
  readonly out: string;
  readonly history?: string;
  readonly form?: string;
  readonly slotGap?: string;
  readonly destination?: string;
}

/** What `wire decode` takes. */
export interface WireDecodeOptions {
  readonly out: string;
  readonly history?: string;
}

/** Adds the command. */
export function registerWire(program: Command): void {
  const wire = program
    .command('wire')
    .summary('make and read frames offline')
    .description('Make a frame from files, and files from a frame. Needs no server.');
  wire
    .command('encode')
    .summary('files → one frame')
    .description('Encode files into one frame, as the gate would put it on the wire')
    .argument('<paths...>', 'files and folders')
    .requiredOption('--out <frame>', 'where to write the frame')
    .option('--history <dir>', 'frames that the destination already has (1.frame, 2.frame, …)')
    .option('--form <form>', 'take a lossy form: digits:4, palette:16, scale:0.5, joined by commas')
    .option('--slot-gap <slots>', 'slots since the frame before', '0')
    .option('--destination <number>', 'the number of the destination', '0')
    .action(async (paths: string[], options: WireEncodeOptions) => {
      process.exitCode = await encodeFrameFile(paths, options);
    });
  wire
    .command('decode')
    .summary('one frame → files')
    .description('Decode a frame into the files that the outer door would store')
    .argument('<frame>', 'the frame')
    .requiredOption('--out <dir>', 'an empty or new folder for the files')
    .option('--history <dir>', 'frames that the destination already has (1.frame, 2.frame, …)')
    .action((frame: string, options: WireDecodeOptions) => {
      decodeFrameFile(frame, options);
    });
}

function readNumber(option: string, value: string | undefined): number {
  const number = Number(value ?? '0');
  if (/^\d{1,15}$/.test(value ?? '0')) return number;
  throw cliErrors.error('OPTION_INVALID', {
    option,
    value: value ?? '',
    why: 'it must be a whole number',
  });
}

/** Codes the files as one frame and says what it costs; refused files are named and left out. Gives the exit status. */
export async function encodeFrameFile(
  paths: readonly string[],
  options: WireEncodeOptions,
): Promise<number> {
  needOutput(options.out);
  const slotGap = readNumber('--slot-gap', options.slotGap);
  const destination = readNumber('--destination', options.destination);
  const form = options.form === undefined ? {} : { form: parseForm(options.form) };
  const walk = walkPaths(paths, process.cwd());
  if (walk.files.length === 0) throw cliErrors.error('PATHS_EMPTY');
  const outDir = mkdtempSync(join(tmpdir(), 'sallyport-wire-'));
  const pool = openInspectionPool(Math.max(1, Math.min(4, availableParallelism())));
  try {
    const history =
      options.history === undefined
        ? { prefix: 0, files: [] }
        : await readHistory(pool, options.history, outDir);
    const quote = await quoteRelease({ files: walk.files, pool, outDir, history, ...form });
    for (const file of quote.files) {
      if (file.verdict === 'refused')
        process.stderr.write(`refused: ${file.path}: ${file.reason ?? ''}\n`);
    }
    if (quote.body === undefined) return SOME_REFUSED;
    const body = readGivenBytes(quote.body.path);
    const frame = sealFrame({ slotGap, destination, historyPrefix: history.prefix, body });
    writeGiven(options.out, frame);
    const files = quote.total.files - quote.total.refused;
    process.stdout.write(
      `${options.out}: ${sayCount(files, 'file')}, ${String(frame.length)} bytes, ${String(chargeBits(frame))} bits charged\n`,
    );
    return quote.total.refused > 0 ? SOME_REFUSED : 0;
  } finally {
    await pool.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

function listFrames(dir: string): string[] {
  return listGiven(dir)
    .filter((name) => /^\d+\.frame$/.test(name))
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((name) => join(dir, name));
}

/** Decodes frame after frame, each against those before it. */
function decodeAll(frames: readonly string[]): HistoryFile[][] {
  const seen: HistoryFile[][] = [];
  for (const path of frames) {
    const { historyPrefix, body } = openFrame(readGivenBytes(path));
    seen.push(toHistoryFiles(decodeBody(body, viewHistory(seen, historyPrefix, path))));
  }
  return seen;
}

function viewHistory(seen: readonly HistoryFile[][], prefix: number, path: string): History {
  if (prefix > seen.length) {
    const why = `it was coded against ${String(prefix)} earlier frames and only ${String(seen.length)} are here`;
    throw cliErrors.error('PATH_UNREADABLE', { path, why });
  }
  return { prefix, files: seen.slice(0, prefix).flat() };
}

function toHistoryFiles(members: readonly DecodedMember[]): HistoryFile[] {
  return members.map(({ name, type, bytes }) => ({ name, type, load: () => bytes }));
}

/** Writes the files of a frame below a folder that is new or empty, and names each. */
export function decodeFrameFile(framePath: string, options: WireDecodeOptions): void {
  needOutputFolder(options.out);
  const bytes = readGivenBytes(framePath);
  const frames = options.history === undefined ? [] : listFrames(options.history);
  const { historyPrefix, body } = openFrame(bytes);
  const seen = decodeAll(frames.slice(0, historyPrefix));
  const members = decodeBody(body, viewHistory(seen, historyPrefix, framePath));
  if (isFilled(options.out)) {
    throw cliErrors.error('PATH_UNREADABLE', {
      path: options.out,
      why: 'it is not an empty folder',
    });
  }
  makeGivenFolder(options.out);
  for (const { name, type, form, bytes } of members) {
    // Names were checked by the decoder: relative, without `..`, without a file that is also a folder.
    const path = join(options.out, name);
    writeGivenNew(path, bytes);
    process.stdout.write(
      `${name}  ${type}${form === undefined ? '' : ` ${form}`}  ${String(bytes.length)} bytes\n`,
    );
  }
}
