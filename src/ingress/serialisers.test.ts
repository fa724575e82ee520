/** What libraries write that is no plain data, or reads like something else at first sight: none of it is malice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, joinCode, name, pickle, text } = code;
const scan = (bytes: Uint8Array): Decoded => scanSource('x.joblib', memorySource(bytes));
const verdict = (bytes: Uint8Array): string => judgeScan(scan(bytes).findings);
const codes = (bytes: Uint8Array): string =>
  scan(bytes)
    .findings.map(({ code: each, severity, sentence }) => `${severity} ${each} ${sentence}`)
    .join('\n');
const json = (bytes: Uint8Array): string => {
  const form = scan(bytes).forms.find(({ type }) => type === 'json');
  return form === undefined ? '' : Buffer.concat([...form.pieces()]).toString();
};

const SHELL = call('os', 'system', 'id');

const dtype = (type: string): Buffer =>
  joinCode(name('numpy', 'dtype'), text(type), '\x89\x88\x87R');

/** joblib's wrapper of an array and what stands behind it. */
const wrapped = (type: string, size: number, ...behind: code.PickleCode[]): Buffer =>
  joinCode(
    ...[name('joblib.numpy_pickle', 'NumpyArrayWrapper'), ')\x81}(', text('dtype'), dtype(type)],
    ...[text('shape'), 'K', Buffer.from([size]), '\x85', text('order'), text('C'), 'ub'],
    ...behind,
  );

/** An array of objects, as NumPy writes it. */
const objects = (size: number, ...items: code.PickleCode[]): Buffer =>
  joinCode(
    ...['\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02'],
    ...[
      'c_codecs\nencode\nq\x03X\x01\x00\x00\x00bq\x04X\x06\x00\x00\x00latin1q\x05\x86q\x06Rq\x07',
    ],
    ...[
      '\x87q\x08Rq\x09(K\x01K',
      Buffer.from([size]),
      '\x85q\x0a',
      dtype('O8'),
      'q\x0e\x89]q\x11(',
    ],
    ...[...items, 'etq\x13b.'],
  );

test('arrays of objects in files of joblib are data where their objects are', () => {
  const labels = pickle('](', wrapped('O8', 2, objects(2, text('ham'), text('spam'))), 'K\x01e');
  assert.equal(verdict(labels), 'clean', codes(labels));
  assert.equal(json(labels), '[["ham","spam"],1]\n');
  const dates = objects(1, name('pandas', 'Timestamp'), text('2020'), '\x85R');
  const held = pickle('](', wrapped('O8', 1, dates), 'e');
  assert.equal(verdict(held), 'inconclusive', codes(held));
});

test('an array of objects that calls something is malicious, and so is one that reads what is before it', () => {
  const calling = pickle('](', wrapped('O8', 1, objects(1, SHELL)), 'e');
  assert.equal(verdict(calling), 'malicious', codes(calling));
  const behind = pickle('](', wrapped('O8', 1, objects(1, text('a'))), SHELL, 'e');
  assert.equal(verdict(behind), 'malicious', codes(behind));
  // joblib's reader has no entry of the memo there; every other reader has, and calls it.
  const borrowing = pickle(
    ...[
      '](',
      name('os', 'system'),
      'q\x32',
      wrapped('O8', 1, objects(1, 'h\x32', text('id'), '\x85R')),
      'e',
    ],
  );
  assert.equal(verdict(borrowing), 'malicious', codes(borrowing));
});

test('behind an array of dates the walk goes on', () => {
  const dates = wrapped('M8', 2, Buffer.alloc(16, 0x63));
  const held = pickle('](', dates, 'e');
  assert.equal(verdict(held), 'inconclusive', codes(held));
  assert.match(codes(held), /dates or spans of time/);
  const calling = pickle('](', dates, SHELL, 'e');
  assert.equal(verdict(calling), 'malicious', codes(calling));
});

test('the end of a name of data is no name', () => {
  // What cannot be read ends the walk, and what is behind it is searched for pickles.
  const records = wrapped('V4', 1, Buffer.from([1, 2, 3, 4]));
  const plain = pickle('](', records, 'e', objects(1, text('a')));
  assert.equal(verdict(plain), 'inconclusive', codes(plain));
  const bare = pickle('](', records, 'e', objects(1, text('a')).subarray(2));
  assert.equal(verdict(bare), 'inconclusive', codes(bare));
  const calling = pickle('](', records, 'e', "ccos\nsystem\n(S'id'\ntR.");
  assert.notEqual(verdict(calling), 'clean', codes(calling));
});

/** A class as PyTorch's old form refers to it. */
const classOf = (module: string, own: string): Buffer =>
  joinCode('(', text('module'), name(module, own), text('x.py'), text('class X: pass'), 'tq\x05Q');

