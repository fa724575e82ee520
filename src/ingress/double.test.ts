/** Files that are sound files of one type and, for a reader of pickles, a pickle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, joinCode, name, text } = code;
const scan = (bytes: Uint8Array, file = 'x'): Decoded => scanSource(file, memorySource(bytes));
const verdict = (bytes: Uint8Array, file = 'x'): string => judgeScan(scan(bytes, file).findings);
const codes = (bytes: Uint8Array): string =>
  scan(bytes)
    .findings.map(({ code: each, severity }) => `${severity} ${each}`)
    .join();

/**
 * A safetensors file of one tensor whose header length begins with `X`, BINUNICODE: for a reader of pickles the header is
 * the rest of a text, and the opcodes come in the bytes of the tensor.
 */
function doubleSafetensors(opcodes: Uint8Array): Buffer {
  const data = Buffer.concat([Buffer.from('\n'), opcodes]);
  const header = 'X'.charCodeAt(0) + 256 * 40;
  // The length of the text is bytes 1 to 4 of the file; it ends at byte 45, where the name of the tensor has an opcode
  // that takes the rest of the header as one line.
  const named = `{"${'a'.repeat(35)}V${'a'.repeat(10)}":`;
  const shape = `{"dtype":"U8","shape":[${String(data.length)}],"data_offsets":[0,${String(data.length)}]}}`;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header));
  return Buffer.concat([length, Buffer.from((named + shape).padEnd(header)), data]);
}

/** A tar of one file whose name begins with a number of four zero bytes, POP, and the opcodes. */
function doubleTar(opcodes: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  Buffer.concat([Buffer.from('J\0\0\0\x000'), opcodes]).copy(header);
  const size = (6).toString(8).padStart(11, '0');
  header.write(`0000644\x000000000\x000000000\0${size}\x0000000000000\0        0`, 100, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, Buffer.from('hello\n'), Buffer.alloc(506 + 1024)]);
}

const SYSTEM = name('os', 'system');
/** MEMOIZE takes number 3: the entries before it are 0, 1 and 3, and 1 was stored twice. */
const MEMO = joinCode(
  ...['K\x01q\x010K\x01q\x000K\x01q\x010', name('uuid', 'UUID'), 'q\x030'],
  ...[SYSTEM, '\x940h\x03', text('id'), '\x85R.'],
);

test('the control: a plain safetensors file and a plain tar of this make are clean', () => {
  assert.equal(verdict(doubleSafetensors(Buffer.from('plain'))), 'clean');
  assert.equal(verdict(doubleTar(Buffer.from('plain'))), 'clean');
});

test('an entry of the memo that is stored twice counts once', () => {
  assert.equal(verdict(joinCode('\x80\x02', MEMO), 'x.pkl'), 'malicious');
  assert.match(codes(joinCode('\x80\x02', MEMO)), /deny SCAN_PICKLE_CALL/);
  // Entries that were stored out of order and are then reached.
  const reached = joinCode(
    ...['\x80\x02Nq\x020Nq\x000Nq\x010', name('uuid', 'UUID'), 'q\x040', SYSTEM, '\x940'],
    ...['h\x04', text('id'), '\x85R.'],
  );
  assert.match(codes(reached), /deny SCAN_PICKLE_CALL/);
});

test('a file of another type that is a whole pickle with names outside the grammar is malicious', () => {
  const opcodes = {
    'a call': joinCode(call('os', 'system', 'id'), '.'),
    'a call by a number of the memo': MEMO,
    'a call that an iterator makes': joinCode(
      ...[name('builtins', 'set'), name('builtins', 'iter'), name('functools', 'partial'), SYSTEM],
      ...[text('id'), '\x86RK\x00\x86R\x85R.'],
    ),
    'a reference': joinCode(SYSTEM, '.'),
    'an object': joinCode(name('types', 'SimpleNamespace'), ')\x81.'),
  };
  for (const [what, bytes] of Object.entries(opcodes)) {
    const double = doubleSafetensors(bytes);
    assert.equal(verdict(double, 'm.safetensors'), 'malicious', what);
    assert.match(codes(double), /deny SCAN_TYPE_DOUBLE/, what);
    assert.deepEqual(scan(double).forms, [], what);
  }
  const short = joinCode('cos\nsystem\nU\x02id\x85R.');
  assert.equal(verdict(doubleTar(short)), 'malicious');
  assert.equal(verdict(doubleTar(joinCode('cos\nsystem\n.'))), 'malicious');
});

test('a file of another type that is a whole pickle of data is for a person', () => {
  const data = doubleSafetensors(joinCode(name('collections', 'OrderedDict'), ')R.'));
  assert.equal(verdict(data), 'inconclusive');
  assert.match(codes(data), /hold SCAN_TYPE_DOUBLE/);
  // One that breaks off behind a name is told too, whatever the type.
  const cut = doubleSafetensors(joinCode(SYSTEM, 'NN'));
  assert.equal(verdict(cut), 'inconclusive');
  assert.match(codes(cut), /hold SCAN_PICKLE_REFERENCE/);
});

