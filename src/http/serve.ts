/** Listening: one server with limits on headers, time and connections, HTTP or HTTPS. */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { appErrors } from '../app/index.ts';

/** Where to listen. */
export interface ListenOptions {
  readonly door: 'inner' | 'outer';
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly certPath: string; readonly keyPath: string } | undefined;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Paths whose bodies may take an hour; every other body is short, and has to be there soon. */
  readonly isUpload?: (path: string) => boolean;
  /** Open connections of one address. */
  readonly perAddressMax?: number;
  /** How long a short body may take. */
  readonly bodyMs?: number;
}

/** A listening server. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HEADERS_MS = 15_000;
/** Large uploads over slow links, and answers that wait for a verdict. */
const REQUEST_MS = 60 * 60_000;
const KEEP_ALIVE_MS = 30_000;
/** What is being answered when the gate stops may take this long. */
const CLOSING_MS = 3_000;
const CONNECTIONS_MAX = 2_000;
/** A body of 64 KiB, or of a signature, over any link that is one. */
const BODY_MS = 20_000;
/** Between an answer and the end of a connection whose body nobody waits for any more. */
const LEFT_MS = 1_000;

/** Whoever holds connections open without sending shuts out nobody else. */
function limitSlow(server: http.Server, options: ListenOptions): void {
  const { isUpload = () => false, bodyMs = BODY_MS, perAddressMax } = options;
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://door');
    const end = (): void => {
      if (!request.complete) request.socket.destroy();
    };
    const timer = isUpload(pathname) ? undefined : setTimeout(end, bodyMs);
    timer?.unref();
    response.once('finish', () => {
      if (!request.complete) setTimeout(end, LEFT_MS).unref();
    });
    response.once('close', () => {
      clearTimeout(timer);
    });
  });
  if (perAddressMax === undefined) return;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > perAddressMax) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

function createServer(options: ListenOptions, secure: object): http.Server {
  try {
    return createAdaptorServer({ fetch: options.fetch, ...secure }) as http.Server;
  } catch (cause) {
    const { certPath: file = '' } = options.tls ?? {};
    const why = cause instanceof Error ? cause.message : String(cause);
    throw appErrors.error('TLS_UNUSABLE', { file, why });
  }
}

async function readPem(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw appErrors.error('TLS_UNUSABLE', { file, why });
  }
}

/** Listens; throws `APP_PORT_IN_USE` when somebody else does. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { host, port, tls, door } = options;
  const secure =
    tls === undefined
      ? {}
      : {
          createServer: https.createServer,
          serverOptions: { cert: await readPem(tls.certPath), key: await readPem(tls.keyPath) },
        };
  const server = createServer(options, secure);
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = CONNECTIONS_MAX;
  limitSlow(server, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const name = inUse ? 'PORT_IN_USE' : 'LISTEN_FAILED';
      reject(appErrors.error(name, { host, port, door, why: cause.code ?? 'unknown' }));
    });
    server.listen(port, host, resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  const shown = ['127.0.0.1', '::1', '0.0.0.0', '::', 'localhost'].includes(host)
    ? 'localhost'
    : host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${String(actual)}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        // A browser uses its open connections again and again; whoever is not done by then is cut off.
        const cut = setTimeout(() => {
          server.closeAllConnections();
        }, CLOSING_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
