/**
 * Files that arrive in parts: bytes are appended where the last part ended, so that a broken transfer goes on there.
 *
 * Durability: what {@link Parts.append} resolved with survives a power cut. A part that a crash spoiled is found when it
 * is sealed: its digest is wrong, and it is received again from the start. One process holds the folder.
 */
import { open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeDirDurable } from '../core/index.ts';
import type { Blobs } from './blobs.ts';
import { storeErrors } from './errors.ts';

/** A folder of files that are not whole yet. */
export interface Parts {
  /** How many bytes are there; 0 for a file that has not begun. */
  size(name: string): Promise<number>;
  /** Appends at an offset, which must be the size, and gives the new size; keeps what came before a break. */
  append(
    name: string,
    offset: number,
    chunks: AsyncIterable<Uint8Array>,
    limitBytes: number,
  ): Promise<number>;
  /** Moves a whole file to the blobs; throws `STORE_PART_WRONG` and forgets it when its digest is another. */
  seal(name: string, sha256: string, into: Blobs): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Opens a folder of parts on the same file system as the blobs that they become. */
export function openParts(dir: string): Parts {
  const busy = new Set<string>();
  const pathOf = (name: string): string => {
    if (!/^[a-z0-9_-]{1,120}$/.test(name)) throw new TypeError('that is no name of a part');
    return path.join(dir, name);
  };
  const size = async (name: string): Promise<number> => {
    try {
      return (await stat(pathOf(name))).size;
    } catch {
      return 0;
    }
  };
  const alone = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (busy.has(name)) throw storeErrors.error('PART_BUSY');
    busy.add(name);
    try {
      return await work();
    } finally {
      busy.delete(name);
    }
  };
  return {
    size,
    append: (name, offset, chunks, limitBytes) =>
      alone(name, async () => {
        const before = await size(name);
        if (offset !== before) throw storeErrors.error('PART_OFFSET', { offset, size: before });
        await makeDirDurable(dir);
        return appendChunks(pathOf(name), before, chunks, limitBytes);
      }),
    seal: (name, sha256, into) =>
      alone(name, async () => {
        if (await into.adopt(pathOf(name), sha256)) return;
        await rm(pathOf(name), { force: true });
        throw storeErrors.error('PART_WRONG', { sha256 });
      }),
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

async function appendChunks(
  file: string,
  before: number,
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<number> {
  let size = before;
  const handle = await open(file, 'a', 0o600);
  try {
    for await (const chunk of chunks) {
      if (size + chunk.length > limitBytes)
        throw storeErrors.error('BLOB_TOO_LARGE', { limitBytes });
      await handle.writeFile(chunk);
      size += chunk.length;
    }
  } finally {
    // Also when the sender broke off: what came so far need not be sent again.
    await handle.sync();
    await handle.close();
  }
  return size;
}
