/**
 * The promised limits, measured: a 200 MB table, a picture of 50 megapixels and a folder of 10,000 files are quoted,
 * encoded and decoded by the real program on one core, each within 15 minutes of processor time and 1 GiB per process;
 * what is larger is refused with the limit named.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDir } from '../support/temp-dir.ts';
import { writeLargeCsv, writeLargePlot, writeManyFiles } from './inputs.ts';
import { measure } from './measure.ts';
import type { Measured } from './measure.ts';
import { assemble } from './picture.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SALLYPORT = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN];
const CPU_SECONDS_MAX = 15 * 60;
const PEAK_MIB_MAX = 1024;
const HOUR_MS = 3_600_000;

interface QuotedFile {
  readonly path: string;
  readonly sha256: string;
  readonly verdict: string;
  readonly reason: string | null;
}

async function run(context: TestContext, dir: string, ...args: string[]): Promise<Measured> {
  const used = await measure([...SALLYPORT, ...args], dir);
  const { status, cpuSeconds, peakMiB } = used;
  const numbers = `${cpuSeconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB`;
  context.diagnostic(`${args.join(' ')}: status ${String(status)}, ${numbers}`);
  assert.ok(cpuSeconds < CPU_SECONDS_MAX, `${args.join(' ')} took ${numbers}`);
  assert.ok(peakMiB < PEAK_MIB_MAX, `${args.join(' ')} took ${numbers}`);
  return used;
}

function readQuote(used: Measured): QuotedFile[] {
  const lines = used.stdout.trim().split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as QuotedFile);
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Quotes, encodes and decodes what is under `name`; gives the folder with the decoded files. */
async function cross(context: TestContext, dir: string, name: string): Promise<string> {
  const quoted = await run(context, dir, 'quote', '--no-cheaper', '--json', name);
  assert.equal(quoted.status, 0, quoted.stderr);
  const encoded = await run(context, dir, 'wire', 'encode', name, '--out', 'release.frame');
  assert.equal(encoded.status, 0, encoded.stderr);
  const total = JSON.parse(quoted.stdout.trim().split('\n').at(-1) ?? '') as {
    total: { chargeBits: number };
  };
  assert.equal(statSync(path.join(dir, 'release.frame')).size * 8, total.total.chargeBits);
  const decoded = await run(context, dir, 'wire', 'decode', 'release.frame', '--out', 'out');
  assert.equal(decoded.status, 0, decoded.stderr);
  return path.join(dir, 'out');
}

/** What the program itself says is the canonical file: quoted again, it must come out unchanged. */
async function assertCanonical(context: TestContext, dir: string, name: string): Promise<void> {
  mkdirSync(path.join(dir, 'again'));
  const args = ['wire', 'encode', `out/${name}`, '--out', 'again/release.frame'];
  assert.equal((await run(context, dir, ...args)).status, 0);
  const decode = ['wire', 'decode', 'again/release.frame', '--out', 'again/out'];
  assert.equal((await run(context, dir, ...decode)).status, 0);
  const again = path.join(dir, 'again', 'out', 'out', name);
  assert.equal(digest(again), digest(path.join(dir, 'out', name)));
}

test('a 200 MB table crosses', { timeout: HOUR_MS }, async (context) => {
  const dir = await tempDir(context);
  const file = path.join(dir, 'large.csv');
  writeLargeCsv(file, 200_000_000);
  const out = await cross(context, dir, 'large.csv');
  // The generator writes canonical spelling, so the source is what must come out.
  assert.equal(digest(path.join(out, 'large.csv')), digest(file));
});

test('a picture of 50 megapixels crosses', { timeout: HOUR_MS }, async (context) => {
  const dir = await tempDir(context);
  writeLargePlot(path.join(dir, 'plot.png'), 10_000, 5000);
  await cross(context, dir, 'plot.png');
  await assertCanonical(context, dir, 'plot.png');
});

test('a folder of 10,000 files crosses', { timeout: HOUR_MS }, async (context) => {
  const dir = await tempDir(context);
  writeManyFiles(path.join(dir, 'many'), 10_000);
  const out = await cross(context, dir, 'many');
  const names = readdirSync(path.join(dir, 'many'), { recursive: true, encoding: 'utf8' });
  let compared = 0;
  for (const name of names.filter((entry) => path.extname(entry) !== '')) {
    const decoded = readFileSync(path.join(out, 'many', name), 'utf8');
    const source = readFileSync(path.join(dir, 'many', name), 'utf8');
    if (name.endsWith('.json')) assert.deepEqual(JSON.parse(decoded), JSON.parse(source));
    else assert.equal(decoded, source);
    compared++;
  }
  assert.equal(compared, 10_000);
});

test('what is larger is refused with the limit named', { timeout: HOUR_MS }, async (context) => {
  const dir = await tempDir(context);
  const table = path.join(dir, 'larger.csv');
  writeFileSync(table, 'a,b\n1,2\n');
  // A sparse file: no disk is needed, and the size alone decides.
  truncateSync(table, 210_000_001);
  writeFileSync(path.join(dir, 'larger.png'), assemble(10_000, 5001, new Uint8Array(8)));
  for (const [name, limit] of [
    ['larger.csv', /210,?000,?000/],
    ['larger.png', /50,?000,?000|50 megapixel/],
  ] as const) {
    const used = await run(context, dir, 'quote', '--no-cheaper', '--json', name);
    assert.equal(used.status, 3, used.stderr);
    const [file] = readQuote(used);
    assert.equal(file?.verdict, 'refused');
    assert.match(file.reason ?? '', limit);
  }
  mkdirSync(path.join(dir, 'many'));
  for (let i = 0; i < 10_001; i++) writeFileSync(path.join(dir, 'many', `${String(i)}.txt`), 'a\n');
  const used = await run(context, dir, 'quote', '--no-cheaper', '--json', 'many');
  assert.notEqual(used.status, 0);
  assert.match(used.stderr, /10,?000/);
});
