/** Bytes beside the content of a container: told when they are few, held when they could hide something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as code from '../../test/support/pickle-code.ts';
import { makeGguf } from '../../test/support/gguf-files.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, pickle } = code;
const SHELL = pickle(call('os', 'system', 'id'));
const utf8 = (value: string): Buffer => Buffer.from(value, 'utf8');

function verdict(bytes: Uint8Array, file = 'x'): string {
  const { findings } = scanSource(file, memorySource(bytes));
  const told = findings.some(({ code: own }) => own === 'SCAN_CONTENT_DROPPED') ? ', told' : '';
  return `${judgeScan(findings)}${told}`;
}

const little = (value: number, width: number): Buffer => {
  const out = Buffer.alloc(width);
  out.writeUIntLE(value, 0, width);
  return out;
};

/** A ZIP of one member with comments and an extra field in both of its headers. */
function zipWith({ comment = '', own = '', extra = Buffer.alloc(0) as Uint8Array }): Buffer {
  const plain = makeZip([['a.txt', utf8('hello\n')]]);
  const list = plain.indexOf('PK\x01\x02', 0, 'latin1');
  const end = plain.indexOf('PK\x05\x06', 0, 'latin1');
  const local = Buffer.concat([plain.subarray(0, 35), extra, plain.subarray(35, list)]);
  local.writeUInt16LE(extra.length, 28);
  const about = Buffer.from(own, 'latin1');
  const entry = Buffer.concat([plain.subarray(list, end), extra, about]);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt16LE(about.length, 32);
  const whole = Buffer.from(comment, 'latin1');
  const tail = Buffer.from(plain.subarray(end));
  tail.writeUInt32LE(entry.length, 12);
  tail.writeUInt32LE(local.length, 16);
  tail.writeUInt16LE(whole.length, 20);
  return Buffer.concat([local, entry, tail, whole]);
}

const field = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([little(tag, 2), little(content.length, 2), content]);

test('what a ZIP holds beside its members is told, and held when it could hide something', () => {
  const shell = SHELL.toString('latin1');
  const times = field(0x5455, Buffer.alloc(9, 3));
  const owner = field(0x7875, Buffer.from('0104e803000004e8030000', 'hex'));
  assert.equal(verdict(zipWith({})), 'clean');
  assert.equal(verdict(zipWith({ extra: Buffer.concat([times, owner]) })), 'clean');
  assert.equal(verdict(zipWith({ extra: field(0x4246, Buffer.alloc(50, 'Z')) })), 'clean');
  assert.equal(verdict(zipWith({ comment: 'd41d8cd98f00b204e9800998ecf8427e' })), 'clean, told');
  assert.equal(verdict(zipWith({ own: 'made by hand' })), 'clean, told');
  for (const [what, bytes] of Object.entries({
    comment: zipWith({ comment: shell }),
    'a long comment': zipWith({ comment: 'a '.repeat(30_000) }),
    'a comment in base64': zipWith({ comment: SHELL.toString('base64') }),
    'comment of a member': zipWith({ own: shell }),
    'an extra field': zipWith({ extra: field(0xcafe, SHELL) }),
    'filled padding': zipWith({ extra: field(0x4246, SHELL) }),
    'a field of times that is too long': zipWith({ extra: field(0x5455, SHELL) }),
  })) {
    assert.equal(verdict(bytes), 'inconclusive, told', what);
  }
});

test('members whose names differ by case or width only are held', () => {
  const two = (a: string, b: string): Buffer =>
    makeZip([
      [a, utf8('1\n')],
      [b, utf8('2\n')],
    ]);
  assert.equal(verdict(two('dup.txt', 'Dup.txt')), 'inconclusive');
  assert.equal(verdict(two('ﬁle.txt', 'file.txt')), 'inconclusive');
  assert.equal(verdict(two('straße.txt', 'STRASSE.txt')), 'inconclusive');
  assert.equal(verdict(two('a.txt', 'b.txt')), 'clean');
});

test('a gzip header with more than a name is told, and bytes behind the end are said as such', () => {
  const plain = gzipSync(utf8('hello\n'));
  const head = (flags: number, ...parts: Uint8Array[]): Buffer =>
    Buffer.concat([
      plain.subarray(0, 3),
      Buffer.from([flags]),
      plain.subarray(4, 10),
      ...parts,
      plain.subarray(10),
    ]);
  const extra = (content: Uint8Array): Buffer => head(4, little(content.length, 2), content);
  assert.equal(verdict(head(8, utf8('a.txt\0'))), 'clean');
  assert.equal(verdict(extra(utf8('BC\x02\0ab'))), 'clean, told');
  assert.equal(verdict(extra(SHELL)), 'inconclusive, told');
  assert.equal(verdict(head(16, utf8('cos\nsystem\n(Vid\ntR.\0'))), 'inconclusive, told');
  const { findings } = scanSource('x.gz', memorySource(Buffer.concat([plain, SHELL, SHELL])));
  assert.equal(judgeScan(findings), 'inconclusive');
  assert.match(findings[0]?.sentence ?? '', /follow/);
});

function tarOf(records: string, fill = 0): Buffer {
  const header = (name: string, type: string, size: number): Buffer => {
    const block = Buffer.alloc(512);
    block.write(name);
    block.write('0000644\0', 100);
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    block.write('        ', 148);
    block.write(type, 156);
    block.write('ustar\x0000', 257);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return block;
  };
  const padded = (text: string, own = 0): Buffer => {
    const block = Buffer.alloc(Math.ceil(text.length / 512) * 512, own);
    block.write(text, 'latin1');
    return block;
  };
  const extended = records === '' ? [] : [header('pax', 'x', records.length), padded(records)];
  return Buffer.concat([
    ...extended,
    ...[header('a.txt', '0', 6), padded('hello\n', fill), Buffer.alloc(1024)],
  ]);
}

