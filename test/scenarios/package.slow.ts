/** The package as it is published, without sources: built, laid out as npm would, and its demo played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDir } from '../support/temp-dir.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the published package plays its demo', async (t) => {
  const built = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout);
  const workDir = await tempDir(t);
  // Where npm would put it, so that it finds its dependencies and nothing else of the checkout.
  const dir = path.join(ROOT, 'node_modules', 'sallyport');
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    files: string[];
  };
  for (const name of [...files, 'package.json']) {
    cpSync(path.join(ROOT, name), path.join(dir, name), { recursive: true });
  }
  const played = spawnSync(process.execPath, [path.join(dir, 'bin/sallyport.js'), 'demo'], {
    cwd: workDir,
    encoding: 'utf8',
  });
  assert.equal(played.status, 0, played.stdout + played.stderr);
  assert.match(played.stdout, /valid: entry/);
});
