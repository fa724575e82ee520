/** A job for threads under test: squares, fails or ends its thread, as it is told. */
interface Job {
  readonly square?: number;
  readonly fail?: string;
  readonly exit?: number;
}

export function runJob(job: Job): number {
  if (job.fail !== undefined) throw new Error(job.fail);
  if (job.exit !== undefined) process.exit(job.exit);
  return (job.square ?? 0) ** 2;
}