test('a tar that says more than names, times and owners is told', () => {
  const record = (key: string, value: string): string => {
    const rest = ` ${key}=${value}\n`;
    const length = rest.length + String(rest.length + 2).length;
    return `${String(length)}${rest}`;
  };
  assert.equal(verdict(tarOf('')), 'clean');
  assert.equal(verdict(tarOf(record('mtime', '1700000000.5'))), 'clean');
  assert.equal(verdict(tarOf(record('comment', 'by hand'))), 'clean, told');
  assert.equal(verdict(tarOf(record('comment', SHELL.toString('base64')))), 'inconclusive, told');
  assert.equal(verdict(tarOf(record('comment', SHELL.toString('latin1')))), 'inconclusive, told');
  assert.equal(verdict(tarOf('', 0x41)), 'clean, told');
});

test('the marks of a PyTorch file say what they are for and nothing else', () => {
  const data = pickle('}(', code.text('w'), code.tensorCode(1, [1], [1]), 'u');
  const storage = Buffer.alloc(4);
  const make = (mark: string, content: Uint8Array): Buffer =>
    makeZip([
      ...code.torchMembers(data, storage).filter(([name]) => name !== `archive/${mark}`),
      [`archive/${mark}`, content],
    ]);
  assert.equal(verdict(make('version', utf8('3\n')), 'm.pt'), 'clean');
  const id = utf8('1234567890'.repeat(4));
  assert.equal(verdict(make('.data/serialization_id', id), 'm.pt'), 'clean');
  for (const mark of ['version', 'byteorder', '.data/serialization_id', '.storage_alignment']) {
    assert.equal(verdict(make(mark, SHELL), 'm.pt'), 'malicious', mark);
    assert.equal(verdict(make(mark, utf8('some words')), 'm.pt'), 'inconclusive', mark);
  }
});

function safetensorsWith(text: string): Buffer {
  const header = utf8(
    JSON.stringify({
      __metadata__: { x: text },
      t: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    }),
  );
  return Buffer.concat([little(header.length, 6), Buffer.alloc(2), header, Buffer.alloc(4)]);
}

test('texts that are kept are judged like those of pickles', () => {
  assert.equal(verdict(safetensorsWith('pt')), 'clean');
  assert.equal(verdict(safetensorsWith(SHELL.toString('base64'))), 'malicious');
  assert.equal(
    verdict(safetensorsWith(pickle(code.text('some plain data'), ']\x86').toString('base64'))),
    'inconclusive',
  );
  const named = JSON.stringify({
    [SHELL.toString('base64')]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
  });
  const head = Buffer.concat([little(named.length, 6), Buffer.alloc(2), utf8(named)]);
  assert.equal(verdict(Buffer.concat([head, Buffer.alloc(4)])), 'malicious');
  assert.equal(verdict(makeGguf({ keys: ['general.name', SHELL.toString('hex')] })), 'malicious');
  assert.equal(verdict(makeGguf({ template: SHELL.toString('base64') })), 'malicious');
});

test('padding of a GGUF file that is not empty is held', () => {
  const plain = makeGguf({ alignment: 64, names: ['a.weight', 'b.weights'], offset: 128 });
  assert.equal(verdict(plain), 'clean');
  const filled = Buffer.from(plain);
  filled[filled.length - 256 - 1] = 7;
  assert.equal(verdict(filled), 'inconclusive, told');
});

/** An npy file of texts of one byte each letter. */
function npyOf(content: Uint8Array, cell = content.length): Buffer {
  const head = `{'descr': '|S${String(cell)}', 'fortran_order': False, 'shape': (${String(content.length / cell)},), }\n`;
  const mark = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), little(head.length, 2)]);
  return Buffer.concat([mark, utf8(head), content]);
}

test('texts of arrays and values behind the arrays of joblib are judged too', () => {
  assert.equal(verdict(npyOf(utf8('some words of a text')), 'a.npy'), 'clean');
  assert.equal(verdict(npyOf(SHELL), 'a.npy'), 'malicious');
  const plain = pickle(code.text('plain'), ']\x86');
  const cell = Math.max(plain.length, SHELL.length);
  const cells = [SHELL, ...Array.from({ length: 20 }, () => plain)].map((each) =>
    Buffer.concat([each, Buffer.alloc(cell - each.length)]),
  );
  assert.equal(verdict(npyOf(Buffer.concat(cells), cell), 'a.npy'), 'malicious');
  const wrapper = [
    ...[code.name('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81}('],
    ...[code.text('subclass'), code.name('numpy', 'ndarray'), code.text('shape'), 'K\x01\x85'],
    ...[code.text('order'), code.text('C'), code.text('dtype'), code.name('numpy', 'dtype')],
    ...[code.text('f8'), '\x89\x88\x87R', code.text('allow_mmap'), '\x88'],
    ...[code.text('numpy_array_alignment_bytes'), 'Nub', Buffer.alloc(8)],
  ];
  const behind = (...parts: (string | Uint8Array)[]): Buffer =>
    pickle('}(', code.text('a'), ...wrapper, code.text('b'), ...parts, 'u');
  assert.equal(verdict(behind('K\x01')), 'clean');
  assert.equal(verdict(behind(code.bytes(SHELL))), 'malicious');
  assert.equal(verdict(behind(code.text(SHELL.toString('base64')))), 'malicious');
});
