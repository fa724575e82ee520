/** Long numbers of a ZIP beside its short ones: where two readers could take either, they are the same or the file is refused. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { listZip } from './zip.ts';

const SHORT_MAX = 0xffffffff;
const DATA = Buffer.from('a,b\n1,2\n');

interface Wide {
  /** Short sizes in both headers, and the values of a zip64 field in each; none without it. */
  readonly short?: number;
  readonly local?: readonly number[];
  readonly central?: readonly number[];
  readonly offset?: number;
  /** The end record, its zip64 form and the locator before it. */
  readonly end?: readonly [count: number, size: number, start: number];
  readonly wideEnd?: (count: number, size: number, start: number) => readonly number[];
  readonly locatorAt?: number;
}

/** A zip64 field; a value below 0 is a number of four bytes, without its sign and one more. */
function field(values: readonly number[] = []): Buffer {
  const parts = values.map((value) => {
    const bytes = Buffer.alloc(value < 0 ? 4 : 8);
    if (value < 0) bytes.writeUInt32LE(-value - 1);
    else bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  });
  if (parts.length === 0) return Buffer.alloc(0);
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([1, 0, content.length, 0]), content]);
}

function zip({ short = DATA.length, offset = 0, ...wide }: Wide): Buffer {
  const common = (extra: Buffer): Buffer => {
    const bytes = Buffer.alloc(26);
    bytes.writeUInt16LE(45, 0);
    bytes.writeUInt32LE(0x00210000, 6);
    bytes.writeUInt32LE(crc32(DATA), 10);
    bytes.writeUInt32LE(short, 14);
    bytes.writeUInt32LE(short, 18);
    bytes.writeUInt16LE(5, 22);
    bytes.writeUInt16LE(extra.length, 24);
    return bytes;
  };
  const name = Buffer.from('a.csv');
  const [local, central] = [field(wide.local), field(wide.central)];
  const member = Buffer.concat([Buffer.from('PK\x03\x04'), common(local), name, local, DATA]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  const head = Buffer.from('PK\x01\x02\x2d\0', 'latin1');
  const list = Buffer.concat([head, common(central), rest, name, central]);
  const [count, size, start] = wide.end ?? [1, list.length, member.length];
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(start, 16);
  const parts = [member, list];
  if (wide.wideEnd !== undefined) {
    const [own = 0, bytes = 0, from = 0] = wide.wideEnd(1, list.length, member.length);
    const long = Buffer.alloc(76);
    long.write('PK\x06\x06', 'latin1');
    long.writeBigUInt64LE(44n, 4);
    long.writeUInt16LE(45, 12);
    long.writeUInt16LE(45, 14);
    for (const at of [24, 32]) long.writeBigUInt64LE(BigInt(own), at);
    long.writeBigUInt64LE(BigInt(bytes), 40);
    long.writeBigUInt64LE(BigInt(from), 48);
    long.write('PK\x06\x07', 56, 'latin1');
    long.writeBigUInt64LE(BigInt(wide.locatorAt ?? member.length + list.length), 64);
    long.writeUInt32LE(1, 72);
    parts.push(long);
  }
  return Buffer.concat([...parts, end]);
}

const L = DATA.length;
const same = (count: number, size: number, start: number): readonly number[] => [
  count,
  size,
  start,
];

test('long numbers that stand for short ones, or say the same, are read', () => {
  for (const [what, wide] of Object.entries<Wide>({
    'no long numbers': {},
    'sizes in both headers': { short: SHORT_MAX, local: [L, L], central: [L, L] },
    'all that are asked for': {
      ...{ short: SHORT_MAX, offset: SHORT_MAX },
      ...{ local: [L, L], central: [L, L, 0] },
    },
    'the same without being asked': { local: [L, L], central: [L, L, 0] },
    'the first volume': { short: SHORT_MAX, local: [L, L], central: [L, L, 0, -1] },
    'a long end that says the same': { wideEnd: same },
    'a long end that is asked for': { wideEnd: same, end: [0xffff, SHORT_MAX, SHORT_MAX] },
  }))
    assert.ok(listZip(zip(wide)).ok, what);
});

test('long numbers that differ from short ones are refused', () => {
  for (const [what, wide] of Object.entries<Wide>({
    'sizes of the local header': { local: [L + 1, L + 1] },
    'sizes of the directory': { central: [L, L + 1] },
    'an offset': { central: [L, L, 7] },
    'too few numbers': { short: SHORT_MAX, local: [L, L], central: [L] },
    'a number too many': { short: SHORT_MAX, local: [L, L], central: [L, L, 0, 9] },
    'another volume': { short: SHORT_MAX, local: [L, L], central: [L, L, 0, -3] },
    'bytes left over': { central: [L, L, 0, -1, -1] },
    'a long end with another size': { wideEnd: (count, size, start) => [count, size - 1, start] },
    'a long end with another start': { wideEnd: (count, size, start) => [count, size, start - 1] },
    'a long end with another count': { wideEnd: (_, size, start) => [2, size, start] },
    'a locator that points elsewhere': { wideEnd: same, locatorAt: 4 },
    'a short end that asks for what is not there': { end: [0xffff, SHORT_MAX, SHORT_MAX] },
  })) {
    const listed = listZip(zip(wide));
    assert.equal(listed.ok ? 'read' : listed.code, 'ARCHIVE_BROKEN', what);
  }
});

const hasPython = spawnSync('python3', ['-c', 'import zipfile']).status === 0;

test('what Python writes with long numbers is read', { skip: !hasPython }, () => {
  const script = `
import io, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w') as z:
    with z.open('a.csv', 'w', force_zip64=True) as f: f.write(b'a,b\\n1,2\\n')
sys.stdout.buffer.write(out.getvalue())`;
  const { stdout } = spawnSync('python3', ['-c', script]);
  const listed = listZip(stdout);
  assert.ok(listed.ok);
  assert.deepEqual(
    listed.value.map((member) => String(member.bytes())),
    ['a,b\n1,2\n'],
  );
});
