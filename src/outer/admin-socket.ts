/**
 * The socket for the people who run the outer door. It also is the lock of the data folder: who listens on it owns the
 * folder. Both sides change into the folder first, because the name of a socket may only have about a hundred bytes.
 */
import { rm } from 'node:fs/promises';
import http from 'node:http';
import { SallyportError } from '../core/index.ts';
import { outerErrors } from './errors.ts';

const SOCKET = 'admin.sock';
const BODY_BYTES_MAX = 65_536;

/** Runs one call and gives its answer. */
export type AdminHandler = (call: { operation: string; input: unknown }) => Promise<unknown>;

async function readBody(request: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) break;
  }
  return text;
}

async function answer(handler: AdminHandler, request: http.IncomingMessage): Promise<unknown> {
  try {
    const call = JSON.parse(await readBody(request)) as { operation: string; input: unknown };
    return { ok: true, value: (await handler(call)) ?? null };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    const { code, message, hint, status } = error;
    return { ok: false, code, message, hint, status };
  }
}

function listenOnce(server: http.Server): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(SOCKET, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}

/** Calls whoever owns the folder that is the current directory; undefined when nobody does. */
export async function callAdmin(call: {
  operation: string;
  input: unknown;
}): Promise<{ answer: unknown } | undefined> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath: SOCKET, method: 'POST', path: '/' }, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    request.end(JSON.stringify(call));
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<{ answer: unknown }> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const parsed = JSON.parse(text) as
    | { ok: true; value: unknown }
    | { ok: false; code: string; message: string; hint: string; status: number };
  if (parsed.ok) return { answer: parsed.value };
  const { code, message, hint, status } = parsed;
  throw new SallyportError(code, { message, hint, status }, {});
}

/** Takes the folder that is the current directory; waits a little for a process that is just ending. */
export async function listenAdmin(
  handler: AdminHandler,
  options: { waitMs: number },
): Promise<{ close(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    answer(handler, request).then(
      (value) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(value));
      },
      () => {
        response.statusCode = 500;
        response.end(
          JSON.stringify({
            ok: false,
            code: 'OUTER_BUSY',
            message: 'the operation failed',
            hint: 'see what the outer process wrote',
            status: 500,
          }),
        );
      },
    );
  });
  const tries = Math.max(1, Math.ceil(options.waitMs / TRY_MS));
  for (let left = tries; !(await listenOnce(server)); left--) {
    // A socket file that nobody answers on was left by a process that was killed.
    if (
      (await callAdmin({ operation: 'key', input: {} }).catch(() => ({ answer: 0 }))) === undefined
    ) {
      await rm(SOCKET, { force: true });
    } else if (left <= 1) {
      throw outerErrors.error('DATA_LOCKED', { dir: process.cwd() });
    } else {
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const TRY_MS = 100;
