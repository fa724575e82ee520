/** Data in rarer spellings: what its safe forms hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource, readSafetensors } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, joinCode, name, pickle, text } = code;
const scan = (bytes: Uint8Array, file = 'x.bin'): Decoded => scanSource(file, memorySource(bytes));
const told = ({ findings }: Decoded): string =>
  findings.map(({ severity, code: own, sentence }) => `${severity} ${own} ${sentence}`).join('\n');
const verdict = (bytes: Uint8Array): string => judgeScan(scan(bytes).findings);

/** The JSON of a clean file. */
function json(bytes: Uint8Array, file = 'x.bin'): string {
  const scanned = scan(bytes, file);
  assert.equal(judgeScan(scanned.findings), 'clean', told(scanned));
  const form = scanned.forms.find(({ type }) => type === 'json');
  return form === undefined
    ? ''
    : Buffer.concat([...form.pieces()])
        .toString()
        .trimEnd();
}

/** The tensors of a clean file: type, shape, and values as 8-byte numbers where they are such. */
function tensors(bytes: Uint8Array): Record<string, unknown[]> {
  const scanned = scan(bytes);
  assert.equal(judgeScan(scanned.findings), 'clean', told(scanned));
  const form = scanned.forms.find(({ type }) => type === 'safetensors');
  const file = Buffer.concat([...form!.pieces()]);
  const header = readSafetensors(memorySource(file));
  assert.ok(header.ok);
  return Object.fromEntries(
    header.value.tensors.map(({ name: own, type, shape, from, to }) => {
      const content = Uint8Array.from(file.subarray(from, to));
      const isWide = type === 'F64' || type === 'I64';
      const wide = type === 'F64' ? Float64Array : BigInt64Array;
      const values = isWide ? [...new wide(content.buffer)].map(Number) : [...content];
      return [own, [type, shape, values]];
    }),
  );
}

const doubles = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
const longs = (...values: number[]): Buffer =>
  Buffer.from(BigInt64Array.from(values, BigInt).buffer);

function npy(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(
    117,
  );
  return joinCode('\x93NUMPY\x01\0\x76\0', `${header}\n`, data);
}

test('complex numbers of 16 bytes are their two parts', () => {
  const rows = npy('<c16', '(2, 2)', doubles(1, 2, 3, 4, 5, 6, 7, 8), 'True');
  assert.deepEqual(tensors(rows), {
    'tensor.real': ['F64', [2, 2], [1, 5, 3, 7]],
    'tensor.imag': ['F64', [2, 2], [2, 6, 4, 8]],
  });
  assert.equal(json(rows), '{"$complex":[{"$tensor":"tensor.real"},{"$tensor":"tensor.imag"}]}');
  const swapped = npy('>c16', '(1,)', Buffer.from(doubles(1, 2)).swap64());
  assert.deepEqual(tensors(swapped)['tensor.imag'], ['F64', [1], [2]]);
  const torch = makeZip(
    code.torchMembers(
      pickle('}', text('w'), code.tensorCode(2, [1], [1], 1, 'ComplexDoubleStorage'), 's'),
      doubles(1, 2, 3, 4),
    ),
  );
  assert.deepEqual(tensors(torch), { 'w.real': ['F64', [1], [3]], 'w.imag': ['F64', [1], [4]] });
});

test('parts of complex numbers in an npz are called like no other array', () => {
  const members: [string, Uint8Array][] = [
    ['a.npy', npy('<c16', '(1,)', doubles(1, 2))],
    ['a.real.npy', npy('<f8', '(1,)', doubles(3))],
  ];
  for (const ordered of [members, members.toReversed()]) {
    assert.deepEqual(tensors(makeZip(ordered)), {
      'a.real': ['F64', [1], [3]],
      'a.real~2': ['F64', [1], [1]],
      'a.imag': ['F64', [1], [2]],
    });
  }
});

test('a complex number of NumPy is one', () => {
  const scalar = (type: string, data: Uint8Array): Buffer =>
    pickle(
      ...[name('numpy.core.multiarray', 'scalar'), name('numpy', 'dtype'), text(type)],
      ...['\x89\x88\x87R', code.bytes(data), '\x86R'],
    );
  assert.equal(json(scalar('c16', doubles(1, -2))), '{"$complex":[1.0,-2.0]}');
  const floats = Buffer.from(Float32Array.from([0.5, 3]).buffer);
  assert.equal(json(scalar('c8', floats)), '{"$complex":[0.5,3.0]}');
});

/** A storage of PyTorch by its key. */
const storage = (module: string, type: string, key: string, elements: number): Buffer =>
  joinCode(
    ...['(', text('storage'), name(module, type), text(key), text('cpu')],
    ...['K', Buffer.from([elements]), 'tQ'],
  );
const NO_HOOKS = joinCode('\x89', name('collections', 'OrderedDict'), ')R');
const vector = (type: string, key: string, size: number): Buffer =>
  joinCode(
    ...[name('torch._utils', '_rebuild_tensor_v2'), '(', storage('torch', type, key, size)],
    ...['K\x00K', Buffer.from([size]), '\x85K\x01\x85', NO_HOOKS, 'tR'],
  );
