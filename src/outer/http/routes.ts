/**
 * The recipients' door. Every byte of every answer is a function of what the wire brought, of the slot of the call,
 * and of what outsiders did; there is no other state here, no date header, no cookie, no request number.
 */
import { Readable } from 'node:stream';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { CONSTANT_HEADERS, dispositionOf, fileAddress, mediaTypeOf, problem } from './answers.ts';
import { renderPage } from './page.ts';
import type { OuterView, PublishedRelease, Recipient } from '../view.ts';

type Handle = (recipient: Recipient, context: Context) => Promise<Response>;

function tokenOf(authorization: string | undefined): string | undefined {
  const [scheme, value] = (authorization ?? '').split(' ');
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function text(body: string, type = 'text/plain; charset=utf-8'): Response {
  return new Response(body, { headers: { ...CONSTANT_HEADERS, 'Content-Type': type } });
}

function json(value: unknown): Response {
  return text(`${JSON.stringify(value, undefined, 2)}\n`, 'application/json');
}

function describeRelease(release: PublishedRelease): unknown {
  return {
    release: release.release,
    slot: release.slot,
    publishedSlot: release.publishedSlot,
    publishedAt: release.publishedAt,
    chargeBits: release.chargeBits.toString(),
    frame: release.frameSha256,
    outcome: release.outcome,
    receipt: `/v1/releases/${String(release.release)}/receipt`,
    files: release.files.map((file) => ({
      name: file.name,
      type: file.type,
      ...(file.form === undefined ? {} : { form: file.form }),
      bytes: file.bytes,
      sha256: file.sha256,
      href: fileAddress(file),
    })),
  };
}

async function sendFile(
  view: OuterView,
  recipient: Recipient,
  context: Context,
): Promise<Response> {
  const release = await view.findRelease(recipient.destination, releaseNumber(context));
  const path = new URL(context.req.url).pathname.split('/').slice(4);
  const name = decodeParts(path);
  const file = release?.files.find((each) => each.name === name);
  if (file === undefined) return problem('NOT_FOUND');
  const headers = {
    ...CONSTANT_HEADERS,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Type': mediaTypeOf(file),
    'Content-Disposition': dispositionOf(file.name),
    'Content-Length': String(file.bytes),
    ETag: `"${file.sha256}"`,
  };
  if (context.req.header('If-None-Match') === headers.ETag) {
    return new Response(null, {
      status: 304,
      headers: { ...CONSTANT_HEADERS, ETag: headers.ETag },
    });
  }
  if (context.req.method === 'HEAD') return new Response(null, { headers });
  const stream = Readable.toWeb(await view.openFile(file.sha256)) as ReadableStream<Uint8Array>;
  return new Response(stream, { headers });
}

function decodeParts(parts: readonly string[]): string | undefined {
  try {
    return parts.map(decodeURIComponent).join('/');
  } catch {
    return undefined;
  }
}

function releaseNumber(context: Context): number {
  const given = context.req.param('release') ?? '';
  return /^(0|[1-9]\d{0,14})$/.test(given) ? Number(given) : -1;
}

/** Routes that need no token: what an auditor of the log needs, and it holds nothing but digests. */
function addLogRoutes(app: Hono, view: OuterView): void {
  app.get('/v1/checkpoint', async () => text(await view.checkpoint()));
  app.get('/v1/key', () => text(`${view.verifierKey}\n`));
  app.get('/v1/tile/*', async (context) => {
    const path = new URL(context.req.url).pathname.slice('/v1/tile/'.length);
    const tile = await view.tile(path);
    if (tile === undefined) return problem('NOT_FOUND');
    const headers = { ...CONSTANT_HEADERS, 'Content-Type': 'application/octet-stream' };
    return new Response(Uint8Array.from(tile), { headers });
  });
}

/** The server as one function from request to answer. */
export function buildOuterHttp(view: OuterView, onFault: (error: unknown) => void): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    if (!['GET', 'HEAD'].includes(context.req.method)) return problem('METHOD_UNKNOWN');
    await view.settle();
    await next();
    return undefined;
  });
  app.notFound(() => problem('NOT_FOUND'));
  app.onError((error) => {
    onFault(error);
    return problem('BUSY');
  });
  addLogRoutes(app, view);
  const guarded = (handle: Handle) => async (context: Context) => {
    const token = tokenOf(context.req.header('Authorization'));
    const recipient = token === undefined ? undefined : await view.findRecipient(token);
    return recipient === undefined ? problem('TOKEN_REQUIRED') : handle(recipient, context);
  };
  const findRelease = (recipient: Recipient, context: Context) =>
    view.findRelease(recipient.destination, releaseNumber(context));
  app.get(
    '/',
    guarded(async (recipient) =>
      renderPage(recipient, await view.listReleases(recipient.destination)),
    ),
  );
  app.get(
    '/v1/files',
    guarded(async (recipient) => {
      const releases = await view.listReleases(recipient.destination);
      return json({
        destination: recipient.destinationName,
        releases: releases.map(describeRelease),
      });
    }),
  );
  app.get(
    '/v1/releases/:release',
    guarded(async (recipient, context) => {
      const release = await findRelease(recipient, context);
      return release === undefined ? problem('NOT_FOUND') : json(describeRelease(release));
    }),
  );
  app.get(
    '/v1/releases/:release/receipt',
    guarded(async (recipient, context) => {
      const release = await findRelease(recipient, context);
      if (release === undefined) return problem('NOT_FOUND');
      return text(await view.receiptOf(release));
    }),
  );
  app.get(
    '/v1/releases/:release/manifest',
    guarded(async (recipient, context) => {
      const release = await findRelease(recipient, context);
      if (release === undefined) return problem('NOT_FOUND');
      return text(view.manifestOf(release), 'application/json');
    }),
  );
  app.get(
    '/v1/files/:release/*',
    guarded((recipient, context) => sendFile(view, recipient, context)),
  );
  return app;
}
