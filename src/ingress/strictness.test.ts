/** What the reference readers refuse is refused, and what lies beside the content is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGguf } from '../../test/support/gguf-files.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

function scan(name: string, bytes: Uint8Array) {
  const decoded = scanSource(name, memorySource(bytes));
  return {
    verdict: judgeScan(decoded.findings),
    codes: decoded.findings.map(({ code }) => code),
    forms: decoded.forms.map((form) => Buffer.concat([...form.pieces()])),
  };
}

function safetensors(shape: string, offsets: string): Buffer {
  const header = `{"a":{"dtype":"U8","shape":[${shape}],"data_offsets":[${offsets}]}}`;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]);
}

function npy(shape: string, bytes = 24): Buffer {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
  const text = `${header.padEnd(117)}\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  return Buffer.concat([head, Buffer.from(text), Buffer.alloc(bytes)]);
}

test('sizes of safetensors are whole numbers by their spelling', () => {
  assert.equal(scan('a.safetensors', safetensors('4', '0,4')).verdict, 'clean');
  for (const [shape, offsets] of [
    ['4.0', '0,4'],
    ['4e0', '0,4'],
    ['4', '-0,4'],
  ] as const) {
    const { verdict, codes } = scan('a.safetensors', safetensors(shape, offsets));
    assert.deepEqual([verdict, codes], ['inconclusive', ['SCAN_SAFETENSORS_BROKEN']], shape);
  }
});

test('the shape of an npy is a tuple of Python', () => {
  for (const shape of ['(3,)', '(3, 1)', '(1,3,)'])
    assert.equal(scan('a.npy', npy(shape)).verdict, 'clean', shape);
  assert.equal(scan('a.npy', npy('()', 8)).verdict, 'clean');
  for (const shape of ['(3)', '(,3,)', '(3,,)', '(3,,1)', '(3 1)'])
    assert.equal(scan('a.npy', npy(shape)).verdict, 'inconclusive', shape);
});

test('an array that is called like the metadata of safetensors keeps its values under another name', () => {
  const zip = makeZip([
    ['__metadata__.npy', npy('(3,)')],
    ['__metadata___.npy', npy('(3,)')],
  ]);
  const { verdict, forms } = scan('a.npz', zip);
  assert.equal(verdict, 'clean');
  const again = scan('a.safetensors', forms[0] ?? new Uint8Array());
  assert.equal(again.verdict, 'clean');
  assert.match(String(forms[0]), /"__metadata____":\{"dtype":"F64"/);
});

test('a file that is called a table and is none is for a person', () => {
  for (const text of ['a,b\n1,2\n', 'a\n1\n', 'a\n1.50\n\n2\n', 'a b\nc d e\n'])
    assert.equal(scan('a.csv', Buffer.from(text)).verdict, 'clean', text);
  for (const text of ['a,b\n1,2,3\n', 'x"y,2\n', 'a\n"b\nc\n', 'a\n1\t2\n3\n']) {
    assert.equal(scan('a.csv', Buffer.from(text)).verdict, 'inconclusive', text);
    assert.equal(scan('a.txt', Buffer.from(text)).verdict, 'clean', text);
  }
});

test('a table of one column may quote its cells', () => {
  const prompts = 'prompt\n"Write, then read: ""x; y"""\n"two\nlines"\nplain\n';
  assert.equal(scan('a.csv', Buffer.from(prompts)).verdict, 'clean');
  for (const text of ['a\n"a, b"\nc; d\n', 'a\n"a, b\nc', 'a\n"a" b\n', 'a\n"b",c\n'])
    assert.equal(scan('a.csv', Buffer.from(text)).verdict, 'inconclusive', text);
  // Its cells are looked at as those of every table.
  const evil = `text\n"a, b"\n"cos\nsystem\n(S'id'\ntR."\n`;
  assert.equal(scan('a.csv', Buffer.from(evil)).verdict, 'malicious');
});

test('bytes of a tar header that belong to no field are told', () => {
  const tar = (change: (header: Buffer) => void): Buffer => {
    const header = Buffer.alloc(512);
    header.write('a.txt');
    for (const [at, text] of [
      [100, '0000644\0'],
      [124, '00000000002\0'],
      [148, '        '],
      [156, '0'],
      [257, 'ustar\x0000'],
    ] as const)
      header.write(text, at, 'latin1');
    change(header);
    const sum = header.reduce((a, b) => a + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return Buffer.concat([header, Buffer.from('a\n'), Buffer.alloc(510 + 1024)]);
  };
  assert.deepEqual(
    scan(
      'a.tar',
      tar(() => undefined),
    ).codes,
    [],
  );
  for (const at of [50, 157, 200, 290, 400, 505]) {
    const { codes } = scan(
      'a.tar',
      tar((header) => header.write('x', at)),
    );
    assert.deepEqual(codes, ['SCAN_CONTENT_DROPPED'], String(at));
  }
});

test('a finding about a text of a GGUF file says whether the safe form holds it', () => {
  const { verdict, codes, forms } = scan('a.gguf', makeGguf({ names: ['../../etc/passwd', 'b'] }));
  assert.equal(verdict, 'inconclusive');
  assert.deepEqual(codes, ['SCAN_METADATA_KEPT']);
  assert.ok(forms[0]?.includes('../../etc/passwd'));
});
