/** Both doors over HTTPS with a certificate of our own, and what is said when something about it is wrong. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startGate } from '../support/running-gate.ts';
import type { RunningGate } from '../support/running-gate.ts';

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const skip = hasOpenssl() ? false : 'openssl is not installed';

describe('doors with a certificate', { skip }, () => {
  let dir: string;
  let gate: RunningGate;
  const place = (name: string): string => path.join(dir, name);

  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'sallyport-tls-'));
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', place('key.pem'), '-out', place('cert.pem'), '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ],
      { stdio: 'ignore' },
    );
    // The outer process may be of another user.
    execFileSync('chmod', ['755', dir]);
    execFileSync('chmod', ['644', place('key.pem')]);
    const tls = { certPath: place('cert.pem'), keyPath: place('key.pem') };
    await writeFile(place('tls.json'), JSON.stringify({ inner: { tls }, outer: { tls } }));
    gate = await startGate('--config', place('tls.json'));
  });
  after(async () => {
    delete process.env['NODE_EXTRA_CA_CERTS'];
    await gate.close();
    await rm(dir, { recursive: true, force: true });
  });

  const status = async (url: string): Promise<number | undefined> => {
    const ca = await readFile(place('cert.pem'));
    return new Promise((resolve, reject) => {
      https
        .get(url, { ca }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
        .on('error', reject);
    });
  };

  it('announce and serve https', async () => {
    assert.match(gate.innerUrl, /^https:\/\/localhost:/);
    assert.match(gate.outerUrl, /^https:\/\/localhost:/);
    assert.equal(await status(`${gate.innerUrl}/v1/health`), 200);
    assert.equal(await status(`${gate.outerUrl}/v1/files`), 401);
    await assert.rejects(fetch(gate.innerUrl.replace('https', 'http')));
  });

  it('are not trusted by a client that does not know the certificate, which says what to do', async () => {
    const done = await gate.sallyport('project', 'list');
    assert.equal(done.status, 2);
    assert.match(done.stderr, /cannot trust the gate.*\n.*NODE_EXTRA_CA_CERTS/);
  });

  it('are used by a client that was given the certificate', async () => {
    const before = process.env['NODE_EXTRA_CA_CERTS'];
    process.env['NODE_EXTRA_CA_CERTS'] = place('cert.pem');
    gate = await gate.restart();
    const done = await gate.sallyport('project', 'list');
    assert.equal(done.status, 0, done.stderr);
    if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
  });

  it('do not open with a file that is missing, in one sentence', async () => {
    const tls = { certPath: place('none.pem'), keyPath: place('key.pem') };
    await writeFile(place('bad.json'), JSON.stringify({ inner: { tls } }));
    await assert.rejects(
      startGate('--config', place('bad.json')),
      /cannot serve HTTPS with .*ENOENT/,
    );
  });
});
