/** A file that arrives over a link that may repeat itself: appended where it ends, in one process at a time. */
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** One arriving file. */
export class ArrivingFile {
  readonly file: string;
  readonly total: number;
  readonly #handle: FileHandle;
  #size: number;

  private constructor(file: string, total: number, handle: FileHandle, size: number) {
    this.file = file;
    this.total = total;
    this.#handle = handle;
    this.#size = size;
  }

  /** Goes on with what an earlier process had of it; what is longer than it may be begins anew. */
  static async open(file: string, total: number): Promise<ArrivingFile> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const before = await stat(file).catch(() => null);
    if (before !== null && before.size > total) await rm(file);
    const size = before === null || before.size > total ? 0 : before.size;
    return new ArrivingFile(file, total, await open(file, 'a', 0o600), size);
  }

  get isWhole(): boolean {
    return this.#size === this.total;
  }

  /** Appends what is new of some bytes; gives how much that was. Bytes after a gap are not taken. */
  async append(offset: number, payload: Uint8Array): Promise<number> {
    if (offset > this.#size || offset + payload.length <= this.#size) return 0;
    const fresh = payload.subarray(this.#size - offset);
    await this.#handle.writeFile(fresh);
    this.#size += fresh.length;
    return fresh.length;
  }

  /** Closes it, durable if it is whole. */
  async close(): Promise<void> {
    try {
      if (this.isWhole) await this.#handle.sync();
    } finally {
      await this.#handle.close();
    }
  }
}

/** How many bytes the file system of a folder has left for us. */
export async function freeBytes(dir: string): Promise<number> {
  const { bsize, bavail } = await statfs(dir);
  return bsize * bavail;
}
