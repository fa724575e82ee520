import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThreadPool } from './thread-pool.ts';

const job = new URL('../../test/support/thread-job.ts', import.meta.url);

test('results come in the order of the jobs, whatever the number of threads', async () => {
  const jobs = Array.from({ length: 23 }, (_, i) => ({ square: i }));
  for (const size of [1, 3]) {
    const pool = new ThreadPool(job, size);
    const seen: number[] = [];
    const results = await pool.run<number>(jobs, (done) => seen.push(done));
    assert.deepEqual(
      results,
      jobs.map(({ square }) => square * square),
    );
    assert.deepEqual(
      seen,
      jobs.map((_, i) => i + 1),
    );
    assert.deepEqual(await pool.run([]), [], 'no jobs end at once');
    await pool.close();
  }
});

test('a job that throws and a thread that dies end the call with an error', async () => {
  for (const bad of [{ fail: 'on purpose' }, { exit: 7 }]) {
    const pool = new ThreadPool(job, 2);
    await assert.rejects(pool.run([{ square: 1 }, bad, { square: 2 }]), {
      code: 'CORE_THREAD_FAILED',
    });
    await pool.close();
  }
});
