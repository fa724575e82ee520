/** What `npm run build` compiles is what the checks have looked at. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');

function filesOf(config: string): readonly string[] {
  const file = path.join(root, config);
  const parsed = ts.parseJsonConfigFileContent(
    ts.readConfigFile(file, (name) => ts.sys.readFile(name)).config,
    ts.sys,
    root,
  );
  assert.deepEqual(parsed.errors, []);
  return parsed.fileNames.map((name) => path.relative(root, name));
}

describe('the files of a build', () => {
  it('are among those whose types are checked, and are all that is no test', () => {
    const checked = new Set(filesOf('tsconfig.json'));
    const built = filesOf('tsconfig.build.json');
    assert.deepEqual(
      built.filter((name) => !checked.has(name)),
      [],
    );
    const wanted = [...checked].filter(
      (name) => name.startsWith(`src${path.sep}`) && !name.endsWith('.test.ts'),
    );
    assert.deepEqual([...built].sort(), wanted.sort());
  });
});
