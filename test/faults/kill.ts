/**
 * The campaign of `kill -9`: a stream of releases, the inner process, the sender or the outer door killed at a random moment each round, started
 * again, and at the end every acknowledged release must be on the outer side exactly once, with its charge and its
 * entries in both logs. Run by `kill.test.ts` with few rounds, and alone with many:
 * `node test/faults/kill.ts 50`.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openOuterFolder, runAdmin } from '../../src/outer/index.ts';
import { openKeyFile, verifyReceipt } from '../../src/ledger/index.ts';
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { openStore } from '../../src/store/index.ts';

/** What a campaign found; it throws when something was lost or appeared twice. */
export interface KillReport {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly released: number;
  readonly innerKills: number;
  readonly outerKills: number;
  readonly senderKills: number;
  readonly seconds: number;
}

interface Queued {
  readonly request: string;
  readonly sequence: number;
  readonly chargeBits: string;
  readonly index: number;
  readonly receipt: string;
  readonly file: { readonly name: string; readonly sha256: string };
}

interface Drained {
  readonly queued: number;
  readonly spent: string;
}

const INNER = fileURLToPath(new URL('./kill-inner.ts', import.meta.url));
const PER_ROUND = 6;
const VICTIMS = ['inner', 'outer', 'sender'] as const;
type Victim = (typeof VICTIMS)[number];

/** One run of the inner process. */
class Run {
  readonly child: ChildProcess;
  readonly queued = new Map<string, Queued>();
  readonly exited: Promise<void>;
  outerPid = 0;
  senderPid = 0;
  drained: Drained | undefined;
  #wake: () => void = () => undefined;

  constructor(dir: string, wanted: number, mode: 'stream' | 'drain') {
    this.child = spawn(process.execPath, [INNER, dir, String(wanted), mode], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', () => {
        resolve();
        this.#wake();
      });
    });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.#hear(line);
      });
    }
  }

  #hear(line: string): void {
    const event = JSON.parse(line) as { event: string };
    if (process.env['SALLYPORT_KILL_VERBOSE'] !== undefined) process.stderr.write(`${line}\n`);
    if (event.event === 'started') {
      const { outerPid, senderPid } = event as unknown as { outerPid: number; senderPid: number };
      this.outerPid = outerPid;
      this.senderPid = senderPid;
    }
    if (event.event === 'queued') {
      const queued = event as unknown as Queued;
      this.queued.set(queued.request, queued);
    }
    if (event.event === 'drained') this.drained = event as unknown as Drained;
    this.#wake();
  }

  /** Waits until something holds, or the process has ended. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && this.child.exitCode === null && this.child.signalCode === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself between our look and our shot.
  }
}

async function stop(run: Run): Promise<void> {
  run.child.stdin?.end();
  await run.exited;
}

/** Streams releases and kills one process; gives the acknowledged ones. */
async function playRound(
  dir: string,
  round: number,
  chance: () => number,
): Promise<{ queued: Map<string, Queued>; victim: Victim }> {
  const wanted = round * PER_ROUND;
  const run = new Run(dir, wanted, 'stream');
  const before = 1 + Math.floor(chance() * (PER_ROUND - 1));
  await run.until(() => run.outerPid !== 0 && run.queued.size >= before);
  const delayMs = chance() * 300;
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  const victim = VICTIMS[Math.floor(chance() * VICTIMS.length)] ?? 'inner';
  if (victim === 'inner') {
    kill(run.child.pid ?? 0);
    await run.exited;
  } else {
    kill(victim === 'outer' ? run.outerPid : run.senderPid);
    await run.until(() => run.drained !== undefined);
    assert.ok(run.drained, 'the inner process must survive the death of the other ones');
    await stop(run);
  }
  return { queued: run.queued, victim };
}

