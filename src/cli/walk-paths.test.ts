/** Paths made to hurt: none may hang, lead out of its folder, or be read when it is no file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
    walk.skipped.map(({ name }) => name).sort(),
    ['inner/up', 'loop', 'out.txt', 'pipe', 'zero'].map((name) => `results/${name}`),
  );
});

test('folders nested without end are refused', async (context) => {
  const dir = await tempDir(context);
  mkdirSync(path.join(dir, ...Array.from({ length: 70 }, () => 'd')), { recursive: true });
  assert.throws(() => walkPaths(['d'], dir), /nested too deeply/);
});

test('a name that is not UTF-8 stops a release, and is shown with its bytes where that is asked for', async (context) => {
  const dir = await tempDir(context);
  const inner = Buffer.concat([Buffer.from(`${dir}/set/`), Buffer.from([0xff, 0xfe])]);
  mkdirSync(inner, { recursive: true });
  writeFileSync(Buffer.concat([inner, Buffer.from('/a.txt')]), 'a\n');
  writeFileSync(Buffer.concat([Buffer.from(`${dir}/set/b`), Buffer.from([0xe9])]), 'b\n');
  writeFileSync(path.join(dir, 'set', 'b%E9'), 'c\n');
  const refused = { code: 'CLI_PATH_UNREADABLE', message: /not UTF-8/ };
  assert.throws(() => walkPaths(['set'], dir), refused);
  const walk = walkPaths(['set'], dir, { tolerant: true });
  assert.deepEqual(
    new Set(
      walk.files
        .map(({ pathBytes = '', path: own, name }) => [
          name.replaceAll('~', ''),
          readFileSync(pathBytes === '' ? own : Buffer.from(pathBytes, 'base64'), 'utf8'),
        ])
        .map(String),
    ),
    new Set(['set/%FF%FE/a.txt,a\n', 'set/b%E9,b\n', 'set/b%E9,c\n']),
  );
});

test('a folder too deep is told and left out where that is asked for', async (context) => {
  const dir = await tempDir(context);
  mkdirSync(path.join(dir, ...Array.from({ length: 70 }, () => 'd')), { recursive: true });
  writeFileSync(path.join(dir, 'd', 'a.txt'), 'a\n');
  const walk = walkPaths(['d'], dir, { tolerant: true });
  assert.deepEqual(
    walk.files.map(({ name }) => name),
    ['d/a.txt'],
  );
  assert.match(walk.skipped[0]?.why ?? '', /nested too deeply/);
});
