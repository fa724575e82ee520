import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { zipSync, type Zippable } from 'fflate';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { listMembers } from './archive.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface TarFile {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly type?: string;
  readonly link?: string;
}

/** Writes a ustar archive. */
function packTar(files: readonly TarFile[], end = 1024): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, data = new Uint8Array(0), type = '0', link = '' } of files) {
    const header = new Uint8Array(512);
    header.set(utf8(name), 0);
    header.set(utf8('0000644\0'), 100);
    header.set(utf8(`${data.length.toString(8).padStart(11, '0')}\0`), 124);
    header.set(utf8('00000000000\0'), 136);
    header.set(utf8(type), 156);
    header.set(utf8(link), 157);
    header.set(utf8('ustar\x0000'), 257);
    header.set(utf8('        '), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(data);
    blocks.push(header, padded);
  }
  return Buffer.concat([...blocks, new Uint8Array(end)]);
}

function names(bytes: Uint8Array, name?: string): string[] {
  const listed = listMembers(bytes, name);
  assert.ok(listed.ok, listed.ok ? '' : listed.message);
  return listed.value.map((member) => member.name);
}

function refusal(bytes: Uint8Array): string {
  const listed = listMembers(bytes);
  assert.ok(!listed.ok, 'the archive was taken');
  return listed.code;
}

const files: Zippable = { 'b.csv': utf8('b,1\n'), 'd/a.csv': utf8('a\n'.repeat(99)) };

test('a zip gives its members sorted, whatever order, times, levels, comments and extra fields it has', () => {
  const variants = [
    zipSync(files),
    zipSync({ 'd/a.csv': files['d/a.csv'] ?? [], 'b.csv': files['b.csv'] ?? [] } as Zippable),
    zipSync(files, { level: 0, mtime: '2001-02-03' }),
    zipSync(files, { level: 9, comment: 'hidden', extra: { 9999: utf8('hidden') } }),
    zipSync({ 'd/': new Uint8Array(0), ...files }),
  ];
  for (const zip of variants) {
    const listed = listMembers(zip);
    assert.ok(listed.ok, listed.ok ? '' : listed.message);
    assert.deepEqual(
      listed.value.map((member) => [member.name, Buffer.from(member.bytes()).toString()]),
      [
        ['b.csv', 'b,1\n'],
        ['d/a.csv', 'a\n'.repeat(99)],
      ],
    );
  }
});

test('tar, tar.gz, gz and archives inside archives are flattened', () => {
  const tar = packTar([
    { name: './d/', type: '5' },
    { name: './d/x.csv', data: utf8('1\n') },
    { name: 'a.txt', data: utf8('t') },
  ]);
  assert.deepEqual(names(tar), ['a.txt', 'd/x.csv']);
  assert.deepEqual(names(gzipSync(tar)), ['a.txt', 'd/x.csv']);
  assert.deepEqual(names(gzipSync(utf8('x,y\n')), 'dir/x.csv.gz'), ['x.csv']);
  assert.deepEqual(names(zipSync({ 'in.tar.gz': gzipSync(tar), 'c.csv': utf8('1') })), [
    'c.csv',
    'in.tar.gz!/a.txt',
    'in.tar.gz!/d/x.csv',
  ]);
  const deep = zipSync({ 'b.zip': zipSync({ 'c.zip': zipSync(files) }) });
  assert.equal(refusal(deep), 'ARCHIVE_DEPTH_EXCESS');
});

test('long names of pax and GNU tar are read', () => {
  const long = `${'folder/'.repeat(20)}x.csv`;
  const record = ` path=${long}\n`;
  const pax = utf8(`${String(record.length + 3)}${record}`);
  assert.deepEqual(names(packTar([{ name: 'h', type: 'x', data: pax }, { name: 's' }])), [long]);
  const gnu = utf8(`${long}\0`);
  assert.deepEqual(names(packTar([{ name: 'h', type: 'L', data: gnu }, { name: 's' }])), [long]);
});