const torchFile = (data: Uint8Array, ...storages: Uint8Array[]): Uint8Array =>
  makeZip([
    ['archive/data.pkl', data],
    ...storages.map((each, i): [string, Uint8Array] => [`archive/data/${String(i)}`, each]),
    ['archive/version', Buffer.from('3\n')],
  ]);
const layout = (own: string): Buffer => call('torch.serialization', '_get_layout', own);

test('a sparse tensor is its places, its values and its shape', () => {
  const parts = joinCode('(', vector('LongStorage', '0', 2), vector('DoubleStorage', '1', 2));
  const sparse = pickle(
    ...[name('torch._utils', '_rebuild_sparse_tensor'), layout('torch.sparse_coo'), parts],
    ...[name('torch', 'Size'), '(K\x03t\x85R', 't\x86R'],
  );
  const file = torchFile(sparse, longs(0, 2), doubles(5, 6));
  assert.equal(
    json(file),
    '{"$sparse":{"layout":"torch.sparse_coo","indices":{"$tensor":"indices"},"values":{"$tensor":"values"},"size":[3]}}',
  );
  assert.deepEqual(tensors(file), {
    indices: ['I64', [2], [0, 2]],
    values: ['F64', [2], [5, 6]],
  });
  for (const odd of [
    pickle(name('torch._utils', '_rebuild_sparse_tensor'), layout('torch.load'), parts, 't\x86R'),
    pickle(
      name('torch._utils', '_rebuild_sparse_tensor'),
      layout('torch.sparse_coo'),
      parts,
      't\x86R',
    ),
    pickle(
      ...[name('torch._utils', '_rebuild_sparse_tensor'), layout('torch.sparse_csr'), parts],
      ...[name('torch', 'Size'), '(K\x03t\x85R', 't\x86R'],
    ),
  ]) {
    assert.equal(verdict(torchFile(odd, longs(0, 2), doubles(5, 6))), 'inconclusive');
  }
});

test('a quantised tensor is its whole numbers and what makes the values of them', () => {
  const quantised = (...how: code.PickleCode[]): Buffer =>
    pickle(
      ...[name('torch._utils', '_rebuild_qtensor'), '(', storage('torch', 'QInt8Storage', '0', 2)],
      ...['K\x00K\x02\x85K\x01\x85(', ...how, 't', NO_HOOKS, 'tR'],
    );
  const scale = joinCode('G', Buffer.from(doubles(0.5)).swap64());
  const one = quantised(name('torch', 'per_tensor_affine'), scale, 'K\x02');
  const file = torchFile(one, Buffer.from([3, 253]));
  assert.equal(
    json(file),
    '{"$quantized":{"scheme":"per_tensor_affine","scale":0.5,"zero_point":2,"values":{"$tensor":"values"}}}',
  );
  assert.deepEqual(tensors(file), { values: ['I8', [2], [3, 253]] });
  const odd = quantised(name('torch', 'per_tensor_affine'), scale, 'K\x02K\x01');
  assert.equal(verdict(torchFile(odd, Buffer.from([3, 253]))), 'inconclusive');
});

test('a tensor of a newer type lies in a storage without one', () => {
  const untyped = (type: string, offset = '\x00', size = 4): Buffer =>
    pickle(
      ...[name('torch._utils', '_rebuild_tensor_v3'), '('],
      ...[storage('torch.storage', 'UntypedStorage', '0', size), `K${offset}`],
      ...['K\x02\x85K\x01\x85', NO_HOOKS, name('torch', type), 'tR'],
    );
  const data = Buffer.from([1, 2, 3, 4]);
  assert.deepEqual(tensors(torchFile(untyped('uint16'), data)), {
    tensor: ['U16', [2], [1, 2, 3, 4]],
  });
  assert.deepEqual(tensors(torchFile(untyped('float8_e4m3fn', '\x01'), data)), {
    tensor: ['F8_E4M3', [2], [2, 3]],
  });
  assert.equal(verdict(torchFile(untyped('uint16', '\x01'), data)), 'inconclusive');
  assert.equal(verdict(torchFile(untyped('bits8'), data)), 'inconclusive');
});

test('an array of objects that are data is a list, row by row', () => {
  const objects = (shape: string, fortran: string, ...items: code.PickleCode[]): Buffer =>
    pickle(
      ...[name('numpy.core.multiarray', '_reconstruct'), name('numpy', 'ndarray')],
      ...['K\x00\x85C\x01b\x87R(K\x01', shape, name('numpy', 'dtype'), text('O8')],
      ...['\x89\x88\x87R', fortran, '](', ...items, 'etb'],
    );
  assert.equal(json(objects(')', '\x89', '}', text('a'), 'K\x01s')), '{"a":1}');
  for (const fortran of ['\x88', '\x89'])
    assert.equal(json(objects('K\x02K\x02\x86', fortran, 'K\x01NK\x03N')), '[[1,null],[3,null]]');
  assert.equal(verdict(objects('K\x02\x85', '\x89', 'N')), 'inconclusive');
});

