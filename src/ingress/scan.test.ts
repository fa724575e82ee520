import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import * as code from '../../test/support/pickle-code.ts';
import { makeZip } from '../../test/support/zip-files.ts';
import { memorySource, readSafetensors, writeSafetensors } from '../formats/index.ts';
import { find, judgeScan, keepWorst } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { scanSource } from './scan.ts';

const { call, name, pickle, text } = code;
const scan = (bytes: Uint8Array, file = 'x'): Decoded => scanSource(file, memorySource(bytes));
const verdict = (bytes: Uint8Array, file = 'x'): string => judgeScan(scan(bytes, file).findings);
const utf8 = (value: string): Uint8Array => Buffer.from(value, 'utf8');
const open = (decoded: Decoded, index = 0): Buffer =>
  Buffer.concat([...(decoded.forms[index]?.pieces() ?? [])]);
const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

function openTensors(bytes: Buffer): Record<string, number[]> {
  const header = readSafetensors(memorySource(bytes));
  assert.ok(header.ok);
  return Object.fromEntries(
    header.value.tensors.map(({ name: key, from, to }) => [
      key,
      [...new Float32Array(Uint8Array.from(bytes.subarray(from, to)).buffer)],
    ]),
  );
}

const SHELL = pickle(call('os', 'system', 'id'));

test('a PyTorch file becomes safetensors, transposed tensors in order', () => {
  const data = pickle(
    ...['}(', text('w'), code.tensorCode(6, [2, 3], [3, 1])],
    ...[
      text('t'),
      code.tensorCode(6, [3, 2], [1, 3]),
      text('tail'),
      code.tensorCode(6, [2], [1], 4),
      'u',
    ],
  );
  const decoded = scan(makeZip(code.torchMembers(data, floats(1, 2, 3, 4, 5, 6))), 'm.pt');
  assert.deepEqual([decoded.type, judgeScan(decoded.findings)], ['torch-zip', 'clean']);
  assert.equal(decoded.forms[0]?.name, 'm.pt.safetensors');
  const expected = { t: [1, 4, 2, 5, 3, 6], tail: [5, 6], w: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual(openTensors(open(decoded)), expected);
});

test('a PyTorch file that contradicts itself has no safe form', () => {
  const storage = floats(1, 2, 3, 4, 5, 6);
  const tensor = (...args: Parameters<typeof code.tensorCode>): Buffer =>
    pickle('}(', text('w'), code.tensorCode(...args), 'u');
  const good = tensor(6, [6], [1]);
  const cases: Readonly<Record<string, Uint8Array>> = {
    'a storage of another size': makeZip(code.torchMembers(tensor(7, [6], [1]), storage)),
    'a tensor outside its storage': makeZip(code.torchMembers(tensor(6, [7], [1]), storage)),
    'an offset outside its storage': makeZip(code.torchMembers(tensor(6, [6], [1], 1), storage)),
    'an unknown type': makeZip(code.torchMembers(tensor(6, [6], [1], 0, 'OddStorage'), storage)),
    'a member too many': makeZip([...code.torchMembers(good, storage), ['archive/x', utf8('x')]]),
    'a storage too many': makeZip([
      ...code.torchMembers(good, storage),
      ['archive/data/1', storage],
    ]),
    'a storage missing': makeZip(
      code.torchMembers(good, storage).filter(([each]) => !each.endsWith('/0')),
    ),
  };
  assert.equal(verdict(makeZip(code.torchMembers(good, storage))), 'clean');
  for (const [what, bytes] of Object.entries(cases))
    assert.equal(verdict(bytes), 'inconclusive', what);
  const hidden = makeZip([...code.torchMembers(good, storage), ['archive/config.p', SHELL]]);
  assert.equal(verdict(hidden), 'malicious');
});

test('a stretched tensor cannot fill the memory', () => {
  const data = pickle('}(', text('w'), code.tensorCode(1, [2_000_000_000], [0]), 'u');
  assert.equal(verdict(makeZip(code.torchMembers(data, floats(1)))), 'malicious');
});

test('ZIPs that two readers read in two ways are refused, and what runs code in them is named', () => {
  const faults = {
    'another local name': makeZip([['data.pkl', SHELL, { localName: 'data.pkx' }]]),
    'an encrypted flag': makeZip([['data.pkl', SHELL, { flags: 1 }]]),
    'a patch flag': makeZip([['data.pkl', SHELL, { flags: 0x20 }]]),
    'a wrong check value': makeZip([['data.pkl', SHELL, { crc: 7 }]]),
    'a prefix': Buffer.concat([utf8('MZ'), makeZip([['data.pkl', SHELL]])]),
  };
  for (const [what, bytes] of Object.entries(faults)) {
    assert.equal(verdict(bytes), 'malicious', what);
  }
  const plain = utf8('a,b\n1,2\n');
  for (const fault of [{ localName: 'b.csv' }, { flags: 1 }, { crc: 7 }]) {
    assert.equal(verdict(makeZip([['a.csv', plain, fault]])), 'inconclusive');
  }
  assert.equal(verdict(makeZip([['../a.csv', plain]])), 'inconclusive');
  assert.equal(
    verdict(
      makeZip([
        ['a.csv', plain],
        ['a.csv', plain],
      ]),
    ),
    'inconclusive',
  );
  const sound = scan(makeZip([['d/a.csv', plain]]), 'a.zip');
  assert.deepEqual([judgeScan(sound.findings), sound.forms[0]?.name], ['clean', 'a.zip/d/a.csv']);
});

test('files inside files are decoded to a stated depth', () => {
  let bytes: Buffer = makeZip([['m.pkl', SHELL]]);
  for (let i = 0; i < 2; i++) bytes = makeZip([['x.zip', bytes]]);
  assert.equal(verdict(bytes), 'malicious');
  for (let i = 0; i < 4; i++) bytes = makeZip([['x.zip', bytes]]);
  assert.equal(verdict(bytes), 'inconclusive');
  assert.equal(verdict(gzipSync(SHELL)), 'malicious');
  assert.equal(verdict(deflateSync(SHELL)), 'malicious');
  assert.equal(scan(deflateSync(pickle(']'))).type, 'zlib(pickle)');
});

const tensor = (key: string, values: Buffer): Parameters<typeof writeSafetensors>[0][number] => ({
  ...{ name: key, type: 'F32', shape: [values.length / 4], bytes: values.length },
  pieces: () => [values],
});

test('safetensors are written anew, and only plain metadata stays', () => {
  const write = (metadata: Record<string, string>): Buffer =>
    Buffer.concat([
      ...writeSafetensors(
        [tensor('b', floats(1)), tensor('a', floats(2))],
        new Map(Object.entries(metadata)),
      ),
    ]);
  const plain = write({
    format: 'pt',
    note: 'trained on 3 epochs (see log)',
    map: '{"x": [1, 2]}',
  });
  const decoded = scan(plain, 'm.safetensors');
  assert.equal(judgeScan(decoded.findings), 'clean');
  assert.deepEqual(open(decoded), plain);
  for (const text of [
    '__import__("os").system("id")',
    '<script>x</script>',
    '{{ x }}',
    'a\u202eb',
    'x'.repeat(400),
  ]) {
    assert.equal(verdict(write({ note: text })), 'inconclusive', text);
  }
});

function rawSafetensors(header: string, data: Uint8Array = new Uint8Array(8)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, utf8(header), data]);
}

