/**
 * An inner process to be killed: opens its data as `start` would, keeps a wire running and queues one small release
 * after the other, each acknowledged on standard output only after it was queued.
 *
 * Arguments: data folder, how many releases there are to be in the end, `stream` or `drain`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startWire } from '../../src/app/wire.ts';
import { Rosters } from '../../src/requests/index.ts';
import { ENCLAVE, openBudgets } from '../../src/budget/index.ts';
import { sha256, systemClock, systemRandom } from '../../src/core/index.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import { Releases } from '../../src/release/index.ts';
import { openBlobs, openStore } from '../../src/store/index.ts';
import { encodeFiles } from '../support/encode-files.ts';

const [dir = '', wanted = '0', mode = 'stream'] = process.argv.slice(2);

function say(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const store = await openStore(path.join(dir, 'gate.db'));
const key = await openKeyFile(path.join(dir, 'log.key'), {
  name: 'inner/kill',
  random: systemRandom,
});
const ledger = await openLedger({
  store,
  logId: 'inner',
  dir: path.join(dir, 'ledger'),
  key,
  clock: systemClock,
  random: systemRandom,
});
const blobs = openBlobs(path.join(dir, 'blobs'), systemRandom);
const host = { store, ledger, blobs, clock: systemClock };
const budgets = openBudgets({ store, ledger, clock: systemClock, caps: () => [] });
if ((await budgets.list()).length === 0) {
  await budgets.declare(ENCLAVE, { rate: '1 bit/day', burst: '100 MB', lifetime: null }, 'test');
}
const releases = new Releases(host);
await releases.recover();
const wire = await startWire({
  host,
  outer: {
    dir: path.join(dir, 'outer'),
    host: '127.0.0.1',
    port: 0,
    wish: { slotMs: 20, lagSlots: 40 },
  },
  sender: {
    dir: path.join(dir, 'sender'),
    gate: 'kill',
    automatic: { burstBits: 800_000_000, bitsPerDay: 800_000_000 },
    ledger,
    releases,
    rosters: await Rosters.open(host),
  },
  onDeliveries: () => undefined,
  onAcked: (requestIds) => {
    for (const request of requestIds) say({ event: 'acked', request });
  },
  onAlarm: (sentence) => {
    say({ event: 'alarm', sentence });
  },
});
say({ event: 'started', url: wire.url, outerPid: wire.pid, senderPid: wire.senderPid });

async function queue(number: number): Promise<void> {
  const destination = 1 + (number % 2);
  const request = `r${String(number)}`;
  // Every third release is coded against everything that its destination has, queued or sent or stored.
  const history = number % 3 === 0 ? await releases.history(destination) : { prefix: 0, files: [] };
  const files = await Promise.all(
    history.files.map(async ({ name, type, sha256: digest }) => {
      const bytes = await blobs.read(digest);
      return { name, type, load: () => bytes };
    }),
  );
  const text = `${request} ${sha256(request)}\n`.repeat(1 + (number % 5));
  const encoded = encodeFiles([{ name: `${request}.txt`, type: 'text', text }], {
    prefix: history.prefix,
    files,
  });
  const work = path.join(dir, 'work', request);
  await mkdir(work, { recursive: true });
  for (const [digest, bytes] of encoded.emitted) await writeFile(path.join(work, digest), bytes);
  const sender = await wire.authorise({
    requestId: request,
    destination,
    historyPrefix: history.prefix,
    body: encoded.body,
    chargeBitsMax: 8n * BigInt(encoded.body.length) + 256n,
    grant: { tier: 'automatic' },
  });
  if (!sender.ok) throw new Error(sender.why);
  const verdict = await releases.queueRelease({
    requestId: request,
    destination,
    historyPrefix: history.prefix,
    body: encoded.body,
    files: encoded.files.map((file) => ({ ...file, path: path.join(work, file.sha256) })),
    buckets: [ENCLAVE],
    use: { principal: 'test' },
    entry: ({ sequence, chargeBits }) => ({
      kind: 'export.released',
      by: 'test',
      request,
      release: sequence,
      chargeBits: String(chargeBits),
    }),
  });
  if (!verdict.queued) throw new Error('the campaign ran out of budget');
  const { sequence, chargeBits, index, receipt } = verdict;
  say({
    event: 'queued',
    request,
    sequence,
    chargeBits: String(chargeBits),
    index,
    receipt,
    file: encoded.files[0],
  });
}

async function countQueued(): Promise<number> {
  let number = 0;
  while ((await releases.releaseState(`r${String(number + 1)}`)) !== undefined) number += 1;
  return number;
}

const start = await countQueued();
if (mode === 'stream') for (let n = start + 1; n <= Number(wanted); n++) await queue(n);
const last = mode === 'stream' ? Number(wanted) : start;
for (;;) {
  const state = last === 0 ? undefined : await releases.releaseState(`r${String(last)}`);
  if (last === 0 || (state?.state === 'acked' && systemClock.nowMs() >= (state.publishedAtMs ?? 0)))
    break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say({
  event: 'drained',
  queued: last,
  spent: String((await budgets.get(ENCLAVE)).level.spentBits),
});
process.stdin.resume();
process.stdin.once('end', () => {
  void (async () => {
    await wire.stop();
    await ledger.close();
    await store.close();
    say({ event: 'stopped' });
    process.exit(0);
  })();
});
