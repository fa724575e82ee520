/**
 * Sends what was found in an outbox.
 *
 * What holds if we die: until it is moved it lies in the outbox and is found again, and its idempotency key follows from
 * what it is (names, digests, inodes and times), so that the request of the first time is taken up and nothing is charged
 * twice. What is put there again later is another file and another export.
 */
import { existsSync } from 'node:fs';
import { lstat, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import {
  isRefusal,
  listFolder,
  newId,
  readChunks,
  sha256,
  systemRandom,
  utf8,
  writeFileDurable,
} from '../core/index.ts';
import { writeExportInput } from '../egress/index.ts';
import type { ExportUpload } from '../egress/index.ts';
import type { People } from '../people/index.ts';
import type { Request } from '../requests/index.ts';
import type { OutboxHost } from './outbox.ts';

/** A whole file or folder in an outbox. */
export interface Dropped {
  readonly project: string;
  readonly destination: string;
  /** The outbox. */
  readonly dir: string;
  readonly found: string;
  readonly isFolder: boolean;
}

/** Where things go when they are decided. */
export const RESULT_FOLDERS = ['sent', 'held', 'refused'] as const;

/** What the researcher reads about it. */
interface Outcome {
  readonly folder: (typeof RESULT_FOLDERS)[number];
  readonly id: string;
  readonly verdict: string;
  readonly chargeBits: number;
  readonly reason: string | null;
}

/** The workload in whose name outboxes ask; it is made with the first outbox. */
const PRINCIPAL = 'outbox';
const SETTLE_MS = 20 * 60_000;

/** Exports a file or folder as one release and moves it to where its verdict says. */
export async function sendDropped(host: OutboxHost, dropped: Dropped): Promise<void> {
  await makePrincipal(host.people);
  const id = newId('req', systemRandom);
  let outcome: Outcome;
  try {
    outcome = describe(await ask(host, dropped, id));
  } catch (cause) {
    await host.uploads.remove(id);
    // A fault of ours leaves it where it is; what is wrong with it is said beside it.
    if (!isRefusal(cause)) throw cause;
    const reason = `${cause.message}; ${cause.hint}`;
    outcome = { folder: 'refused', id, verdict: 'deny', chargeBits: 0, reason };
  }
  await move(dropped, outcome);
}

async function ask(host: OutboxHost, dropped: Dropped, id: string): Promise<Request> {
  const paths = dropped.isFolder ? await listFolder(dropped.found) : [dropped.found];
  const files: ExportUpload[] = [];
  const signs = [await signOf(dropped.found)];
  for (const file of paths) {
    const name = path.relative(dropped.dir, file).split(path.sep).join('/');
    const blob = await host.uploads.put(id, readChunks(file), host.config.limits.fileBytesMax);
    files.push({ name, ...blob });
    signs.push(`${name}\0${blob.sha256}\0${await signOf(file)}`);
  }
  const { project, destination } = dropped;
  const request = await host.requests.ask({
    id,
    kind: 'export',
    requester: PRINCIPAL,
    idempotencyKey: `outbox_${sha256([project, destination, ...signs].join('\n'))}`,
    project,
    destination,
    why: `put into the outbox of ${project}`,
    input: writeExportInput({ files, skipRefused: false, form: null }),
  });
  if (request.id !== id) await host.uploads.remove(id);
  return (await host.requests.settle(request.id, SETTLE_MS)).request;
}

/** Stays as it is while a file stays where it is; what is moved back to be sent again has another. */
async function signOf(file: string): Promise<string> {
  const { ino, mtimeNs, ctimeNs } = await lstat(file, { bigint: true });
  return [ino, mtimeNs, ctimeNs].map(String).join('/');
}

function describe(request: Request): Outcome {
  const sent = request.state === 'queued' || request.state === 'released';
  return {
    folder: sent ? 'sent' : request.state === 'held' ? 'held' : 'refused',
    id: request.id,
    verdict: request.verdict ?? 'deny',
    chargeBits: request.chargeBits === null ? 0 : Number(request.chargeBits),
    reason: request.reason,
  };
}

/** Moves it with its result; something of the same name that went there before stays. */
async function move(dropped: Dropped, { folder, ...result }: Outcome): Promise<void> {
  const target = path.join(dropped.dir, folder);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const plain = path.basename(dropped.found);
  const name = existsSync(path.join(target, plain)) ? `${result.id}-${plain}` : plain;
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await writeFileDurable(path.join(target, `${name}.sallyport-result.json`), utf8(text));
  await rename(dropped.found, path.join(target, name));
}

async function makePrincipal(people: People): Promise<void> {
  const principals = await people.principals();
  if (principals.some((principal) => principal.id === PRINCIPAL)) return;
  const sponsor = principals.find((principal) => principal.role === 'administrator');
  const kind = 'workload';
  await people.addPrincipal(
    { id: PRINCIPAL, kind, name: 'Outbox folders', sponsor: sponsor?.id ?? null, role: 'member' },
    'gate',
  );
}
