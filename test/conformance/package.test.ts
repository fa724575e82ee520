/** What would be published: it builds without the sources of the WebAssembly modules, and holds what the demo needs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the build compiles every module of the program and none that is no TypeScript', () => {
  const listed = execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--listFilesOnly'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const own = listed.split('\n').filter((file) => file.startsWith(path.join(ROOT, 'src')));
  assert.ok(own.some((file) => file.endsWith('src/cli/main.ts')));
  assert.deepEqual(
    own.filter((file) => file.includes('/assembly/') || file.endsWith('.test.ts')),
    [],
  );
});

test('the package holds what it names, and the results that the demo shows', () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    files: string[];
  };
  const kept = manifest.files.filter((name) => name !== 'dist');
  assert.deepEqual(
    kept.filter((name) => !existsSync(path.join(ROOT, name))),
    [],
  );
  assert.ok(kept.includes('examples/tiny-lm/out'));
});
