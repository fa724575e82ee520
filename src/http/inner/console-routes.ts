/**
 * The web console: the files of `console/dist`, read once when the gate starts. Nothing of a request chooses a path on
 * disk: a name that was not there at the start is answered as unknown.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Hono } from 'hono';
import { sha256 } from '../../core/index.ts';

/** What a page of the console may do: run and style itself from its own files, and speak to this door. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** One file as it is served. */
interface ConsoleFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** The folder of a checkout and of a published package alike: both lie three levels below the root. */
const FOLDER = join(import.meta.dirname, '../../../console/dist');

function readConsole(folder: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>();
  if (!existsSync(join(folder, 'index.html'))) return files;
  const names = readdirSync(join(folder, 'assets')).map((name) => `assets/${name}`);
  for (const name of ['index.html', ...names]) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    files.set(`/${name}`, { bytes, type, etag: `"${sha256(bytes).slice(0, 32)}"` });
  }
  return files;
}

function answerFile(file: ConsoleFile, known: string | undefined, immutable: boolean): Response {
  const headers = {
    'content-type': file.type,
    'content-security-policy': CONSOLE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    // The names of assets are made from their content, so they never change; the page that names them may.
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
  };
  if (known === file.etag) return new Response(null, { status: 304, headers });
  return new Response(new Uint8Array(file.bytes), { headers });
}

/** Puts the console on a server. Without a built console the door serves its API alone. */
export function mountConsole(app: Hono, folder: string = FOLDER): void {
  const files = readConsole(folder);
  const page = files.get('/index.html');
  if (page === undefined) {
    app.get('/', (context) =>
      context.text('Sallyport, the inner door. The API is under /v1, see /v1/openapi.json\n'),
    );
    return;
  }
  app.get('/', (context) => answerFile(page, context.req.header('if-none-match'), false));
  for (const [path, file] of files) {
    if (!path.startsWith('/assets/')) continue;
    app.get(path, (context) => answerFile(file, context.req.header('if-none-match'), true));
  }
}
