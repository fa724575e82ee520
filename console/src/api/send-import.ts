/** Sends an import from a page: digests first, then the bytes that the gate does not have, then the source's signature. */
import { call } from './client.ts';
import type { ImportShown } from './ingress.ts';

/** Files above this are for the command line, which reads them in pieces; a page has to hold one whole for its digest. */
export const FILE_BYTES_MAX = 512 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const ANNOUNCED_AT_ONCE = 500;

/** What the source signed. */
export type Proof =
  | { readonly kind: 'sums'; readonly text: string; readonly signature: string }
  | { readonly kind: 'oms'; readonly bundle: string };

/** What is asked for. */
export interface ImportWish {
  readonly project: string;
  readonly source: string;
  readonly why: string;
  readonly skipRefused: boolean;
  readonly files: readonly File[];
  readonly proof: Proof | null;
}

interface Received {
  readonly position: number;
  readonly received: number;
  readonly done: boolean;
}

/** The name under which a file enters: its path below the chosen folder, or its own. */
export function nameOf(file: File): string {
  return file.webkitRelativePath || file.name;
}

async function digest(file: File): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sendFile(id: string, file: File, here: Received, onBytes: (n: number) => void) {
  let at = here;
  onBytes(at.received);
  while (!at.done) {
    const from = at.received;
    const path = `/v1/imports/${encodeURIComponent(id)}/files/${String(at.position)}?offset=${String(from)}`;
    const bytes = file.slice(from, Math.min(file.size, from + PART_BYTES));
    at = await call<Received>(path, { method: 'PUT', bytes });
    if (!at.done && at.received === from) throw new Error(`${file.name} changed while it was sent`);
    onBytes(at.received - from);
  }
}

/**
 * Sends everything and gives the import's id. The same key goes on with the same import, so pressing again after a broken
 * transfer sends only what is missing. `onStep` hears what is done, and of how many bytes.
 */
export async function sendImport(
  wish: ImportWish,
  key: string,
  onStep: (step: 'reading' | 'sending', done: number, total: number) => void,
): Promise<string> {
  const { files, proof, ...asked } = wish;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const announced: { name: string; sha256: string; bytes: number }[] = [];
  let done = 0;
  for (const file of files) {
    onStep('reading', done, total);
    announced.push({ name: nameOf(file), sha256: await digest(file), bytes: file.size });
    done += file.size;
  }
  const held = await call<ImportShown>('/v1/imports', {
    method: 'POST',
    json: asked,
    idempotencyKey: key,
  });
  const path = `/v1/imports/${encodeURIComponent(held.id)}`;
  if (held.state !== 'receiving') return held.id;
  done = 0;
  for (let from = 0; from < files.length; from += ANNOUNCED_AT_ONCE) {
    const page = await call<{ files: readonly Received[] }>(`${path}/files`, {
      method: 'POST',
      json: { files: announced.slice(from, from + ANNOUNCED_AT_ONCE) },
    });
    for (const [index, here] of page.files.entries()) {
      const file = files[from + index];
      if (file === undefined) continue;
      await sendFile(held.id, file, here, (bytes) => {
        done += bytes;
        onStep('sending', done, total);
      });
    }
  }
  if (proof !== null) await call(`${path}/proof`, { method: 'PUT', json: proof });
  await call(`${path}/complete`, { method: 'POST' });
  return held.id;
}
