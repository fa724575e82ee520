import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../../test/support/pickle-code.ts';
import { memorySource } from '../../formats/index.ts';
import { judgeScan } from '../decoded.ts';
import { scanSource } from '../scan.ts';
import { judgePickle } from './judge.ts';

const { call, frame, joinCode, name, pickle, text } = code;
const verdict = (bytes: Uint8Array, file = 'x.pkl'): string =>
  judgeScan(scanSource(file, memorySource(bytes)).findings);
const codes = (bytes: Uint8Array): string[] =>
  judgePickle(memorySource(bytes)).problems.map((problem) => `${problem.severity} ${problem.code}`);

const SHELL = call('os', 'system', 'id');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const MALICIOUS: Readonly<Record<string, Uint8Array>> = {
  'a call': pickle(SHELL),
  'a call of something never heard of': pickle(call('a.b', 'c', 'x')),
  'a call before the stream breaks': joinCode('\x80\x04', SHELL, '\xff\xff'),
  'a call whose result is dropped': pickle(SHELL, '0N'),
  'OBJ, then POP': pickle('(', name('os', 'system'), text('id'), 'o0N'),
  'INST in protocol 0': joinCode("(S'id'\nios\nsystem\n."),
  'GLOBAL with carriage returns': joinCode('cos\r\nsystem\r\n(Vid\ntR.'),
  'names fed by quoted strings': joinCode("S'os'\nS'system'\n\x93S'id'\n\x85R."),
  'a name spelled with an escape': joinCode("S'o\\x73'\nS'system'\n\x93S'id'\n\x85R."),
  'a name computed by a call': pickle(name('builtins', 'str'), ')R', text('system'), '\x93N\x85R'),
  'an attribute by getattr, then called': pickle(
    ...[name('builtins', 'getattr'), name('os', 'x'), text('system'), '\x86R', text('id'), '\x85R'],
  ),
  'a dotted attribute': pickle(call('pathlib', 'os.system', 'id')),
  'a state for a class that the grammar knows': pickle(
    ...[name('collections', 'OrderedDict'), '}', text('__new__'), 'Ns', 'b'],
  ),
  'an entry for a thing of the program': pickle(name('os', 'environ'), text('a'), text('b'), 's'),
  'an item for a thing of the program': pickle(name('sys', 'path'), text('/tmp'), 'a'),
  'a call of a partial': pickle(
    ...[name('functools', 'partial'), name('os', 'system'), '\x85R', text('id'), '\x85R'],
  ),
  'a reconstructor that calls a base': pickle(
    ...[name('copyreg', '_reconstructor'), name('a', 'B'), name('subprocess', 'Popen')],
    ...[text('id'), '\x87R'],
  ),
  'a rebuilder that is handed a function': pickle(
    ...[name('torch._tensor', '_rebuild_from_type_v2'), '(', name('os', 'system')],
    ...[name('torch', 'Tensor'), text('id'), '\x85}tR'],
  ),
  'a class with arguments': pickle(name('ctypes', 'CDLL'), 'N\x85R'),
  'a lower-case class made': pickle(name('builtins', 'map'), '(', name('os', 'x'), ']t\x81'),
  'a pickle in bytes': pickle(code.bytes(pickle(SHELL))),
  'a pickle in base64': pickle(text(base64(pickle(SHELL)))),
  'a pickle in hexadecimal digits': pickle(text(pickle(SHELL).toString('hex'))),
  'a pickle in escapes': pickle(
    text([...pickle(SHELL)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')),
  ),
  'a pickle of protocol 0 in base64': pickle(text(base64(joinCode('cos\nsystem\n(Vid\ntR.')))),
  'a pickle in a pickle in a pickle': pickle(
    text(base64(pickle(text(base64(pickle(text(base64(pickle(SHELL))))))))),
  ),
  'a second pickle behind the first': joinCode(pickle('N'), pickle(SHELL)),
  'a numeral that readers of Python take': joinCode('I0x1\n0cos\nsystem\n(Vid\ntR.'),
  'an opcode over the end of its frame': joinCode('\x80\x04', frame(8, code.bytes(SHELL)), '.'),
  'a frame in a frame': joinCode('\x80\x04', frame(40, frame(3, 'N00')), 'N.', 'N'.repeat(40)),
};

for (const [what, bytes] of Object.entries(MALICIOUS)) {
  test(`malicious: ${what}`, () => {
    assert.equal(verdict(bytes), 'malicious', codes(bytes).join());
    // The name decides nothing, and neither does what stands around it.
    assert.equal(verdict(bytes, 'notes.txt'), 'malicious');
  });
}

const INCONCLUSIVE: Readonly<Record<string, Uint8Array>> = {
  'an object of a class': pickle(name('app', 'Model'), ')\x81}', text('a'), 'K\x01s', 'b'),
  'a reference to a function': pickle(name('torch.nn.functional', 'relu')),
  'a pickle of plain data in bytes': pickle(code.bytes(pickle(text('plain'), text('x'), '\x86'))),
  'a memo entry that is missing': pickle('h\x07'),
  'bytes behind the end': joinCode(pickle(']'), 'tail'),
  'a frame past the end': joinCode('\x80\x04', frame(4000, ']'), '.'),
  'a stream that is cut off': joinCode('\x80\x04', ']', text('abc').subarray(0, 3)),
  'a persistent id': pickle(text('x'), 'Q'),
  'an extension': pickle('\x82\x01'),
  'a buffer outside': pickle('\x97'),
  'a duplicate': pickle(']2\x86'),
  'a list in itself': pickle(']\x94h\x00a'),
  'a value left over': pickle('NN'),
};

for (const [what, bytes] of Object.entries(INCONCLUSIVE)) {
  test(`inconclusive: ${what}`, () => {
    assert.equal(verdict(bytes), 'inconclusive', codes(bytes).join());
  });
}

test('bombs of memo entries are malicious and end at once', () => {
  const layers = Array.from({ length: 200 }, (_, i) =>
    joinCode(
      ']r',
      little(i),
      '(',
      joinCode('j', little(Math.max(0, i - 1))),
      joinCode('j', little(Math.max(0, i - 1))),
      'e',
    ),
  );
  // Each list holds the one before it twice.
  const bomb = joinCode('\x80\x04]r', little(0), ...layers.slice(1), '.');
  assert.equal(verdict(bomb), 'malicious');
});

function little(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

test('bombs of duplicates are malicious', () => {
  assert.equal(verdict(pickle(']', '2\x86'.repeat(60))), 'malicious');
});

test('texts that begin like opcodes are texts', () => {
  for (const line of [
    'cat\ndog\nbird\n',
    '(in passing)\nfoo\nbar\n',
    'I am here.\n',
    'N.\n',
    'c\n',
  ]) {
    const decoded = scanSource('notes.txt', memorySource(Buffer.from(line)));
    assert.equal(judgeScan(decoded.findings), 'clean', line);
    assert.equal(decoded.type, 'text');
  }
});

test('memory does not grow with the pickle, and time only as much as it', () => {
  const row = joinCode('}(', text('name'), text('some value of a row'), text('id'), 'K\x07u');
  const build = (rows: number): Buffer =>
    joinCode('\x80\x04](', Buffer.alloc(row.length * rows, row), 'e.');
  const time = (bytes: Buffer): number => {
    const before = process.cpuUsage();
    const judged = judgePickle(memorySource(bytes));
    assert.equal(judged.outcome, 'stopped');
    const used = process.cpuUsage(before);
    return used.user + used.system;
  };
  const small = build(20_000);
  const large = build(160_000);
  time(small);
  const ratio = time(large) / Math.max(time(small), time(small), 2000);
  assert.ok(ratio < 24, `8 times the bytes took ${String(ratio)} times as long`);
});
