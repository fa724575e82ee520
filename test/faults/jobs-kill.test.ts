/** Workers in processes of their own are killed at random: every job is done, and its result is there once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Kysely } from 'kysely';
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { openJobs } from '../../src/jobs/index.ts';
import { openStore } from '../../src/store/index.ts';

const WORKER = fileURLToPath(new URL('../support/job-worker.ts', import.meta.url));
const JOBS = 150;
const KILLS = 6;

it('does every job although workers are killed with SIGKILL', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'sallyport-jobs-'));
  const database = path.join(dir, 'jobs.db');
  const store = await openStore(database);
  const jobs = openJobs({ store, clock: systemClock, random: systemRandom });
  const keys = Array.from({ length: JOBS }, (_, i) => `k${String(i)}`);
  await store.write((tx: Kysely<unknown>) =>
    jobs.add(
      tx,
      keys.map((key) => ({ queue: 'work', batch: 'all', key, payload: null, weight: 1 })),
    ),
  );
  let started = 0;
  const start = (): ChildProcess => {
    started += 1;
    return spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', WORKER, database, `w${String(started)}`],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
  };
  const crew = [start(), start()];
  let kills = 0;
  const deadline = Date.now() + 60_000;
  for (let seen = 0; seen < JOBS;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { done, failed } = (await jobs.progress('all')).jobs;
    assert.equal(failed, 0);
    assert.ok(Date.now() < deadline, `${String(done)} of ${String(JOBS)} in a minute`);
    // A kill whenever a share of the work is done, so that it always meets a worker at work.
    if (done > seen && kills < KILLS && done >= ((kills + 1) * JOBS) / (KILLS + 2)) {
      crew[kills % 2]?.kill('SIGKILL');
      crew[kills % 2] = start();
      kills += 1;
    }
    seen = done;
  }
  for (const child of crew) child.kill('SIGKILL');
  const over = await jobs.listOver('work', JOBS + 10);
  assert.deepEqual(over.map((job) => job.key).sort(), [...keys].sort());
  assert.equal(kills, KILLS);
  assert.ok(
    over.some((job) => job.attempts > 1),
    'some job was taken again',
  );
  await store.close();
  await rm(dir, { recursive: true, force: true });
});
