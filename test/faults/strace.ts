/**
 * Makes each file call of a release fail with EIO, one a time, and looks at what is left: what was acknowledged is
 * there, what was not is there whole or not at all, the ledger verifies, and the next start serves.
 * Run by `strace.test.ts` on a sample, and alone on every call: `node test/faults/strace.ts`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kysely } from 'kysely';
import { openBlobs, openStore } from '../../src/store/index.ts';
import { openKeyFile, verifyLedger } from '../../src/ledger/index.ts';
import { sha256, systemRandom } from '../../src/core/index.ts';

/** Calls that our durable writes are made of and that the runtime itself does not need to live. */
export const CALLS = [
  'fsync',
  'fdatasync',
  'pwrite64',
  'ftruncate',
  'rename',
  'mkdir',
  'unlink',
] as const;

/** One call of one run that is made to fail. */
export interface Injection {
  readonly call: string;
  readonly when: number;
}

/** What the campaign saw. */
export interface StraceReport {
  readonly injections: number;
  /** Runs that acknowledged although a call had failed. */
  readonly acknowledged: number;
  /** Runs that ended without an acknowledgement. */
  readonly stopped: number;
}

const WRITER = fileURLToPath(new URL('./release-writer.ts', import.meta.url));

interface Written {
  readonly queued: string;
  readonly sequence: number;
  readonly chargeBits: string;
  readonly index: number;
  readonly spent: string;
}

function runWriter(dir: string, request: string, strace: readonly string[]): Written | undefined {
  const [file, ...rest] = [
    ...strace,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    WRITER,
    dir,
    request,
  ];
  const ended = spawnSync(file, rest, {
    // One thread for all file calls, so that the count of calls means the same in every run.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  const line = ended.stdout.split('\n').find((each) => each.startsWith('{'));
  return line === undefined ? undefined : (JSON.parse(line) as Written);
}

/** Whether strace is there and may trace. */
export function hasStrace(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
}

/** How often each call happens in a second start that queues a release. */
function countCalls(base: string, work: string): Map<string, number> {
  const dir = path.join(work, 'count');
  cpSync(base, dir, { recursive: true });
  const trace = path.join(work, 'trace.txt');
  runWriter(dir, 'r2', ['strace', '-f', '-qq', '-o', trace, '-e', `trace=${CALLS.join(',')}`]);
  const counts = new Map<string, number>();
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const call = /^\d+\s+(\w+)\(/.exec(line)?.[1];
    if (call !== undefined) counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  rmSync(dir, { recursive: true });
  return counts;
}

async function countStaged(db: Kysely<{ release_staged: { sha256: string } }>): Promise<number> {
  return (await db.selectFrom('release_staged').select('sha256').execute()).length;
}

async function checkFolder(dir: string, written: Written | undefined): Promise<void> {
  const store = await openStore(path.join(dir, 'gate.db'));
  await store.close();
  // The next start is the recovery; it must serve, and count the request that had failed once only.
  const again = runWriter(dir, 'r2', []);
  assert.ok(again, 'the next start must serve');
  if (written !== undefined) {
    assert.equal(again.sequence, written.sequence);
    assert.equal(again.index, written.index);
    assert.equal(again.spent, written.spent);
  }
  assert.equal(again.sequence, 2);
  const key = await openKeyFile(path.join(dir, 'log.key'), {
    name: 'inner/strace',
    random: systemRandom,
  });
  const opened = await openStore(path.join(dir, 'gate.db'));
  try {
    // What a release refers to is there as a whole file, and nothing waits in the database any more.
    const blobs = openBlobs(path.join(dir, 'blobs'), systemRandom);
    for (const request of ['r1', 'r2']) await blobs.read(sha256(`body of ${request}`));
    assert.equal(await opened.read((db) => countStaged(db)), 0);
    const report = await verifyLedger({
      dir: path.join(dir, 'ledger'),
      key: key.verifier.vkey,
      database: { store: opened, logId: 'inner' },
    });
    assert.deepEqual(report.problems, []);
  } finally {
    await opened.close();
  }
}

/** Plays the injections; all of them unless `choose` leaves some out. */
export async function runStraceCampaign(
  choose: (injection: Injection) => boolean = () => true,
): Promise<StraceReport> {
  const work = mkdtempSync(path.join(tmpdir(), 'sallyport-strace-'));
  try {
    const base = path.join(work, 'base');
    const first = runWriter(base, 'r1', []);
    assert.ok(first, 'the writer must work when nothing fails');
    const report = { injections: 0, acknowledged: 0, stopped: 0 };
    for (const [call, count] of countCalls(base, work)) {
      for (let when = 1; when <= count; when++) {
        if (!choose({ call, when })) continue;
        const dir = path.join(work, 'data');
        cpSync(base, dir, { recursive: true });
        const inject = `inject=${call}:error=EIO:when=${String(when)}`;
        const strace = [
          'strace',
          '-f',
          '-qq',
          '-o',
          '/dev/null',
          '-e',
          `trace=${call}`,
          '-e',
          inject,
        ];
        const written = runWriter(dir, 'r2', strace);
        await checkFolder(dir, written).catch((error: unknown) => {
          throw new Error(`after EIO in ${call} number ${String(when)}`, { cause: error });
        });
        rmSync(dir, { recursive: true });
        report.injections += 1;
        report[written === undefined ? 'stopped' : 'acknowledged'] += 1;
      }
    }
    return report;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await runStraceCampaign())}\n`);
}
