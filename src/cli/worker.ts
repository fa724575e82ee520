/** `sallyport worker`: decodes what enters, beside a gate or on another machine. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  gateFolders,
  loadConfig,
  openQuarantine,
  readEnvironment,
  startDecodeWorkers,
} from '../app/index.ts';
import { newId, systemClock, systemRandom } from '../core/index.ts';
import { openStore } from '../store/index.ts';
import { cliErrors } from './errors.ts';

interface WorkerOptions {
  readonly data?: string;
  readonly config?: string;
  readonly count: string;
}

/** Adds the command. */
export function registerWorker(program: Command): void {
  program
    .command('worker')
    .summary('decode what enters')
    .description(
      'Take files of imports from the queue and decode them in sandboxed processes, until it is told to stop. Needs the database of the gate (on another machine DATABASE_URL of PostgreSQL) and its quarantine folder (on another machine by a shared file system). The gate alone admits.',
    )
    .option('--data <dir>', 'data folder of the gate; SALLYPORT_DATA or ./.sallyport by default')
    .option('--config <file>', 'configuration; ./sallyport.json or DATA/sallyport.json by default')
    .option('--count <number>', 'files at once', '2')
    .action(async (options: WorkerOptions) => {
      await work(options);
    });
}

async function work(options: WorkerOptions): Promise<void> {
  const environment = readEnvironment();
  const dataDir = path.resolve(options.data ?? environment.dataDir);
  const config = loadConfig(dataDir, options.config);
  const count = Number(options.count);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    const why = 'it is not a whole number from 1 to 64';
    throw cliErrors.error('OPTION_INVALID', { option: '--count', value: options.count, why });
  }
  process.umask(0o077);
  const folders = gateFolders(dataDir);
  const say = (sentence: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${sentence}\n`);
  };
  const target = environment.database ?? config.database ?? folders.database;
  const fault = { cause: undefined as Error | undefined };
  const store = await openStore(target, {
    onFault: (cause) => {
      fault.cause = cause;
      process.kill(process.pid, 'SIGTERM');
    },
  });
  const workers = startDecodeWorkers({
    ...{ store, clock: systemClock, random: systemRandom, count },
    dir: folders.quarantine,
    name: newId('wrk', systemRandom),
    quarantine: openQuarantine(folders.quarantine, systemRandom),
    limits: config.imports,
    onFault: (sentence, cause) => {
      say(`error ${sentence}: ${cause instanceof Error ? cause.message : String(cause)}`);
    },
  });
  say(`decoding, ${String(count)} at once`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await workers.stop();
  await store.close();
  if (fault.cause !== undefined) throw fault.cause;
}
