import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { takesUpload } from './inner/app.ts';
import { listen } from './serve.ts';
import type { Listening } from './serve.ts';

/** The head of a request whose body is announced and does not come. */
const head = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n`;

describe('the door and those who send slowly', () => {
  let server: Listening | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.close();
    server = undefined;
  });

  const open = async (limits: { bodyMs?: number; perAddressMax?: number }): Promise<Listening> => {
    server = await listen({
      ...{ door: 'inner', host: '127.0.0.1', port: 0, isUpload: takesUpload, ...limits },
      fetch: async (request) => {
        const { pathname } = new URL(request.url);
        // As a door that refuses before it reads.
        if (pathname === '/refused') return new Response('no', { status: 401 });
        return new Response(await request.text().catch(() => 'cut'));
      },
    });
    return server;
  };
  const connect = async (port: number): Promise<Socket> => {
    const socket = net.connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const ended = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    return text;
  };

  it('ends a short body that does not come, and lets an upload take its time', async () => {
    const { port } = await open({ bodyMs: 200 });
    const upload = await connect(port);
    upload.write(`${head('/v1/exports')}12345`);
    const slow = await connect(port);
    slow.write(`${head('/v1/sign-in/ssh')}1`);
    assert.equal(await ended(slow), '');
    const answer = once(upload, 'data') as Promise<[Buffer]>;
    upload.write('67890');
    assert.match((await answer)[0].toString(), /^HTTP\/1\.1 200/);
  });

  it('ends what is refused although its body never comes', async () => {
    const { port } = await open({ bodyMs: 600_000 });
    const refused = await connect(port);
    refused.write(`${head('/refused')}1`);
    assert.match(await ended(refused), /^HTTP\/1\.1 401/);
  });

  it('takes so many connections of one address, and goes on when one of them ends', async () => {
    const { port } = await open({ perAddressMax: 3 });
    const held = [await connect(port), await connect(port), await connect(port)];
    assert.equal(await ended(await connect(port)), '');
    const [first] = held;
    assert.ok(first !== undefined);
    first.end();
    await once(first, 'close');
    const next = await connect(port);
    next.write('GET /x HTTP/1.1\r\nhost: door\r\nconnection: close\r\n\r\n');
    assert.match(await ended(next), /^HTTP\/1\.1 200/);
  });

  it('knows which paths take files', () => {
    for (const path of ['/v1/exports', '/v1/quotes', '/v1/imports/imp_1/files/0'])
      assert.ok(takesUpload(path), path);
    for (const path of ['/v1/sign-in/ssh', '/v1/locks', '/v1/requests/req_1/approvals', '/'])
      assert.ok(!takesUpload(path), path);
  });
});
