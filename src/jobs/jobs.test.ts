/** One contract suite of the queue, run on SQLite and on PostgreSQL. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { startPostgres } from '../../test/support/postgres.ts';
import { systemRandom } from '../core/index.ts';
import { openStore } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import { ATTEMPTS_MAX, estimateLeftMs, openJobs, startWorkers } from './index.ts';
import type { JobInput, Jobs } from './index.ts';

interface Opened {
  readonly jobs: Jobs;
  readonly store: Store;
  readonly clock: { now: number; nowMs(): number };
}

function make(key: string, weight = 1): JobInput {
  return { queue: 'scan', batch: 'set', key, payload: { key }, weight };
}

function contract(open: () => Promise<Store>): void {
  const opened = async (): Promise<Opened> => {
    const store = await open();
    await store.write((tx: Kysely<unknown>) => sql`delete from jobs`.execute(tx));
    const clock = { now: 1_000_000, nowMs: () => clock.now };
    return { store, clock, jobs: openJobs({ store, clock, random: systemRandom }) };
  };
  const add = ({ store, jobs }: Opened, ...list: JobInput[]): Promise<void> =>
    store.write((tx: Kysely<unknown>) => jobs.add(tx, list));

  it('keeps one job per key and gives each to one worker', async () => {
    const host = await opened();
    await add(host, make('a'), make('b'));
    await add(host, make('a'), make('c'));
    const taken = await Promise.all(
      ['w1', 'w2', 'w3', 'w4'].map((worker) => host.jobs.take('scan', worker, 1000)),
    );
    const keys = taken.map((lease) => lease?.job.key ?? null);
    assert.deepEqual([...keys].sort(), ['a', 'b', 'c', null].sort());
    assert.equal(await host.jobs.take('other', 'w5', 1000), null);
    await host.store.close();
  });

  it('undoes jobs with the transaction that added them', async () => {
    const host = await opened();
    await assert.rejects(
      host.store.write(async (tx: Kysely<unknown>) => {
        await host.jobs.add(tx, [make('a')]);
        throw new Error('no');
      }),
    );
    assert.equal(await host.jobs.take('scan', 'w', 1000), null);
    await host.store.close();
  });

  it('gives a job on when its lease runs out, and takes only the newest holder at its word', async () => {
    const host = await opened();
    await add(host, make('a', 10));
    const first = await host.jobs.take('scan', 'w1', 1000);
    assert.ok(first !== null);
    assert.equal(await host.jobs.take('scan', 'w2', 1000), null);
    host.clock.now += 999;
    const renewed = await host.jobs.renew(first, 1000, 4);
    assert.ok(renewed !== null);
    assert.equal((await host.jobs.progress('set')).doneWeight, 4);
    host.clock.now += 1000;
    const second = await host.jobs.take('scan', 'w2', 1000);
    assert.ok(second !== null);
    assert.equal(second.job.attempts, 2);
    assert.equal(await host.jobs.renew(first, 1000), null);
    await assert.rejects(host.jobs.finish(first, 'old'), { code: 'JOB_LEASE_LOST' });
    await host.jobs.finish(second, 'new');
    await assert.rejects(host.jobs.finish(second, 'twice'), { code: 'JOB_LEASE_LOST' });
    const [over] = await host.jobs.listOver('scan', 10);
    assert.deepEqual([over?.state, over?.result], ['done', 'new']);
    await host.store.write((tx: Kysely<unknown>) => host.jobs.remove(tx, [over?.id ?? '']));
    assert.deepEqual(await host.jobs.listOver('scan', 10), []);
    await host.store.close();
  });

  it('fails a job that was tried too often, by its handler or by its workers’ deaths', async () => {
    const host = await opened();
    await add(host, make('thrown'), make('killed'));
    for (let i = 0; i < ATTEMPTS_MAX * 2; i++) {
      host.clock.now += 1_000_000;
      const lease = await host.jobs.take('scan', 'w', 10);
      assert.ok(lease !== null);
      if (lease.job.key === 'thrown') await host.jobs.giveUp(lease, 'it broke');
    }
    host.clock.now += 1_000_000;
    assert.equal(await host.jobs.take('scan', 'w', 10), null);
    const over = await host.jobs.listOver('scan', 10);
    assert.deepEqual(
      over.map((job) => [job.key, job.state, job.reason]).sort(),
      [
        ['killed', 'failed', 'its worker ended 5 times without a word'],
        ['thrown', 'failed', 'it broke'],
      ].sort(),
    );
    await host.store.close();
  });

  it('gives jobs of a dead worker on at once, and of no other one', async () => {
    const host = await opened();
    await add(host, make('a'), make('b'));
    const dead = await host.jobs.take('scan', 'gate/1', 100_000);
    const alive = await host.jobs.take('scan', 'other/1', 100_000);
    await host.jobs.release('gate/');
    const again = await host.jobs.take('scan', 'gate/1', 100_000);
    assert.equal(again?.job.id, dead?.job.id);
    assert.equal(again?.job.attempts, 2);
    assert.equal(await host.jobs.take('scan', 'gate/2', 1000), null);
    assert.ok(alive !== null && dead !== null);
    await assert.rejects(host.jobs.finish(dead, 'late'), { code: 'JOB_LEASE_LOST' });
    await host.jobs.finish(alive, 'done');
    await host.store.close();
  });

  it('gives a job back when its worker stops, and the try does not count', async () => {
    const host = await opened();
    await add(host, make('a'));
    for (let i = 0; i < ATTEMPTS_MAX * 2; i++) {
      const lease = await host.jobs.take('scan', 'w', 1000);
      assert.equal(lease?.job.attempts, 1);
      await host.jobs.putBack(lease);
      await assert.rejects(host.jobs.finish(lease, 'late'), { code: 'JOB_LEASE_LOST' });
    }
    await host.store.close();
  });

  it('tells progress and the time left of a batch', async () => {
    const host = await opened();
    await add(host, make('a', 100), make('b', 300));
    assert.equal((await host.jobs.progress('set')).leftMs, null);
    const lease = await host.jobs.take('scan', 'w', 100_000);
    assert.ok(lease !== null);
    host.clock.now += 10_000;
    await host.jobs.finish(lease, null);
    const progress = await host.jobs.progress('set');
    assert.deepEqual(progress.jobs, { waiting: 1, running: 0, done: 1, failed: 0, taken: 0 });
    const done = lease.job.weight;
    const [over] = await host.jobs.listOver('scan', 10);
    await host.store.write((tx: Kysely<unknown>) => host.jobs.takeUp(tx, [over?.id ?? '']));
    const taken = await host.jobs.progress('set');
    assert.deepEqual([taken.jobs.taken, taken.doneWeight], [1, lease.job.weight]);
    assert.deepEqual(await host.jobs.listOver('scan', 10), []);
    assert.equal(progress.leftMs, Math.round(((400 - done) / done) * 10_000));
    await host.store.close();
  });

  it('loses nothing and does nothing twice with many workers that fail at random', async () => {
    const host = await opened();
    const real = { nowMs: () => Date.now() };
    const jobs = openJobs({ store: host.store, clock: real, random: systemRandom });
    const keys = Array.from({ length: 120 }, (_, i) => `k${String(i)}`);
    await host.store.write((tx: Kysely<unknown>) =>
      jobs.add(
        tx,
        keys.map((key) => make(key)),
      ),
    );
    const crew = ['x', 'y', 'z'].map((name) =>
      startWorkers({
        jobs,
        queue: 'scan',
        name,
        count: 3,
        leaseMs: 5_000,
        pollMs: 5,
        handle: (job) => Promise.resolve({ did: job.key }),
        onFault: (sentence, cause) => assert.fail(`${sentence}: ${String(cause)}`),
      }),
    );
    while ((await jobs.progress('set')).jobs.done < keys.length)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(crew.map((workers) => workers.stop()));
    const over = await jobs.listOver('scan', 1000);
    assert.deepEqual(over.map((job) => job.key).sort(), [...keys].sort());
    assert.ok(over.every((job) => job.attempts === 1));
    await host.store.close();
  });
}

describe('jobs on SQLite', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-jobs-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));
  contract(() => openStore(path.join(dir, 'jobs.db')));
});

const postgres = await startPostgres();
describe('jobs on PostgreSQL', { skip: postgres === null ? 'no PostgreSQL server' : false }, () => {
  after(() => postgres?.stop());
  contract(() => openStore(postgres?.url ?? ''));
});

describe('the time left', () => {
  it('is unknown before anything is done and nothing at the end', () => {
    assert.equal(estimateLeftMs({ doneWeight: 0, totalWeight: 10 }, 500), null);
    assert.equal(estimateLeftMs({ doneWeight: 10, totalWeight: 10 }, 500), 0);
    assert.equal(estimateLeftMs({ doneWeight: 2, totalWeight: 10 }, 500), 2000);
  });
});
