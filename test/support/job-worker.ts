/** A worker process for the kill test: `node job-worker.ts DATABASE NAME`. Each job appends its key to nothing but the table. */
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { openJobs, startWorkers } from '../../src/jobs/index.ts';
import { openStore } from '../../src/store/index.ts';

const [database = '', name = ''] = process.argv.slice(2);
const store = await openStore(database);
const jobs = openJobs({ store, clock: systemClock, random: systemRandom });
startWorkers({
  jobs,
  queue: 'work',
  name,
  count: 2,
  leaseMs: 400,
  pollMs: 20,
  handle: async (job) => {
    await new Promise((resolve) => setTimeout(resolve, 15));
    return { did: job.key, by: name };
  },
  onFault: (sentence, cause) => {
    process.stderr.write(`${sentence}: ${String(cause)}\n`);
  },
});
