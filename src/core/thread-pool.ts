/**
 * Threads for pure, trusted computation: a module with a function `runJob(job)` is loaded in each, jobs are shared out, and
 * results come back in the order of the jobs, however many threads there are.
 *
 * Guaranteed: same jobs, same results, in their order. A job that throws, or a thread that dies, ends the whole call with an
 * error. Not offered: limits or isolation; hostile input belongs into child processes.
 */
import { Worker } from 'node:worker_threads';
import { coreErrors } from './core-errors.ts';

/** What a thread is told. */
export interface ThreadTask {
  readonly number: number;
  readonly job: unknown;
}

/** What a thread answers. */
export type ThreadAnswer =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: string };

/** Called when a job is done. */
export type OnJobDone = (done: number, total: number) => void;

/** See the top of this file. */
export class ThreadPool {
  readonly #threads: readonly Worker[];

  /** Starts `size` threads (at least one) that load `module`. */
  constructor(module: URL, size: number) {
    const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const entry = new URL(`thread-serve.${suffix}`, import.meta.url);
    this.#threads = Array.from(
      { length: Math.max(1, Math.floor(size)) },
      () => new Worker(entry, { workerData: module.href, stdin: false }),
    );
  }

  /** Runs jobs of one kind. One call at a time. */
  run<Result>(jobs: readonly unknown[], onDone?: OnJobDone): Promise<Result[]> {
    const results = new Array<Result>(jobs.length);
    let next = 0;
    let done = 0;
    const { promise, resolve, reject } = Promise.withResolvers<Result[]>();
    const stop = new AbortController();
    const fail = (why: string): void => {
      reject(coreErrors.error('THREAD_FAILED', { why }));
    };
    const give = (thread: Worker): void => {
      if (next < jobs.length) {
        thread.postMessage({ number: next, job: jobs[next] } satisfies ThreadTask);
        next++;
      }
    };
    for (const thread of this.#threads) {
      const onMessage = (answer: ThreadAnswer): void => {
        if ('error' in answer) {
          fail(answer.error);
          return;
        }
        results[answer.number] = answer.result as Result;
        done++;
        onDone?.(done, jobs.length);
        if (done === jobs.length) resolve(results);
        else give(thread);
      };
      const onError = (error: unknown): void => {
        fail(error instanceof Error ? error.message : String(error));
      };
      const onExit = (): void => {
        fail('a thread ended');
      };
      thread.on('message', onMessage).on('error', onError).on('exit', onExit);
      stop.signal.addEventListener('abort', () => {
        thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      });
      give(thread);
    }
    if (jobs.length === 0) resolve(results);
    return promise.finally(() => {
      stop.abort();
    });
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
