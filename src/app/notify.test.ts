import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { mailNotifier, webhookNotifier } from './notifiers.ts';
import { openNews } from './news.ts';
import { TRIES, noticeOf, openNotices, sayNotice } from './notify.ts';
import type { Notifier } from './notify.ts';
import { foundWith, makePerson } from '../../test/support/people.ts';
import type { Roster } from '../people/index.ts';
import type { LockTarget, Request, RequestNews } from '../requests/index.ts';
import { audienceOf } from './audience.ts';
import type { NewsItem } from './news.ts';
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

/** A mail server that keeps what it is told; `refuse` answers the first mails with 451, and `dead` has no such mailbox. */
async function openMailServer(refuse = 0, dead = '') {
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
        } else if (dead !== '' && line.startsWith('RCPT') && line.includes(dead)) {
          socket.write('550 no such mailbox\r\n');
          continue;
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
      act: ['ann', 'bob'],
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
    // Each is tried by itself: the one whom the server was not ready for comes last.
    for (const person of ['ann', 'bob'])
      assert.equal(
        server.mails.filter((mail) => mail.includes(`RCPT TO:<${person}@lab.example>`)).length,
        1,
      );
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

  it('tell everybody once although one mailbox is dead, which is tried once', async () => {
    const server = await openMailServer(0, 'bob@');
    const smtp = {
      ...{ host: '127.0.0.1', port: server.port, from: 'gate@lab.example' },
      ...{ domain: 'lab.example', tls: false, startTls: false },
    };
    const [pauses, logged]: [number[], string[]] = [[], []];
    const { all, notices } = open([mailNotifier(smtp, 'gate.example')], pauses, logged);
    all.request(news('hold', 'held', ['ann', 'bob', 'rev']));
    await notices.idle();
    notices.close();
    server.close();
    const to = server.mails.map((mail) => /RCPT TO:<(\w+)@/.exec(mail)?.[1]);
    assert.deepEqual(to.sort(), ['ann', 'rev']);
    assert.deepEqual(pauses, []);
    assert.match(logged.join(), /gave up telling the mail server of a notice after 1 try/);
  });

  it('go to the requester when nobody has to act', () => {
    const item = { type: 'request', news: news('refuse', 'refused', []) } as const;
    assert.deepEqual(noticeOf(item, '')?.to, ['cyd']);
  });

  it('say that something waits for you to nobody who can do nothing', () => {
    const said = (item: RequestNews, person: string): string | null => {
      const notice = noticeOf({ type: 'request', news: item }, '');
      return notice?.to.includes(person) === true ? sayNotice(notice, 'g', person) : null;
    };
    assert.equal(said(news('hold', 'held', []), 'cyd'), 'g: the request req_1 is held');
    assert.equal(said(news('hold', 'held', ['ann']), 'ann'), 'g: the request req_1 waits for you');
    const escalated = { ...news('escalate', 'held', ['ann', 'own']), act: ['ann'] };
    assert.equal(said(escalated, 'ann'), 'g: the request req_1 waits for you');
    assert.equal(said(escalated, 'own'), 'g: the request req_1 is held');
    // Told once: what moves a request to be changed says so to whoever has to change it.
    assert.equal(noticeOf({ type: 'request', news: news('return', 'returned', []) }, ''), null);
    assert.equal(noticeOf({ type: 'request', news: news('escalate', 'held', []) }, ''), null);
    assert.match(
      said(news('impossible', 'held', ['ada']), 'ada') ?? '',
      /waits for an approver, and nobody left can be one/,
    );
  });

  it('of alarms and locks go to security and to whoever answers for what they are about', async () => {
    const people = ['ada', 'own', 'sec', 'spo'].map((id) => makePerson(id));
    const [ada, own, sec, spo] = people;
    assert.ok(ada !== undefined && own !== undefined && sec !== undefined && spo !== undefined);
    const { roster: founded } = await foundWith([
      { person: ada, groups: ['administrators'] },
      { person: sec, groups: ['security'] },
      { person: own, groups: ['staff'] },
      { person: spo, groups: ['staff'] },
    ]);
    const role = { principal: 'own', role: 'owners', until: null } as const;
    const roster = {
      ...founded,
      projects: [{ id: 'main', title: 'Main', models: [], roles: [role] }],
      models: [{ id: 'large', owners: ['own'] }],
      sponsored: [{ id: 'bot', kind: 'agent', name: 'bot', sponsor: 'spo' }],
    } as unknown as Roster;
    const to = (item: NewsItem): string[] => [...audienceOf(item, roster, clock.nowMs())].sort();
    const alarm = (project: string | null): NewsItem => ({
      ...{ type: 'alarm', sentence: 's', atMs: 0, project },
    });
    const lock = (kind: LockTarget, id: string): NewsItem => ({
      type: 'lock',
      lock: {
        ...{ id: 'lck_1', target: { kind, id }, by: 'sec', reason: 'r', atMs: 0 },
        ...{ liftedMs: null, liftedBy: null },
      },
    });
    assert.deepEqual(to(alarm(null)), ['ada', 'sec']);
    assert.deepEqual(to(alarm('main')), ['own', 'sec']);
    assert.deepEqual(to(lock('project', 'main')), ['own', 'sec']);
    assert.deepEqual(to(lock('model', 'large')), ['own', 'sec']);
    assert.deepEqual(to(lock('principal', 'bot')), ['sec', 'spo']);
    assert.deepEqual(to(lock('principal', 'own')), ['own', 'sec']);
    assert.deepEqual(to(lock('lane', 'export')), ['sec']);
    assert.deepEqual(noticeOf(alarm(null), '', ['ada'])?.to, ['ada']);
  });

  it('tells whoever answers for a token that it waits, without its bearer', () => {
    const item: NewsItem = { type: 'token', sponsor: 'spo', waits: true };
    const notice = noticeOf(item, '', []);
    assert.deepEqual([notice?.to, notice?.act], [['spo'], ['spo']]);
    assert.match(sayNotice(notice!, 'gate', 'spo'), /^gate: a token .* waits for your word/);
    assert.equal(noticeOf({ ...item, waits: false }, '', []), null);
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
