/**
 * The inspection processes as the quote uses them: core's child pool with the worker module, its limits and its paths.
 * What the pool guarantees (limits, walls, replacement of the dead) is core's; here a job's end is told apart.
 */
import { ChildPool } from '../core/index.ts';
import type { Json, Refusal } from '../core/index.ts';
import { egressErrors } from './errors.ts';
import type { WorkerAnswer, WorkerEvent, WorkerJob, WorkerResult } from './worker-protocol.ts';

/** Limits of one inspection process. */
export interface WorkerLimits {
  readonly memoryMiB: number;
  /** Processor time, and wall time, of one job. */
  readonly jobMs: number;
}

/** Limits that hold unless the configuration says otherwise. */
export const WORKER_LIMITS: WorkerLimits = { memoryMiB: 1024, jobMs: 15 * 60 * 1000 };

/** What inspection processes may touch: inputs and history to read, the output folders to write. */
export interface WorkerPaths {
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/** How a job ended without a result. */
export interface JobFailure {
  readonly ok: false;
  /** `error`: the job itself said so; `ended`: the process died or was killed over a limit; `stopped`: nobody is to blame. */
  readonly reason: 'error' | 'ended' | 'stopped';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** How a job ended. */
export type JobOutcome = { readonly ok: true; readonly result: WorkerResult } | JobFailure;

/** Something that runs inspection jobs. */
export interface InspectionPool {
  /** Number of jobs that can run at once. */
  readonly size: number;
  /** Which walls stand around the processes; `network: 'none'` is to be told to the operator. */
  walls(): Promise<ChildPool['walls']>;
  /** Process ids, for operators and fault tests. */
  pids(): readonly number[];
  run(work: WorkerJob, onEvent?: (event: WorkerEvent) => void): Promise<JobOutcome>;
  close(): Promise<void>;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** A fresh process has to prime its tables, so it serves many jobs. */
const JOBS_PER_CHILD = 5000;
const WAITING_MAX = 100_000;
const ANYWHERE: WorkerPaths = { readable: ['*'], writable: ['*'] };
const NOBODY_TO_BLAME = new Set(['CORE_CHILD_POOL_CLOSED', 'CORE_CHILD_NOT_STARTED']);

function explainEnd(refusal: Refusal): JobFailure {
  const { code, message, hint } = refusal;
  if (NOBODY_TO_BLAME.has(code)) return { ok: false, reason: 'stopped', code, message, hint };
  return { ok: false, reason: 'ended', code, message, hint };
}

/** Opens a pool. Its processes start at once and are primed before they take a job. */
export function openInspectionPool(
  size: number,
  limits: WorkerLimits = WORKER_LIMITS,
  paths: WorkerPaths = ANYWHERE,
): InspectionPool {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const module = new URL(`worker.${suffix}`, import.meta.url);
  const { memoryMiB, jobMs } = limits;
  const opening = ChildPool.open({
    ...{ module, size, memoryMiB, jobsPerChild: JOBS_PER_CHILD, waitingMax: WAITING_MAX },
    ...paths,
  });
  let opened: ChildPool | undefined;
  void opening.then((pool) => {
    opened = pool;
  });
  return {
    size,
    walls: async () => (await opening).walls,
    pids: () => opened?.pids ?? [],
    run: async (work, onEvent) => {
      const pool = await opening;
      const bounds = { wallMs: jobMs, cpuMs: jobMs, outputBytes: OUTPUT_BYTES_MAX };
      const answer = await pool.run(work as unknown as Json, bounds, (event) => {
        onEvent?.(event as unknown as WorkerEvent);
      });
      if (!answer.ok) return explainEnd(answer);
      const value = answer.value as unknown as WorkerAnswer;
      if ('result' in value) return { ok: true, result: value.result };
      if ('error' in value) return { ok: false, reason: 'error', ...value.error };
      throw egressErrors.error('INSPECTION_STOPPED');
    },
    close: async () => {
      (await opening).close();
    },
  };
}
