/** Working folders of requests: one each, gone when the request is decided. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { readChunks } from '../core/index.ts';
import type { ExportHost } from '../egress/index.ts';

/** Opens the working folders below a folder. */
export function openWorkspace(dir: string): ExportHost['workspace'] {
  return {
    open: async (request: string): Promise<string> => {
      const folder = path.join(dir, request);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      return folder;
    },
    remove: (request: string) => rm(path.join(dir, request), { recursive: true, force: true }),
    read: readChunks,
  };
}
