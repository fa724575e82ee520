/**
 * Starts the outer process from the inside: with an empty environment, with nothing but the two links, and as a user of
 * its own where we may choose.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { mayChooseUsers, takeOsUser } from '../core/index.ts';
import type { OsUser } from '../core/index.ts';
import { outerErrors } from './errors.ts';
import type { OuterEvent, OuterProcessOptions } from './process.ts';

/** How the outer process is started. */
export interface OuterSpawnOptions extends Omit<OuterProcessOptions, 'keepServing'> {
  /** As which user it runs where we may choose; `nobody` by default. */
  readonly user?: string;
  /** Hears what the process says about itself. */
  readonly onEvent?: (event: OuterEvent) => void;
  /** The ends of the two links, when another process than this one holds the other ends. */
  readonly links?: { readonly wire: Duplex; readonly intake: Duplex };
}

/** A started outer process, seen from the inside. */
export interface SpawnedOuter {
  /** What is written here is all that leaves. */
  readonly wire: Writable;
  readonly intake: Readable;
  /** What inboxes outside took; it carries nothing the other way. */
  readonly deliveries: Readable;
  readonly pid: number;
  /** Whether it runs as a user of its own. */
  readonly ownUser: boolean;
  readonly url: string;
  /** The key of the outer log. */
  readonly key: string;
  /** Resolves with a short text when the process has ended. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL(`./main${path.extname(import.meta.url)}`, import.meta.url));
function startChild(
  options: OuterSpawnOptions,
  dir: string,
  user: OsUser | undefined,
): ChildProcess {
  const { host, port, tls, wish, links } = options;
  const absolute =
    tls === undefined
      ? {}
      : { tls: { certPath: path.resolve(tls.certPath), keyPath: path.resolve(tls.keyPath) } };
  const settings: OuterProcessOptions = {
    dir,
    host,
    port,
    keepServing: false,
    ...absolute,
    ...(wish === undefined ? {} : { wish }),
  };
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, JSON.stringify(settings)],
    {
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      cwd: dir,
      env: {},
      stdio: [links?.wire ?? 'pipe', 'pipe', 'inherit', links?.intake ?? 'pipe', 'pipe'],
    },
  );
}

/** Starts the process and resolves when it listens; throws `OUTER_START_FAILED` when it ends before that. */
export async function startOuterProcess(options: OuterSpawnOptions): Promise<SpawnedOuter> {
  const dir = path.resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const user = takeOsUser(options.user ?? 'nobody', MAIN, dir);
  const child = startChild(options, dir, user);
  const [ownWire, events, , ownIntake, deliveries] = child.stdio as unknown as [
    Writable | null,
    Readable,
    null,
    Readable | null,
    Duplex,
  ];
  deliveries.on('error', () => undefined);
  // From now on nobody, whatever becomes of this process, can write to the outer door on this link.
  deliveries.end();
  const wire = ownWire ?? options.links?.wire;
  const intake = ownIntake ?? options.links?.intake;
  if (wire === undefined || intake === undefined) throw new TypeError('the links have no ends');
  wire.on('error', () => undefined);
  intake.on('error', () => undefined);
  // The child has its own copies; whoever else could write to the wire must not be us.
  options.links?.wire.destroy();
  options.links?.intake.destroy();
  let fault = '';
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal ?? (code === 0 ? 'it ended' : fault || `status ${String(code)}`));
    });
  });
  const ready = new Promise<Extract<OuterEvent, { event: 'ready' }>>((resolve) => {
    createInterface({ input: events }).on('line', (line) => {
      const event = JSON.parse(line) as OuterEvent;
      if (event.event === 'ready') resolve(event);
      if (event.event === 'fault') fault = event.message;
      options.onEvent?.(event);
    });
  });
  const first = await Promise.race([ready, exited]);
  if (typeof first === 'string')
    throw outerErrors.error('START_FAILED', { reason: fault || first });
  return {
    wire,
    intake,
    deliveries,
    pid: child.pid ?? 0,
    ownUser: user !== undefined,
    url: first.url,
    key: first.key,
    exited,
    stop: async () => {
      // Who has become another user since may not signal it; it ends when the wire does.
      if (user === undefined || mayChooseUsers()) child.kill('SIGTERM');
      await exited;
    },
  };
}
