import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { looksLikePickle, walkPickle } from './pickle-walk.ts';
import { recognise, refuseArchive } from './recognise.ts';
import type { Recognition } from './recognise.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const join2 = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const u32 = (value: number): Uint8Array => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return new Uint8Array(out);
};
const u64 = (value: number): Uint8Array => join2(u32(value), u32(0));

/** One field of a protocol buffer with bytes in it. */
function field(number: number, content: Uint8Array): Uint8Array {
  return join2(new Uint8Array([number * 8 + 2, content.length]), content);
}

const safetensorsHeader = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
const onnxGraph = join2(
  field(1, join2(field(1, utf8('x')), field(2, utf8('y')), field(4, utf8('Relu')))),
  field(2, utf8('graph')),
  field(5, join2(new Uint8Array([8, 2, 16, 1]), field(8, utf8('w')), field(9, new Uint8Array(8)))),
);
const npyHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
const msgpackTensor = join2(
  new Uint8Array([0x81, 0xa1, 0x77, 0xc7, 16, 1]),
  new Uint8Array(16).fill(7),
);

/** Small real files of each weight-shaped format. */
const WEIGHTS: Readonly<Record<string, Uint8Array>> = {
  'pickle protocol 0': latin1('(lp0\nF0.25\naF0.5\na.'),
  'pickle protocol 0, a class': latin1(
    'cnumpy.core.multiarray\n_reconstruct\np0\n(I1\nI2\ntp1\nRp2\n.',
  ),
  'pickle protocol 1': latin1(
    ']q\x00(G?\xd0\x00\x00\x00\x00\x00\x00G?\xe0\x00\x00\x00\x00\x00\x00e.',
  ),
  'pickle protocol 2': latin1('\x80\x02]q\x00(K\x01K\x02K\x03e.'),
  'pickle protocol 3': latin1('\x80\x03C\x04abcdq\x00.'),
  'pickle protocol 4': latin1(
    '\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01K\x02K\x03e.',
  ),
  'pickle protocol 5': latin1(
    '\x80\x05\x95\x12\x00\x00\x00\x00\x00\x00\x00\x96\x04\x00\x00\x00\x00\x00\x00\x00abcd\x94.',
  ),
  'pickle with a tensor behind': join2(latin1('\x80\x02}q\x00.'), new Uint8Array(64).fill(9)),
  joblib: join2(
    latin1('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x06joblib\x94\x8c\x05numpy\x94'),
    new Uint8Array(40).fill(3),
  ),
  safetensors: join2(u64(safetensorsHeader.length), utf8(safetensorsHeader), new Uint8Array(8)),
  GGUF: join2(utf8('GGUF'), u32(3), u64(0), u64(0)),
  GGML: join2(utf8('tjgg'), u32(3), new Uint8Array(32)),
  ONNX: join2(new Uint8Array([8, 8]), field(2, utf8('pytorch')), field(7, onnxGraph)),
  npy: join2(
    new Uint8Array([0x93]),
    utf8('NUMPY\x01\x00'),
    new Uint8Array([npyHeader.length, 0]),
    utf8(npyHeader),
    new Uint8Array(8),
  ),
  HDF5: join2(latin1('\x89HDF\r\n\x1a\n'), new Uint8Array(64)),
  'HDF5 behind a user block': join2(
    new Uint8Array(512).fill(32),
    latin1('\x89HDF\r\n\x1a\n'),
    new Uint8Array(64),
  ),
  'TensorFlow SavedModel': join2(new Uint8Array([8, 1]), field(2, utf8('\x0a\x02ab'))),
  'TensorFlow frozen graph': field(1, join2(field(1, utf8('x')), field(2, utf8('Const')))),
  'TensorFlow checkpoint index': join2(
    new Uint8Array(64),
    new Uint8Array([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]),
  ),
  'TensorFlow Lite': join2(u32(28), utf8('TFL3'), new Uint8Array(24)),
  'flax msgpack': msgpackTensor,
  MATLAB: join2(utf8('MATLAB 5.0 MAT-file, written by x'), new Uint8Array(128)),
};

