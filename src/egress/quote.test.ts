import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { sha256 } from '../core/index.ts';
import { decodeBody, sealFrame } from '../wire/index.ts';
import { openInspectionPool, quoteRelease, parseForm } from './index.ts';
import type { InspectionPool, Quote, QuoteInput, WorkerJob } from './index.ts';

const pool = openInspectionPool(1, { memoryMiB: 512, jobMs: 60_000 });
after(() => pool.close());

async function withTempDir<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-quote-test-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const CSV = `model,accuracy\n${Array.from({ length: 40 }, (_, i) => `m${String(i)},${(0.5 + i / 100).toFixed(3)}`).join('\n')}\n`;

/** Quotes files that are given by content. */
async function quote(
  contents: Readonly<Record<string, Uint8Array | string>>,
  options: Partial<QuoteInput> = {},
): Promise<Quote & { bodyBytes?: Uint8Array }> {
  return withTempDir(async (dir) => {
    const outDir = join(dir, 'out');
    mkdirSync(outDir);
    const files = Object.entries(contents).map(([name, content], i) => {
      const path = join(dir, `in-${String(i)}`);
      writeFileSync(path, content);
      return { name, path };
    });
    const result = await quoteRelease({ files, pool, outDir, ...options });
    const { body } = result;
    return body === undefined
      ? result
      : { ...result, bodyBytes: new Uint8Array(readFileSync(body.path)) };
  });
}

const sum = (result: Quote): number =>
  result.files.reduce((total, file) => total + file.chargeBits, 0);

test('the charges add up to 8 × every byte of a frame that decodes to the emitted files', async () => {
  const result = await quote({
    'a.csv': CSV,
    'b.txt': 'hello\n',
    'c/d.csv': `${CSV}last,0.999\n`,
    'w.csv': utf8('\x80\x04'),
  });
  assert.equal(sum(result), result.total.chargeBits);
  assert.ok(result.bodyBytes);
  const frame = sealFrame({ slotGap: 0, destination: 0, historyPrefix: 0, body: result.bodyBytes });
  assert.equal(result.total.chargeBits, 8 * frame.length);
  const decoded = decodeBody(result.bodyBytes, { prefix: 0, files: [] });
  assert.deepEqual(
    decoded.map((file) => [file.name, sha256(file.bytes)]),
    result.emitted.map((file) => [file.name, file.sha256]).sort(),
  );
  assert.deepEqual(result.total.refused, 1);
  assert.ok(result.files.every((file) => (file.verdict === 'refused') === (file.chargeBits === 0)));
});

test('each prices every file as a release of its own', async () => {
  const each = await quote({ 'a.csv': CSV, 'b.csv': CSV }, { each: true });
  assert.equal(sum(each), each.total.chargeBits);
  assert.equal(each.body, undefined);
  const together = await quote({ 'a.csv': CSV, 'b.csv': CSV });
  assert.ok(together.total.chargeBits < each.total.chargeBits);
});

test('archives are lists of files; a refused member does not refuse the others', async () => {
  const zip = zipSync({
    'x.csv': utf8(CSV),
    'sub/notes.txt': utf8('a note\n'),
    'model.bin': utf8('GGUF\x03\0\0\0\0\0\0\0'),
  });
  const result = await quote({ 'a.zip': zip, 'b.csv.gz': new Uint8Array(gzipSync(CSV)) });
  assert.deepEqual(
    result.files.map(({ path, verdict, code }) => [path, verdict, code]),
    [
      ['a.zip!/model.bin', 'refused', 'TYPE_WEIGHTS'],
      ['a.zip!/sub/notes.txt', 'quoted', null],
      ['a.zip!/x.csv', 'quoted', null],
      ['b.csv.gz!/b.csv', 'quoted', null],
    ],
  );
  const torch = zipSync({ 'archive/data.pkl': utf8('\x80\x02}.'), 'archive/version': utf8('3\n') });
  assert.deepEqual(
    (await quote({ 'results.zip': torch })).files.map(({ path, code }) => [path, code]),
    [['results.zip', 'TYPE_WEIGHTS']],
  );
});

