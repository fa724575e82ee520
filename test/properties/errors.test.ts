import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { listErrors } from '../../src/core/index.ts';

for (const file of globSync('src/**/*errors.ts').sort())
  await import(pathToFileURL(resolve(file)).href);
const errors = [...listErrors()];

test('the registry and the errors page name the same codes with the same status', () => {
  const page = readFileSync('docs/reference/errors.md', 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` \| (\d{3}) \|/gm)].map((m) => [m[1], m[2]]);
  assert.deepEqual(
    listed,
    errors
      .map(([code, error]) => [code, String(error.status)])
      .sort((a, b) => (a[0]! < b[0]! ? -1 : 1)),
  );
});

test('every code is declared by an errors.ts, so that the registry is complete', () => {
  const declared = globSync('src/**/*.ts').filter(
    (file) => !file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('defineErrors('),
  );
  for (const file of declared) {
    assert.match(file, /errors\.ts$/, `${file} declares errors outside an errors.ts`);
  }
});

for (const [code, error] of errors) {
  test(`${code} follows the grammar of messages`, () => {
    assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+){1,}$/);
    assert.ok(error.status >= 400 && error.status < 600, 'an HTTP error status');
    assert.doesNotMatch(error.message, /\.$|\n/, 'no full stop, one line');
    assert.doesNotMatch(error.message, /^[A-Z][a-z]/, 'lower case');
    assert.ok(error.hint.length > 0 && !error.hint.includes('\n'), 'a hint of one line');
  });
}
