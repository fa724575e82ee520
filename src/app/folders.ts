/** Where everything lies in the data folder. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appErrors } from './errors.ts';

/** The folders of a gate. `outer` belongs to the outer process, `sender` to the sender's. */
export interface GateFolders {
  readonly data: string;
  readonly inner: string;
  readonly database: string;
  readonly ledger: string;
  readonly ledgerKey: string;
  readonly blobs: string;
  readonly uploads: string;
  readonly work: string;
  /** What nobody has admitted yet. */
  readonly quarantine: string;
  readonly admissionKey: string;
  readonly outer: string;
  /** Belongs to the sender's process alone. */
  readonly sender: string;
  readonly outbox: string;
  readonly lock: string;
  /** What a client on the same machine needs to find the gate. */
  readonly running: string;
}

/** Names the folders below a data folder. */
export function gateFolders(data: string): GateFolders {
  const inner = path.join(data, 'inner');
  return {
    data,
    inner,
    database: path.join(inner, 'gate.db'),
    ledger: path.join(inner, 'ledger'),
    ledgerKey: path.join(inner, 'ledger.key'),
    blobs: path.join(inner, 'blobs'),
    uploads: path.join(inner, 'uploads'),
    work: path.join(inner, 'work'),
    quarantine: path.join(inner, 'quarantine'),
    admissionKey: path.join(inner, 'admission.key'),
    outer: path.join(data, 'outer'),
    sender: path.join(data, 'sender'),
    outbox: path.join(data, 'outbox'),
    lock: path.join(inner, 'lock'),
    running: path.join(inner, 'running.json'),
  };
}

/**
 * Makes the folders that only this user may read. The data folder itself may be passed through, when we are root, by
 * the outer process's own user; it still cannot be listed, and nothing but `outer` lets that user in.
 */
export function makeFolders(folders: GateFolders): void {
  const root = process.getuid?.() === 0;
  mkdirSync(folders.data, { recursive: true, mode: 0o700 });
  chmodSync(folders.data, root ? 0o711 : 0o700);
  const dirs = [folders.inner, folders.uploads, folders.blobs, folders.quarantine, folders.outbox];
  for (const dir of dirs) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
  // What an earlier process was working on is quoted again from the uploads.
  rmSync(folders.work, { recursive: true, force: true });
  mkdirSync(folders.work, { recursive: true, mode: 0o700 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

/** A process's start time in ticks, so that a number that was given again is not taken for the old process. */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Who has the folder open; undefined when nobody does. */
export function findHolder(folders: GateFolders): number | undefined {
  if (!existsSync(folders.lock)) return undefined;
  const [text = '', started = ''] = readFileSync(folders.lock, 'utf8').split(' ');
  const pid = Number(text);
  const same = Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) && startedAt(pid) === started;
  return same && pid !== process.pid ? pid : undefined;
}

/** Takes the folder for this process; throws `APP_DATA_LOCKED` when another one has it. */
export function lockFolders(folders: GateFolders): () => void {
  const pid = findHolder(folders);
  if (pid !== undefined) throw appErrors.error('DATA_LOCKED', { dir: folders.data, pid });
  writeFileSync(folders.lock, `${String(process.pid)} ${startedAt(process.pid)}`, { mode: 0o600 });
  return () => {
    rmSync(folders.lock, { force: true });
  };
}
