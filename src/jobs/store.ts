/**
 * The table of jobs. Durable with the caller's transaction. Any number of processes may take jobs: the store's writes
 * are serial across processes, so that a job is taken by one of them, and a lease that ran out is another's.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, newId } from '../core/index.ts';
import type { Clock, Json, Random } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import { jobErrors } from './errors.ts';
import { estimateLeftMs, retryAfterMs } from './job.ts';
import type { BatchProgress, Job, JobInput, JobLease, JobState } from './job.ts';

interface JobRow {
  id: string;
  queue: string;
  batch: string;
  key: string;
  payload: string;
  weight: bigint;
  state: string;
  attempts: bigint;
  worker: string | null;
  fence: bigint;
  due_ms: bigint;
  done_weight: bigint;
  result: string | null;
  reason: string | null;
  added_ms: bigint;
  started_ms: bigint | null;
  ended_ms: bigint | null;
}

/** The tables of this module. */
export interface JobTables {
  jobs: JobRow;
}

/** Jobs that are not done, of one queue. */
export const JOBS_MAX = 2_000_000;
/** How often a job is taken before it has failed. */
export const ATTEMPTS_MAX = 5;
const PAGE = 200;
const OVER: ReadonlySet<string> = new Set<JobState>(['done', 'failed', 'taken']);

function tables(db: Kysely<unknown>): Kysely<JobTables> {
  return db;
}

