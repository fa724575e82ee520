/**
 * Uploaded files, content-addressed in a folder per request, so that one request's end cannot take another's files
 * away. They are kept until the request was decided, and no longer.
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../core/index.ts';
import type { Uploads } from '../egress/index.ts';
import { openBlobs } from '../store/index.ts';
import type { BlobRef } from '../store/index.ts';

/** The uploads of a gate. */
export interface UploadFolders extends Uploads {
  /** Stores a stream durably; throws `STORE_BLOB_TOO_LARGE` past the limit. */
  put(
    request: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limitBytes: number,
  ): Promise<BlobRef>;
  /** Removes what belongs to no unfinished request: uploads that broke off. */
  keepOnly(requests: readonly string[]): Promise<void>;
}

/** Opens the uploads below a folder. */
export function openUploads(dir: string, random: Random): UploadFolders {
  const blobsOf = (request: string) => {
    if (!/^req_[0-9a-z]{1,64}$/.test(request)) throw new TypeError('that is no id of a request');
    return openBlobs(path.join(dir, request), random);
  };
  const remove = (request: string): Promise<void> =>
    rm(path.join(dir, request), { recursive: true, force: true });
  return {
    put: (request, chunks, limitBytes) => blobsOf(request).put(chunks, limitBytes),
    pathOf: (request, sha256) => blobsOf(request).pathOf(sha256),
    remove,
    keepOnly: async (requests) => {
      if (!existsSync(dir)) return;
      const kept = new Set(requests);
      for (const name of await readdir(dir)) if (!kept.has(name)) await remove(name);
    },
  };
}
