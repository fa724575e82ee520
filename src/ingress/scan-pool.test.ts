import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as code from '../../test/support/pickle-code.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { openScanPool } from './scan-pool.ts';

test('a file is scanned in a child, and its safe form is written where it was asked for', async (t) => {
  const dir = await tempDir(t);
  const outDir = path.join(dir, 'out');
  await mkdir(outDir);
  await writeFile(path.join(dir, 'a.pkl'), code.pickle(']'));
  const pool = await openScanPool({ size: 1, readable: [dir], writable: [outDir] });
  t.after(() => {
    pool.close();
  });
  const result = await pool.scan({ name: 'a.pkl', path: path.join(dir, 'a.pkl'), outDir });
  assert.deepEqual(result, {
    ...{ path: 'a.pkl', type: 'pickle', bytes: 4, verdict: 'clean', findings: [] },
    forms: [{ name: 'a.pkl.json', type: 'json', bytes: 3, file: '0' }],
  });
  assert.equal(await readFile(path.join(outDir, '0'), 'utf8'), '[]\n');
  const missing = await pool.scan({ name: 'b', path: path.join(dir, 'b') });
  assert.deepEqual(
    [missing.verdict, missing.findings[0]?.code],
    ['inconclusive', 'SCAN_FILE_UNREADABLE'],
  );
});

test('a child that dies by SIGSEGV leaves its file inconclusive, with a clear sentence, and the pool goes on', async (t) => {
  const dir = await tempDir(t);
  const big = path.join(dir, 'big.txt');
  await writeFile(big, 'some words in a line\n'.repeat(4_000_000));
  await writeFile(path.join(dir, 'a.pkl'), code.pickle(']'));
  const pool = await openScanPool({ size: 1, readable: [dir], writable: [] });
  t.after(() => {
    pool.close();
  });
  await pool.scan({ name: 'a.pkl', path: path.join(dir, 'a.pkl') });
  const running = pool.scan({ name: 'big.txt', path: big });
  for (const pid of pool.pids()) process.kill(pid, 'SIGSEGV');
  const result = await running;
  assert.equal(result.verdict, 'inconclusive');
  assert.deepEqual(result.forms, []);
  assert.equal(result.findings[0]?.code, 'SCAN_DECODER_ENDED');
  assert.match(
    result.findings[0].sentence,
    /did not finish: .*SIGSEGV.*; treat the file as hostile/,
  );
  assert.equal(
    (await pool.scan({ name: 'a.pkl', path: path.join(dir, 'a.pkl') })).verdict,
    'clean',
  );
});

test('a file that takes longer than its time is inconclusive', async (t) => {
  const dir = await tempDir(t);
  const big = path.join(dir, 'big.txt');
  await writeFile(big, 'some words in a line\n'.repeat(4_000_000));
  const pool = await openScanPool({
    ...{ size: 1, readable: [dir], writable: [] },
    limits: { memoryMiB: 1024, fileMs: 20 },
  });
  t.after(() => {
    pool.close();
  });
  const result = await pool.scan({ name: 'big.txt', path: big });
  assert.deepEqual(
    [result.verdict, result.findings[0]?.code],
    ['inconclusive', 'SCAN_DECODER_ENDED'],
  );
});

test('a member on which its process ends is named, and the others are decoded', async (t) => {
  const dir = await tempDir(t);
  const outDir = path.join(dir, 'out');
  await mkdir(outDir);
  // Empty arrays need many times their size in memory.
  const heavy = Buffer.from(`[${'[],'.repeat(8_000_000)}0]`);
  const shell = code.pickle(code.call('os', 'system', 'id'));
  const members = (last: readonly [string, Uint8Array]): Parameters<typeof makeZip>[0] => [
    ...[['a.txt', Buffer.from('hello\n')] as const, ['b/heavy.json', heavy] as const],
    last,
  ];
  const zip = makeZip(members(['c.txt', Buffer.from('bye\n')]));
  await writeFile(path.join(dir, 'a.zip'), zip);
  await writeFile(path.join(dir, 'a.zip.gz'), gzipSync(zip));
  await writeFile(path.join(dir, 'b.zip'), makeZip(members(['c.pkl', shell])));
  const pool = await openScanPool({
    ...{ size: 1, readable: [dir], writable: [outDir] },
    limits: { memoryMiB: 192, fileMs: 120_000 },
  });
  t.after(() => {
    pool.close();
  });
  for (const name of ['a.zip', 'a.zip.gz']) {
    const own = path.join(outDir, name);
    await mkdir(own);
    const result = await pool.scan({ name, path: path.join(dir, name), outDir: own });
    assert.deepEqual(
      [result.verdict, result.findings.map((each) => [each.code, each.place])],
      ['inconclusive', [['SCAN_DECODER_ENDED', 'b/heavy.json']]],
    );
    assert.match(result.findings[0]?.sentence ?? '', /memory/);
    assert.deepEqual(
      result.forms.map((form) => path.basename(form.name)),
      ['a.txt', 'c.txt'],
    );
  }
  const hidden = await pool.scan({ name: 'b.zip', path: path.join(dir, 'b.zip') });
  assert.equal(hidden.verdict, 'malicious');
  assert.deepEqual(
    hidden.findings.map((each) => each.place.split(':')[0]),
    ['b/heavy.json', 'c.pkl'],
  );
});
