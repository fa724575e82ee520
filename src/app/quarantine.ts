/** The quarantine on disk, and workers that decode what is in it: of the gate itself, or of other machines. */
import { mkdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Random } from '../core/index.ts';
import {
  DECODE_QUEUE,
  RESCAN_QUEUE,
  SCREEN_QUEUE,
  decodeHandler,
  openScanPool,
  openScreenPool,
  screenHandler,
} from '../ingress/index.ts';
import type { Quarantine, ScanPool, ScreenPool } from '../ingress/index.ts';
import { openJobs, startWorkers } from '../jobs/index.ts';
import type { JobHandler, Workers } from '../jobs/index.ts';
import { openBlobs, openParts } from '../store/index.ts';
import type { Store } from '../store/index.ts';
import type { Config } from './config.ts';

/** Opens the quarantine below a folder. Workers of other machines reach the same folder by a shared file system. */
export function openQuarantine(dir: string, random: Random): Quarantine {
  const scratch = (name: string): string => {
    if (!/^job_[0-9a-z]{1,64}$/.test(name)) throw new TypeError('that is no id of a job');
    return path.join(dir, 'scratch', name);
  };
  return {
    originals: openBlobs(path.join(dir, 'originals'), random),
    forms: openBlobs(path.join(dir, 'forms'), random),
    parts: openParts(path.join(dir, 'parts')),
    scratch: {
      open: async (name) => {
        await rm(scratch(name), { recursive: true, force: true });
        await mkdir(scratch(name), { recursive: true, mode: 0o700 });
        return scratch(name);
      },
      remove: (name) => rm(scratch(name), { recursive: true, force: true }),
    },
  };
}

/** What decoding workers are started with. */
export interface DecodeWorkerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly dir: string;
  readonly quarantine: Quarantine;
  readonly limits: Pick<Config['imports'], 'memoryMiB' | 'fileSeconds'>;
  readonly count: number;
  /** Unique among the workers of all machines. */
  readonly name: string;
  readonly onEnd?: () => void;
  readonly onFault: (sentence: string, cause: unknown) => void;
}

/** Running decoding workers. */
export interface DecodeWorkers {
  wake(): void;
  stop(): Promise<void>;
}

/** Starts workers, each with a decoding process of its own behind walls. */
export function startDecodeWorkers(options: DecodeWorkerOptions): DecodeWorkers {
  const { store, clock, random, dir, quarantine, limits, count, name, onFault } = options;
  for (const each of ['originals', 'forms', 'scratch'])
    mkdirSync(path.join(dir, each), { recursive: true, mode: 0o700 });
  // Opened with the first job: a gate through which nothing enters needs no decoding processes.
  let opening: Promise<ScanPool> | undefined;
  const needPool = (): Promise<ScanPool> =>
    (opening ??= openScanPool({
      size: count,
      limits: { memoryMiB: limits.memoryMiB, fileMs: limits.fileSeconds * 1000 },
      readable: [path.join(dir, 'originals')],
      writable: [path.join(dir, 'scratch')],
    }));
  let screening: Promise<ScreenPool> | undefined;
  const needScreens = (): Promise<ScreenPool> =>
    (screening ??= openScreenPool({
      ...{ memoryMiB: limits.memoryMiB, jobMs: limits.fileSeconds * 1000 },
      readable: [path.join(dir, 'forms')],
      writable: [path.join(dir, 'scratch')],
    }));
  const jobs = openJobs({ store, clock, random });
  const start = (queue: string, each: number, handle: JobHandler): Workers =>
    startWorkers({
      ...{ jobs, queue, name, count: each, handle, onFault },
      ...(options.onEnd === undefined ? {} : { onEnd: options.onEnd }),
    });
  const decode: JobHandler = async (job, tools) =>
    decodeHandler({ pool: await needPool(), quarantine })(job, tools);
  const screen: JobHandler = async (job, tools) =>
    screenHandler({ pool: await needScreens(), quarantine })(job, tools);
  // Looking again and screening never take more than one process each from what waits to be decoded.
  const crews = [
    start(DECODE_QUEUE, count, decode),
    start(RESCAN_QUEUE, 1, decode),
    start(SCREEN_QUEUE, 1, screen),
  ];
  return {
    wake: () => {
      for (const crew of crews) crew.wake();
    },
    stop: async () => {
      // The processes end first, so that no worker waits for the rest of a long file; its job is taken again.
      const stopping = Promise.all(crews.map((crew) => crew.stop()));
      for (const pool of [opening, screening])
        await pool?.then(
          (open) => {
            open.close();
          },
          () => undefined,
        );
      await stopping;
    },
  };
}
