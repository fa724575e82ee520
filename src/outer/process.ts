/**
 * The outer process: wire in on one descriptor, status and deliveries out on two others, recipients on a listener, operators on a socket
 * in its data folder. It has no other way to or from the inside.
 */
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import http from 'node:http';
import https from 'node:https';
import type { Readable, Writable } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { systemClock } from '../core/index.ts';
import { encodeStatus } from '../wire/index.ts';
import { runAdmin } from './admin.ts';
import { listenAdmin } from './admin-socket.ts';
import { buildOuterHttp } from './http/routes.ts';
import { openOuterFolder } from './open.ts';
import type { NewWire } from './settings.ts';

/** How an outer process is started. */
export interface OuterProcessOptions {
  /** Its data folder; it changes into it. */
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  readonly wish?: NewWire;
  /** Whether recipients are still served when the wire has ended. */
  readonly keepServing: boolean;
}

/** The two ends of the links that belong to this process, and who hears of it. */
export interface OuterProcessLinks {
  readonly wire: Readable;
  readonly intake: Writable;
  /** Takes what inboxes take; without it they keep what they took for a start that has it. */
  readonly deliveries?: Writable;
  say(event: OuterEvent): void;
}

/** What the process says about itself, one JSON object a line. */
export type OuterEvent =
  | { readonly event: 'ready'; readonly url: string; readonly key: string }
  | { readonly event: 'alarm'; readonly sentence: string }
  | { readonly event: 'fault'; readonly message: string };

/** A running outer process. */
export interface RunningOuter {
  readonly url: string;
  /** Resolves when the wire has ended and everything is closed. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const STATUS_MS = 1_000;
const INTAKE_WAITING_MAX = 1 << 20;
const LOCK_WAIT_MS = 10_000;

async function listen(
  options: OuterProcessOptions,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<{ server: http.Server | https.Server; url: string }> {
  const { tls } = options;
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    ...(tls === undefined
      ? {}
      : {
          createServer: https.createServer,
          serverOptions: { cert: await readFile(tls.certPath), key: await readFile(tls.keyPath) },
        }),
  }) as http.Server | https.Server;
  // The date is the only header that node adds and that is no function of wire and slot.
  server.prependListener('request', (_: unknown, response: http.ServerResponse) => {
    response.sendDate = false;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(options.host)
    ? 'localhost'
    : options.host;
  return { server, url: `${tls === undefined ? 'http' : 'https'}://${host}:${String(port)}` };
}

/** Opens the data folder, the listener and the links, and serves until the wire ends or `stop` is called. */
export async function runOuterProcess(
  options: OuterProcessOptions,
  links: OuterProcessLinks,
): Promise<RunningOuter> {
  process.chdir(options.dir);
  let run: (call: { operation: string; input: unknown }) => Promise<unknown> = () =>
    Promise.resolve({});
  const admin = await listenAdmin((call) => run(call), { waitMs: LOCK_WAIT_MS });
  const say = (event: OuterEvent): void => {
    links.say(event);
  };
  const onFault = (error: unknown): void => {
    say({ event: 'fault', message: error instanceof Error ? error.message : String(error) });
  };
  const outer = await openOuterFolder(
    options.dir,
    {
      sendStatus: (status) => {
        // Statuses replace one another; when nobody reads them, later ones say the same.
        if (links.intake.writable && links.intake.writableLength < INTAKE_WAITING_MAX) {
          links.intake.write(encodeStatus(status));
        }
      },
      alarm: (sentence) => {
        say({ event: 'alarm', sentence });
      },
      onFault,
    },
    options.wish === undefined ? {} : { wish: options.wish },
  );
  run = (call) => runAdmin(outer, call, systemClock.nowMs());
  const app = buildOuterHttp(outer.view, onFault);
  const { server, url } = await listen(options, (request) => app.fetch(request));
  links.intake.on('error', () => undefined);
  links.deliveries?.on('error', () => undefined);
  await outer.inboxes.start(links.deliveries);
  outer.receiver.announce();
  const timer = setInterval(() => {
    outer.receiver.announce();
  }, STATUS_MS);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      clearInterval(timer);
      outer.receiver.stop();
      links.wire.destroy();
      server.close();
      server.closeAllConnections();
      await outer.close();
      await admin.close();
    })());
  const ended = (async () => {
    try {
      for await (const chunk of links.wire) {
        if (stopping !== undefined) break;
        await outer.receiver.push(chunk as Uint8Array);
      }
    } catch (error) {
      if (stopping === undefined) onFault(error);
    }
    if (stopping === undefined && options.keepServing) await new Promise(() => undefined);
    await stop();
  })();
  say({ event: 'ready', url, key: outer.view.verifierKey });
  return { url, ended, stop };
}
