/** A job, its states, and what can be said about a batch of jobs. Pure. */
import type { Json } from '../core/index.ts';

/**
 * `waiting` until a worker takes it; `running` while a lease holds; `done` with a result; `failed` when it was tried too
 * often; `taken` when somebody has taken its end up, and only its weight is of use.
 */
export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'taken';

/** Something to be done once by any worker. */
export interface JobInput {
  /** Jobs of one kind; a worker serves one queue. */
  readonly queue: string;
  /** What belongs together: progress is told per batch. */
  readonly batch: string;
  /** A second job with the same key in the same queue is the first one. */
  readonly key: string;
  readonly payload: Json;
  /** How much work it is, in a unit of the queue's choice, such as bytes. */
  readonly weight: number;
}

/** A stored job. */
export interface Job extends JobInput {
  readonly id: string;
  readonly state: JobState;
  /** How often a worker took it. */
  readonly attempts: number;
  readonly worker: string | null;
  readonly doneWeight: number;
  readonly result: Json | null;
  readonly reason: string | null;
  readonly addedMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
}

/** A worker's hold on a job. Whoever took the job later has a larger fence, and only that one's word counts. */
export interface JobLease {
  readonly job: Job;
  readonly worker: string;
  readonly fence: number;
  readonly untilMs: number;
}

/** How far a batch is. */
export interface BatchProgress {
  readonly jobs: Readonly<Record<JobState, number>>;
  readonly doneWeight: number;
  readonly totalWeight: number;
  /** From the speed so far; null before anything is done. */
  readonly leftMs: number | null;
}

/** What is left at the speed so far; null when there is no speed yet. */
export function estimateLeftMs(
  batch: { readonly doneWeight: number; readonly totalWeight: number },
  elapsedMs: number,
): number | null {
  const left = batch.totalWeight - batch.doneWeight;
  if (left <= 0) return 0;
  if (batch.doneWeight <= 0 || elapsedMs <= 0) return null;
  return Math.round((left / batch.doneWeight) * elapsedMs);
}

/** How long a job that failed waits before it is tried again: twice as long each time, at most five minutes. */
export function retryAfterMs(attempts: number): number {
  return Math.min(300_000, 1_000 * 2 ** Math.max(0, attempts - 1));
}
