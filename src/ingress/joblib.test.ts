/** joblib's files: arrays between opcodes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import * as code from '../../test/support/pickle-code.ts';
import { memorySource, readSafetensors } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, joinCode, name, pickle, text } = code;
const scan = (bytes: Uint8Array): Decoded => scanSource('x.joblib', memorySource(bytes));
const verdict = (bytes: Uint8Array): string => judgeScan(scan(bytes).findings);
const codes = (bytes: Uint8Array): string =>
  scan(bytes)
    .findings.map(({ code: each, severity }) => `${severity} ${each}`)
    .join();

/** The wrapper of an array of bytes, and the bytes. */
function array(data: Uint8Array, type = 'u1'): Buffer {
  return joinCode(
    ...[name('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81}('],
    ...[text('dtype'), name('numpy', 'dtype'), text(type), '\x89\x88\x87R'],
    ...[text('shape'), 'K', Buffer.from([data.length]), '\x85', text('order'), text('C'), 'ub'],
    data,
  );
}

const NUMBERS = array(Buffer.from([1, 2, 3]));
const SHELL = call('os', 'system', 'id');
/** What CPython takes and the grammar does not. */
const ODD = joinCode(name('builtins', 'complex'), text('1'), '\x85R');

test('arrays between opcodes are converted', () => {
  const { type, forms } = scan(pickle('](', NUMBERS, array(Buffer.from('RRo.')), 'e'));
  assert.deepEqual([type, forms.map((form) => form.type)], ['joblib', ['safetensors', 'json']]);
});

/** The opcodes of a wrapper as joblib writes them by default, and its array: filled up to 16 bytes from `at`. */
function framed(at: number, before: string, order: 'C' | 'F', shape: string, data: Buffer): Buffer {
  const wrapper = joinCode(
    ...[before, name('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81}('],
    ...[text('subclass'), name('numpy', 'ndarray'), text('shape'), shape],
    ...[text('order'), text(order), text('dtype'), name('numpy', 'dtype'), text('f8')],
    ...['\x89\x88\x87R(K\x03', text('<'), 'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb'],
    ...[text('allow_mmap'), '\x88', text('numpy_array_alignment_bytes'), 'K\x10ub'],
  );
  const filling = 16 - ((at + 9 + wrapper.length + 1) % 16);
  const ones = Buffer.alloc(1 + filling, 0xff);
  ones[0] = filling;
  return joinCode(code.frame(wrapper.length, wrapper), ones, data);
}

const doubles = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);

/** A dictionary of two arrays and a number, as `joblib.dump` writes it by default. */
function dumpByDefault(): Buffer {
  const first = framed(2, `}(${text('a').toString('latin1')}`, 'C', 'K\x02\x85', doubles(1, 2));
  const second = framed(
    ...([2 + first.length, text('b').toString('latin1'), 'F', 'K\x02K\x03\x86'] as const),
    doubles(1, 4, 2, 5, 3, 6),
  );
  const last = joinCode(text('n'), 'K\x01u.');
  return joinCode('\x80\x04', first, second, code.frame(last.length, last));
}

test('frames end before arrays and begin behind them, as joblib writes them by default', () => {
  const { type, findings, forms } = scan(dumpByDefault());
  assert.deepEqual([type, findings], ['joblib', []]);
  const [tensors, json] = forms.map((form) => Buffer.concat([...form.pieces()]));
  assert.equal(String(json), '{"a":{"$tensor":"a"},"b":{"$tensor":"b"},"n":1}\n');
  const header = readSafetensors(memorySource(tensors!));
  assert.ok(header.ok);
  const values = header.value.tensors.map((each) => {
    const bytes = Uint8Array.from(tensors!.subarray(each.from, each.to));
    return [each.name, each.shape, [...new Float64Array(bytes.buffer)]];
  });
  assert.deepEqual(values, [
    ['a', [2], [1, 2]],
    ['b', [2, 3], [1, 2, 3, 4, 5, 6]],
  ]);
  for (const pack of [gzipSync, deflateSync]) {
    assert.deepEqual(scan(pack(dumpByDefault())).findings, []);
  }
});

test('an opcode or an array over the end of a frame is malicious still', () => {
  const bytes = dumpByDefault();
  for (const [at, by] of [
    [3, -3], // The frame ends within an opcode before the array.
    [3, 1], // It ends in the array.
    [bytes.length - 15, -3], // The last one ends within an opcode.
  ] as const) {
    const odd = Buffer.from(bytes);
    odd[at]! += by;
    assert.equal(verdict(odd), 'malicious', `${String(at)} ${String(by)} ${codes(odd)}`);
  }
});

test('what fills up before an array is short and of ones', () => {
  const bytes = dumpByDefault();
  const at = bytes.indexOf('K\x10ub') + 4;
  for (const [place, value] of [
    [at, 17],
    [at + 1, 0x63],
  ] as const) {
    const odd = Buffer.from(bytes);
    odd[place] = value;
    assert.notEqual(verdict(odd), 'clean', codes(odd));
    const last = joinCode(text('n'), SHELL, 'u.');
    const calling = joinCode(
      odd.subarray(0, -(13 + text('n').length)),
      ...[code.frame(last.length, last)],
    );
    if (place !== at) assert.equal(verdict(calling), 'malicious', codes(calling));
  }
});

test('a call behind an array is found, whatever is before it', () => {
  for (const before of ['', ODD, 'I0x1\n', 'N2', "S'\\g'\n", joinCode(ODD, NUMBERS)]) {
    const bytes = pickle('](', NUMBERS, before, SHELL, 'e');
    assert.equal(verdict(bytes), 'malicious', codes(bytes));
  }
  // Where the interpreter ends before an array of unknown place, what is behind it is searched.
  const far = pickle('](', NUMBERS, 'I0x1\n', NUMBERS, SHELL, '0N', 'e');
  assert.notEqual(verdict(far), 'clean', codes(far));
  assert.match(codes(far), /SCAN_PICKLE_CALL/);
});

test('a reference behind an array is held like one before it', () => {
  const bytes = pickle('](', NUMBERS, name('os', 'system'), 'e');
  assert.equal(verdict(bytes), 'inconclusive');
  assert.match(codes(bytes), /hold SCAN_PICKLE_REFERENCE/);
});

test('opcodes in the place of an array are found: other readers take them so', () => {
  const bytes = pickle('](', array(joinCode(SHELL, '.')), 'e');
  assert.equal(verdict(bytes), 'malicious', codes(bytes));
  assert.match(codes(bytes), /deny SCAN_TYPE_DOUBLE/);
  // Numbers that are opcodes by chance name nothing.
  assert.equal(verdict(pickle('](', array(Buffer.from(')R)oc\n.')), 'e')), 'clean');
});

test('a wrapper hides nothing in a value, in a PyTorch file or behind a first pickle', () => {
  const hidden = joinCode(NUMBERS.subarray(0, -3), SHELL, '.');
  assert.equal(verdict(pickle(code.bytes(joinCode('\x80\x04', hidden)))), 'malicious');
  assert.equal(verdict(joinCode(pickle('N'), '\x80\x04', hidden)), 'malicious');
  const plain = pickle(code.bytes(pickle('](', NUMBERS, 'e')));
  assert.equal(verdict(plain), 'inconclusive', codes(plain));
});