/** `joblib.dump({'a': numpy.arange(3)}, f, protocol=0)`. */
const JOBLIB = joinCode(
  '(dp0\nVa\np1\nccopy_reg\n_reconstructor\np2\n(cjoblib.numpy_pickle\nNumpyArrayWrapper\np3\n',
  'c__builtin__\nobject\np4\nNtp5\nRp6\n(dp7\nVsubclass\np8\ncnumpy\nndarray\np9\nsVshape\np10\n',
  '(I3\ntp11\nsVorder\np12\nVC\np13\nsVdtype\np14\ncnumpy\ndtype\np15\n(Vi8\np16\nI00\nI01\ntp17\n',
  'Rp18\n(I3\nV<\np19\nNNNI-1\nI-1\nI0\ntp20\nbsVallow_mmap\np21\nI01\ns',
  'Vnumpy_array_alignment_bytes\np22\nI16\nsb\x03\xff\xff\xff',
  longs(0, 1, 2),
);

test('files of joblib in the first protocols are converted', () => {
  assert.deepEqual(tensors(joinCode(JOBLIB, 's.')), { a: ['I64', [3], [0, 1, 2]] });
  const calling = joinCode(JOBLIB, "sVb\ncos\nsystem\n(S'id'\ntRs.");
  assert.equal(verdict(calling), 'malicious', told(scan(calling)));
  const based = joinCode(JOBLIB.toString('latin1').replace('c__builtin__\nobject', 'cos\nsystem'));
  assert.equal(verdict(joinCode(based, 's.')), 'malicious', told(scan(based)));
});

test('an empty object of a class of data is that and nothing else', () => {
  const empty = (...parts: string[]): Buffer =>
    joinCode('ccopy_reg\n_reconstructor\n(', ...parts, 'tR', '(dVint\nL5L\nsb.');
  const own = ['cuuid\nUUID\n', 'c__builtin__\nobject\n'] as const;
  assert.equal(json(empty(...own, 'N')), '{"$uuid":"00000000-0000-0000-0000-000000000005"}');
  for (const odd of [
    [...own, 'Vx\n'],
    [...own, 'NN'],
    [own[0], 'cuuid\nUUID\n', 'N'],
    ['cnumpy\nndarray\n', own[1], 'N'],
  ]) {
    assert.equal(verdict(empty(...odd)), 'inconclusive', odd.join());
  }
  assert.equal(verdict(empty(own[0], 'csubprocess\nPopen\n', 'N')), 'malicious');
});

test('several pickles without a mark are several', () => {
  const one = (value: string): string => `(dp0\nVi\np1\nI${value}\ns.`;
  const { type, forms } = scan(Buffer.from(one('1') + one('2')));
  assert.deepEqual([type, forms.length], ['pickle', 2]);
  assert.equal(verdict(Buffer.from(`${one('1')}cos\nsystem\n(S'id'\ntR.`)), 'malicious');
  assert.equal(scan(Buffer.from('N0N.N0N.\n'), 'x.txt').type, 'text');
});

test('what is in a member with a wrong check value is judged', () => {
  const evil = makeZip(code.torchMembers(pickle(call('os', 'system', 'id')), doubles(1)));
  const bytes = Buffer.from(evil);
  bytes[14]! ^= 0xff;
  bytes[bytes.indexOf('PK\x01\x02', 0, 'latin1') + 16]! ^= 0xff;
  const scanned = scan(bytes, 'm.pt');
  assert.match(told(scanned), /hold ARCHIVE_BROKEN/);
  assert.equal(judgeScan(scanned.findings), 'malicious', told(scanned));
});

test('a ZIP that is a pickle only by the line that it begins with is no double', () => {
  const array = joinCode(
    '\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x01\x85',
    'cnumpy\ndtype\nX\x02\x00\x00\x00O8\x89\x88\x87R\x89]K\x01atb.',
  );
  // The line ends with the header of the array, unless a check value has its sign by chance.
  const file = makeZip([['a.npy', npy('|O', '(1,)', joinCode(array, '.'.repeat(3)))]]);
  assert.ok(file.indexOf(10) > 100);
  const found = scan(file, 'x.npz').findings.map((each) => each.code);
  assert.ok(!found.includes('SCAN_TYPE_DOUBLE'), found.join());
});

test('a pickle behind the header of an array that is not converted is judged', () => {
  const evil = pickle(call('os', 'system', 'id'));
  const plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }";
  const headers = [
    plain.replace("'<f8'", "[('a', 'O')]"),
    plain.replace("'<f8'", "'6O'"),
    plain.replace("'<f8'", "'<f8' + ''"),
  ];
  for (const header of headers) {
    const file = joinCode('\x93NUMPY\x01\0\x76\0', `${header.padEnd(117)}\n`, evil);
    assert.equal(verdict(file), 'malicious', header);
    const numbers = joinCode('\x93NUMPY\x01\0\x76\0', `${header.padEnd(117)}\n`, doubles(1, 2));
    assert.equal(verdict(numbers), 'inconclusive', header);
  }
});
