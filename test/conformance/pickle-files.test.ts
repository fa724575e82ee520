/**
 * The labelled files of a public scanner: no malicious file is clean, no benign one malicious, benign data is converted
 * with equal values. The files are read from SALLYPORT_VECTORS or from beside the repository; they are never loaded.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memorySource, readSafetensors } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import type { Decoded } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { findVectors } from '../support/vectors.ts';

const { dir, skip } = findVectors('pickle-files');

interface Labels {
  readonly malicious: readonly string[];
  readonly benign: readonly string[];
  readonly either: readonly string[];
}

const labels = (): Labels => JSON.parse(readFileSync(join(dir, 'labels.json'), 'utf8')) as Labels;
const read = (name: string): Uint8Array => readFileSync(join(dir, name));
const scan = (name: string): Decoded => scanSource(name, memorySource(read(name)));

/** It makes an object of an unknown library, handed nothing: what a benign file does too, so that nobody can tell by its grammar. */
const BARE = 'tests/data/malicious5.pickle';

test(
  'every malicious file is malicious, under any name, and the one that nobody can tell is for a person',
  { skip },
  () => {
    for (const name of labels().malicious) {
      const expected = name === BARE ? 'inconclusive' : 'malicious';
      const verdict = judgeScan(scan(name).findings);
      assert.equal(verdict, expected, name);
      const decoded = scanSource('results.csv', memorySource(read(name)));
      assert.equal(judgeScan(decoded.findings), expected, name);
      assert.deepEqual(decoded.forms, [], name);
    }
  },
);

test(
  'every benign file is clean and has a safe form, but for the one with a password',
  { skip },
  () => {
    for (const name of labels().benign) {
      const decoded = scan(name);
      const expected = name.includes('password') ? 'inconclusive' : 'clean';
      assert.equal(judgeScan(decoded.findings), expected, name);
      assert.equal(decoded.forms.length, expected === 'clean' ? 1 : 0, name);
    }
  },
);

test('files of either label are never clean', { skip }, () => {
  for (const name of labels().either)
    assert.notEqual(judgeScan(scan(name).findings), 'clean', name);
});

/** The tensors of a decoded file: name, shape, type and bytes in hexadecimal digits. */
function openTensors(
  name: string,
): Map<string, { shape: readonly number[]; type: string; bytes: Buffer }> {
  const [form] = scan(name).forms;
  assert.equal(form?.type, 'safetensors');
  const file = Buffer.concat([...form.pieces()]);
  const header = readSafetensors(memorySource(file));
  assert.ok(header.ok);
  return new Map(
    header.value.tensors.map(({ name: key, shape, type, from, to }) => [
      key,
      { shape, type, bytes: file.subarray(from, to) },
    ]),
  );
}

test('arrays keep their values', { skip }, () => {
  const file = read('tests/data2/int_array.npy');
  const [only] = openTensors('tests/data2/int_array.npy').values();
  assert.deepEqual(only?.bytes, Buffer.from(file.subarray(128)));
  assert.deepEqual([only.type, only.shape], ['I32', [2, 2]]);
  const plain = openTensors('tests/data2/int_arrays.npz');
  assert.deepEqual([...plain.keys()].sort(), ['a', 'b']);
  assert.deepEqual(plain, openTensors('tests/data2/int_arrays_compressed.npz'));
});

test('tensors of both forms of PyTorch keep their values', { skip }, () => {
  // A storage lies as one run of bytes in the file; each tensor must be such a run behind its count of elements.
  const file = Buffer.from(read('tests/data/pytorch_model.bin'));
  let total = 0;
  const tensors = openTensors('tests/data/pytorch_model.bin');
  for (const [name, { type, bytes }] of tensors) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(bytes.length / (type === 'I64' ? 8 : 4)));
    assert.ok(file.includes(Buffer.concat([count, bytes])), name);
    total += bytes.length;
  }
  assert.ok(tensors.size > 10 && total > 200_000);
  const [only] = openTensors('tests/data/new_pytorch_model.bin').values();
  assert.ok(
    only !== undefined &&
      Buffer.from(read('tests/data/new_pytorch_model.bin')).includes(only.bytes),
  );
});