test('a pickle that is not judged to its end is told, whatever the type', () => {
  const scattered = Array.from({ length: 1 << 16 }, (_, i) => {
    const index = Buffer.alloc(4);
    index.writeUInt32LE(2 * i + 2);
    return joinCode('r', index);
  });
  const long = doubleSafetensors(joinCode('N', ...scattered, 'r\xff\xff\xff\x7f', MEMO));
  assert.equal(verdict(long), 'inconclusive');
  assert.match(codes(long), /hold SCAN_PICKLE_BROKEN/);
});

test('numbers of the memo are read as CPython reads them', () => {
  const calls = (put: string, get: string): Buffer =>
    joinCode(`cos\nsystem\np${put}\n0g${get}\n(S'id'\ntR.`);
  const spelled: readonly (readonly [string, string])[] = [
    ['5', `${' '.repeat(70)}5`],
    [`${'0'.repeat(70)}5`, '5'],
    ['5\0z', '+5'],
    ['\t5\v', '0_5'],
    ['-0', '0'],
    ['99999999999999999999', '099999999999999999999'],
  ];
  for (const [put, get] of spelled) {
    assert.equal(verdict(calls(put, get), 'notes.txt'), 'malicious', JSON.stringify([put, get]));
  }
  // Behind numbers that no reader takes nothing is loaded.
  for (const put of ['x', '', '5 5', '_5', '5__5', '-5', '1e1', '0x5']) {
    const text0 = joinCode(`I1\np${put}\n0cos\nsystem\n(S'id'\ntR.`);
    assert.equal(verdict(text0, 'notes.txt'), 'clean', put);
  }
  const far = joinCode(`I1\np${' '.repeat(70_000)}5\n0cos\nsystem\n(S'id'\ntR.`);
  assert.equal(verdict(far, 'notes.txt'), 'inconclusive');
});

test('a last line without its end is read as one reader of CPython does', () => {
  assert.equal(verdict(joinCode("(S'id'\nios\nsystem_"), 'notes.txt'), 'malicious');
});

test('texts with long lines are texts', () => {
  const columns = `col1${',c2'.repeat(1500)}\n`;
  assert.equal(verdict(Buffer.from(columns + columns), 'x.txt'), 'clean');
  const chapter = `conclusion\n${'it was so and '.repeat(300)}\nThe end.\n`;
  assert.equal(verdict(Buffer.from(chapter), 'x.txt'), 'clean');
});

test('a safetensors file whose header length begins like a pickle is a safetensors file', () => {
  for (const length of [128, 384, 1408]) {
    const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(length);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(length));
    const bytes = Buffer.concat([size, Buffer.from(header), Buffer.alloc(4)]);
    assert.deepEqual([scan(bytes).type, verdict(bytes)], ['safetensors', 'clean'], String(length));
  }
});

const words = (...list: readonly string[]): Buffer => Buffer.from(`${list.join('\n')}\n`);

test('lists of words that begin with a `c` are texts', () => {
  for (const list of [
    ['cat', 'cow', 'cab', 'cad', 'dog'],
    ['cat', 'cow', 'cab', 'cad', 'ant', 'dog'],
    ['cat', 'cow', 'cab', 'cad', 'can', 'cap', 'sun', 'sea'],
    ['cat', 'cow', 'cab', 'cad', 'ace', 'ant', 'apple'],
    ['cat', 'cow', 'cab', 'cad', 'bat', 'bee'],
    ['cat', 'cow', 'It', 'ant'],
    ['cat', 'cow', 'Sam', 'ant'],
    ['cat', 'cow', 'Lima', 'ant'],
    ['cat', 'cow', 'Friday', 'ant'],
  ])
    assert.equal(verdict(words(...list), 'words.txt'), 'clean', list.join());
  // Where a module is there, or something else is done, nobody can tell them from a pickle.
  for (const list of [
    ['cast', 'castle', 'cat', 'cow', 'ant'],
    ['cat', 'cow', 'Van', 'ant'],
    ['cab', 'cad', 'can', 'cap', 'Rat'],
  ])
    assert.equal(verdict(words(...list), 'words.txt'), 'inconclusive', list.join());
});

test('a text that does something before it breaks off is malicious', () => {
  for (const stream of [
    "cos\nsystem\n(S'id'\ntRxxx",
    "cos\nsystem\nS'id'\nRxxx",
    'cos\nsystem\ncsys\nargv\nRxxx',
    "csys\npath\nS'/tmp'\naxxx",
    "cfoo\nbar\nS'x'\naxxx",
    'cfoo\nbar\n(I1\ntRxxx',
    'cfoo\nbar\ncbaz\nqux\na.',
    // What no reader takes for a number ends it; what one takes does not.
    "I0x1f\n0F-1_0.5e1\n0L1L\n0Fnan\n0I\n0cos\nsystem\n(S'id'\ntR",
    "I1\0z\n0cos\nsystem\n(S'id'\ntR",
  ])
    assert.equal(verdict(joinCode(stream), 'words.txt'), 'malicious', JSON.stringify(stream));
});
