/**
 * A pool of pre-started child processes for work on hostile input.
 *
 * Guaranteed: a job ends with a value or a refusal within its wall time, whatever its child does; a child that crashed,
 * overstepped a limit or served its number of jobs is replaced; the pool goes on. A child has an empty environment, no
 * file but those named (Node's permission model), and, where the host permits, no network (a namespace of its own), no
 * capabilities and a kernel limit on its memory; {@link ChildPool.walls} says which. Not guaranteed: that one job cannot
 * influence the next in the same child; set `jobsPerChild` to 1 for that.
 */
import { BoundedQueue } from './bounded-queue.ts';
import type { Json } from './canonical-json.ts';
import type { ChildLimits, ChildResult, ChildSpec } from './child-process.ts';
import { Child } from './child-process.ts';
import type { ChildWalls } from './child-walls.ts';
import { findChildWalls } from './child-walls.ts';
import { coreErrors } from './core-errors.ts';

/** How to make a pool. */
export interface ChildPoolOptions {
  /** The module that children run; it calls `serveJobs`. */
  readonly module: URL;
  /** Children kept at once. */
  readonly size: number;
  readonly memoryMiB: number;
  /** A child is replaced after so many jobs; 50 by default. */
  readonly jobsPerChild?: number;
  /** Jobs that may wait; 1,000 by default. */
  readonly waitingMax?: number;
  /** Paths that children may read, besides the program itself. */
  readonly readable?: readonly string[];
  /** Paths that children may write. */
  readonly writable?: readonly string[];
  /** How far children stand back from everything else that runs, 0 to 19; 0 by default. */
  readonly niceness?: number;
}

interface Waiting {
  readonly job: Json;
  readonly limits: ChildLimits;
  readonly onProgress: ((value: Json) => void) | undefined;
  readonly settle: (result: ChildResult) => void;
}

const START_FAILURES_MAX = 3;

/** See the top of this file. */
export class ChildPool {
  readonly walls: ChildWalls;
  readonly #spec: ChildSpec;
  readonly #size: number;
  readonly #jobsPerChild: number;
  readonly #waiting: BoundedQueue<Waiting>;
  readonly #children = new Set<Child>();
  readonly #idle: Child[] = [];
  /** Children that served their number of jobs and go as soon as their successor is ready. */
  readonly #retiring = new Set<Child>();
  #startFailures = 0;
  #lastWords = '';
  #closed = false;

  private constructor(options: ChildPoolOptions, walls: ChildWalls) {
    this.walls = walls;
    this.#size = options.size;
    this.#jobsPerChild = options.jobsPerChild ?? 50;
    this.#waiting = new BoundedQueue('inspection jobs', options.waitingMax ?? 1_000);
    this.#spec = {
      module: options.module,
      memoryMiB: options.memoryMiB,
      readable: options.readable ?? [],
      writable: options.writable ?? [],
      niceness: options.niceness ?? 0,
    };
  }

  /** Starts a pool; its children come up in the background. */
  static async open(options: ChildPoolOptions): Promise<ChildPool> {
    const pool = new ChildPool(options, await findChildWalls());
    pool.#fill();
    return pool;
  }

  /** The process ids of the children, for operators and fault tests. */
  get pids(): number[] {
    return [...this.#children].flatMap((child) => child.pid ?? []);
  }

  /** Runs a job. Rejects only when too many wait (`CORE_QUEUE_FULL`); everything else is a result. */
  run(job: Json, limits: ChildLimits, onProgress?: (value: Json) => void): Promise<ChildResult> {
    if (this.#closed) return Promise.resolve(coreErrors.refuse('CHILD_POOL_CLOSED'));
    return new Promise((settle, reject) => {
      try {
        this.#waiting.push({ job, limits, onProgress, settle });
      } catch (cause) {
        reject(cause instanceof Error ? cause : new Error(String(cause)));
        return;
      }
      this.#startFailures = 0;
      this.#fill();
      this.#dispatch();
    });
  }

  /** Kills the children and refuses what waits. */
  close(): void {
    this.#closed = true;
    this.#refuseWaiting();
    for (const child of this.#children) child.kill();
  }

  #fill(): void {
    while (
      !this.#closed &&
      this.#children.size - this.#retiring.size < this.#size &&
      this.#startFailures < START_FAILURES_MAX
    ) {
      this.#spawn();
    }
  }

  #spawn(): void {
    const child: Child = new Child(this.#spec, this.walls, () => {
      this.#children.delete(child);
      this.#retiring.delete(child);
      const at = this.#idle.indexOf(child);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#fill();
    });
    this.#children.add(child);
    void child.ready.then((ok) => {
      if (ok) {
        this.#startFailures = 0;
        this.#retireOne();
        this.#release(child);
        return;
      }
      this.#lastWords = child.lastWords;
      this.#startFailures++;
      if (this.#startFailures >= START_FAILURES_MAX) this.#refuseWaiting();
    });
  }

  #refuseWaiting(): void {
    for (let next = this.#waiting.tryTake(); next !== undefined; next = this.#waiting.tryTake()) {
      next.settle(
        this.#closed
          ? coreErrors.refuse('CHILD_POOL_CLOSED')
          : coreErrors.refuse('CHILD_NOT_STARTED', {
              why: this.#lastWords.split('\n').find((line) => line.includes('Error')) ?? 'no word',
            }),
      );
    }
  }

  #release(child: Child): void {
    if (!child.alive) return;
    if (this.#closed || (this.#jobsPerChild === 1 && child.jobsDone > 0)) {
      child.kill();
      return;
    }
    if (this.#retiring.has(child)) {
      if (this.#readyOthers() >= this.#size) {
        child.kill();
        return;
      }
    } else if (child.jobsDone >= this.#jobsPerChild) {
      this.#retiring.add(child);
      this.#fill();
    }
    this.#idle.push(child);
    this.#dispatch();
  }

  #readyOthers(): number {
    let count = 0;
    for (const child of this.#children) if (child.started && !this.#retiring.has(child)) count++;
    return count;
  }

  /** A successor is ready: one idle retired child goes now; a busy one goes after its present job. */
  #retireOne(): void {
    for (const child of this.#retiring) {
      if (child.busy) continue;
      child.kill();
      return;
    }
  }

  #dispatch(): void {
    while (this.#idle.length > 0) {
      const child = this.#idle[this.#idle.length - 1];
      if (child?.alive !== true) {
        this.#idle.pop();
        continue;
      }
      const next = this.#waiting.tryTake();
      if (next === undefined) return;
      this.#idle.pop();
      void child.run(next.job, next.limits, next.onProgress).then((result) => {
        next.settle(result);
        this.#release(child);
      });
    }
  }
}
