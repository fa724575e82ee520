/** Time grows at most linearly with hostile input, for every decoder of the way in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { memorySource, writeSafetensors } from '../../src/formats/index.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { GgufWriter } from '../support/gguf-files.ts';
import { makeParquet } from '../support/parquet-files.ts';
import * as code from '../support/pickle-code.ts';
import { leastThreadMs } from '../support/thread-time.ts';
import { makeZip } from '../support/zip-files.ts';

const { joinCode, name, pickle, text } = code;
const utf8 = (value: string): Buffer => Buffer.from(value, 'utf8');
const repeat = (unit: Uint8Array, times: number): Buffer => Buffer.alloc(unit.length * times, unit);

function manyKeys(count: number): Buffer {
  const out = new GgufWriter().raw(utf8('GGUF')).u32(3).u64(0).u64(count);
  for (let i = 0; i < count; i++)
    out
      .text(`key.${String(i)}`)
      .u32(4)
      .u32(i);
  return out.align(32).finish();
}

const manyTensors = (count: number): Buffer =>
  Buffer.concat([
    ...writeSafetensors(
      Array.from({ length: count }, (_, i) => ({
        ...{ name: `t${String(i)}`, type: 'F32', shape: [1], bytes: 4 },
        pieces: () => [new Uint8Array(4)],
      })),
    ),
  ]);

/** Inputs by what they stretch; `size` is a count of units. */
const INPUTS: Readonly<
  Record<string, readonly [file: string, units: number, build: (size: number) => Uint8Array]>
> = {
  'a pickle of rows': [
    'x.pkl',
    4_000,
    (size) => pickle('](', repeat(joinCode('}(', text('a'), 'K\x01u'), size), 'e'),
  ],
  'a pickle of nested lists': [
    'x.pkl',
    20_000,
    (size) => pickle(']'.repeat(size), 'a'.repeat(size - 1)),
  ],
  'a pickle of marks': ['x.pkl', 100_000, (size) => pickle('('.repeat(size))],
  'a pickle of memo entries': [
    'x.pkl',
    20_000,
    (size) => pickle('](', repeat(joinCode('N\x94'), size), 'e'),
  ],
  'a pickle of names': [
    'x.pkl',
    5_000,
    (size) => pickle('](', repeat(name('builtins', 'set'), size), 'e'),
  ],
  'a pickle of texts that may be pickles': [
    'x.pkl',
    3_000,
    (size) => pickle('](', repeat(text('gASVAAAAAAAAAACMAW'), size), 'e'),
  ],
  'a pickle of lines': [
    'x.pkl',
    10_000,
    (size) => joinCode('(l', repeat(joinCode('I12\na'), size), '.'),
  ],
  'pickles one behind the other': ['x.pkl', 800, (size) => repeat(pickle(']'), size)],
  'one long text in base64': ['x.pkl', 4_000, (size) => pickle(text('gASV'.repeat(size)))],
  'bytes that look like marks of pickles': [
    'x.bin',
    3_000,
    (size) => repeat(joinCode('\x80\x04(N'), size),
  ],
  'a ZIP of many members': [
    'x.zip',
    200,
    (size) => makeZip(Array.from({ length: size }, (_, i) => [`f${String(i)}`, utf8('a\n')])),
  ],
  'a ZIP of many names without data': [
    'x.zip',
    4_000,
    (size) => repeat(utf8('PK\x03\x04' + 'x'.repeat(30)), size),
  ],
  'a gzip file': ['x.gz', 20_000, (size) => gzipSync(utf8('some text\n'.repeat(size)))],
  'safetensors of many tensors': ['x.safetensors', 1_500, manyTensors],
  'GGUF of many keys': ['x.gguf', 3_000, manyKeys],
  'parquet of many rows': ['x.parquet', 2_000, (size) => makeParquet(size)],
  'text with many braces': ['x.txt', 4_000, (size) => utf8('{{ a }} and {% b\n'.repeat(size))],
  'JSON with many templates': [
    'x.json',
    1_000,
    (size) => utf8(JSON.stringify(Array.from({ length: size }, () => '{{ a }}'))),
  ],
};

const timeOf = (file: string, bytes: Uint8Array): number =>
  leastThreadMs(() => scanSource(file, memorySource(bytes)));

const FACTOR = 8;
/** Memory management makes a large input somewhat dearer; a quadratic decoder would take 64 times as long. */
const RATIO_MAX = 24;

for (const [what, [file, units, build]] of Object.entries(INPUTS)) {
  test(`time grows with the bytes: ${what}`, () => {
    const base = timeOf(file, build(units));
    const ratio = timeOf(file, build(units * FACTOR)) / base;
    assert.ok(
      ratio < RATIO_MAX,
      `${String(FACTOR)} times the bytes took ${ratio.toFixed(1)} times as long`,
    );
  });
}
