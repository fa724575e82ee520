/**
 * Queues one release and says so: the program on which file calls are made to fail. Arguments: data folder, request.
 * Exit status 0 and a line `queued` mean that it was acknowledged; everything else promises nothing.
 */
import path from 'node:path';
import { ENCLAVE, openBudgets } from '../../src/budget/index.ts';
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import { Releases } from '../../src/release/index.ts';
import { openBlobs, openStore } from '../../src/store/index.ts';

const [dir = '', request = 'r1'] = process.argv.slice(2);

const store = await openStore(path.join(dir, 'gate.db'), {
  onFault: () => {
    process.exit(70);
  },
});
const key = await openKeyFile(path.join(dir, 'log.key'), {
  name: 'inner/strace',
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
const budgets = openBudgets({ store, ledger, clock: systemClock, caps: () => [] });
if ((await budgets.list()).length === 0) {
  await budgets.declare(ENCLAVE, { rate: '1 bit/day', burst: '100 MB', lifetime: null }, 'test');
}
const blobs = openBlobs(path.join(dir, 'blobs'), systemRandom);
const releases = new Releases({ store, ledger, blobs, clock: systemClock });
await releases.recover();
const verdict = await releases.queueRelease({
  requestId: request,
  destination: 1,
  historyPrefix: 0,
  body: Buffer.from(`body of ${request}`),
  files: [],
  buckets: [ENCLAVE],
  entry: { kind: 'export.released', by: 'test', request },
});
if (verdict.queued) {
  const { sequence, chargeBits, index } = verdict;
  const spent = String((await budgets.get(ENCLAVE)).level.spentBits);
  process.stdout.write(
    `${JSON.stringify({ queued: request, sequence, chargeBits: String(chargeBits), index, spent })}\n`,
  );
}
await releases.close();
await ledger.close();
await store.close();
