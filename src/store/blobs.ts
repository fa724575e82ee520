/**
 * Content-addressed files: a blob's name is the SHA-256 of its bytes, so it never changes and is written once.
 *
 * Durability: a resolved {@link Blobs.put} survives a power cut. The folder holds `ab/cdef…`. Nothing is trusted on
 * reading: {@link Blobs.read} hashes again.
 */
import { link, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileOps, Random } from '../core/index.ts';
import {
  makeDirDurable,
  readChunks,
  sha256,
  sha256Stream,
  systemFiles,
  toHex,
} from '../core/index.ts';
import { storeErrors } from './errors.ts';

/** What a stored blob is called. */
export interface BlobRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** A small blob that is in memory only, for a transaction that keeps its bytes; see {@link Blobs.stage}. */
export interface StagedBlob {
  readonly sha256: string;
  readonly bytes: Uint8Array;
  /**
   * Puts it in its place, readable and not yet durable: its bytes must be durable elsewhere. From this call on who reads
   * it through {@link Blobs} waits until it is there.
   */
  place(): Promise<void>;
}

/** A folder of blobs. */
export interface Blobs {
  /** Stores a stream; throws `STORE_BLOB_TOO_LARGE` past the limit and keeps nothing then. */
  put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limitBytes: number,
  ): Promise<BlobRef>;
  /** Stores a copy of a file, as {@link put} does. */
  putFile(file: string, limitBytes: number): Promise<BlobRef>;
  /**
   * Takes a stream of at most `limitBytes` into memory; null, and nothing kept, if it is longer. Its place stays empty
   * until {@link StagedBlob.place}, so that a power cut never leaves half a blob under a whole one's name.
   */
  stage(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limitBytes: number,
  ): Promise<StagedBlob | null>;
  /** Stages the bytes of a file, as {@link stage} does. */
  stageFile(file: string, limitBytes: number): Promise<StagedBlob | null>;
  /** Makes placed blobs durable, with their names. Throws if one is not there: its bytes must stay where they are. */
  settle(digests: readonly string[]): Promise<void>;
  /** Moves a file of the same file system in, if it has this digest; false and nothing moved otherwise. */
  adopt(file: string, digest: string): Promise<boolean>;
  /** Gives a file of the same file system a second name here, if it has this digest; false otherwise. */
  link(file: string, digest: string): Promise<boolean>;
  /** Opens a stream of a blob's bytes, unchecked. */
  open(digest: string): Promise<AsyncIterable<Uint8Array>>;
  /** Reads a whole blob and checks its digest; throws `STORE_BLOB_MISSING` if it is not there or not intact. */
  read(digest: string): Promise<Uint8Array>;
  /** The path of a blob, for a child process that reads it. */
  pathOf(digest: string): string;
  /** Whether a blob is there. */
  has(digest: string): Promise<boolean>;
  /** Removes a blob, if it is there. */
  remove(digest: string): Promise<void>;
}

/** Opens a folder of blobs. */
export function openBlobs(dir: string, random: Random, files: FileOps = systemFiles): Blobs {
  const pathOf = (digest: string): string => {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      throw storeErrors.error('BLOB_MISSING', { sha256: digest.slice(0, 80) });
    }
    return path.join(dir, digest.slice(0, 2), digest.slice(2));
  };
  /** Staged blobs on their way to their places, so that nobody finds one missing that was promised. */
  const placing = new Map<string, Promise<void>>();
  const has = async (digest: string): Promise<boolean> => {
    await placing.get(digest)?.catch(() => undefined);
    try {
      return (await stat(pathOf(digest))).isFile();
    } catch {
      return false;
    }
  };
  const made = new Set<string>();
  /** Folders that somebody made and nobody made durable. */
  const loose = new Set<string>();
  const makeDir = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    await makeDirDurable(folder, files);
    if (loose.has(folder)) await files.syncDir(path.dirname(folder));
    loose.delete(folder);
    made.add(folder);
  };
  const makeDirLoose = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    loose.add(folder);
    await files.makeDir(folder);
  };
  const place = { dir, random, files, pathOf, makeDir, makeDirLoose, placing };
  return {
    pathOf,
    has,
    put: (chunks, limitBytes) => put(place, chunks, limitBytes),
    putFile: (file, limitBytes) => put(place, readChunks(file), limitBytes),
    stage: (chunks, limitBytes) => stage(place, chunks, limitBytes),
    stageFile: (file, limitBytes) => stageFile(place, file, limitBytes),
    settle: (digests) => settle(place, digests),
    link: async (file, digest) => {
      const target = pathOf(digest);
      if (!(await hasDigest(file, digest))) return false;
      const incoming = path.join(dir, 'incoming');
      await makeDir(incoming);
      await makeDir(path.dirname(target));
      const temp = path.join(incoming, toHex(random.bytes(16)));
      await link(file, temp);
      await files.rename(temp, target);
      // Renaming one name of a file to another one of its names leaves both.
      await files.remove(temp);
      await files.syncDir(path.dirname(target));
      return true;
    },
    adopt: async (file, digest) => {
      const target = pathOf(digest);
      if (!(await hasDigest(file, digest))) return false;
      await makeDir(path.dirname(target));
      await files.rename(file, target);
      await files.syncDir(path.dirname(target));
      return true;
    },
    open: async (digest) => {
      if (!(await has(digest))) throw storeErrors.error('BLOB_MISSING', { sha256: digest });
      return readChunks(pathOf(digest));
    },
    read: async (digest) => {
      await placing.get(digest)?.catch(() => undefined);
      const bytes = await files.read(pathOf(digest));
      if (bytes === null || sha256(bytes) !== digest) {
        throw storeErrors.error('BLOB_MISSING', { sha256: digest });
      }
      return bytes;
    },
    remove: async (digest) => {
      await files.remove(pathOf(digest));
    },
  };
}

