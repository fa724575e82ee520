/**
 * Warm inspection processes with limits. Guaranteed: a job ends within its time, a process above its memory or time is
 * killed, and its death ends one job and no other; the next job gets a fresh process. The processes are started
 * without network where the system allows it (Linux network namespaces), with an empty environment, and may read
 * files but start no processes.
 */
import { fork, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { egressErrors } from './errors.ts';
import type { FromWorker, WorkerEvent, WorkerJob, WorkerResult } from './worker-protocol.ts';

/** Limits of one inspection process. */
export interface WorkerLimits {
  readonly memoryMiB: number;
  /** Processor and wall time of one job. */
  readonly jobMs: number;
}

/** Limits that hold unless the configuration says otherwise. */
export const WORKER_LIMITS: WorkerLimits = { memoryMiB: 1024, jobMs: 15 * 60 * 1000 };

/** How a job ended without a result. */
export interface JobFailure {
  readonly ok: false;
  /** `error`: the job itself said so; the process lives on. The others end the process. */
  readonly reason: 'error' | 'crash' | 'memory' | 'time' | 'stopped';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type JobOutcome = { readonly ok: true; readonly result: WorkerResult } | JobFailure;

/** Something that runs inspection jobs. */
export interface InspectionPool {
  /** Number of jobs that can run at once. */
  readonly size: number;
  run(work: WorkerJob, onEvent?: (event: WorkerEvent) => void): Promise<JobOutcome>;
  close(): Promise<void>;
}

interface Running {
  readonly id: number;
  readonly onEvent: (event: WorkerEvent) => void;
  readonly settle: (outcome: JobOutcome) => void;
  readonly deadline: number;
}

const WATCH_MS = 100;
const PAGE_BYTES = 4096;

function failure(
  reason: JobFailure['reason'],
  name: Parameters<typeof egressErrors.refuse>[0],
  details = {},
): JobFailure {
  const { code, message, hint } = egressErrors.refuse(name, details);
  return { ok: false, reason, code, message, hint };
}

let unshare: readonly string[] | undefined;

/** The command that puts a process into a network namespace of its own, or nothing where that is not allowed. */
function findNetworkFence(): readonly string[] {
  if (unshare !== undefined) return unshare;
  for (const fence of [
    ['unshare', '--net', '--'],
    ['unshare', '--user', '--map-current-user', '--net', '--'],
  ]) {
    const [command = '', ...args] = fence;
    if (spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0)
      return (unshare = fence);
  }
  return (unshare = []);
}

/** One process and the job that it has. */
class Worker {
  readonly #limits: WorkerLimits;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #job: Running | undefined;
  #watch: NodeJS.Timeout | undefined;
  #cause: 'memory' | 'time' | 'stopped' | undefined;
  alive = true;

  constructor(limits: WorkerLimits) {
    this.#limits = limits;
    const entry = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? 'worker.ts' : 'worker.js', import.meta.url),
    );
    const [command, ...prefix] = [...findNetworkFence(), process.execPath];
    const node = [
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${String(limits.memoryMiB)}`,
    ];
    this.#child = fork(entry, [], {
      execPath: command ?? process.execPath,
      execArgv: [...prefix, ...node],
      env: {},
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#exited = new Promise((resolve) => {
      const end = (how: string): void => {
        this.alive = false;
        this.#finish(this.#explainDeath(how));
        resolve();
      };
      this.#child.once('exit', (code, signal) => {
        end(signal ?? `exit ${String(code)}`);
      });
      this.#child.once('error', (error) => {
        end(error.message);
      });
    });
    this.#child.on('message', (message) => {
      this.#receive(message as FromWorker);
    });
    this.#idle(true);
  }

  /** An idle process must not keep the program alive. */
  #idle(idle: boolean): void {
    if (idle) {
      this.#child.unref();
      this.#child.channel?.unref();
    } else {
      this.#child.ref();
      this.#child.channel?.ref();
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  start(id: number, work: WorkerJob, onEvent: (event: WorkerEvent) => void): Promise<JobOutcome> {
    return new Promise((settle) => {
      this.#job = { id, onEvent, settle, deadline: performance.now() + this.#limits.jobMs };
      this.#idle(false);
      this.#watch = setInterval(() => {
        this.#check();
      }, WATCH_MS);
      this.#child.send({ job: id, work });
    });
  }

  #receive(message: FromWorker): void {
    if (message.job !== this.#job?.id) return;
    if ('event' in message) this.#job.onEvent(message.event);
    else if ('result' in message) this.#finish({ ok: true, result: message.result });
    else this.#finish({ ok: false, reason: 'error', ...message.error });
  }

  #check(): void {
    if (this.#job !== undefined && performance.now() > this.#job.deadline) this.kill('time');
    if (this.#residentMiB() > this.#limits.memoryMiB) this.kill('memory');
  }

  #residentMiB(): number {
    try {
      const pages = readFileSync(`/proc/${String(this.#child.pid)}/statm`, 'latin1').split(' ')[1];
      return (Number(pages) * PAGE_BYTES) / 2 ** 20;
    } catch {
      return 0;
    }
  }

  kill(cause: 'memory' | 'time' | 'stopped'): void {
    this.#cause ??= cause;
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.#child.ref();
    this.kill('stopped');
    await this.#exited;
  }

  #explainDeath(how: string): JobFailure {
    if (this.#cause === 'memory' || how === 'SIGABRT') {
      return failure('memory', 'INSPECTION_MEMORY', { limit: this.#limits.memoryMiB });
    }
    if (this.#cause === 'time') {
      return failure('time', 'INSPECTION_TIME', { limit: this.#limits.jobMs / 1000 });
    }
    if (this.#cause === 'stopped') return failure('stopped', 'INSPECTION_STOPPED');
    return failure('crash', 'INSPECTION_CRASHED', { how });
  }

  #finish(outcome: JobOutcome): void {
    clearInterval(this.#watch);
    const job = this.#job;
    this.#job = undefined;
    if (this.alive) this.#idle(true);
    job?.settle(outcome);
  }
}

/** Opens a pool; processes start when they are first needed, and `warm` of them at once. */
export function openInspectionPool(
  size: number,
  limits: WorkerLimits = WORKER_LIMITS,
  warm = 0,
): InspectionPool & { readonly pids: () => number[] } {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: ((worker: Worker | undefined) => void)[] = [];
  let nextJob = 1;
  let closed = false;

  const add = (): Worker => {
    const worker = new Worker(limits);
    all.add(worker);
    return worker;
  };
  const take = async (): Promise<Worker | undefined> => {
    if (closed) return undefined;
    const free = idle.pop();
    if (free?.alive) return free;
    if (free !== undefined) all.delete(free);
    if (all.size < size) return add();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (worker: Worker): void => {
    let next: Worker | undefined = worker;
    if (!worker.alive) {
      all.delete(worker);
      next = waiting.length > 0 && !closed ? add() : undefined;
    }
    if (next === undefined) return;
    const waiter = waiting.shift();
    if (waiter === undefined) idle.push(next);
    else waiter(next);
  };
  for (let i = 0; i < Math.min(warm, size); i++) idle.push(add());

  return {
    size,
    pids: () => [...all].flatMap((worker) => worker.pid ?? []),
    run: async (work, onEvent = () => undefined) => {
      const worker = await take();
      if (worker === undefined) return failure('stopped', 'INSPECTION_STOPPED');
      try {
        return await worker.start(nextJob++, work, onEvent);
      } finally {
        giveBack(worker);
      }
    },
    close: async () => {
      closed = true;
      for (const waiter of waiting.splice(0)) waiter(undefined);
      await Promise.all([...all].map((worker) => worker.close()));
    },
  };
}
