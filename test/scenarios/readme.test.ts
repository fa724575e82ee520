/** What README shows of a quote is what this version says, so that its numbers never stay behind a table version. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the quote in README is the quote of its example', (context) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'sallyport-readme-'));
  context.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  cpSync(path.join(ROOT, 'examples/tiny-lm/out'), path.join(dir, 'results'), { recursive: true });
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const [, shown = ''] = /\$ npx sallyport quote results\n([^`]*)\n```/.exec(readme) ?? [];
  const main = path.join(ROOT, 'src/cli/main.ts');
  const { stdout } = spawnSync(process.execPath, [main, 'quote', 'results'], {
    cwd: dir,
    encoding: 'utf8',
  });
  assert.equal(stdout.trim(), shown.trim());
});
