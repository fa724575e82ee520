import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
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