test('a lossy form is applied, stated and cheaper; the cheaper forms of a quote are real prices', async () => {
  const numbers = `a,b\n${Array.from({ length: 200 }, (_, i) => `${String(i)},${String(Math.sin(i * i))}`).join('\n')}\n`;
  const plain = await quote({ 'n.csv': numbers }, { cheaper: true });
  const offer = plain.files[0]?.cheaper.find((form) => form.form === 'digits:4');
  const lossy = await quote({ 'n.csv': numbers }, { form: parseForm('digits:4') });
  assert.equal(lossy.emitted[0]?.form, 'digits:4');
  assert.equal(offer?.chargeBits, lossy.total.chargeBits);
  assert.ok(lossy.total.chargeBits < plain.total.chargeBits);
});

test('history makes a changed table cheap, and its changed rows are offered as a form', async () => {
  await withTempDir(async (dir) => {
    const before = Array.from({ length: 300 }, (_, i) => `${String(i)},${String(Math.cos(i * i))}`);
    const path = join(dir, 'before.csv');
    const first = `k,v\n${before.join('\n')}\n`;
    writeFileSync(path, first);
    const now = first.replace(/^7,.*$/m, '7,0.123456789012345');
    const history = { prefix: 1, files: [{ name: 'n.csv', type: 'table' as const, path }] };
    const alone = await quote({ 'n.csv': now });
    const after = await quote({ 'n.csv': now }, { history, cheaper: true });
    assert.ok(after.total.chargeBits * 4 < alone.total.chargeBits);
    assert.equal(after.historyPrefix, 1);
  });
});

test('names that would fall together outside are refused, the first keeps its place', async () => {
  const zip = zipSync({ 'x.csv': utf8(CSV) });
  const result = await quote({ 'a.zip': zip, 'a.zip!/x.csv': CSV });
  assert.deepEqual(
    result.files.map((file) => file.code),
    [null, 'EGRESS_NAME_TWICE'],
  );
});

test('hostile inputs are refusals, in bounded time', async () => {
  const bomb = zipSync({ 'zeros.csv': new Uint8Array(60_000_000) }, { level: 9 });
  const nested = '['.repeat(2_000_000);
  const deepXml = `<svg xmlns="http://www.w3.org/2000/svg">${'<g>'.repeat(300_000)}`;
  const started = performance.now();
  const result = await quote({
    'bomb.zip': bomb,
    'deep.json': nested,
    'deep.svg': deepXml,
    'entity.svg': '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>',
    'script.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'endless.json': `{"n": ${'9'.repeat(3_000_000)}}`,
    'half.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]),
    'good.csv': CSV,
  });
  const quoted = result.files.filter((file) => file.verdict === 'quoted').map((file) => file.path);
  assert.deepEqual(quoted, ['good.csv']);
  assert.ok(
    result.files.every((file) => file.verdict === 'quoted' || (file.reason ?? '').length > 20),
  );
  assert.ok(performance.now() - started < 30_000);
});

/** A pool whose process is killed with SIGSEGV whenever it has started on one of the named files. */
function openCrashingPool(inner: InspectionPool, names: ReadonlySet<string>): InspectionPool {
  return {
    ...inner,
    run: (work: WorkerJob, onEvent) =>
      inner.run(work, (event) => {
        onEvent?.(event);
        if (work.kind !== 'inspect' || event.event !== 'started') return;
        if (names.has(work.inputs[event.input]?.name ?? ''))
          for (const pid of inner.pids()) process.kill(pid, 'SIGSEGV');
      }),
  };
}

test('a child killed with SIGSEGV in the middle: its file is refused with the reason, the rest goes on', async () => {
  const crashing = openCrashingPool(pool, new Set(['b.csv']));
  const big = `a,b\n${'1,2\n'.repeat(200_000)}`;
  const result = await quote(
    { 'a.csv': CSV, 'b.csv': big, 'c.csv': CSV, 'd.txt': 'end\n' },
    { pool: crashing },
  );
  assert.deepEqual(
    result.files.map(({ path, verdict }) => [path, verdict]),
    [
      ['a.csv', 'quoted'],
      ['b.csv', 'refused'],
      ['c.csv', 'quoted'],
      ['d.txt', 'quoted'],
    ],
  );
  assert.match(result.files[1]?.reason ?? '', /SIGSEGV/);
  assert.equal(sum(result), result.total.chargeBits);
});

