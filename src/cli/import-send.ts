/** Sends the files of an import: announced by digest, then their bytes from where an earlier try stopped. */
import { monotonicMs, sha256Stream } from '../core/index.ts';
import type { Client } from '../http/client.ts';
import type { ReceivedFile } from '../ingress/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenChunks, sizeOfGiven } from './given-paths.ts';
import { openProgress } from './terminal.ts';
import type { WalkedFile } from './walk-paths.ts';

/** A file with its digest. */
export interface HashedFile extends WalkedFile {
  readonly sha256: string;
  readonly bytes: number;
}

const ANNOUNCED_AT_ONCE = 500;
/** A transfer that breaks loses at most this much work of the gate's; what arrived is kept anyway. */
const PART_BYTES = 256 * 1024 * 1024;

/** Reads every file once for its digest. */
export async function hashFiles(files: readonly WalkedFile[]): Promise<readonly HashedFile[]> {
  const total = files.reduce((sum, { path }) => sum + sizeOfGiven(path), 0);
  const progress = openProgress(process.stderr, monotonicMs);
  const hashed: HashedFile[] = [];
  let done = 0;
  try {
    for (const file of files) {
      const state = sha256Stream();
      let bytes = 0;
      for await (const chunk of readGivenChunks(file.path)) {
        state.update(chunk);
        bytes += chunk.length;
        done += chunk.length;
        progress.show('hashing', done, total);
      }
      hashed.push({ ...file, sha256: state.hex(), bytes });
    }
  } finally {
    progress.end();
  }
  return hashed;
}

/** Sends whatever the gate does not have yet. */
export async function sendFiles(
  client: Client,
  id: string,
  files: readonly HashedFile[],
): Promise<void> {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = openProgress(process.stderr, monotonicMs);
  let sent = 0;
  try {
    for (let from = 0; from < files.length; from += ANNOUNCED_AT_ONCE) {
      const page = files.slice(from, from + ANNOUNCED_AT_ONCE);
      const announced = await client.send<{ files: readonly ReceivedFile[] }>(
        'POST',
        `/v1/imports/${id}/files`,
        { files: page.map(({ name, sha256, bytes }) => ({ name, sha256, bytes })) },
      );
      for (const [index, here] of announced.files.entries()) {
        const file = page[index];
        if (file === undefined) continue;
        sent += here.received;
        if (!here.done) {
          await sendFile(client, id, file, here, (bytes) => {
            sent += bytes;
            progress.show('sending', sent, total);
          });
        }
      }
    }
  } finally {
    progress.end();
  }
}

async function sendFile(
  client: Client,
  id: string,
  file: HashedFile,
  here: ReceivedFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let at = here;
  do {
    const end = Math.min(file.bytes, at.received + PART_BYTES);
    const before = at.received;
    at = await client.put<ReceivedFile>(
      `/v1/imports/${id}/files/${String(here.position)}?offset=${String(before)}`,
      readPart(file.path, before, end, onBytes),
    );
    if (!at.done && at.received === before)
      throw cliErrors.error('PATH_UNREADABLE', { path: file.path, why: 'it became shorter' });
  } while (!at.done);
}

async function* readPart(
  path: string,
  from: number,
  to: number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  if (to === from) return;
  const range = { start: from, end: to - 1, highWaterMark: 1 << 20 };
  for await (const chunk of readGivenChunks(path, range)) {
    onBytes(chunk.length);
    yield chunk;
  }
}