async function hasDigest(file: string, digest: string): Promise<boolean> {
  const state = sha256Stream();
  try {
    for await (const chunk of readChunks(file)) state.update(chunk);
  } catch {
    return false;
  }
  return state.hex() === digest;
}

interface Place {
  readonly dir: string;
  readonly random: Random;
  readonly files: FileOps;
  pathOf(digest: string): string;
  /** Makes a folder durable once; nobody but us removes one while we run. */
  makeDir(folder: string): Promise<void>;
  /** Makes a folder that {@link Blobs.settle} or {@link makeDir} makes durable. */
  makeDirLoose(folder: string): Promise<void>;
  readonly placing: Map<string, Promise<void>>;
}

async function stage(
  place: Place,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limitBytes: number,
): Promise<StagedBlob | null> {
  const held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limitBytes) return null;
    held.push(chunk);
  }
  return stagedBlob(place, new Uint8Array(Buffer.concat(held)));
}

async function stageFile(
  place: Place,
  file: string,
  limitBytes: number,
): Promise<StagedBlob | null> {
  if ((await stat(file)).size > limitBytes) return null;
  const bytes = new Uint8Array(await readFile(file));
  return bytes.length > limitBytes ? null : stagedBlob(place, bytes);
}

function stagedBlob(place: Place, bytes: Uint8Array): StagedBlob {
  const digest = sha256(bytes);
  return {
    sha256: digest,
    bytes,
    place: async () => {
      const placed = putInPlace(place, digest, bytes);
      place.placing.set(digest, placed);
      try {
        await placed;
      } finally {
        // A second copy of the same bytes may be on its way by now.
        if (place.placing.get(digest) === placed) place.placing.delete(digest);
      }
    },
  };
}

/** Writes beside the place and renames into it: a file there is whole, or was torn by a power cut. */
async function putInPlace(place: Place, digest: string, bytes: Uint8Array): Promise<void> {
  const { files } = place;
  const target = place.pathOf(digest);
  const incoming = path.join(place.dir, 'incoming');
  await place.makeDir(incoming);
  const temp = path.join(incoming, toHex(place.random.bytes(16)));
  try {
    const handle = await files.open(temp, 'wx', 0o600);
    try {
      await files.write(handle, bytes);
    } finally {
      await files.close(handle);
    }
    // Only here, where its bytes are durable: a folder that nobody made durable may else stay behind unknown to all.
    await place.makeDirLoose(path.dirname(target));
    await files.rename(temp, target);
  } catch (cause) {
    await files.remove(temp).catch(() => undefined);
    throw cause;
  }
}

async function settle(place: Place, digests: readonly string[]): Promise<void> {
  const { files } = place;
  await Promise.all(
    digests.map(async (digest) => {
      const handle = await files.open(place.pathOf(digest), 'r');
      try {
        await files.sync(handle);
      } finally {
        await files.close(handle);
      }
    }),
  );
  for (const folder of new Set(digests.map((digest) => path.dirname(place.pathOf(digest))))) {
    await place.makeDir(folder);
    await files.syncDir(folder);
  }
}

async function put(
  place: Place,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limitBytes: number,
): Promise<BlobRef> {
  const { files } = place;
  const incoming = path.join(place.dir, 'incoming');
  await place.makeDir(incoming);
  const temp = path.join(incoming, toHex(place.random.bytes(16)));
  const state = sha256Stream();
  let bytes = 0;
  try {
    const handle = await files.open(temp, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > limitBytes) throw storeErrors.error('BLOB_TOO_LARGE', { limitBytes });
        state.update(chunk);
        await files.write(handle, chunk);
      }
      await files.sync(handle);
    } finally {
      await files.close(handle);
    }
    const digest = state.hex();
    const target = place.pathOf(digest);
    await place.makeDir(path.dirname(target));
    // Renaming over an equal file is harmless and repairs one that a fault had spoiled.
    await files.rename(temp, target);
    await files.syncDir(path.dirname(target));
    return { sha256: digest, bytes };
  } catch (cause) {
    await files.remove(temp).catch(() => undefined);
    throw cause;
  }
}
