/**
 * Watched outbox folders: a file put into `outbox/PROJECT/DESTINATION/` is exported as by command. The file is moved
 * into `sent`, `held` or `refused` beside it, with the verdict in a `.sallyport-result.json`.
 */
import { createReadStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { FolderWatch, newId, systemRandom, utf8, writeFileDurable } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { writeExportInput } from '../egress/index.ts';
import type { People } from '../people/index.ts';
import type { Request, Requests } from '../requests/index.ts';
import type { Config } from './config.ts';
import type { GateFolders } from './folders.ts';
import type { UploadFolders } from './uploads.ts';

/** What outboxes stand on. */
export interface OutboxHost {
  readonly config: Config;
  readonly folders: GateFolders;
  readonly clock: Clock;
  readonly people: People;
  readonly requests: Requests;
  readonly uploads: UploadFolders;
  readonly log: (level: 'info' | 'warn' | 'error', sentence: string, cause?: unknown) => void;
}

/** The watch over all outboxes. */
export interface OutboxWatch {
  /** Looks for new projects and destinations; called after one was added. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** The workload in whose name outboxes ask; it is made with the first outbox. */
const PRINCIPAL = 'outbox';
const SETTLE_MS = 20 * 60_000;

/** Starts watching. */
export function watchOutboxes(host: OutboxHost): OutboxWatch {
  const watches = new Map<string, FolderWatch>();
  const { outbox, clock } = { outbox: host.config.outbox, clock: host.clock };
  const refresh = async (): Promise<void> => {
    if (!outbox.enabled) return;
    for (const project of await host.people.projects()) {
      for (const { name } of project.destinations) {
        const dir = path.join(host.folders.outbox, project.id, name);
        if (watches.has(dir)) continue;
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const watch = new FolderWatch({
          dir,
          clock,
          stableMs: outbox.stableMs,
          rescanMs: outbox.rescanMs,
          onFile: (file) =>
            sendFile(host, { project: project.id, destination: name, dir, file }).catch(
              (cause: unknown) => {
                host.log('error', `cannot send ${path.basename(file)} from an outbox`, cause);
              },
            ),
          onFault: (cause) => {
            host.log('warn', `cannot read the outbox of ${project.id}`, cause);
          },
        });
        watches.set(dir, watch);
        watch.start();
      }
    }
  };
  const first = refresh().catch((cause: unknown) => {
    host.log('error', 'cannot watch the outboxes', cause);
  });
  return {
    refresh,
    close: async () => {
      await first;
      await Promise.all([...watches.values()].map((watch) => watch.close()));
    },
  };
}

interface OutboxFile {
  readonly project: string;
  readonly destination: string;
  readonly dir: string;
  readonly file: string;
}

async function sendFile(host: OutboxHost, found: OutboxFile): Promise<void> {
  const name = path.basename(found.file);
  await makePrincipal(host.people);
  const id = newId('req', systemRandom);
  const blob = await host.uploads.put(
    id,
    createReadStream(found.file) as AsyncIterable<Uint8Array>,
    host.config.limits.fileBytesMax,
  );
  const asked = await host.requests.ask({
    id,
    kind: 'export',
    requester: PRINCIPAL,
    idempotencyKey: newId('outbox', systemRandom),
    project: found.project,
    destination: found.destination,
    why: `put into the outbox of ${found.project}`,
    input: writeExportInput({ files: [{ name, ...blob }], skipRefused: false, form: null }),
  });
  const { request } = await host.requests.settle(asked.id, SETTLE_MS);
  await report(found, name, request);
}

async function report(found: OutboxFile, name: string, request: Request): Promise<void> {
  const folder = folderOf(request);
  const target = path.join(found.dir, folder);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const result = {
    id: request.id,
    verdict: request.verdict ?? 'deny',
    chargeBits: request.chargeBits === null ? 0 : Number(request.chargeBits),
    reason: request.reason,
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await writeFileDurable(path.join(target, `${name}.sallyport-result.json`), utf8(text));
  await rename(found.file, path.join(target, name));
}

function folderOf(request: Request): 'sent' | 'held' | 'refused' {
  if (request.state === 'queued' || request.state === 'released') return 'sent';
  return request.state === 'held' ? 'held' : 'refused';
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
