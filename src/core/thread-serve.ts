/** What each thread of a {@link ThreadPool} runs: loads the module that it was told and answers its jobs one by one. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadTask } from './thread-pool.ts';

type RunJob = (job: unknown) => unknown;

const { runJob } = (await import(workerData as string)) as { readonly runJob: RunJob };

parentPort?.on('message', (task: ThreadTask) => {
  const { number } = task;
  let answer: ThreadAnswer;
  try {
    answer = { number, result: runJob(task.job) };
  } catch (error) {
    answer = { number, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
