/** The package as it is published, without sources: built, laid out in an empty folder, and its demo played. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDir } from '../support/temp-dir.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the published package plays its demo', async (t) => {
  const built = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout);
  const dir = await tempDir(t);
  const { files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    files: string[];
  };
  for (const name of [...files, 'package.json']) {
    cpSync(path.join(ROOT, name), path.join(dir, name), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  const played = spawnSync(process.execPath, [path.join(dir, 'bin/sallyport.js'), 'demo'], {
    cwd: dir,
    encoding: 'utf8',
  });
  assert.equal(played.status, 0, played.stdout + played.stderr);
  assert.match(played.stdout, /valid: entry/);
});
