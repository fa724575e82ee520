/**
 * Slow work that survives: a durable queue of jobs, taken with leases by any number of workers in any number of
 * processes; on PostgreSQL, on any number of machines.
 *
 * Guaranteed: a job that was added is done, or has failed with a reason, whoever dies meanwhile; the result of one lease
 * counts; an added key is one job. Assumed: clocks of machines agree to a fraction of a lease. Not guaranteed: that a
 * handler runs once: it must give the same result when it runs again.
 */
export { jobErrors } from './errors.ts';
export { estimateLeftMs } from './job.ts';
export type { BatchProgress, Job, JobInput, JobLease, JobState } from './job.ts';
export { ATTEMPTS_MAX, openJobs } from './store.ts';
export type { Jobs } from './store.ts';
export { startWorkers } from './worker.ts';
export type { JobHandler, JobTools, WorkerOptions, Workers } from './worker.ts';
