/**
 * The spool of deliveries: a folder each, with the manifest and the files by digest. A delivery is in the spool when its
 * folder has its final name, whole and durable; what a crash left half-made has another name and is removed at the start.
 *
 * The bytes are copied, so that nobody who can still write to what they delivered changes what was taken. Links, devices
 * and everything that is reached through a link are refused.
 */
import { constants, existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../../core/index.ts';
import {
  findNameProblem,
  makeDirDurable,
  sha256Stream,
  systemFiles,
  toHex,
  utf8,
} from '../../core/index.ts';
import { freeBytes, openBlobs } from '../../store/index.ts';
import {
  DELIVERY_LIMITS,
  isDeliveryName,
  writeDeliveryFile,
  writeDeliveryHead,
} from '../../wire/index.ts';
import type { DeliveryFile } from '../../wire/index.ts';
import { outerErrors } from '../errors.ts';
import type { Delivery } from './delivery-store.ts';

const DEPTH_MAX = 32;
const READ_BYTES = 1 << 20;
/** What the outer door itself needs of its disk. */
const FREE_BYTES_MIN = 256 * 1024 * 1024;
const MANIFEST = 'manifest';

/** What lies whole in an inbox. */
export interface FoundDelivery {
  readonly inbox: string;
  /** The inbox's folder. */
  readonly dir: string;
  readonly found: string;
  readonly isFolder: boolean;
}

function refuse(reason: string): never {
  throw outerErrors.error('DELIVERY_REFUSED', { reason });
}

/** Every file below a folder; throws for what is neither file nor folder. Hidden ones are passed over. */
async function walk(folder: string, depth = 0): Promise<readonly string[]> {
  if (depth > DEPTH_MAX) refuse('its folders are too deep');
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isFile()) files.push(file);
    else if (entry.isDirectory()) files.push(...(await walk(file, depth + 1)));
    else refuse('it holds a link or a device');
    if (files.length > DELIVERY_LIMITS.files) refuse('it has too many files');
  }
  return files;
}

/** How many bytes some files say that they have; what is gone meanwhile has none. */
async function sumSizes(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await lstat(file).catch(() => null))?.size ?? 0;
  return bytes;
}

/** A path that leads to what is open, whatever becomes of its name; null on hosts that have none. */
export function pathOfHandle(handle: FileHandle): string | null {
  const byNumber = `/proc/self/fd/${String(handle.fd)}`;
  return existsSync(byNumber) ? byNumber : null;
}

/** Opens a file that is where it seems to be: neither itself nor a folder above it is a link that leads elsewhere. */
async function openPlain(file: string, root: string): Promise<FileHandle> {
  // Without waiting: a pipe that was put there since would wait for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    return refuse(code === 'ELOOP' ? 'it holds a link or a device' : 'a file cannot be read');
  });
  try {
    if (!(await handle.stat()).isFile()) refuse('it holds a link or a device');
    const real = await realpath(pathOfHandle(handle) ?? file);
    if (
      real !== path.join(root, path.relative(root, file)) ||
      !real.startsWith(`${root}${path.sep}`)
    )
      refuse('it holds a link or a device');
    return handle;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

async function* readHandle(handle: FileHandle, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    signal?.throwIfAborted();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The spool below a folder. */
export class Spool {
  readonly #dir: string;
  readonly #random: Random;

  private constructor(dir: string, random: Random) {
    this.#dir = dir;
    this.#random = random;
  }

  /** Opens the spool and removes what is none of these deliveries. */
  static async open(dir: string, random: Random, keep: readonly string[]): Promise<Spool> {
    await makeDirDurable(dir);
    const kept = new Set(keep);
    for (const name of await readdir(dir)) {
      if (!kept.has(name)) await rm(path.join(dir, name), { recursive: true, force: true });
    }
    return new Spool(dir, random);
  }

  manifestOf(id: string): string {
    return path.join(this.#dir, id, MANIFEST);
  }

  fileOf(id: string, sha256: string): string {
    return this.#blobs(path.join(this.#dir, id)).pathOf(sha256);
  }

  /** Copies a delivery; throws `OUTER_DELIVERY_REFUSED` for what is never taken, `OUTER_DELIVERY_WAITS` without room. */
  async take(
    found: FoundDelivery,
    limits: { readonly roomBytes: number; readonly signal?: AbortSignal },
  ): Promise<Omit<Delivery, 'takenMs'>> {
    const temp = path.join(this.#dir, `new-${toHex(this.#random.bytes(8))}`);
    try {
      await mkdir(temp, { mode: 0o700 });
      const files = await this.#copyFiles(found, temp, limits);
      const { inbox } = found;
      const name = path.basename(found.found);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const id = await writeManifest(temp, { inbox, name, files: files.length, bytes }, files);
      const target = path.join(this.#dir, id);
      if (existsSync(target)) await rm(temp, { recursive: true });
      else await rename(temp, target);
      await systemFiles.syncDir(this.#dir);
      return { id, inbox, name, files: files.length, bytes };
    } catch (cause) {
      await rm(temp, { recursive: true, force: true });
      throw cause;
    }
  }

  async remove(id: string): Promise<void> {
    await rm(path.join(this.#dir, id), { recursive: true, force: true });
  }

  #blobs(dir: string) {
    return openBlobs(path.join(dir, 'files'), this.#random);
  }

  async #copyFiles(
    found: FoundDelivery,
    temp: string,
    { roomBytes, signal }: { readonly roomBytes: number; readonly signal?: AbortSignal },
  ): Promise<readonly DeliveryFile[]> {
    if (!isDeliveryName(path.basename(found.found))) refuse('its name cannot be used');
    const root = await realpath(found.dir);
    const top = path.join(root, path.basename(found.found));
    const base = found.isFolder ? top : root;
    const paths = found.isFolder ? await walk(top) : [top];
    const named = paths
      .map((file) => ({ file, name: path.relative(base, file).split(path.sep).join('/') }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    let room = Math.min(roomBytes, (await freeBytes(this.#dir)) - FREE_BYTES_MIN);
    // What cannot fit is found out before anything is copied, for it is tried again and again.
    if ((await sumSizes(paths)) > room) throw outerErrors.error('DELIVERY_WAITS');
    const blobs = this.#blobs(temp);
    const files: DeliveryFile[] = [];
    for (const { file, name } of named) {
      if (findNameProblem(name) !== null) refuse('the name of a file cannot be used');
      const handle = await openPlain(file, root);
      try {
        const { size } = await handle.stat();
        if (size > room) throw outerErrors.error('DELIVERY_WAITS');
        const blob = await blobs.put(readHandle(handle, signal), room);
        room -= blob.bytes;
        files.push({ name, ...blob });
      } finally {
        await handle.close();
      }
    }
    if (files.length === 0) refuse('there are no files in it');
    return files;
  }
}

async function writeManifest(
  dir: string,
  head: Parameters<typeof writeDeliveryHead>[0],
  files: readonly DeliveryFile[],
): Promise<string> {
  const state = sha256Stream();
  let bytes = 0;
  const handle = await open(path.join(dir, MANIFEST), 'wx', 0o600);
  try {
    const write = async (line: string): Promise<void> => {
      const encoded = utf8(line);
      bytes += encoded.length;
      if (bytes > DELIVERY_LIMITS.manifestBytes) refuse('the names of its files are too long');
      state.update(encoded);
      await handle.writeFile(encoded);
    };
    await write(writeDeliveryHead(head));
    for (const file of files) await write(writeDeliveryFile(file));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await systemFiles.syncDir(dir);
  return state.hex();
}
