/** `sallyport scan` as a harness runs it: what it says of each path, and how it ends. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../test/support/temp-dir.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { FormNames } from './form-names.ts';

const PROGRAM = path.join(import.meta.dirname, '..', '..', 'bin', 'sallyport.js');
const EVIL = "cposix\nsystem\n(S'id'\ntR.";

function scan(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'scan', ...args], {
    cwd,
    timeout: 120_000,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  const results = args.includes('--json')
    ? lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { status, stderr, verdicts: results.map((each) => [each['path'], each['verdict']]) };
}

test('a path is told as it was given, whatever else is called so, and one that is missing is one line', async (context) => {
  const dir = await tempDir(context);
  for (const folder of ['a', 'b', 'work']) mkdirSync(path.join(dir, folder));
  writeFileSync(path.join(dir, 'a', 'x.pkl'), EVIL);
  writeFileSync(path.join(dir, 'b', 'x.pkl'), Buffer.from('80024b012e', 'hex'));
  const work = path.join(dir, 'work');
  const one = path.join(dir, 'a', 'x.pkl');
  const all = scan(work, '--json', '--out', 'out', one, '../b/x.pkl', '../b/', '../absent');
  assert.deepEqual(all.verdicts, [
    ['../b/x.pkl', 'clean'],
    [one, 'malicious'],
    ['../absent', 'inconclusive'],
  ]);
  assert.equal(all.status, 3);
  assert.deepEqual(readdirSync(path.join(work, 'out', 'b')), ['x.pkl.json']);
  assert.deepEqual(scan(work, '--json', '../b', '../absent').status, 4);
  assert.deepEqual(scan(work, '--json', '../b').status, 0);
  const both = scan(work, '--json', '--sarif', one);
  assert.equal(both.status, 2);
  assert.match(both.stderr, /each print the whole output/);
});

test('a member with a long name has a safe form all the same', async (context) => {
  const dir = await tempDir(context);
  const long = `${'y'.repeat(300)}.txt`;
  const zip = makeZip([
    [long, Buffer.from('a\n')],
    ['b.txt', Buffer.from('b\n')],
  ]);
  writeFileSync(path.join(dir, 'long.zip'), zip);
  writeFileSync(path.join(dir, 'z.txt'), 'z\n');
  const { status, verdicts } = scan(dir, '--json', '--out', 'out', 'long.zip', 'z.txt');
  assert.deepEqual(verdicts, [
    ['long.zip', 'clean'],
    ['z.txt', 'clean'],
  ]);
  assert.equal(status, 0);
  assert.equal(readdirSync(path.join(dir, 'out', 'long.zip')).length, 2);
});

test('names that are cut stay apart, and keep their endings', () => {
  const names = new FormNames();
  const long = 'é'.repeat(200);
  const placed = ['1.json', '2.json'].map((end) => names.place('a.zip', `a.zip/${long}${end}`));
  assert.equal(new Set(placed).size, 2);
  for (const name of placed) {
    assert.match(name, /^a\.zip\/é+~[0-9a-f]{16}\.json$/);
    assert.ok(name.split('/').every((part) => Buffer.byteLength(part) <= 255));
  }
  const deep = names.place('a.zip', `${'d/'.repeat(1500)}x.txt`);
  assert.ok(Buffer.byteLength(deep) < 2048, deep);
});

test('a folder that cannot be made for safe forms is one sentence', async (context) => {
  const dir = await tempDir(context);
  writeFileSync(path.join(dir, 'a.txt'), 'a\n');
  for (const out of ['/proc/x', '/proc/x/y', 'a.txt/x', '/dev/null/x']) {
    const { status, stderr } = scan(dir, '--json', '--out', out, 'a.txt');
    assert.equal(status, 2, stderr);
    assert.match(stderr, /cannot write safe forms to/);
  }
  assert.equal(scan(dir, '--json', '--out', 'x/y/z', 'a.txt').status, 0);
  assert.deepEqual(readdirSync(path.join(dir, 'x', 'y', 'z')), ['a.txt']);
});
