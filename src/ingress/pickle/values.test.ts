/** What values become, where Python's value is not what a quick reading of the opcodes would give. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../../test/support/pickle-code.ts';
import { makeZip } from '../../../test/support/zip-files.ts';
import { memorySource } from '../../formats/index.ts';
import { judgeScan } from '../decoded.ts';
import type { Decoded } from '../decoded.ts';
import { scanSource } from '../scan.ts';

const { joinCode, name, pickle, text } = code;
const scan = (bytes: Uint8Array, file = 'x.pkl'): Decoded => scanSource(file, memorySource(bytes));
/** The only safe form as text, or the sentence of what was found. */
function read(bytes: Uint8Array, file = 'x.pkl'): string {
  const { findings, forms } = scan(bytes, file);
  const found = findings.map(({ sentence }) => sentence).join();
  if (forms.length === 0) return found;
  assert.equal(judgeScan(findings), 'clean', found);
  return Buffer.concat(forms.flatMap((form) => [...form.pieces()]))
    .toString('utf8')
    .trimEnd();
}
const OUTSIDE = /^the pickle holds what the grammar of data does not have: /;
const bytes = (value: string): Buffer => joinCode('C', Buffer.from([value.length]), value);
const ascii = (value: string): Buffer => joinCode('U', Buffer.from([value.length]), value);

test('keys of bytes are no texts', () => {
  assert.equal(read(pickle('}', bytes('a'), 'K\x02s')), '{"$dict":[[{"$bytes":"YQ=="},2]]}');
  const both = pickle('}(', text('a'), 'K\x01', bytes('a'), 'K\x02u');
  assert.equal(read(both), '{"$dict":[["a",1],[{"$bytes":"YQ=="},2]]}');
  assert.equal(read(pickle('}', ascii('a'), 'K\x02s')), '{"a":2}', 'a string of Python 2');
  assert.equal(
    read(pickle('}', ascii('\xe9'), 'K\x02s')),
    '{"$dict":[[{"$bytes":"6Q=="},2]]}',
    'one that is no ASCII',
  );
});

test('a set or dictionary that holds something twice is refused', () => {
  const decimal = (value: string): Buffer =>
    joinCode(name('decimal', 'Decimal'), text(value), '\x85R');
  const twice: readonly (readonly [string, string | Uint8Array, string | Uint8Array])[] = [
    ['whole numbers', 'K\x01', 'M\x01\x00'],
    ['a whole number and a float', 'K\x01', 'G\x3f\xf0\0\0\0\0\0\0'],
    ['a truth value and a number', '\x88', 'K\x01'],
    ['texts', text('a'), text('a')],
    ['tuples', 'K\x01K\x02\x86', 'K\x01K\x02\x86'],
    ['decimals', decimal('1.50'), decimal('15e-1')],
    ['a decimal and a number', decimal('2.0'), 'K\x02'],
    ['sets', '(K\x01K\x02\x91', '(K\x02K\x01\x91'],
  ];
  for (const [what, one, other] of twice) {
    assert.match(read(pickle('\x8f(', one, other, '\x90')), OUTSIDE, what);
    // A key that is no text is needed for the other way to write a dictionary.
    assert.match(read(pickle('}(N', 'N', one, 'N', other, 'Nu')), OUTSIDE, what);
  }
  assert.equal(read(pickle('\x8f(K\x01K\x02\x90')), '[1,2]');
  const kinds = pickle('\x8f(', text('1'), 'K\x01', bytes('1'), '\x90');
  assert.equal(read(kinds), '["1",1,{"$bytes":"MQ=="}]');
  assert.match(read(pickle('\x8f(', decimal('1.5'), decimal('1.6'), '\x90')), /1\.5.*1\.6/);
  assert.match(read(pickle('\x8f(]', ']\x90')), OUTSIDE, 'lists are no items of a set');
});

test('a queue that holds more than its length is refused', () => {
  const queue = (items: string): Buffer =>
    pickle(name('collections', 'deque'), ')K\x02\x86R(', items, 'e');
  assert.equal(read(queue('K\x01K\x02')), '[1,2]');
  assert.match(read(queue('K\x01K\x02K\x03')), OUTSIDE);
  assert.match(read(pickle(name('collections', 'deque'), '(K\x01K\x02lK\x01\x86R')), OUTSIDE);
  const negative = pickle(name('collections', 'deque'), ')J\xff\xff\xff\xff\x86R');
  assert.match(read(negative), OUTSIDE);
});

