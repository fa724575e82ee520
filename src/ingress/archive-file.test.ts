/** Streams that a strict reader refuses and Python reads all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateSync, gzipSync } from 'node:zlib';
import { call, pickle } from '../../test/support/pickle-code.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const scan = (bytes: Uint8Array, name = 'x.pkl'): Decoded => scanSource(name, memorySource(bytes));
const verdict = (bytes: Uint8Array, name = 'x.pkl'): string =>
  judgeScan(scan(bytes, name).findings);
const SHELL = pickle(call('os', 'system', 'id'));
const DATA = pickle(']');

/** Ways to pack that Python undoes and that are no whole stream. */
const LOOSE: Readonly<Record<string, (content: Uint8Array) => Uint8Array>> = {
  'zlib with bytes behind it': (content) =>
    Buffer.concat([deflateSync(content), Buffer.from('xx')]),
  'zlib without its check value': (content) => deflateSync(content).subarray(0, -4),
  'gzip of several streams': (content) => Buffer.concat([gzipSync(''), gzipSync(content)]),
  'gzip that is cut off': (content) => gzipSync(content).subarray(0, -4),
  'gzip with a wrong check value': (content) => {
    const packed = gzipSync(content);
    packed.writeUInt32LE(7, packed.length - 8);
    return packed;
  },
};

for (const [what, pack] of Object.entries(LOOSE)) {
  test(`a call in ${what} is named`, () => {
    assert.equal(verdict(pack(SHELL)), 'malicious');
    assert.equal(verdict(pack(SHELL), 'notes.txt'), 'malicious');
    assert.equal(verdict(pack(DATA)), 'inconclusive');
  });
}

test('zlib of any window is opened', () => {
  const packed = deflateSync(SHELL, { windowBits: 12, level: constants.Z_BEST_SPEED });
  assert.equal(packed[0], 0x48);
  assert.equal(verdict(packed), 'malicious');
  assert.equal(scan(deflateSync(DATA, { windowBits: 12 })).type, 'zlib(pickle)');
});

test('a text that begins like zlib is a text', () => {
  for (const text of ['x^2 + y^2\n', 'XG is short\n', 'HK, London\n']) {
    assert.deepEqual(
      [scan(Buffer.from(text), 'a.txt').type, verdict(Buffer.from(text), 'a.txt')],
      ['text', 'clean'],
    );
  }
});

test('a gzip file that is cut off is not called too large', () => {
  // The last 4 bytes that are there, data by right, are read as a size.
  const cut = gzipSync('some words that are packed').subarray(0, -4);
  cut.writeUInt32LE(0xffffffff, cut.length - 4);
  assert.match(scan(cut, 'a.gz').findings[0]!.sentence, /cut off/);
});
