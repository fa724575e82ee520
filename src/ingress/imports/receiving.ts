/**
 * How the bytes of an announced file arrive: in parts from somebody who sends them, or at once from a place of the gate
 * where they lie whole. A file that is whole is noted together with the job that decodes it.
 */
import type { Kysely } from 'kysely';
import { cleanClosed } from './cleaning.ts';
import { decodeJob } from './decode-jobs.ts';
import { importErrors } from './errors.ts';
import { markReceived, readFile } from './file-store.ts';
import { partName } from './import.ts';
import type { Import, ImportFile, ReceivedFile } from './import.ts';
import { readImport, touchImport } from './import-store.ts';
import type { ImportsHost } from './imports.ts';

type Host = Pick<ImportsHost, 'store' | 'jobs' | 'clock' | 'quarantine' | 'onWork'>;

async function readBoth(
  { store }: Host,
  id: string,
  position: number,
): Promise<readonly [Import, ImportFile]> {
  const [held, file] = await store.read(async (db: Kysely<unknown>) => [
    await readImport(db, id),
    await readFile(db, id, position),
  ]);
  if (!file.received && held.state !== 'receiving')
    throw importErrors.error('STATE_WRONG', { id, event: 'add to', state: held.state });
  return [held, file];
}

/** Takes bytes of a file from an offset on. */
export async function receiveBytes(
  host: Host,
  id: string,
  position: number,
  offset: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<ReceivedFile> {
  const { store, quarantine, clock } = host;
  const [, file] = await readBoth(host, id, position);
  const { name, bytes, sha256 } = file;
  if (file.received) return { position, name, received: bytes, done: true };
  const part = partName(id, position);
  const received = await quarantine.parts.append(part, offset, chunks, bytes);
  if (received < bytes) {
    await store.write((tx: Kysely<unknown>) => touchImport(tx, id, clock.nowMs()));
    return { position, name, received, done: false };
  }
  await quarantine.parts.seal(part, sha256, quarantine.originals);
  await noteWhole(host, id, file);
  return { position, name, received, done: true };
}

/** Takes a file that lies whole on the same file system; what it was called there stays. */
export async function takeFile(
  host: Host,
  id: string,
  position: number,
  from: string,
): Promise<void> {
  const [, file] = await readBoth(host, id, position);
  if (file.received) return;
  if (!(await host.quarantine.originals.link(from, file.sha256)))
    throw importErrors.error('NAME_INVALID', { name: file.name, why: 'its bytes are others' });
  await noteWhole(host, id, file);
}

async function noteWhole(host: Host, id: string, file: ImportFile): Promise<void> {
  const { store, jobs, clock, onWork } = host;
  const { state } = await store.write(async (tx: Kysely<unknown>) => {
    const now = await readImport(tx, id);
    if (now.state !== 'receiving') return now;
    await touchImport(tx, id, clock.nowMs());
    await markReceived(tx, id, file.position);
    await jobs.add(tx, [decodeJob(id, file)]);
    return now;
  });
  if (state !== 'receiving') {
    // It was closed while these bytes arrived; nothing of them stays.
    await cleanClosed(host, id);
    throw importErrors.error('STATE_WRONG', { id, event: 'add to', state });
  }
  onWork();
}
