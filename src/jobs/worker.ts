/**
 * A worker: takes jobs one after the other, holds each with a lease that it renews, and ends it with a result.
 *
 * What holds if we die at any line: the job is still in the table, and somebody takes it when the lease runs out. A
 * handler may therefore run more than once for one job, and must be able to.
 */
import type { Json } from '../core/index.ts';
import { SallyportError } from '../core/index.ts';
import type { Job, JobLease } from './job.ts';
import type { Jobs } from './store.ts';

/** What a handler has besides its job. */
export interface JobTools {
  /** Aborted when the lease is lost: the result will be dropped. */
  readonly signal: AbortSignal;
  /** Says how much of the job's weight is done. */
  onProgress(doneWeight: number): void;
}

/** Does one job. A thrown fault lets it be tried again. */
export type JobHandler = (job: Job, tools: JobTools) => Promise<Json>;

/** How to start workers. */
export interface WorkerOptions {
  readonly jobs: Jobs;
  readonly queue: string;
  /** Unique among all workers of all machines. */
  readonly name: string;
  /** How many jobs at once. */
  readonly count: number;
  readonly handle: JobHandler;
  /** How long a job stays with a worker that says nothing. */
  readonly leaseMs?: number;
  /** How often an idle worker looks for jobs that other processes added. */
  readonly pollMs?: number;
  /** Hears of each job that ended or was put back. */
  readonly onEnd?: (job: Job) => void;
  /** Hears of faults; the worker goes on. */
  readonly onFault: (sentence: string, cause: unknown) => void;
}

/** Running workers. */
export interface Workers {
  /** Looks for jobs now. */
  wake(): void;
  /** Takes no more jobs, and resolves when the running ones have ended or their leases were given up. */
  stop(): Promise<void>;
}

const LEASE_MS = 60_000;
const POLL_MS = 2_000;

/** Starts workers. */
export function startWorkers(options: WorkerOptions): Workers {
  const { count, pollMs = POLL_MS } = options;
  const state = { stopped: false, wakers: new Set<() => void>(), aborts: new Set<() => void>() };
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        state.wakers.delete(done);
        resolve();
      }
      state.wakers.add(done);
    });
  const wake = (): void => {
    for (const each of [...state.wakers]) each();
  };
  const work = async (number: number): Promise<void> => {
    const worker = `${options.name}/${String(number)}`;
    while (!state.stopped) {
      try {
        const lease = await options.jobs.take(options.queue, worker, options.leaseMs ?? LEASE_MS);
        if (lease === null) await rest(pollMs);
        else await doJob(options, lease, state.aborts);
      } catch (cause) {
        options.onFault(`worker ${worker} could not go on with a job`, cause);
        await rest(pollMs);
      }
    }
  };
  const running = Promise.all(Array.from({ length: count }, (_, i) => work(i + 1)));
  return {
    wake,
    stop: async () => {
      state.stopped = true;
      wake();
      for (const abort of state.aborts) abort();
      await running;
    },
  };
}

async function doJob(
  options: WorkerOptions,
  lease: JobLease,
  aborts: Set<() => void>,
): Promise<void> {
  const { jobs, handle, onEnd, onFault, leaseMs = LEASE_MS } = options;
  const { job } = lease;
  const lost = new AbortController();
  const abort = (): void => {
    lost.abort();
  };
  aborts.add(abort);
  let doneWeight = 0;
  const timer = setInterval(() => {
    jobs.renew(lease, leaseMs, doneWeight).then(
      (renewed) => {
        if (renewed === null) abort();
      },
      (cause: unknown) => {
        onFault(`the lease of job ${job.id} could not be renewed`, cause);
      },
    );
  }, leaseMs / 3);
  try {
    const tools = {
      signal: lost.signal,
      onProgress: (weight: number) => {
        doneWeight = Math.max(0, Math.min(job.weight, weight));
      },
    };
    const result = await handle(job, tools);
    await jobs.finish(lease, result);
  } catch (cause) {
    if (isLost(cause)) return;
    // Whoever stops the worker may end what the handler needs; that is no fault of the job.
    if (lost.signal.aborted) {
      await jobs.putBack(lease).catch(() => undefined);
      return;
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    onFault(`job ${job.id} could not be done`, cause);
    await jobs.giveUp(lease, why).catch((again: unknown) => {
      // Its lease runs out by itself.
      if (!isLost(again)) onFault(`job ${job.id} could not be put back`, again);
    });
  } finally {
    clearInterval(timer);
    aborts.delete(abort);
    onEnd?.(job);
  }
}

function isLost(cause: unknown): boolean {
  return cause instanceof SallyportError && cause.code === 'JOB_LEASE_LOST';
}
