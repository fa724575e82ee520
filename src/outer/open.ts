/** Opens the outer door of a data folder with the host's clock and randomness. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Random } from '../core/index.ts';
import { systemClock, systemRandom, writeFileDurable } from '../core/index.ts';
import { openKeyFile } from '../ledger/index.ts';
import { OUTER_MIGRATIONS, openBlobs, openStore } from '../store/index.ts';
import type { WireStatus } from '../wire/index.ts';
import { ChildDecoder } from './decode.ts';
import { Outer } from './outer.ts';
import { openSettings } from './settings.ts';
import type { NewWire } from './settings.ts';

const SECRET_BYTES = 32;

async function openSecret(file: string, random: Random): Promise<Uint8Array> {
  try {
    const held = await readFile(file);
    if (held.length === SECRET_BYTES) return new Uint8Array(held);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const secret = random.bytes(SECRET_BYTES);
  await writeFileDurable(file, secret, { mode: 0o600 });
  return secret;
}

/** Who hears what happens. */
export interface OuterEars {
  readonly sendStatus: (status: WireStatus) => void;
  readonly alarm: (sentence: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** Opens a folder as an outer door, making one if it is empty. */
export async function openOuterFolder(
  dir: string,
  ears: OuterEars,
  options: { clock?: Clock; random?: Random; wish?: NewWire } = {},
): Promise<Outer> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const settings = await openSettings(dir, clock, options.wish ?? {});
  const key = await openKeyFile(path.join(dir, 'log.key'), { name: settings.origin, random });
  const saltSecret = await openSecret(path.join(dir, 'salt.key'), random);
  const store = await openStore(path.join(dir, 'outer.db'), {
    migrations: OUTER_MIGRATIONS,
    onFault: ears.onFault,
  });
  return Outer.open({
    dir,
    store,
    blobs: openBlobs(path.join(dir, 'blobs'), random),
    decoder: await ChildDecoder.open({
      blobs: path.resolve(dir, 'blobs'),
      work: path.resolve(dir, 'work'),
    }),
    clock,
    random,
    plan: settings.plan,
    inboxes: settings.inboxes,
    key,
    saltSecret,
    ...ears,
  });
}
