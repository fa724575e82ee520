/**
 * Formats by which models and data are handed on, each in a small form of its own make: what is decoded is clean and has its
 * safe forms; everything else is for a person, says what it is and what to send instead, and has no safe form.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as code from '../../test/support/pickle-code.ts';
import { makeTar } from '../../test/support/tar-files.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const SHELL = code.pickle(code.call('os', 'system', 'id'));
const DATA = code.pickle('}(', code.text('a'), 'K\x01u');

/** A field of protocol buffers with a length. */
const field = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);

function npy(descr = "'<f4'"): Buffer {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (2,), }`.padEnd(117) + '\n';
  const length = Buffer.from([header.length, 0]);
  return Buffer.concat([latin1('\x93NUMPY\x01\0'), length, latin1(header), Buffer.alloc(8)]);
}

const storage = Buffer.from(Float32Array.of(1, 2).buffer);
const tensors = code.pickle('}(', code.text('w'), code.tensorCode(2, [2], [1]), 'u');
const checkpoint = makeZip(code.torchMembers(tensors, storage));
const hdf5 = Buffer.concat([latin1('\x89HDF\r\n\x1a\n'), Buffer.alloc(88)]);
const node = field(
  1,
  Buffer.concat([field(1, latin1('x')), field(2, latin1('y')), field(4, latin1('Add'))]),
);
const onnx = Buffer.concat([
  Buffer.from([8, 8]),
  field(2, latin1('pytorch')),
  field(7, Buffer.concat([node, field(2, latin1('g'))])),
]);
const savedModel = Buffer.concat([Buffer.from([8, 1]), field(2, latin1('\x0a\x02ab'))]);
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function scan(name: string, bytes: Uint8Array) {
  const { type, findings, forms } = scanSource(name, memorySource(bytes));
  return {
    type,
    verdict: judgeScan(findings),
    sentences: findings.map(({ sentence }) => sentence).join('\n'),
    forms: forms.map((form) => form.name),
  };
}

/** What is decoded: type and names of the safe forms. */
const DECODED: Readonly<Record<string, readonly [string, Uint8Array, string, readonly string[]]>> =
  {
    'a ZIP in a ZIP': [
      ...([
        'a.zip',
        makeZip([['b.zip', makeZip([['c.csv', latin1('a,b\n1,2\n')]])]]),
        'zip',
      ] as const),
      ['a.zip/b.zip/c.csv'],
    ],
    'a joblib file in gzip': ['m.joblib', gzipSync(DATA), 'gzip(pickle)', ['m.joblib.json']],
    'a joblib file in zlib': ['m.joblib', deflateSync(DATA), 'zlib(pickle)', ['m.joblib.json']],
    'a skops file': [
      'm.skops',
      makeZip([
        ['schema.json', json({ __class__: 'Ridge', __module__: 'sklearn.linear_model' })],
        ['140.npy', npy()],
      ]),
      'zip',
      ['m.skops/schema.json', 'm.skops/140.npy.safetensors'],
    ],
    'a nemo file': [
      'm.nemo',
      makeTar([
        ['model_config.yaml', latin1('target: nemo.collections.asr\n')],
        ['model_weights.ckpt', checkpoint],
      ]),
      'tar',
      ['m.nemo/model_config.yaml', 'm.nemo/model_weights.ckpt.safetensors'],
    ],
    'gzip in a tar': [
      ...(['a.tar', makeTar([['b.csv.gz', gzipSync('a,b\n1,2\n')]]), 'tar'] as const),
      ['a.tar/b.csv'],
    ],
    'a tar in gzip': [
      'a.tar.gz',
      gzipSync(makeTar([['b.txt', latin1('hello\n')]])),
      'gzip(tar)',
      ['a.tar/b.txt'],
    ],
    'a second extension': ['report.pdf.csv', latin1('a,b\n1,2\n'), 'table', ['report.pdf.csv']],
  };

for (const [what, [name, bytes, type, forms]] of Object.entries(DECODED)) {
  test(`decoded: ${what}`, () => {
    const scanned = scan(name, bytes);
    assert.deepEqual(
      [scanned.verdict, scanned.type, scanned.forms],
      ['clean', type, forms],
      scanned.sentences,
    );
  });
}

/** What is not decoded: what its finding says that it is, and the way forward. */
const NAMED: Readonly<Record<string, readonly [string, Uint8Array, RegExp, RegExp]>> = {
  'a 7z archive': ['a.7z', latin1('7z\xbc\xaf\x27\x1c\0\x04' + '\0'.repeat(24)), /7z/, /zip, tar/],
  'a RAR archive': ['a.rar', latin1('Rar!\x1a\x07\x01\0' + '\x01'.repeat(24)), /RAR/, /zip, tar/],
  'an older RAR archive': [
    'a.rar',
    latin1('Rar!\x1a\x07\0' + '\x01'.repeat(24)),
    /RAR/,
    /zip, tar/,
  ],
  'a joblib file in bzip2': ['m.joblib', latin1('BZh91AY&SY\xff\x01\0'), /bzip2/, /joblib\.dump/],
  'a joblib file in xz': ['m.joblib', latin1('\xfd7zXZ\0\0\x04\xe6\xd6'), /xz/, /joblib\.dump/],
  'a joblib file in lzma': [
    'm.joblib',
    latin1(']\0\0\x80\0' + '\xff'.repeat(8)),
    /lzma/,
    /joblib\.dump/,
  ],
  'a joblib file in lz4': ['m.joblib', latin1('\x04"M\x18d@\xa7\xff'), /lz4/, /joblib\.dump/],
  'a joblib file in zstandard': [
    'm.joblib',
    zstdCompressSync(DATA),
    /pickle|zstandard/,
    /safetensors|gzip/,
  ],
  'a Keras file': [
    'm.keras',
    makeZip([
      ['config.json', json({ class_name: 'Functional' })],
      ['metadata.json', json({ keras_version: '3.0.0' })],
      ['model.weights.h5', hdf5],
    ]),
    ...([/Keras or TensorFlow/, /safetensors/] as const),
  ],
  'an archive of TorchServe': [
    'm.mar',
    makeZip([
      ['MAR-INF/MANIFEST.json', json({ model: { handler: 'handler.py' } })],
      ['handler.py', latin1('import os\n')],
    ]),
    ...([/TorchServe/, /safetensors/] as const),
  ],
  'an array of complex long doubles': ['a.npy', npy("'<c32'"), /complex long double/, /astype/],
  'an array of long doubles': ['a.npy', npy("'<f16'"), /long double/, /astype/],
  'an array of records': ['a.npy', npy("[('x', '<f4')]"), /records/, /a\["name"\]/],
  'an array of dates': ['a.npy', npy("'<M8[ns]'"), /datetime64/, /whole numbers/],
  'an HDF5 file': ['m.h5', hdf5, /HDF5/, /safetensors/],
  'a SavedModel': ['saved_model.pb', savedModel, /TensorFlow/, /safetensors/],
  'a SavedModel in a ZIP': [
    'm.zip',
    makeZip([
      ['m/saved_model.pb', savedModel],
      ['m/fingerprint.pb', Buffer.from([9, 1, 2, 3, 4, 5, 6, 7, 8])],
    ]),
    ...([/Keras or TensorFlow/, /safetensors/] as const),
  ],
  'an ONNX model': ['m.onnx', onnx, /ONNX/, /safetensors/],
  'an Arrow file': ['a.arrow', latin1('ARROW1\0\0' + '\0'.repeat(40)), /Arrow/, /parquet, CSV/],
  'a Feather file': ['a.feather', latin1('FEA1' + '\0'.repeat(40)), /Feather/, /parquet, CSV/],
  'a picture that is a page': ['a.png', latin1('<html><p>hello</p></html>'), /png/, /./],
  'a text that is called JSON': ['a.json', latin1('hello\n'), /JSON/, /./],
  'a pickle of another make': ['a.csv', code.pickle(code.name('foo', 'bar')), /foo\.bar/, /JSON/],
};

for (const [what, [name, bytes, kind, way]] of Object.entries(NAMED)) {
  test(`named: ${what}`, () => {
    const scanned = scan(name, bytes);
    assert.deepEqual([scanned.verdict, scanned.forms], ['inconclusive', []], scanned.sentences);
    assert.match(scanned.sentences, kind);
    assert.match(scanned.sentences, way);
    // Its name changes nothing, and neither does another archive around it.
    const outer = scan('a.zip', makeZip([[`d/${name}`, bytes]]));
    assert.notEqual(outer.verdict, 'clean');
    assert.match(outer.sentences, kind);
  });
}

test('a text that is called weights is a text, and a person has to say so', () => {
  const { type, verdict, sentences } = scan('m.safetensors', latin1('hello\n'));
  assert.deepEqual([type, verdict], ['text', 'inconclusive']);
  assert.match(sentences, /rename/);
});

test('a call is found in each archive that is opened, under any name', () => {
  for (const [what, bytes] of Object.entries({
    'a nemo file': makeTar([['model_weights.ckpt', SHELL]]),
    'a skops file': makeZip([
      ['schema.json', json({})],
      ['x.pkl', SHELL],
    ]),
    'a Keras file': makeZip([
      ['config.json', SHELL],
      ['metadata.json', json({})],
      ['m.h5', hdf5],
    ]),
    'gzip in a tar in a ZIP': makeZip([['a.tar', makeTar([['b.gz', gzipSync(SHELL)]])]]),
    'a second extension': SHELL,
    'a 7z archive': Buffer.concat([latin1('7z\xbc\xaf\x27\x1c\0\x04'), SHELL]),
    'an ONNX model': Buffer.concat([onnx, SHELL]),
    'an HDF5 file': Buffer.concat([hdf5, SHELL]),
  }))
    for (const name of ['x', 'a.txt', 'report.pdf.csv', 'm.safetensors', 'a.png'])
      assert.equal(scan(name, bytes).verdict, 'malicious', `${what} as ${name}`);
});