test('safetensors that break a rule are inconclusive', () => {
  const entry = (offsets: string, shape = '[1]', dtype = 'F32', more = ''): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}${more}}`;
  const two = (a: string, b: string): Buffer => rawSafetensors(`{"a":${a},"b":${b}}`);
  assert.equal(verdict(two(entry('[0,4]'), entry('[4,8]'))), 'clean');
  const cases: Readonly<Record<string, Buffer>> = {
    'a key twice': rawSafetensors(`{"a":${entry('[0,4]')},"a":${entry('[4,8]')}}`),
    'an overlap': two(entry('[0,4]'), entry('[0,4]')),
    'a hole': two(entry('[0,0]', '[0]'), entry('[4,8]')),
    'a tail': two(entry('[0,4]'), entry('[4,4]', '[0]')),
    'a cut': two(entry('[0,4]'), entry('[4,12]', '[2]')),
    'another size': two(entry('[0,4]', '[2]'), entry('[4,8]')),
    'an overflow': two(entry('[0,4]', '[9007199254740991,9007199254740991]'), entry('[4,8]')),
    'a negative size': two(entry('[0,4]', '[-1]'), entry('[4,8]')),
    'a fraction': two(entry('[0,4]', '[1.5]'), entry('[4,8]')),
    'an unknown type': two(entry('[0,4]', '[1]', 'F33'), entry('[4,8]')),
    'an unknown field': two(entry('[0,4]', '[1]', 'F32', ',"x":1'), entry('[4,8]')),
    'metadata of numbers': rawSafetensors('{"__metadata__":{"a":1}}', new Uint8Array(0)),
    'blanks before': rawSafetensors(' {}', new Uint8Array(0)),
    'a header too long': Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]), utf8('{}')]),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    assert.equal(verdict(bytes, 'x.safetensors'), 'inconclusive', what);
  }
});

test('values that JSON has no type for are spelled by one rule', () => {
  const decoded = scan(
    pickle(
      ...[
        '(',
        code.bytes(utf8('ab')),
        'G\x7f\xf0\0\0\0\0\0\0',
        '\x8a\x09',
        Buffer.alloc(8),
        '\x01',
      ],
      ...[name('builtins', 'set'), '](K\x01e\x85R', 'K\x01K\x02\x86', '}K\x05Ns', 't'],
    ),
  );
  assert.equal(judgeScan(decoded.findings), 'clean', JSON.stringify(decoded.findings));
  const expected =
    '[{"$bytes":"YWI="},{"$float":"inf"},{"$int":"18446744073709551616"},[1],[1,2],{"$dict":[[5,null]]}]\n';
  assert.equal(open(decoded).toString('utf8'), expected);
});

test('a text under a name that promises a pickle is not what it says', () => {
  assert.equal(verdict(utf8('hello\n'), 'notes.txt'), 'clean');
  assert.equal(verdict(utf8('hello\n'), 'model.pkl'), 'inconclusive');
});

test('a text of one byte a letter is read as such, and a table of it is told to become UTF-8', () => {
  const latin = Buffer.from('caf\xe9 \xf8re', 'latin1');
  const read = scanSource('notes.txt', memorySource(latin));
  assert.deepEqual(
    read.findings.map(({ code, severity }) => [code, severity]),
    [['SCAN_TEXT_TRANSCODED', 'info']],
  );
  assert.equal(Buffer.concat([...(read.forms[0]?.pieces() ?? [])]).toString(), 'café øre\n');
  const table = scanSource('notes.csv', memorySource(latin));
  assert.equal(judgeScan(table.findings), 'inconclusive');
  assert.match(table.findings[0]?.sentence ?? '', /text in another encoding than UTF-8/);
});

test('formats that are not decoded are named, with the way forward', () => {
  for (const [bytes, what] of [
    [Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1'), /7z/],
    [Buffer.from('\x89HDF\r\n\x1a\n' + '\0'.repeat(64), 'latin1'), /HDF5/],
    [Buffer.from('ARROW1\0\0' + '\0'.repeat(64), 'latin1'), /Arrow/],
  ] as const) {
    const decoded = scan(bytes);
    assert.equal(judgeScan(decoded.findings), 'inconclusive');
    assert.match(decoded.findings[0]?.sentence ?? '', what);
  }
  const broken = Buffer.from('\x80\x04cos\nsystem\n(tR\xff'.repeat(20), 'latin1');
  const head = Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1');
  assert.equal(verdict(Buffer.concat([head, broken])), 'inconclusive');
  assert.equal(verdict(Buffer.concat([head, broken, SHELL])), 'malicious');
  const payload = Buffer.concat([head, SHELL]);
  assert.equal(verdict(payload), 'malicious');
});

const SSTI = "{{ ''.__class__.__mro__[1].__subclasses__() }}";

test('a template is judged whatever its size, and above the limit a person has to look', () => {
  assert.equal(verdict(utf8(SSTI), 'chat_template.jinja'), 'malicious');
  for (const length of [1 << 20, 3 << 20, 17 << 20]) {
    const large = utf8(`${'hello world of words\n'.repeat(length / 21)}${SSTI}`);
    for (const file of ['chat_template.jinja', 'notes.txt', 'x/CHAT_TEMPLATE']) {
      assert.notEqual(verdict(large, file), 'clean', `${file} of ${String(large.length)} bytes`);
    }
  }
  const padded = utf8(`${'{# padding #}\n'.repeat(1_300_000)}${SSTI}`);
  assert.equal(verdict(padded, 'big.jinja'), 'inconclusive');
  assert.equal(verdict(utf8('plain words\n'.repeat(1_500_000)), 'notes.txt'), 'clean');
});

test('a template is refused under its key, in rows too; elsewhere it is prose that a person reads', () => {
  const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
  assert.equal(verdict(json({ chat_template: SSTI }), 'a.json'), 'malicious');
  assert.equal(verdict(json({ prompt_template: SSTI }), 'a.json'), 'malicious');
  assert.equal(verdict(json({ chat_template: [{ name: 'x', template: SSTI }] })), 'malicious');
  assert.equal(verdict(json({ any: SSTI }), 'chat_template.json'), 'malicious');
  assert.equal(verdict(json({ text: `The payload ${SSTI} is known.` }), 'a.json'), 'inconclusive');
  assert.equal(verdict(json({ doc: 'use {{ user.name }} in Django' }), 'a.json'), 'clean');
  const lines = (...rows: unknown[]): Uint8Array =>
    utf8(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const prose = Array.from({ length: 300 }, () => ({ text: SSTI }));
  assert.equal(verdict(lines(...prose), 'a.jsonl'), 'clean');
  assert.equal(verdict(lines({ chat_template: 'x' }, { chat_template: SSTI })), 'malicious');
  // Many milder findings do not crowd out the one that decides.
  assert.equal(verdict(lines(...prose, { chat_template: SSTI }), 'a.jsonl'), 'malicious');
  const odd = Array.from({ length: 20 }, () => '{% odd %}');
  assert.equal(verdict(json({ chat_template: [...odd, SSTI] }), 'a.json'), 'malicious');
});

test('a table is no template, whatever it is called', () => {
  const table = utf8(`a,b\n1,2\n3,"${SSTI}"\n`);
  assert.equal(verdict(table, 'chat_template.csv'), 'inconclusive');
  assert.equal(verdict(utf8('a,b\n1,2\n'), 'chat_template.csv'), 'clean');
});

test('a verdict does not depend on findings that are left out', () => {
  const info = find('info', 'TEXT_TRANSCODED');
  const many = Array.from({ length: 500 }, () => ({ ...info }));
  const kept = keepWorst([...many, find('deny', 'TEMPLATE_UNSAFE', { why: 'x' })], 200);
  assert.deepEqual([kept.length, judgeScan(kept)], [200, 'malicious']);
});
