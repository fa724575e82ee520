import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { mailNotifier, webhookNotifier } from './notifiers.ts';
import { openNews } from './news.ts';
import { TRIES, noticeOf, openNotices } from './notify.ts';
import type { Notifier } from './notify.ts';
import type { Request, RequestNews } from '../requests/index.ts';
import { writeMail } from './smtp.ts';

const SECRET = 'the project kestrel leaves to acme';

const news = (event: string, state: string, to: readonly string[]): RequestNews => ({
  request: {
    id: 'req_1',
    state,
    requester: 'cyd',
    title: SECRET,
    why: SECRET,
    project: SECRET,
    destination: SECRET,
    reason: SECRET,
  } as unknown as Request,
  event,
  to,
});
const clock = { nowMs: () => Date.parse('2026-11-26T12:00:00Z') };

function open(notifiers: readonly Notifier[], pauses: number[] = [], logged: string[] = []) {
  const all = openNews();
  const notices = openNotices({
    listen: (listener) => all.listen(listener),
    clock,
    notifiers,
    log: (sentence) => logged.push(sentence),
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  return { all, notices };
}

async function listenOn(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A mail server that keeps what it is told; `refuse` answers the first mails with 451. */
async function openMailServer(refuse = 0) {
  const mails: string[] = [];
  let refused = 0;
  const server = net.createServer((socket) => {
    let inData = false;
    let text = '';
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      text += String(chunk);
      for (let at = text.indexOf('\r\n'); at >= 0 && !inData; at = text.indexOf('\r\n')) {
        const line = text.slice(0, at);
        text = text.slice(at + 2);
        if (line === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else if (line.startsWith('EHLO')) socket.write('250-test\r\n250 8BITMIME\r\n');
        else if (line.startsWith('MAIL') && refused < refuse) {
          refused += 1;
          socket.write('451 not now\r\n');
        } else if (line !== 'QUIT') socket.write('250 fine\r\n');
        if (line.startsWith('RCPT')) mails.push(`${line}\n`);
      }
      if (inData && text.endsWith('\r\n.\r\n')) {
        mails.push(`${mails.pop() ?? ''}${text}`);
        text = '';
        inData = false;
        socket.write('250 kept\r\n');
      }
    });
    socket.on('error', () => undefined);
  });
  return { mails, port: await listenOn(server), close: () => server.close() };
}

describe('notices', () => {
  it('reach a webhook with an id and a state, and without a word of the content', async () => {
    const bodies: string[] = [];
    const server = createHttp((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.end();
      });
    });
    const port = await listenOn(server);
    const hook = webhookNotifier(`http://127.0.0.1:${String(port)}/hook`, 'gate.example');
    const { all, notices } = open([hook]);
    all.request(news('hold', 'held', ['ann', 'bob']));
    all.alarm(SECRET, 0, SECRET);
    all.request(news('comment', 'held', ['cyd']));
    await notices.idle();
    notices.close();
    server.close();
    assert.equal(bodies.length, 2, 'a remark is no notice');
    assert.deepEqual(JSON.parse(bodies[0] ?? ''), {
      gate: 'gate.example',
      type: 'request',
      event: 'hold',
      request: 'req_1',
      state: 'held',
      to: ['ann', 'bob'],
      at: '2026-11-26T12:00:00.000Z',
      text: 'gate.example: the request req_1 waits for you',
    });
    assert.ok(!bodies.join('').includes('kestrel'));
    assert.ok(!/https?:/.test(bodies.join('')), 'no link');
  });

  it('reach each person by a mail of their own, with no content and no link, after a refusal too', async () => {
    const server = await openMailServer(1);
    const smtp = {
      host: '127.0.0.1',
      port: server.port,
      from: 'gate@lab.example',
      domain: 'lab.example',
      tls: false,
      startTls: false,
    };
    const pauses: number[] = [];
    const { all, notices } = open([mailNotifier(smtp, 'gate.example')], pauses);
    all.request(news('hold', 'held', ['ann', 'bob']));
    await notices.idle();
    notices.close();
    server.close();
    assert.deepEqual(pauses, [1_000]);
    assert.equal(server.mails.length, 2);
    assert.match(server.mails[0] ?? '', /RCPT TO:<ann@lab\.example>/);
    assert.match(server.mails[1] ?? '', /RCPT TO:<bob@lab\.example>/);
    const text = server.mails.join('');
    assert.match(text, /Subject: gate\.example: the request req_1 waits for you\r\n/);
    assert.ok(!text.includes('kestrel') && !/https?:/.test(text));
  });

  it('are tried again with growing pauses, given up, and hold up no other way', async () => {
    let tried = 0;
    const told: string[] = [];
    const dead: Notifier = {
      name: 'the dead',
      send: () => {
        tried += 1;
        return Promise.reject(new Error('no'));
      },
    };
    const good: Notifier = {
      name: 'the good',
      send: (notice) => {
        told.push(notice.event);
        return Promise.resolve();
      },
    };
    const pauses: number[] = [];
    const logged: string[] = [];
    const { all, notices } = open([dead, good], pauses, logged);
    all.request(news('hold', 'held', ['ann']));
    await notices.idle();
    notices.close();
    assert.equal(tried, TRIES);
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000]);
    assert.deepEqual(told, ['hold']);
    assert.match(logged.join(), /gave up telling the dead/);
  });

  it('are bounded: what nobody takes is dropped, and that is said', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let sent = 0;
    const slow: Notifier = {
      name: 'the slow',
      send: async () => {
        await promise;
        sent += 1;
      },
    };
    const logged: string[] = [];
    const { all, notices } = open([slow], [], logged);
    for (let i = 0; i < 1_200; i++) all.request(news('hold', 'held', ['ann']));
    resolve(undefined);
    await notices.idle();
    notices.close();
    assert.equal(sent, 1_000);
    assert.equal(logged.length, 200);
  });

  it('go to the requester when nobody has to act', () => {
    const item = { type: 'request', news: news('refuse', 'refused', []) } as const;
    assert.deepEqual(noticeOf(item, '')?.to, ['cyd']);
  });

  it('cannot be made to hold other headers or end early', () => {
    const mail = {
      from: 'a@b',
      to: ['c@d'],
      subject: 'one\r\nBcc: x@y',
      text: 'a\n.\nb',
      at: '2026-11-26T12:00:00Z',
      id: '1@d',
    };
    const text = writeMail(mail);
    assert.ok(!text.includes('\nBcc'));
    assert.equal(text.indexOf('\r\n.\r\n'), text.length - 5);
  });
});
