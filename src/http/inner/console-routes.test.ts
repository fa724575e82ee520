import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { CONSOLE_POLICY, mountConsole } from './console-routes.ts';

async function buildFolder(dir: string): Promise<string> {
  await mkdir(path.join(dir, 'assets'));
  await writeFile(path.join(dir, 'index.html'), '<!doctype html><title>Sallyport</title>');
  await writeFile(path.join(dir, 'assets', 'index-abc.js'), 'export {};');
  await writeFile(path.join(dir, 'assets', 'notes.txt'), 'not for browsers');
  await writeFile(path.join(dir, 'secret.html'), 'beside the assets');
  return dir;
}

describe('the console on the inner door', () => {
  it('is served with its policy, the page anew and assets for ever', async (context) => {
    const app = new Hono();
    mountConsole(app, await buildFolder(await tempDir(context)));
    const page = await app.request('/');
    assert.equal(page.status, 200);
    assert.equal(page.headers.get('content-security-policy'), CONSOLE_POLICY);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    assert.match(await page.text(), /Sallyport/);
    const script = await app.request('/assets/index-abc.js');
    assert.match(script.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.match(script.headers.get('cache-control') ?? '', /immutable/);
    const etag = page.headers.get('etag') ?? '';
    const again = await app.request('/', { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), '');
  });

  it('serves no other file, however it is asked for', async (context) => {
    const app = new Hono();
    mountConsole(app, await buildFolder(await tempDir(context)));
    for (const asked of [
      '/secret.html',
      '/assets/notes.txt',
      '/assets/../secret.html',
      '/assets/%2e%2e/secret.html',
      '/assets/..%2fsecret.html',
      '/assets/',
      '/index.html',
    ]) {
      assert.equal((await app.request(asked)).status, 404, asked);
    }
  });

  it('leaves the door its API where no console was built', async (context) => {
    const app = new Hono();
    mountConsole(app, await tempDir(context));
    assert.match(await (await app.request('/')).text(), /The API is under \/v1/);
  });

  it('allows nothing inline, no evaluation and no other host', () => {
    assert.ok(!/unsafe|http:|https:|\*/.test(CONSOLE_POLICY));
    assert.match(CONSOLE_POLICY, /^default-src 'none';/);
  });
});
