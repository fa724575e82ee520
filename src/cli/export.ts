/** `sallyport export PATH…`: asks the gate to let files out, and says what became of it. */
import path from 'node:path';
import type { Command } from 'commander';
import { monotonicMs, newId, systemRandom } from '../core/index.ts';
import type { RequestDetails } from '../http/index.ts';
import { cliErrors } from './errors.ts';
import {
  makeGivenFolder,
  needOutputFolder,
  readGivenChunks,
  sizeOfGiven,
  writeGiven,
} from './given-paths.ts';
import { showVerdict } from './request-view.ts';
import { openSession, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';
import { openProgress } from './terminal.ts';
import { walkPaths } from './walk-paths.ts';

interface ExportOptions extends SessionOptions {
  readonly project: string;
  readonly to: string;
  readonly why: string;
  readonly job?: string;
  readonly skipRefused?: boolean;
  readonly form?: string;
  readonly receipts: string;
  readonly key?: string;
}

/** Exit statuses by verdict. */
const STATUS = { allow: 0, deny: 3, hold: 4 } as const;
const WAIT_SECONDS = 20;

/** Adds the command. */
export function registerExport(program: Command): void {
  withSession(
    program
      .command('export')
      .summary('ask for files to be released')
      .description(
        'Send files to the gate as one release. Exit status: 0 released, 3 denied, 4 held for a person.',
      )
      .argument('<paths...>', 'files and folders')
      .requiredOption('--project <project>', 'project in whose name they leave')
      .requiredOption('--to <destination>', 'destination of the project')
      .requiredOption('--why <text>', 'what they are for; goes into the ledger')
      .option('--skip-refused', 'release the other files when some are refused')
      .option('--job <name>', 'what it is part of; requests of one job can be decided together')
      .option('--form <form>', 'release a lossy form: digits:4, palette:16, scale:0.5')
      .option('--receipts <dir>', 'folder for receipts', 'sallyport-receipts')
      .option('--key <key>', 'idempotency key; the same key never makes a second export'),
  ).action(async (paths: string[], options: ExportOptions) => {
    process.exitCode = await exportPaths(paths, options);
  });
}

async function exportPaths(paths: readonly string[], options: ExportOptions): Promise<number> {
  const walk = walkPaths(paths, process.cwd());
  if (walk.files.length === 0) throw cliErrors.error('PATHS_EMPTY');
  needOutputFolder(options.receipts);
  const session = openSession(options);
  const details = await send(session, walk.files, options);
  const receipt = await keepReceipt(session, details, options.receipts);
  const verdict = details.verdict ?? 'deny';
  const answer = {
    id: details.id,
    verdict,
    chargeBits: details.chargeBits,
    reason: details.reason,
    receipt,
  };
  session.print(answer, () =>
    showVerdict(
      session.paint,
      details,
      receipt,
      walk.skipped.map(({ name }) => name),
    ),
  );
  return STATUS[verdict];
}

async function send(
  session: Session,
  files: readonly { name: string; path: string }[],
  options: ExportOptions,
): Promise<RequestDetails> {
  const total = files.reduce((sum, file) => sum + sizeOfGiven(file.path), 0);
  const progress = openProgress(process.stderr, monotonicMs);
  const query = new URLSearchParams({
    project: options.project,
    to: options.to,
    why: options.why,
    wait: String(WAIT_SECONDS),
    ...(options.skipRefused === true ? { skipRefused: 'true' } : {}),
    ...(options.job === undefined ? {} : { job: options.job }),
    ...(options.form === undefined ? {} : { form: options.form }),
  });
  let sent = 0;
  try {
    let details = await session.client.upload<RequestDetails>(
      `/v1/exports?${query.toString()}`,
      files.map((file) => ({
        name: file.name,
        open: () => readGivenChunks(file.path),
      })),
      {
        key: options.key ?? newId('key', systemRandom),
        onBytes: (bytes) => {
          sent += bytes;
          progress.show('sending', sent, total);
        },
      },
    );
    while (details.state === 'quoting') {
      const { phase = 'quoting', done = 0, total: all = 1 } = details.progress ?? {};
      progress.show(phase, done, all);
      details = await session.client.get<RequestDetails>(
        `/v1/requests/${details.id}?wait=${process.stderr.isTTY ? '1' : String(WAIT_SECONDS)}`,
      );
    }
    return details;
  } finally {
    progress.end();
  }
}

async function keepReceipt(
  session: Session,
  details: RequestDetails,
  dir: string,
): Promise<string | null> {
  if (details.receipt === null) return null;
  const text = await session.client.text(details.receipt);
  const file = path.join(dir, `${details.id}.tlog-proof`);
  makeGivenFolder(dir);
  writeGiven(file, text);
  return file;
}