test('a model in PyTorch’s old form is for a person', () => {
  const model = pickle(
    classOf('torch.nn.modules.linear', 'Linear'),
    ')\x81}',
    text('a'),
    'K\x01sb',
  );
  assert.equal(verdict(model), 'inconclusive', codes(model));
  const calling = [
    pickle(classOf('os', 'system'), text('id'), '\x85R'),
    pickle(classOf('os', 'system'), text('id'), '\x85\x81'),
    pickle(classOf('subprocess', 'Popen'), text('id'), '\x85R'),
    // Another tuple than the one before it.
    pickle(classOf('os', 'system').subarray(0, -1), '0', text('x'), 'Q', text('id'), '\x85R'),
    pickle('(', text('storage'), name('os', 'system'), 'tQ', text('id'), '\x85R'),
  ];
  for (const each of calling) assert.equal(verdict(each), 'malicious', codes(each));
});

test('a function that makes an object of its library again is for a person', () => {
  for (const own of [
    '_reconstruct_array',
    'unpickle_vocab',
    '_rebuild',
    '_recreate_unit',
    'Saved._unpickle_model',
  ]) {
    const made = pickle(name('somelib.core', own), 'K\x01\x85R');
    assert.equal(verdict(made), 'inconclusive', codes(made));
  }
  const calling = [
    pickle(name('somelib.core', '_rebuild'), name('os', 'system'), '\x85R'),
    pickle(name('somelib.core', '_rebuild.system'), 'K\x01\x85R'),
    pickle(name('somelib.core', 'rebuilder'), 'K\x01\x85R'),
    pickle(name('pickle', '_reconstruct'), 'K\x01\x85R'),
    pickle(name('somelib.core', '_rebuild'), 'K\x01\x85\x81'),
  ];
  for (const each of calling) assert.equal(verdict(each), 'malicious', codes(each));
});

const NOTHING = joinCode(name('builtins', 'type'), 'N\x85R');

test('types and flags of Python are for a person', () => {
  const held = [
    pickle(NOTHING),
    pickle(
      name('_operator', 'getitem'),
      name('typing', 'Optional'),
      name('builtins', 'int'),
      '\x86R',
    ),
    pickle(
      name('types', 'GenericAlias'),
      name('builtins', 'list'),
      name('builtins', 'int'),
      '\x85\x86R',
    ),
    pickle(
      name('operator', 'or_'),
      name('re', 'RegexFlag'),
      'K\x02\x81',
      name('re', 'RegexFlag'),
      'K\x08\x81\x86R',
    ),
  ];
  for (const each of held) {
    assert.equal(verdict(each), 'inconclusive', codes(each));
    const stored = pickle('](', wrapped('u1', 1, 'a'), each.subarray(2, -1), 'e');
    assert.equal(verdict(stored), 'inconclusive', codes(stored));
  }
});

test('what is made of types and flags runs nothing', () => {
  const partial = joinCode(name('functools', 'partial'), name('os', 'system'), text('id'), '\x86R');
  const chain = joinCode(
    ...[name('collections', 'ChainMap'), name('collections', 'defaultdict'), partial, '\x85R}'],
    ...[text('k'), 'Ns\x86R'],
  );
  const alias = joinCode(
    name('types', 'GenericAlias'),
    name('a', 'B'),
    name('builtins', 'int'),
    '\x86R',
  );
  const calling = [
    pickle(name('builtins', 'type'), text('X'), ')}\x87R'),
    pickle(name('builtins', 'type'), text('X'), '](NeR'),
    pickle(NOTHING, text('x'), '\x85R'),
    pickle(name('builtins', 'type'), chain, '\x85R', text('x'), '\x85R'),
    pickle(name('_operator', 'or_'), '}', chain, '\x86R'),
    pickle(name('_operator', 'or_'), chain, '}\x86R'),
    pickle(name('_operator', 'or_'), name('os', 'system'), 'N\x86R'),
    pickle(name('types', 'GenericAlias'), name('os', 'system'), ')\x86R'),
    pickle(alias, text('id'), '\x85R'),
    pickle(name('collections', 'ChainMap'), name('builtins', 'iter'), alias, 'N\x86R\x85R'),
  ];
  for (const each of calling) {
    assert.equal(verdict(each), 'malicious', codes(each));
    const stored = pickle('](', wrapped('u1', 1, 'a'), each.subarray(2, -1), 'e');
    assert.equal(verdict(stored), 'malicious', codes(stored));
  }
});

test('storages of a whole model are not said to be hidden', () => {
  const model = pickle(
    name('app.nets', 'Net'),
    ')\x81}',
    text('w'),
    code.tensorCode(1, [1], [1]),
    'sb',
  );
  const file = (storage: Uint8Array, ...more: [string, Uint8Array][]): Uint8Array =>
    makeZip([...code.torchMembers(model, storage), ...more]);
  const kinds = (bytes: Uint8Array): string[] => scan(bytes).findings.map((each) => each.code);
  const plain = file(Buffer.from([1, 2, 3, 4]));
  assert.equal(verdict(plain), 'inconclusive');
  assert.deepEqual(kinds(plain), ['SCAN_PICKLE_OBJECT']);
  assert.equal(verdict(file(pickle(SHELL))), 'malicious');
  const other = file(Buffer.from([1, 2, 3, 4]), ['archive/data/x', Buffer.from('hi')]);
  assert.ok(kinds(other).includes('SCAN_MEMBER_HIDDEN'));
});
