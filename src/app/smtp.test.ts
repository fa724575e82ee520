import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { openMailServer } from '../../test/support/mail-server.ts';
import type { MailServer, MailServerOptions } from '../../test/support/mail-server.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { parseConfig } from './config.ts';
import { sendMail } from './smtp.ts';
import type { SmtpOptions } from './smtp.ts';

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const skip = hasOpenssl() ? false : 'openssl is not installed';
const MAIL = {
  from: 'gate@lab.example',
  to: ['ann@lab.example'],
  subject: 'a request waits',
  text: 'it waits',
  at: '2026-11-26T12:00:00Z',
  id: '1@lab.example',
};
const PASSWORD = 'pass word\u00e9';

describe('mail over TLS', { skip }, () => {
  const open = async (
    t: TestContext,
    options: Omit<MailServerOptions, 'key' | 'cert' | 'user' | 'password'>,
  ): Promise<{ server: MailServer; smtp: SmtpOptions }> => {
    const dir = await tempDir(t);
    const place = (name: string): string => path.join(dir, name);
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', place('key.pem'), '-out', place('cert.pem'), '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ],
      { stdio: 'ignore' },
    );
    const [key, cert] = await Promise.all([
      readFile(place('key.pem')),
      readFile(place('cert.pem')),
    ]);
    await writeFile(place('password'), `${PASSWORD}\n`, { mode: 0o600 });
    const server = await openMailServer({
      ...options,
      key,
      cert,
      user: 'gate',
      password: PASSWORD,
    });
    t.after(() => {
      server.close();
    });
    const smtp = {
      host: 'localhost',
      port: server.port,
      tls: options.tls === 'implicit',
      startTls: options.tls !== 'implicit',
      login: { user: 'gate', passwordPath: place('password') },
      caPath: place('cert.pem'),
    };
    return { server, smtp };
  };
  const sent = (server: MailServer): boolean =>
    server.said.includes('tls RCPT TO:<ann@lab.example>');
  const refused = async (server: MailServer, smtp: SmtpOptions, why: RegExp): Promise<void> => {
    await assert.rejects(sendMail(smtp, MAIL), (cause: Error & { code?: string }) => {
      assert.equal(cause.code, 'APP_MAIL_FAILED');
      assert.match(cause.message, why);
      return true;
    });
    assert.ok(!server.said.some((line) => /AUTH|MAIL FROM/.test(line)), server.said.join('; '));
  };

  for (const how of ['implicit', 'start'] as const) {
    for (const logins of ['PLAIN LOGIN', 'LOGIN']) {
      it(`logs in by ${logins} and says nothing in plain but its name (${how})`, async (t) => {
        const { server, smtp } = await open(t, { tls: how, logins });
        await sendMail(smtp, MAIL);
        assert.ok(sent(server));
        const plain = server.said.filter((line) => line.startsWith('plain '));
        const wanted = how === 'start' ? ['plain EHLO sallyport', 'plain STARTTLS'] : [];
        assert.deepEqual(plain, wanted);
      });
    }
  }

  it('sends nothing when STARTTLS was taken out, or an answer was slipped in before it', async (t) => {
    const stripped = await open(t, { tls: 'strip', logins: 'PLAIN' });
    await refused(stripped.server, stripped.smtp, /offers no STARTTLS/);
    const injected = await open(t, { tls: 'inject', logins: 'PLAIN' });
    await refused(injected.server, injected.smtp, /before TLS/);
  });

  it('sends nothing to a server that nobody vouches for, or of another name', async (t) => {
    for (const tls of ['implicit', 'start'] as const) {
      const { server, smtp } = await open(t, { tls, logins: 'PLAIN' });
      await refused(server, { ...smtp, caPath: undefined }, /self-signed|certificate/);
      await refused(server, { ...smtp, host: '127.0.0.1' }, /altnames|IP/i);
    }
  });

  it('says what a server says to a wrong password, and stops there', async (t) => {
    const { server, smtp } = await open(t, { tls: 'start', logins: 'PLAIN' });
    const login = { user: 'gate', passwordPath: smtp.caPath ?? '' };
    await assert.rejects(sendMail({ ...smtp, login }, MAIL), /535 wrong/);
    assert.ok(!sent(server));
    const other = await open(t, { tls: 'start', logins: 'CRAM-MD5' });
    await refused(other.server, other.smtp, /takes no login that is known/);
  });

  it('never gives a password away in plain, whatever is configured', async (t) => {
    const { server, smtp } = await open(t, { tls: 'strip', logins: 'PLAIN' });
    await refused(server, { ...smtp, startTls: false }, /without TLS/);
    assert.deepEqual(server.said, []);
    const login = { user: 'gate', passwordPath: '/p' };
    const mail = { host: 'h', from: 'a@b', domain: 'b', login };
    assert.throws(() => parseConfig({ people: { smtp: mail } }, 'test'), /needs tls or starttls/i);
  });
});