test('arrays of texts keep their shape', () => {
  const npy = (shape: string, data: string): Buffer => {
    const header = `{'descr': '|S2', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
    const head = joinCode('\x93NUMPY\x01\0\x76\0', `${header}\n`);
    return joinCode(head, data);
  };
  assert.equal(read(npy('()', 'ab'), 'x.npy'), '"ab"');
  assert.equal(read(npy('(2,)', 'abcd'), 'x.npy'), '["ab","cd"]');
  assert.equal(read(npy('(2, 2)', 'abcdefgh'), 'x.npy'), '[["ab","cd"],["ef","gh"]]');
  assert.equal(read(npy('(0,)', ''), 'x.npy'), '[]');
  assert.equal(read(npy('(0, 2)', ''), 'x.npy'), '[]');
  assert.equal(read(npy('(2, 0)', ''), 'x.npy'), '[[],[]]');
  assert.match(read(npy('(99999, 0)', ''), 'x.npy'), /empty side/);
  const columns = npy('(2, 2)', 'abcdefgh').toString('latin1').replace('False', 'True ');
  assert.equal(read(Buffer.from(columns, 'latin1'), 'x.npy'), '[["ab","ef"],["cd","gh"]]');
});

test('a tensor whose values PyTorch changes on loading is refused', () => {
  const tensor = (view: string | Uint8Array): Uint8Array => {
    const data = pickle(
      ...['}', text('w'), name('torch._utils', '_rebuild_tensor_v2'), '('],
      ...['(', text('storage'), name('torch', 'FloatStorage'), text('0'), text('cpu'), 'K\x01tQ'],
      ...['K\x00K\x01\x85K\x01\x85\x89', name('collections', 'OrderedDict'), ')R', view, 'tRs'],
    );
    const one = Buffer.from(Float32Array.from([1]).buffer);
    return makeZip(code.torchMembers(data, one));
  };
  const verdict = (view: string | Uint8Array): string =>
    judgeScan(scan(tensor(view), 'm.pt').findings);
  for (const plain of ['', 'N', '}']) assert.equal(verdict(plain), 'clean');
  for (const key of ['neg', 'conj']) {
    const view = joinCode('}', text(key), '\x88s');
    assert.equal(verdict(view), 'inconclusive');
    assert.match(read(tensor(view), 'm.pt'), /negative or conjugate view.*resolve_neg/);
  }
});

/** A list of one value, again and again by its memo. */
const repeat = (value: string | Uint8Array, times: number): Buffer =>
  pickle('](', value, '\x94', 'h\x00'.repeat(times - 1), 'e');
const lengthy = (letters: number): Buffer => text('You help. '.repeat(letters / 10));

test('a long value that many share is data up to a bound, then held, and malicious far beyond it', () => {
  const prompts = JSON.parse(read(repeat(lengthy(5000), 2000))) as string[];
  assert.deepEqual([prompts.length, new Set(prompts).size], [2000, 1]);
  const shared = JSON.parse(read(repeat(bytes('\x80\x04'.repeat(50)), 60_000))) as unknown[];
  assert.equal(shared.length, 60_000);
  const large = scan(repeat(lengthy(100_000), 2000)).findings;
  assert.equal(judgeScan(large), 'inconclusive');
  assert.match(large[0]?.sentence ?? '', /shared so often/);
  const bomb = scan(repeat(lengthy(100_000), 20_000)).findings;
  assert.deepEqual(
    bomb.map(({ severity, code: each }) => `${severity} ${each}`),
    ['deny SCAN_PICKLE_EXPANSION'],
  );
});

test('a bomb beyond all numbers is one', () => {
  const layers = Array.from({ length: 1200 }, (_, i) => {
    const last = Buffer.alloc(4);
    last.writeUInt32LE(i);
    return joinCode('](', 'j', last, 'j', last, 'e\x94');
  });
  const { findings } = scan(pickle(']\x94', ...layers));
  assert.equal(judgeScan(findings), 'malicious');
  assert.ok(findings.some((each) => each.code === 'SCAN_PICKLE_EXPANSION'));
});

test('an array that many names share is weighed by what is written', () => {
  const array = joinCode(
    ...[
      name('numpy._core.numeric', '_frombuffer'),
      '(\x96',
      Buffer.from([0, 0, 16, 0, 0, 0, 0, 0]),
    ],
    ...[Buffer.alloc(1 << 20), name('numpy', 'dtype'), text('f4'), '\x89\x88\x87R'],
    ...['J', Buffer.from([0, 0, 4, 0]), '\x85', text('C'), 'tR'],
  );
  assert.equal(judgeScan(scan(repeat(array, 60)).findings), 'clean');
  assert.equal(judgeScan(scan(repeat(array, 200)).findings), 'inconclusive');
  assert.equal(judgeScan(scan(repeat(array, 2000)).findings), 'malicious');
});
