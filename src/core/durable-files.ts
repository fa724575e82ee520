/**
 * Files that are there after a power cut, or not at all.
 *
 * The order is temp file, write, fsync, close, rename, fsync of the parent. After a failed fsync the page cache may
 * lie, so reading back proves nothing: the error says that the outcome is unknown, and the caller must stop.
 * Every step goes through {@link FileOps}, so that tests can make each one fail in both ways.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { toHex } from './bytes.ts';
import { systemRandom } from './clock.ts';
import { coreErrors } from './core-errors.ts';

/** The file calls that durable code is made of, one method a step. */
export interface FileOps {
  readonly makeDir: (dir: string) => Promise<void>;
  readonly open: (file: string, flags: 'wx' | 'w' | 'r', mode?: number) => Promise<FileHandle>;
  readonly write: (handle: FileHandle, bytes: Uint8Array) => Promise<void>;
  readonly sync: (handle: FileHandle) => Promise<void>;
  readonly close: (handle: FileHandle) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a file or a folder with all it holds; nothing happens if it is not there. */
  readonly remove: (file: string) => Promise<void>;
  /** Makes the names inside a folder durable. */
  readonly syncDir: (dir: string) => Promise<void>;
  /** Reads a whole file; null if there is none. */
  readonly read: (file: string) => Promise<Uint8Array | null>;
  /** Lists the names in a folder in sorted order; empty if there is none. */
  readonly list: (dir: string) => Promise<string[]>;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** The host's file calls. */
export const systemFiles: FileOps = {
  makeDir: async (dir) => {
    await mkdir(dir, { recursive: true });
  },
  open: (file, flags, mode) => open(file, flags, mode),
  write: async (handle, bytes) => {
    await handle.writeFile(bytes);
  },
  sync: (handle) => handle.sync(),
  close: (handle) => handle.close(),
  rename,
  remove: (file) => rm(file, { force: true, recursive: true }),
  syncDir: async (dir) => {
    const handle = await open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  read: async (file) => {
    try {
      return new Uint8Array(await readFile(file));
    } catch (cause) {
      if (isMissing(cause)) return null;
      throw cause;
    }
  },
  list: async (dir) => {
    try {
      return (await readdir(dir)).sort();
    } catch (cause) {
      if (isMissing(cause)) return [];
      throw cause;
    }
  },
};

/** Creates a folder and makes every new name on the way durable. */
export async function makeDirDurable(dir: string, files: FileOps = systemFiles): Promise<void> {
  const missing: string[] = [];
  let parent = path.resolve(dir);
  while (!(await folderExists(parent, files))) {
    missing.push(parent);
    const up = path.dirname(parent);
    if (up === parent) break;
    parent = up;
  }
  await files.makeDir(dir);
  for (const made of missing) await files.syncDir(path.dirname(made));
}

async function folderExists(dir: string, files: FileOps): Promise<boolean> {
  try {
    // Listing instead of stat keeps the number of different steps small; a folder of ours is never large.
    const handle = await files.open(dir, 'r');
    await files.close(handle);
    return true;
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw cause;
  }
}

/**
 * Puts a whole file in place durably: afterwards it is there with exactly these bytes, and before that the old one is.
 * A crash in between may leave `<name>.tmp-…`, which nobody reads. Throws `CORE_FILE_WRITE_FAILED`: stop then.
 */
export async function writeFileDurable(
  file: string,
  bytes: Uint8Array,
  options: { files?: FileOps; mode?: number } = {},
): Promise<void> {
  const files = options.files ?? systemFiles;
  const dir = path.dirname(file);
  // A name that a crashed process may have used (process ids repeat in containers) would make every start fail.
  const temp = `${file}.tmp-${toHex(systemRandom.bytes(8))}`;
  try {
    await makeDirDurable(dir, files);
    const handle = await files.open(temp, 'wx', options.mode ?? 0o644);
    try {
      await files.write(handle, bytes);
      await files.sync(handle);
    } finally {
      await files.close(handle);
    }
    await files.rename(temp, file);
    await files.syncDir(dir);
  } catch (cause) {
    throw coreErrors.error(
      'FILE_WRITE_FAILED',
      { path: path.basename(file), why: cause instanceof Error ? cause.message : 'unknown' },
      { cause },
    );
  }
}
