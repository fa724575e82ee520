/** joblib's files: arrays between opcodes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { memorySource } from '../formats/index.ts';
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