const WRONG_NAMES = [
  'results.csv',
  'notes.txt',
  'plot.png',
  'log.json',
  'figure.svg',
  'page.html',
  'x',
];

function codeOf(recognition: Recognition): string {
  return recognition.ok ? 'accepted' : recognition.code;
}

for (const [format, bytes] of Object.entries(WEIGHTS)) {
  test(`${format} is weight-shaped under any name, wrapped or not`, () => {
    for (const name of WRONG_NAMES)
      assert.equal(codeOf(recognise(bytes, name)), 'TYPE_WEIGHTS', name);
    for (const wrap of [gzipSync, deflateSync, zstdCompressSync]) {
      assert.equal(
        codeOf(recognise(new Uint8Array(wrap(bytes)), 'results.csv')),
        'TYPE_WEIGHTS',
        wrap.name,
      );
    }
  });
}

test('archives that are models or documents are refused as a whole', () => {
  const cases: readonly (readonly [string[], string])[] = [
    [['archive/data.pkl', 'archive/version', 'archive/data/0'], 'TYPE_WEIGHTS'],
    [['w.npy', 'b.npy'], 'TYPE_WEIGHTS'],
    [['config.json', 'metadata.json', 'model.weights.h5'], 'TYPE_WEIGHTS'],
    [['[Content_Types].xml', 'word/document.xml'], 'TYPE_OFFICE'],
    [['[Content_Types].xml', 'xl/workbook.xml'], 'TYPE_OFFICE'],
    [['mimetype', 'content.xml'], 'TYPE_OFFICE'],
  ];
  for (const [names, code] of cases) assert.equal(refuseArchive(names)?.code, code, names.join());
  assert.equal(refuseArchive(['a.csv', 'plots/b.svg']), undefined);
});

test('formats that are not released are refused with what to send instead', () => {
  const notebook = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}';
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [utf8('%PDF-1.7\n%\n1 0 obj\n'), 'TYPE_PDF'],
    [latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + '\0'.repeat(64)), 'TYPE_OFFICE'],
    [latin1('{\\rtf1 hello}'), 'TYPE_OFFICE'],
    [utf8(notebook), 'TYPE_NOTEBOOK'],
    [latin1('PAR1\x15\x00\x00PAR1'), 'TYPE_COLUMNAR'],
    [latin1('SQLite format 3\0' + '\0'.repeat(84)), 'TYPE_COLUMNAR'],
    [latin1('\x7fELF\x02\x01\x01\0\0'), 'TYPE_PROGRAM'],
    [latin1('MZ\x90\0\x03\0'), 'TYPE_PROGRAM'],
    [latin1('GIF89a\x01\0\x01\0'), 'TYPE_MEDIA'],
    [latin1('RIFF\x10\0\0\0WEBPVP8 '), 'TYPE_MEDIA'],
    [latin1('7z\xbc\xaf\x27\x1c\0\x04'), 'TYPE_ARCHIVE'],
    [latin1('\xfd7zXZ\0\0\x04'), 'TYPE_COMPRESSED'],
    [utf8('age-encryption.org/v1\n-> X25519 abc\n'), 'TYPE_ENCRYPTED'],
    [new Uint8Array([1, 2, 3, 0, 255, 254, 7]), 'TYPE_UNKNOWN'],
    [latin1('na\xefve,\xe9t\xe9\n1,2\n'), 'TYPE_ENCODING'],
    [join2(latin1('\xef\xe9'), new Uint8Array([4, 200, 201])), 'TYPE_UNKNOWN'],
  ];
  for (const [bytes, code] of cases) {
    const found = recognise(bytes, 'results.csv');
    assert.equal(codeOf(found), code);
    assert.ok(!found.ok && found.hint.length > 10);
  }
});