interface OuterRelease {
  readonly release: number;
  readonly chargeBits: string;
  readonly outcome: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** Reads the outer folder as its operator would. */
async function readOuter(
  dir: string,
): Promise<{ releases: OuterRelease[]; receipts: string[]; key: string }> {
  const ears = {
    sendStatus: () => undefined,
    alarm: () => undefined,
    onFault: (error: unknown) => {
      throw error;
    },
  };
  const outer = await openOuterFolder(path.join(dir, 'outer'), ears);
  try {
    await outer.roster.addDestination('one', 1);
    await outer.roster.addDestination('two', 2);
    const nowMs = systemClock.nowMs();
    const releases = (await runAdmin(
      outer,
      { operation: 'list', input: {} },
      nowMs,
    )) as OuterRelease[];
    const receipts: string[] = [];
    for (const destination of [1, 2]) {
      for (const release of await outer.view.listReleases(destination)) {
        receipts.push(await outer.view.receiptOf(release));
      }
    }
    return { releases, receipts, key: outer.view.verifierKey };
  } finally {
    await outer.close();
  }
}

async function readDebits(dir: string): Promise<Map<number, { request: string; bits: bigint }>> {
  const store = await openStore(path.join(dir, 'gate.db'));
  try {
    const rows = await store.read((db) =>
      (
        db as never as import('kysely').Kysely<{
          release_queue: { sequence: bigint; request_id: string; debited_bits: bigint };
        }>
      )
        .selectFrom('release_queue')
        .select(['sequence', 'request_id', 'debited_bits'])
        .execute(),
    );
    return new Map(
      rows.map((row) => [
        Number(row.sequence),
        { request: row.request_id, bits: row.debited_bits },
      ]),
    );
  } finally {
    await store.close();
  }
}

/** Everything that must hold at the end. */
async function check(
  dir: string,
  acknowledged: Map<string, Queued>,
  drained: Drained,
): Promise<number> {
  const { releases, receipts, key } = await readOuter(dir);
  const debits = await readDebits(dir);
  const inner = await openKeyFile(path.join(dir, 'log.key'), {
    name: 'inner/kill',
    random: systemRandom,
  });
  assert.equal(releases.length, drained.queued, 'each queued release is there once');
  assert.equal(new Set(releases.map((each) => each.release)).size, releases.length);
  const byName = new Map(releases.map((each) => [each.files[0]?.name, each]));
  for (const queued of acknowledged.values()) {
    const release = byName.get(queued.file.name);
    assert.ok(release, `${queued.request} was acknowledged and is not outside`);
    assert.equal(release.outcome, 'stored');
    assert.equal(release.release, queued.sequence);
    assert.equal(release.files[0]?.sha256, queued.file.sha256);
    const receipt = verifyReceipt(Buffer.from(queued.receipt), inner.verifier.vkey);
    assert.ok(receipt.ok && receipt.entry?.['request'] === queued.request);
  }
  let debited = 0n;
  for (const release of releases) {
    const debit = debits.get(release.release);
    assert.ok(debit, 'a frame without a debit');
    assert.ok(BigInt(release.chargeBits) <= debit.bits, 'a frame longer than its debit');
    debited += debit.bits;
  }
  assert.equal(String(debited), drained.spent, 'the budget was debited once for each release');
  for (const text of receipts) assert.equal(verifyReceipt(Buffer.from(text), key).ok, true);
  return releases.length;
}

/** Plays a campaign in a folder of its own. */
export async function runKillCampaign(rounds: number, seed = 1): Promise<KillReport> {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-kill-'));
  const startMs = systemClock.nowMs();
  let state = seed;
  const chance = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const acknowledged = new Map<string, Queued>();
  const kills = { inner: 0, outer: 0, sender: 0 };
  try {
    for (let round = 1; round <= rounds; round++) {
      const { queued, victim } = await playRound(dir, round, chance);
      kills[victim] += 1;
      for (const [request, value] of queued) acknowledged.set(request, value);
    }
    const last = new Run(dir, 0, 'drain');
    await last.until(() => last.drained !== undefined);
    assert.ok(last.drained, 'the last start must send what is left');
    await stop(last);
    const released = await check(dir, acknowledged, last.drained);
    await rm(dir, { recursive: true, force: true });
    return {
      rounds,
      acknowledged: acknowledged.size,
      released,
      innerKills: kills.inner,
      outerKills: kills.outer,
      senderKills: kills.sender,
      seconds: Math.round((systemClock.nowMs() - startMs) / 1000),
    };
  } catch (error) {
    process.stderr.write(`the data of the failed campaign is in ${dir}\n`);
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rounds = '50', seed = '1'] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await runKillCampaign(Number(rounds), Number(seed)))}\n`);
}
