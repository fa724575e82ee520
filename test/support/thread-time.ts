/** How long a piece of work takes, for tests of growth on machines that do other things beside them. */

/** Clocks of threads may tick in 10 ms only; what is measured is at least a few of them. */
const MEASURED_MS = 40;
const TRIES = 3;

function usedMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(since);
  return (user + system) / 1000;
}

/**
 * The least processor time of this thread, in milliseconds, that one call of `work` took in three tries. Short work is
 * repeated within a try, so that the ticks of the clock do not decide. Other processes, other threads (collection of
 * garbage, compilation) and waiting do not count.
 */
export function leastThreadMs(work: () => void): number {
  let least = Infinity;
  for (let i = 0; i < TRIES; i++) {
    const started = process.threadCpuUsage();
    let times = 0;
    let ms: number;
    do {
      work();
      times++;
      ms = usedMs(started);
    } while (ms < MEASURED_MS);
    least = Math.min(least, ms / times);
  }
  return least;
}