test('a member that ends its process while it is encoded is found and left out', async () => {
  const inner = pool;
  const ends: InspectionPool = {
    ...inner,
    run: (work, onEvent) =>
      work.kind === 'price' && work.members.some((member) => member.name === 'c.csv')
        ? Promise.resolve({
            ok: false,
            reason: 'ended',
            code: 'CORE_CHILD_KILLED',
            message: 'signal SIGSEGV',
            hint: 'send it simpler',
          })
        : inner.run(work, onEvent),
  };
  const result = await quote(
    { 'a.csv': CSV, 'b.csv': CSV, 'c.csv': CSV, 'd.csv': CSV },
    { pool: ends },
  );
  assert.deepEqual(
    result.files.filter((file) => file.verdict === 'refused').map((file) => file.path),
    ['c.csv'],
  );
  assert.equal(sum(result), result.total.chargeBits);
});

test('limits are named: too many files, too large a file, too large a release', async () => {
  await assert.rejects(quote({ 'a.txt': 'a\n', 'b.txt': 'b\n' }, { limits: { filesMax: 1 } }), {
    code: 'EGRESS_FILES_TOO_MANY',
    message: /limit of 1/,
  });
  const large = await quote({ 'a.txt': 'aaaa\n', 'b.txt': 'b\n' }, { limits: { fileBytesMax: 4 } });
  assert.deepEqual(
    large.files.map((file) => file.code),
    ['EGRESS_FILE_TOO_LARGE', null],
  );
  const release = await quote({ 'a.csv': CSV, 'b.csv': CSV }, { limits: { releaseBytesMax: 600 } });
  assert.deepEqual(
    release.files.map((file) => file.code),
    [null, 'EGRESS_RELEASE_TOO_LARGE'],
  );
});

test('a file that is gone is refused and nothing else', async () => {
  await withTempDir(async (dir) => {
    writeFileSync(join(dir, 'a.txt'), 'a\n');
    const outDir = join(dir, 'out');
    mkdirSync(outDir);
    const files = ['a.txt', 'gone.txt'].map((name) => ({ name, path: join(dir, name) }));
    const result = await quoteRelease({ files, pool, outDir });
    assert.deepEqual(
      result.files.map((file) => file.code),
      [null, 'EGRESS_FILE_UNREADABLE'],
    );
  });
});

test('rounding is stated for JSON too, and offered where it is cheaper', async () => {
  const values = Array.from({ length: 200 }, (_, i) => Math.sin(i * i));
  const json = JSON.stringify({ values });
  const lines = values.map((value) => JSON.stringify({ value })).join('\n');
  const plain = await quote({ 'a.json': json, 'b.jsonl': lines }, { cheaper: true, each: true });
  const lossy = await quote(
    { 'a.json': json, 'b.jsonl': lines },
    { form: parseForm('digits:4'), each: true },
  );
  assert.deepEqual(
    lossy.emitted.map((file) => file.form),
    ['digits:4', 'digits:4'],
  );
  assert.deepEqual(
    plain.files.map((file) => file.cheaper.find((form) => form.form === 'digits:4')?.chargeBits),
    lossy.files.map((file) => file.chargeBits),
  );
});

test('what the canonical form leaves out is said with the file', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg"><!-- a --><rect onclick="b" width="1" height="1"/></svg>';
  const result = await quote({ 'a.svg': svg, 'b.json': '{"k":1,"k":2}', 'c.csv': CSV });
  assert.deepEqual(
    result.files.map((file) => file.notes),
    [
      ['comments dropped', 'event attributes dropped'],
      ['keys given twice: the last value kept'],
      [],
    ],
  );
});

test('a document or model inside an archive is refused as what it is, whatever its name', async () => {
  const docx = zipSync({ '[Content_Types].xml': utf8('<x/>'), 'word/document.xml': utf8('<x/>') });
  const torch = zipSync({ 'm/data.pkl': utf8('\x80\x02}.'), 'm/version': utf8('3\n') });
  const plain = zipSync({ 'x.csv': utf8(CSV) });
  const zip = zipSync({ 'a.docx': docx, 'w.pt': torch, 'x.bin': plain, 'word/a.csv': utf8(CSV) });
  assert.deepEqual(
    (await quote({ 'all.zip': zip })).files.map(({ path, code }) => [path, code]),
    [
      ['all.zip!/a.docx', 'TYPE_OFFICE'],
      ['all.zip!/w.pt', 'TYPE_WEIGHTS'],
      ['all.zip!/word/a.csv', null],
      ['all.zip!/x.bin', 'EGRESS_ARCHIVE_NESTED'],
    ],
  );
});
