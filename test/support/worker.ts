/** `sallyport worker` as a process of its own, as on another machine that shares the gate's database and quarantine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LATER_CLOCK, NODE_ARGUMENTS } from './running-gate.ts';
import type { RunningGate } from './running-gate.ts';

export interface RunningWorker {
  /** Ends it and returns its exit status; -1 when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** Starts a worker; with a clock that is ahead, it finds the leases of others run out. */
export async function startWorker(gate: RunningGate, laterMs = 0): Promise<RunningWorker> {
  const later = laterMs === 0 ? [] : ['--import', LATER_CLOCK];
  const child = spawn(
    process.execPath,
    [...later, ...NODE_ARGUMENTS, 'worker', '--data', gate.dataDir, '--count', '1'],
    {
      cwd: gate.workDir,
      env: {
        ...process.env,
        NODE_TEST_CONTEXT: undefined,
        SALLYPORT_TEST_LATER_MS: String(laterMs),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exited = once(child, 'close') as Promise<[number | null]>;
  const lines = createInterface({ input: child.stderr });
  const said: string[] = [];
  for await (const line of lines) {
    said.push(line);
    if (line.includes('decoding, 1 at once')) break;
  }
  if (!said.some((line) => line.includes('decoding'))) {
    throw new Error(`the worker did not start: ${said.join('\n')}`);
  }
  child.stderr.resume();
  return {
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [status] = await exited;
      return status ?? -1;
    },
  };
}
