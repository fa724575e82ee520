/**
 * Group commit: writes that wait at the same time share one durable COMMIT.
 *
 * Each work runs alone in its own savepoint, so one that fails undoes only itself. Promises resolve only after the
 * COMMIT returned. A COMMIT whose outcome is unknown stops the store for good: nobody may guess.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, QueryResult } from 'kysely';
import { monotonicMs } from '../core/index.ts';
import type { Engine, Executor } from './connection.ts';
import { kyselyOn } from './connection.ts';
import { storeErrors } from './errors.ts';

/** Runs once per group, after all works that named it and before the COMMIT. The sequencer of a ledger is one. */
export interface GroupStep<T> {
  /** Gets the values of the works that succeeded, in order. Throwing undoes the whole group. */
  finish(tx: Kysely<unknown>, values: readonly T[]): Promise<void>;
  /** Called after the COMMIT returned and before any promise resolves. Must not throw. */
  committed(values: readonly T[]): void;
  /** Called when the group was undone after {@link finish} had begun, or its outcome is unknown. Must not throw. */
  undone(): void;
}

/** Called around the COMMIT by fault tests: throwing in the first loses it, in the second keeps it. */
export interface CommitFaults {
  beforeCommit?(): void;
  afterCommit?(): void;
}

interface Job {
  readonly work: (tx: Kysely<unknown>) => Promise<unknown>;
  readonly step: GroupStep<unknown> | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
}

interface Done {
  readonly job: Job;
  readonly value: unknown;
}

const GROUP_MAX = 512;
const GROUP_MS = 20;
const WAITING_MAX = 100_000;

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Refuses queries that come from outside the work whose turn it is, such as one that nobody awaited. */
class GuardedExecutor implements Executor {
  readonly #inner: Executor;
  readonly #turn = new AsyncLocalStorage<object>();
  #current: object | undefined;

  constructor(inner: Executor) {
    this.#inner = inner;
  }

  get inside(): boolean {
    const turn = this.#turn.getStore();
    return turn !== undefined && turn === this.#current;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const turn = {};
    this.#current = turn;
    try {
      return await this.#turn.run(turn, work);
    } finally {
      this.#current = undefined;
    }
  }

  run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    if (!this.inside) return Promise.reject(storeErrors.error('TRANSACTION_ENDED'));
    return this.#inner.run(sql, parameters);
  }
}

/** The one writer of a store. */
export class WriteQueue {
  readonly #engine: Engine;
  readonly #guard: GuardedExecutor;
  readonly #tx: Kysely<unknown>;
  readonly #faults: CommitFaults;
  readonly #onFault: (cause: Error) => void;
  readonly #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  #stopped: string | undefined;

  constructor(engine: Engine, faults: CommitFaults, onFault: (cause: Error) => void) {
    this.#engine = engine;
    this.#guard = new GuardedExecutor(engine.writer);
    this.#tx = kyselyOn<unknown>(engine.kind, this.#guard);
    this.#faults = faults;
    this.#onFault = onFault;
  }

  /** Queues one work; see `Store.write`. */
  write(
    work: (tx: Kysely<unknown>) => Promise<unknown>,
    step?: GroupStep<unknown>,
  ): Promise<unknown> {
    if (this.#guard.inside) return Promise.reject(storeErrors.error('WRITE_NESTED'));
    if (this.#stopped !== undefined) {
      return Promise.reject(storeErrors.error('STOPPED', { why: this.#stopped }));
    }
    if (this.#jobs.length >= WAITING_MAX) {
      return Promise.reject(storeErrors.error('QUEUE_FULL', { limit: WAITING_MAX }));
    }
    return new Promise((resolve, reject) => {
      this.#jobs.push({ work, step, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Waits for what is queued, then refuses more. */
  async close(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#stopped ??= 'it is closed';
  }

  /** Refuses everything from now on. */
  stop(why: string): void {
    this.#stopped ??= why;
    for (const job of this.#jobs.splice(0)) {
      job.reject(storeErrors.error('STOPPED', { why: this.#stopped }));
    }
  }

  async #drain(): Promise<void> {
    // Letting the event loop turn first is what makes groups: whatever arrived meanwhile is queued by then.
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#group();
    } while (this.#jobs.length > 0);
    this.#running = undefined;
  }

  async #group(): Promise<void> {
    if (this.#jobs.length === 0) return;
    try {
      await this.#engine.begin();
    } catch (cause) {
      const error = storeErrors.error('BUSY', { why: reason(cause) }, { cause });
      for (const job of this.#jobs.splice(0)) job.reject(error);
      return;
    }
    const done = await this.#works();
    const steps = this.#steps(done);
    try {
      for (const [step, values] of steps) {
        await this.#guard.during(() => step.finish(this.#tx, values));
      }
    } catch (cause) {
      await this.#undo(done, steps, cause);
      return;
    }
    await this.#commit(done, steps);
  }

  async #works(): Promise<Done[]> {
    const done: Done[] = [];
    const startMs = monotonicMs();
    while (done.length < GROUP_MAX && monotonicMs() - startMs < GROUP_MS) {
      const job = this.#jobs.shift();
      if (job === undefined) break;
      await this.#engine.savepoint();
      try {
        const value = await this.#guard.during(() => job.work(this.#tx));
        await this.#engine.release();
        done.push({ job, value });
      } catch (cause) {
        // If even the rollback fails the connection is gone; the COMMIT below will say so and stop the store.
        await this.#engine.rollbackToSavepoint().catch(() => undefined);
        job.reject(cause);
      }
    }
    return done;
  }

  #steps(done: readonly Done[]): Map<GroupStep<unknown>, unknown[]> {
    const steps = new Map<GroupStep<unknown>, unknown[]>();
    for (const { job, value } of done) {
      if (job.step === undefined) continue;
      const values = steps.get(job.step);
      if (values === undefined) steps.set(job.step, [value]);
      else values.push(value);
    }
    return steps;
  }

  async #undo(
    done: readonly Done[],
    steps: ReadonlyMap<GroupStep<unknown>, unknown[]>,
    cause: unknown,
  ): Promise<void> {
    for (const step of steps.keys()) step.undone();
    try {
      await this.#engine.rollback();
    } catch (second) {
      this.#fail(second);
    }
    for (const { job } of done) job.reject(cause);
  }

  async #commit(
    done: readonly Done[],
    steps: ReadonlyMap<GroupStep<unknown>, unknown[]>,
  ): Promise<void> {
    try {
      this.#faults.beforeCommit?.();
      // Dying on the next line loses or keeps the whole group; nobody has been told anything yet.
      await this.#engine.commit();
      this.#faults.afterCommit?.();
    } catch (cause) {
      for (const step of steps.keys()) step.undone();
      const error = this.#fail(cause);
      for (const { job } of done) job.reject(error);
      await this.#engine.rollback().catch(() => undefined);
      return;
    }
    for (const [step, values] of steps) step.committed(values);
    for (const { job, value } of done) job.resolve(value);
  }

  #fail(cause: unknown): Error {
    const error = storeErrors.error('OUTCOME_UNKNOWN', { why: reason(cause) }, { cause });
    this.stop('an earlier commit has an unknown outcome');
    this.#onFault(error);
    return error;
  }
}
