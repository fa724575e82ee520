/**
 * Watched outbox folders: a file or a whole folder put into `outbox/PROJECT/DESTINATION/` is exported as by command, a
 * folder as one release. It is moved into `sent`, `held` or `refused` beside it, with the verdict in a
 * `.sallyport-result.json`.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { FolderWatch } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { People } from '../people/index.ts';
import type { Requests } from '../requests/index.ts';
import type { Config } from './config.ts';
import type { GateFolders } from './folders.ts';
import { RESULT_FOLDERS, sendDropped } from './outbox-send.ts';
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
        const send = (found: string, isFolder: boolean): Promise<void> =>
          sendDropped(host, { project: project.id, destination: name, dir, found, isFolder }).catch(
            (cause: unknown) => {
              host.log('error', `cannot send ${path.basename(found)} from an outbox`, cause);
            },
          );
        const watch = new FolderWatch({
          dir,
          clock,
          stableMs: outbox.stableMs,
          rescanMs: outbox.rescanMs,
          onFile: (file) => send(file, false),
          onFolder: (folder) => send(folder, true),
          foldersExcept: RESULT_FOLDERS,
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