function toNumber(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function fromRow(row: JobRow): Job {
  return {
    id: row.id,
    queue: row.queue,
    batch: row.batch,
    key: row.key,
    payload: JSON.parse(row.payload) as Json,
    weight: Number(row.weight),
    state: row.state as JobState,
    attempts: Number(row.attempts),
    worker: row.worker,
    doneWeight: Number(row.done_weight),
    result: row.result === null ? null : (JSON.parse(row.result) as Json),
    reason: row.reason,
    addedMs: Number(row.added_ms),
    startedMs: toNumber(row.started_ms),
    endedMs: toNumber(row.ended_ms),
  };
}

/**
 * The queue of a store.
 *
 * Durability: what resolved survives a power cut. Concurrency: any number of callers in any number of processes.
 * Retry: a job whose worker died is taken again when its lease runs out, {@link ATTEMPTS_MAX} times.
 */
export interface Jobs {
  /** Adds jobs in the caller's transaction, so that they are durable with whatever needs them. */
  add(tx: Kysely<unknown>, jobs: readonly JobInput[]): Promise<void>;
  /** Takes the oldest job that may be taken; null when there is none. */
  take(queue: string, worker: string, leaseMs: number): Promise<JobLease | null>;
  /** Holds a job for longer and says how far it is; null when the lease is lost. */
  renew(lease: JobLease, leaseMs: number, doneWeight?: number): Promise<JobLease | null>;
  /** Ends a job with its result; throws `JOB_LEASE_LOST` when somebody else holds it. */
  finish(lease: JobLease, result: Json): Promise<void>;
  /** Lets a job be tried again later, or fail when it was tried too often. */
  giveUp(lease: JobLease, reason: string): Promise<JobState>;
  /** Gives a job back because its worker stops in good order; the try does not count. */
  putBack(lease: JobLease): Promise<void>;
  /** Lets jobs of workers that are known to be dead be taken at once, instead of when their leases run out. */
  release(workerPrefix: string): Promise<void>;
  /** Jobs that are over and that nobody has taken up yet, oldest first. */
  listOver(queue: string, limit: number, batch?: string): Promise<readonly Job[]>;
  /** Notes in the caller's transaction that the ends of these jobs were taken up. */
  takeUp(tx: Kysely<unknown>, ids: readonly string[]): Promise<void>;
  /** Removes jobs in the caller's transaction. */
  remove(tx: Kysely<unknown>, ids: readonly string[]): Promise<void>;
  /** Removes every job of a batch in the caller's transaction; a worker that holds one loses its lease. */
  removeBatch(tx: Kysely<unknown>, batch: string): Promise<void>;
  /** How far a batch is. Jobs that were removed are not counted. */
  progress(batch: string): Promise<BatchProgress>;
}

/** Opens the queue of a store. */
export function openJobs(host: { store: Store; clock: Clock; random: Random }): Jobs {
  const { store, clock, random } = host;
  const held = (tx: Kysely<unknown>, lease: JobLease) =>
    tables(tx)
      .updateTable('jobs')
      .where('id', '=', lease.job.id)
      .where('state', '=', 'running')
      .where('fence', '=', BigInt(lease.fence));
  const need = (changed: { numUpdatedRows: bigint }, lease: JobLease): void => {
    if (changed.numUpdatedRows !== 1n)
      throw jobErrors.error('LEASE_LOST', { worker: lease.worker, id: lease.job.id });
  };
  return {
    add: (tx, jobs) => addJobs(tx, jobs, clock.nowMs(), random),
    take: async (queue, worker, leaseMs) => {
      // Looking costs no transaction; only what is there is taken in one.
      const seen = await store.read((db: Kysely<unknown>) => findDue(db, queue, clock.nowMs()));
      if (seen === undefined) return null;
      return store.write((tx: Kysely<unknown>) =>
        takeJob(tx, queue, worker, leaseMs, clock.nowMs()),
      );
    },
    renew: async (lease, leaseMs, doneWeight) => {
      const untilMs = clock.nowMs() + leaseMs;
      const changed = await store.write((tx: Kysely<unknown>) =>
        held(tx, lease)
          .set({
            due_ms: BigInt(untilMs),
            ...(doneWeight === undefined ? {} : { done_weight: BigInt(Math.floor(doneWeight)) }),
          })
          .executeTakeFirstOrThrow(),
      );
      return changed.numUpdatedRows === 1n ? { ...lease, untilMs } : null;
    },
    finish: (lease, result) =>
      store.write(async (tx: Kysely<unknown>) => {
        const changed = await held(tx, lease)
          .set({
            state: 'done',
            result: canonicalJson(result),
            done_weight: BigInt(lease.job.weight),
            ended_ms: BigInt(clock.nowMs()),
          })
          .executeTakeFirstOrThrow();
        need(changed, lease);
      }),
    giveUp: (lease, reason) =>
      store.write(async (tx: Kysely<unknown>) => {
        const nowMs = clock.nowMs();
        const over = lease.job.attempts >= ATTEMPTS_MAX;
        const changed = await held(tx, lease)
          .set({
            state: over ? 'failed' : 'waiting',
            reason,
            done_weight: 0n,
            due_ms: BigInt(nowMs + retryAfterMs(lease.job.attempts)),
            ...(over ? { ended_ms: BigInt(nowMs) } : {}),
          })
          .executeTakeFirstOrThrow();
        need(changed, lease);
        return over ? 'failed' : 'waiting';
      }),
    putBack: async (lease) => {
      await store.write((tx: Kysely<unknown>) =>
        held(tx, lease)
          .set({
            state: 'waiting',
            attempts: BigInt(lease.job.attempts - 1),
            done_weight: 0n,
            due_ms: BigInt(clock.nowMs()),
          })
          .execute(),
      );
    },
    release: async (workerPrefix) => {
      await store.write((tx: Kysely<unknown>) =>
        tables(tx)
          .updateTable('jobs')
          .set({ due_ms: BigInt(clock.nowMs()) })
          .where('state', '=', 'running')
          .where('worker', 'like', `${workerPrefix.replace(/[%_]/g, '')}%`)
          .execute(),
      );
    },
    listOver: async (queue, limit, batch) => {
      const rows = await store.read((db: Kysely<JobTables>) => {
        const over = db
          .selectFrom('jobs')
          .selectAll()
          .where('queue', '=', queue)
          .where('state', 'in', ['done', 'failed']);
        const asked = batch === undefined ? over : over.where('batch', '=', batch);
        return asked.orderBy('ended_ms').orderBy('id').limit(limit).execute();
      });
      return rows.map(fromRow);
    },
    takeUp: async (tx, ids) => {
      for (let from = 0; from < ids.length; from += PAGE) {
        await tables(tx)
          .updateTable('jobs')
          .set({ state: 'taken', result: null, payload: 'null' })
          .where('id', 'in', ids.slice(from, from + PAGE))
          .where('state', 'in', ['done', 'failed'])
          .execute();
      }
    },
    remove: async (tx, ids) => {
      for (let from = 0; from < ids.length; from += PAGE) {
        await tables(tx)
          .deleteFrom('jobs')
          .where('id', 'in', ids.slice(from, from + PAGE))
          .execute();
      }
    },
    removeBatch: async (tx, batch) => {
      await tables(tx).deleteFrom('jobs').where('batch', '=', batch).execute();
    },
    progress: (batch) => readProgress(store, batch, clock.nowMs()),
  };
}

async function addJobs(
  tx: Kysely<unknown>,
  jobs: readonly JobInput[],
  nowMs: number,
  random: Random,
): Promise<void> {
  const [first] = jobs;
  if (first === undefined) return;
  const { count } = await tables(tx)
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('queue', '=', first.queue)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirstOrThrow();
  if (Number(count) + jobs.length > JOBS_MAX)
    throw jobErrors.error('QUEUE_FULL', { queue: first.queue, limit: JOBS_MAX });
  const rows = jobs.map((job): JobRow => ({
    id: newId('job', random),
    queue: job.queue,
    batch: job.batch,
    key: job.key,
    payload: canonicalJson(job.payload),
    weight: BigInt(job.weight),
    state: 'waiting',
    attempts: 0n,
    worker: null,
    fence: 0n,
    due_ms: BigInt(nowMs),
    done_weight: 0n,
    result: null,
    reason: null,
    added_ms: BigInt(nowMs),
    started_ms: null,
    ended_ms: null,
  }));
  for (let from = 0; from < rows.length; from += PAGE / 4) {
    await tables(tx)
      .insertInto('jobs')
      .values(rows.slice(from, from + PAGE / 4))
      .onConflict((conflict) => conflict.columns(['queue', 'key']).doNothing())
      .execute();
  }
}

/** What may be taken: waiting jobs whose time has come, and running ones whose lease ran out. */
async function findDue(
  db: Kysely<unknown>,
  queue: string,
  nowMs: number,
): Promise<JobRow | undefined> {
  for (const state of ['running', 'waiting'] as const) {
    const row = await tables(db)
      .selectFrom('jobs')
      .selectAll()
      .where('queue', '=', queue)
      .where('state', '=', state)
      .where('due_ms', '<=', BigInt(nowMs))
      .orderBy('due_ms')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return row;
  }
  return undefined;
}

async function takeJob(
  tx: Kysely<unknown>,
  queue: string,
  worker: string,
  leaseMs: number,
  nowMs: number,
): Promise<JobLease | null> {
  for (;;) {
    const row = await findDue(tx, queue, nowMs);
    if (row === undefined) return null;
    const query = tables(tx).updateTable('jobs').where('id', '=', row.id);
    if (row.attempts >= BigInt(ATTEMPTS_MAX)) {
      const reason = row.reason ?? `its worker ended ${String(ATTEMPTS_MAX)} times without a word`;
      await query.set({ state: 'failed', reason, ended_ms: BigInt(nowMs) }).execute();
      continue;
    }
    const untilMs = nowMs + leaseMs;
    const taken: Partial<JobRow> = {
      state: 'running',
      worker,
      attempts: row.attempts + 1n,
      fence: row.fence + 1n,
      due_ms: BigInt(untilMs),
      done_weight: 0n,
      started_ms: BigInt(nowMs),
    };
    await query.set(taken).execute();
    const job = fromRow({ ...row, ...taken });
    return { job, worker, fence: Number(row.fence) + 1, untilMs };
  }
}

async function readProgress(store: Store, batch: string, nowMs: number): Promise<BatchProgress> {
  const rows = await store.read((db: Kysely<JobTables>) =>
    db
      .selectFrom('jobs')
      .select((eb) => [
        'state',
        eb.fn.countAll<bigint>().as('count'),
        eb.fn.sum<bigint>('weight').as('weight'),
        eb.fn.sum<bigint>('done_weight').as('done'),
        eb.fn.min<bigint | null>('started_ms').as('started'),
      ])
      .where('batch', '=', batch)
      .groupBy('state')
      .execute(),
  );
  const jobs: Record<JobState, number> = { waiting: 0, running: 0, done: 0, failed: 0, taken: 0 };
  let doneWeight = 0;
  let totalWeight = 0;
  let startedMs = nowMs;
  for (const row of rows) {
    jobs[row.state as JobState] = Number(row.count);
    totalWeight += Number(row.weight);
    doneWeight += Number(OVER.has(row.state) ? row.weight : row.done);
    if (row.started !== null) startedMs = Math.min(startedMs, Number(row.started));
  }
  const leftMs = estimateLeftMs({ doneWeight, totalWeight }, nowMs - startedMs);
  return { jobs, doneWeight, totalWeight, leftMs };
}
