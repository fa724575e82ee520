/** Paths made to hurt: none may hang, lead out of its folder, or be read when it is no file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../test/support/temp-dir.ts';
import { walkPaths } from './walk-paths.ts';

test('a FIFO and a device are refused by name and never opened', async (context) => {
  const dir = await tempDir(context);
  execFileSync('mkfifo', [path.join(dir, 'pipe')]);
  const refused = { code: 'CLI_PATH_UNREADABLE', message: /neither a file nor a folder/ };
  assert.throws(() => walkPaths(['pipe'], dir), refused);
  assert.throws(() => walkPaths(['/dev/zero'], dir), refused);
  assert.throws(() => walkPaths(['/dev/stdin/nowhere'], dir), { code: 'CLI_PATH_UNREADABLE' });
});

test('in a folder, FIFOs, loops of links and links that lead out are left out and told', async (context) => {
  const dir = await tempDir(context);
  const folder = path.join(dir, 'results');
  mkdirSync(path.join(folder, 'inner'), { recursive: true });
  writeFileSync(path.join(folder, 'a.txt'), 'a\n');
  writeFileSync(path.join(dir, 'secret.txt'), 'secret\n');
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  symlinkSync('loop', path.join(folder, 'loop'));
  symlinkSync('..', path.join(folder, 'inner', 'up'));
  symlinkSync('../secret.txt', path.join(folder, 'out.txt'));
  symlinkSync('/dev/zero', path.join(folder, 'zero'));
  symlinkSync('a.txt', path.join(folder, 'b.txt'));
  const walk = walkPaths(['results'], dir);
  assert.deepEqual(
    walk.files.map(({ name }) => name),
    ['results/a.txt', 'results/b.txt'],
  );
  assert.deepEqual(
    [...walk.skipped].sort(),
    ['inner/up', 'loop', 'out.txt', 'pipe', 'zero'].map((name) => `results/${name}`),
  );
});

test('folders nested without end are refused', async (context) => {
  const dir = await tempDir(context);
  mkdirSync(path.join(dir, ...Array.from({ length: 70 }, () => 'd')), { recursive: true });
  assert.throws(() => walkPaths(['d'], dir), /nested too deeply/);
});