test('ordinary texts that start like a binary format are text', () => {
  const texts = [
    'MZ is the initial of Mark Zbikowski\n',
    'BMI,count\n21.5,4\n',
    'GIF8 was a typo in the log\n',
    'RIFF raff\n',
    'ORC: a list of creatures\n',
    'cat\ndog\nbird\n',
    'I am here.\n',
    'N.\n',
    'a notebook says "nbformat" and "cells" in a text\n',
    '(see below)\n1. one\n2. two\n',
    'x\x20= 1\n',
  ];
  for (const text of texts) {
    const found = recognise(utf8(text), 'notes.txt');
    assert.ok(found.ok && found.kind === 'file', text);
    assert.equal(found.candidates.at(-1)?.type, 'text', text);
  }
});

test('the name only breaks ties, and binds where a browser would act on it', () => {
  const types = (text: string, name: string): string => {
    const found = recognise(utf8(text), name);
    return found.ok && found.kind === 'file'
      ? found.candidates.map(({ type, binding }) => `${type}${binding ? '!' : ''}`).join(' ')
      : codeOf(found);
  };
  assert.equal(types('a,b\n1,2\n3,4\n', 'x.txt'), 'table text!');
  assert.equal(types('value\n1\n2\n', 'x.csv'), 'table text!');
  assert.equal(types('value\n1\n2\n', 'x.txt'), 'text!');
  assert.equal(types('Dear all, this\nis prose, with\ncommas, yes\n', 'x.txt'), 'text!');
  assert.equal(types('{"a":1}\n', 'x.txt'), 'json text!');
  assert.equal(types('{"a":1}\n{"a":2}\n', 'x.log'), 'jsonl json text!');
  assert.equal(types('{"a":1}\n', 'x.json'), 'json!');
  assert.equal(types('<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'x.png.txt'), 'xml!');
  assert.equal(types('<?xml version="1.0"?><!-- a --><svg></svg>', 'x'), 'xml!');
  assert.equal(types('<!DOCTYPE html><html></html>', 'x.txt'), 'html!');
  assert.equal(types('hello <script>alert(1)</script>', 'x.html'), 'html!');
  assert.equal(types('hello <script>alert(1)</script>', 'x.svg'), 'xml!');
  assert.equal(types('<unknown> state, see log\n', 'x.log'), 'xml text!');
  assert.equal(types('just text\n', 'x.png'), 'TYPE_NAME_CLAIMS');
});

test('random bytes and mutated files never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      recognise(bytes, 'x.csv');
    }),
    { numRuns: 500 },
  );
  const seeds = Object.values(WEIGHTS);
  fc.assert(
    fc.property(fc.nat(seeds.length - 1), fc.nat(), fc.nat(255), (seed, at, byte) => {
      const bytes = Uint8Array.from(seeds[seed] ?? []);
      bytes[at % bytes.length] = byte;
      recognise(bytes, 'x.csv');
    }),
    { numRuns: 500 },
  );
});

test('the walk of a pickle is linear and bounded', () => {
  const nested = latin1('('.repeat(1_000_000));
  assert.equal(walkPickle(nested).stopped, false);
  const long = latin1(`S'${'a'.repeat(3_000_000)}'\n.`);
  assert.equal(looksLikePickle(long), false);
  const numbers = latin1(`(l${'I1\na'.repeat(300_000)}.`);
  assert.equal(looksLikePickle(numbers), true);
});

const vectors =
  process.env['SALLYPORT_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors');
const pickles = join(vectors, 'pickle-files/tests');

test(
  'no public pickle file passes as a type that is released',
  { skip: existsSync(pickles) ? false : 'vectors absent' },
  () => {
    const open = (dir: string): string[] =>
      readdirSync(dir).flatMap((name) => {
        const path = join(dir, name);
        return statSync(path).isDirectory() ? open(path) : [path];
      });
    const passed = open(pickles).filter((path) => {
      if (/\.(?:py|md|txt|json)$/.test(path)) return false;
      const found = recognise(new Uint8Array(readFileSync(path)), 'results.csv');
      // A broken picture is refused by the picture's parser, which is the only one that is tried.
      return found.ok && found.kind === 'file' && found.candidates[0]?.type !== 'raster';
    });
    assert.deepEqual(passed, []);
  },
);