test('links, devices, sparse files and unsafe names are refused', () => {
  for (const type of ['1', '2', '3', '4', '6', '7', 'S', 'K', 'Z']) {
    assert.equal(refusal(packTar([{ name: 'x', type }])), 'ARCHIVE_MEMBER_KIND');
  }
  for (const name of ['../x', '/x', 'a//b', 'a/./b', 'a\\b', 'C:x', 'a\u0001', 'a\u202eb', '..']) {
    assert.equal(refusal(packTar([{ name, data: utf8('1') }])), 'ARCHIVE_NAME_UNSAFE', name);
    assert.equal(refusal(zipSync({ [name]: utf8('1') })), 'ARCHIVE_NAME_UNSAFE', name);
  }
  assert.equal(refusal(packTar([{ name: 'x' }, { name: './x' }])), 'ARCHIVE_NAME_TWICE');
  assert.equal(refusal(packTar([{ name: 'x' }, { name: 'x/y' }])), 'ARCHIVE_NAME_TWICE');
  assert.equal(refusal(zipSync({ 'e\u0301': utf8('1'), é: utf8('2') })), 'ARCHIVE_NAME_TWICE');
  const link = zipSync({ x: [utf8('/etc/passwd'), { os: 3, attrs: 0xa1ff0000 }] });
  assert.equal(refusal(link), 'ARCHIVE_MEMBER_KIND');
});

test('prefixes, suffixes, gaps and disagreeing headers of a zip are refused', () => {
  const zip = zipSync(files, { level: 0 });
  assert.equal(refusal(Buffer.concat([zip, utf8('x')])), 'ARCHIVE_BROKEN');
  assert.equal(refusal(Buffer.concat([utf8('PK\u0003\u0004'), zip])), 'ARCHIVE_BROKEN');
  const directory = Buffer.from(zip).readUInt32LE(zip.length - 6);
  // Every byte of both headers of the first member that means something must agree or be refused.
  for (const at of [4, 6, 8, 10, 14, 18, 22, 26, 30]) {
    const local = Uint8Array.from(zip);
    local[at] = (local[at] ?? 0) ^ 0x10;
    assert.ok(!listMembers(local).ok, `local ${String(at)}`);
    const central = Uint8Array.from(zip);
    const there = directory + (at < 28 ? at + 2 : at + 16);
    central[there] = (central[there] ?? 0) ^ 0x10;
    assert.ok(!listMembers(central).ok, `central ${String(at)}`);
  }
});

test('bombs are refused before they are unpacked', () => {
  const zip = Buffer.from(zipSync({ x: new Uint8Array(100_000) }));
  const directory = zip.readUInt32LE(zip.length - 6);
  zip.writeUInt32LE(0x1f000000, 22);
  zip.writeUInt32LE(0x1f000000, directory + 24);
  assert.equal(refusal(zip), 'ARCHIVE_BROKEN');
  zip.writeUInt32LE(0x7f000000, 22);
  zip.writeUInt32LE(0x7f000000, directory + 24);
  assert.equal(refusal(zip), 'ARCHIVE_BYTES_EXCESS');
  const gzip = Buffer.from(gzipSync(new Uint8Array(100_000)));
  gzip.writeUInt32LE(0x1f000000, gzip.length - 4);
  assert.equal(refusal(gzip), 'ARCHIVE_BROKEN');
});

test('a changed or shortened archive is refused or gives the same members, never an exception', () => {
  const archives = [
    zipSync(files),
    gzipSync(packTar([{ name: 'x', data: utf8('12345') }])),
    packTar([{ name: 'x', data: utf8('12345') }]),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...archives),
      fc.nat(),
      fc.nat(255),
      fc.boolean(),
      (a, at, by, cut) => {
        const copy = Uint8Array.from(a);
        const place = at % a.length;
        copy[place] = by;
        listMembers(cut ? copy.subarray(0, place) : copy);
      },
    ),
    { numRuns: 400 },
  );
});

test('time grows linearly with the number of members', () => {
  const pack = (count: number): Uint8Array =>
    packTar(Array.from({ length: count }, (_, i) => ({ name: `d/${String(i)}`, data: utf8('x') })));
  const timeFor = (bytes: Uint8Array): number =>
    leastThreadMs(() => {
      assert.ok(listMembers(bytes).ok);
    });
  const [few, many] = [timeFor(pack(800)), timeFor(pack(8000))];
  assert.ok(many < few * 10 * 4, `${String(few)} ms, then ${String(many)} ms`);
});
