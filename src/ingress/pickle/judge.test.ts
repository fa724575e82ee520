import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as code from '../../../test/support/pickle-code.ts';
import { leastThreadMs } from '../../../test/support/thread-time.ts';
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
  'a class of Python itself with arguments': pickle(
    name('subprocess', 'Popen'),
    text('x'),
    '\x85R',
  ),
  'a class that another library only lets through': pickle(
    ...[name('acme', 'subprocess.Popen'), text('id'), '\x85R'],
  ),
  'a class of an unknown library that is handed a function': pickle(
    ...[name('acme', 'Task'), name('os', 'system'), text('id'), '\x86R'],
  ),
  'a class of an unknown library that is handed nothing and dropped': pickle(
    ...[name('aiohttp.client', 'ClientSession'), ')R0N'],
  ),
  'such a class among what a mark takes away': pickle(
    ...['N(', name('aiohttp.client', 'ClientSession'), ')RN1'],
  ),
  'such a class below what the pickle gives': pickle(
    ...[name('aiohttp.client', 'ClientSession'), ')R}'],
  ),
  'such a class that was copied and dropped': pickle(
    ...[name('aiohttp.client', 'ClientSession'), ')R20'],
  ),
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

/** Bytes as the number that they are, in the opcode that holds it. */
const number = (value: Uint8Array): Buffer => joinCode('\x8a', Buffer.from([value.length]), value);

/** Base32 and Base85 of a pickle that calls `os.system`, as Python's `base64` module writes them. */
const CALL_OLD = joinCode('cos\nsystem\n(Vid\ntR.');
const ASCII85 = '@rHDqF*VhKAShc&<bZ(OFAa^';
const SPELLED: Readonly<Record<string, string>> = {
  base32: 'MNXXGCTTPFZXIZLNBIUFM2LEBJ2FELQ=',
  base85: 'V{dZ`b9r-gWo-&5R%v7kbW$z',
};

/** The same call behind other bytes, compressed, or spelled otherwise. */
const HIDDEN: Readonly<Record<string, Uint8Array>> = {
  'bytes of old protocols, by latin1': pickle(text(pickle(SHELL).toString('latin1'))),
  'a line with escapes': joinCode('V', 'cos\\u000asystem\\u000a(Vid\\u000atR.', '\n.'),
  'a quoted line with octal escapes': joinCode("S'", 'cos\\012system\\012(Vid\\012tR.', "'\n."),
  'names from the memo, without a mark': pickle(
    code.bytes(joinCode('\x8c\x02osq\0\x8c\x06systemq\x01\x93\x8c\x02id\x85R.')),
  ),
  'base64 in lines of a Mac': pickle(text(base64(pickle(SHELL)).replace(/.{8}/g, '$&\r'))),
  'Ascii85 with a mark at its end': pickle(text(`${ASCII85}~>`)),
  'a quoted line': joinCode("S'", 'cos\\nsystem\\n(Vid\\ntR.', "'\n."),
  'behind other bytes': pickle(code.bytes(joinCode('AAAA', pickle(SHELL), 'zz'))),
  'behind many other bytes': pickle(code.bytes(joinCode('A'.repeat(5000), pickle(SHELL)))),
  'behind other bytes, without a mark': pickle(code.bytes(joinCode('AAAA', CALL_OLD))),
  'INST behind other bytes': pickle(code.bytes(joinCode("AAAA(S'id'\nios\nsystem\n."))),
  'names from the stack, without a mark': pickle(code.bytes(joinCode('\0\0', SHELL, '.'))),
  zlib: pickle(code.bytes(deflateSync(pickle(SHELL)))),
  gzip: pickle(code.bytes(gzipSync(pickle(SHELL)))),
  zstd: pickle(code.bytes(zstdCompressSync(pickle(SHELL)))),
  'zlib in base64': pickle(text(base64(deflateSync(pickle(SHELL))))),
  'base64 in lines': pickle(text(base64(pickle(SHELL)).replace(/.{8}/g, '$&\n'))),
  'a long base64': pickle(
    text(base64(pickle(code.bytes(Buffer.alloc(3 << 20, 'ab')), '0', SHELL))),
  ),
  'a number': pickle(number(pickle(SHELL))),
  'a number the other way round': pickle(number(Buffer.from(pickle(SHELL)).reverse())),
  'a number in digits': joinCode(
    'L',
    BigInt(`0x${Buffer.from(CALL_OLD).toString('hex')}`).toString(),
    'L\n.',
  ),
  ...Object.fromEntries(
    Object.entries(SPELLED).map(([what, spelled]) => [what, pickle(text(spelled))]),
  ),
};

for (const [what, bytes] of Object.entries(HIDDEN)) {
  test(`malicious: a call hidden in ${what}`, () => {
    assert.equal(verdict(bytes), 'malicious', codes(bytes).join());
  });
}

test('bytes that only look like pickles are data', () => {
  // Marks at every other byte, names of nothing, and every value that a byte can have.
  const noise = Buffer.alloc(1 << 20);
  for (let i = 0, state = 1; i < noise.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    noise[i] = state >>> 24;
  }
  const marks = noise.map((byte) => [0x80, 2, 3, 4, 0x28, 0x29, 0x4e, 0x52][byte & 7] ?? 0);
  const words = 'cat\ncow\nimport os\nclass\nid\n';
  for (const bytes of [noise, marks, Buffer.from(words.repeat(5000))]) {
    assert.equal(verdict(pickle(code.bytes(bytes))), 'clean');
  }
  assert.equal(verdict(pickle(text(words))), 'clean');
  assert.equal(verdict(pickle(text('d41d8cd98f00b204e9800998ecf8427e'))), 'clean');
});

test('what cannot be opened is told', () => {
  const bzip2 = Buffer.from('425a683931415926535900000000', 'hex');
  assert.deepEqual(codes(pickle(code.bytes(bzip2))), ['hold PICKLE_VALUE_UNREAD']);
  const broken = Buffer.concat([gzipSync('').subarray(0, 10), Buffer.alloc(20, 255)]);
  assert.deepEqual(codes(pickle(code.bytes(broken))), ['hold PICKLE_VALUE_UNREAD']);
});

const ORDINARY: Readonly<Record<string, Uint8Array>> = {
  'a seed sequence': pickle(
    ...[name('numpy.random.bit_generator', '__pyx_unpickle_SeedSequence')],
    ...[name('numpy.random.bit_generator', 'SeedSequence'), 'K\x01N\x87R'],
  ),
  'a polynomial': pickle(name('numpy', 'poly1d'), ')\x81}', text('coeffs'), 'Ns', 'b'),
  'a polynomial of protocol 0': pickle(
    ...[name('copy_reg', '_reconstructor'), name('numpy', 'poly1d')],
    ...[name('builtins', 'object'), 'N\x87R'],
  ),
  'a regular expression': pickle(name('re', '_compile'), text('a+'), 'K\x20\x86R'),
  'an object of an unknown library': pickle(name('acme.models', 'Thing'), text('x'), 'K\x01\x86R'),
  'an object of a class in a class': pickle(name('acme', 'Outer.Inner'), text('x'), '\x85R'),
  'an object of an unknown library that is handed nothing': pickle(name('acme', 'Zone'), ')R'),
  'such an object within data, twice': pickle(
    ...['}', text('a'), name('acme', 'Zone'), ')R\x94s', text('b'), 'h\x00s'],
  ),
  'an object of an unknown library with a state': pickle(
    ...[name('acme.models', 'Thing'), text('x'), '\x85R}', text('a'), 'K\x01s', 'b'],
  ),
  'an address': pickle(name('ipaddress', 'IPv4Address'), 'K\x01\x85R'),
};

for (const [what, bytes] of Object.entries(ORDINARY)) {
  test(`an ordinary object is no malice: ${what}`, () => {
    assert.equal(verdict(bytes), 'inconclusive', codes(bytes).join());
  });
}

const NDARRAY = ['K\x00\x85C\x01b'];
const FLOAT = [
  text('f8'),
  '\x89\x88\x87R(K\x03',
  text('<'),
  'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb',
];

test('masked arrays and dates of NumPy are inconclusive, with the way forward', () => {
  const masked = pickle(
    ...[name('numpy.ma.core', '_mareconstruct'), '(', name('numpy.ma.core', 'MaskedArray')],
    ...[name('numpy', 'ndarray'), ...NDARRAY, 'tR(K\x01K\x02\x85', name('numpy', 'dtype')],
    ...[...FLOAT, '\x89C\x10', '\0'.repeat(16), 'C\x02\x00\x01Ntb'],
  );
  assert.equal(verdict(masked), 'inconclusive');
  assert.ok(codes(masked).includes('hold PICKLE_MASKED'), codes(masked).join());
  const dates = pickle(
    ...[name('numpy.core.multiarray', '_reconstruct'), name('numpy', 'ndarray'), ...NDARRAY],
    ...['\x87R(K\x01K\x02\x85', name('numpy', 'dtype'), text('M8'), '\x89\x88\x87R(K\x04'],
    ...[text('<'), 'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00(C\x02nsK\x01K\x01K\x01ttb'],
    ...['\x89C\x10', '\0'.repeat(16), 'tb'],
  );
  const { findings } = scanSource('x.pkl', memorySource(dates));
  assert.equal(judgeScan(findings), 'inconclusive');
  assert.match(findings[0]!.sentence, /datetime64.*whole numbers with their unit/);
});

test('an array of texts and nothing else is data, and one of calls is not', () => {
  const arrayOf = (shape: string, ...items: (string | Uint8Array)[]): Buffer =>
    pickle(
      ...[name('numpy.core.multiarray', '_reconstruct'), name('numpy', 'ndarray')],
      ...['K\x00\x85C\x01b\x87R(K\x01', shape, name('numpy', 'dtype'), text('O8')],
      ...['\x89\x88\x87R(K\x03', text('|'), 'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb\x89]('],
      ...[...items, 'etb'],
    );
  const open = (bytes: Buffer): string => {
    const [form] = scanSource('x', memorySource(bytes)).forms;
    return Buffer.concat([...(form?.pieces() ?? [])]).toString('utf8');
  };
  assert.equal(open(arrayOf('K\x03\x85', text('a'), 'N', text('b'))), '["a",null,"b"]\n');
  const square = arrayOf('K\x02K\x02\x86', 'K\x01K\x02', 'K\x03N');
  assert.equal(open(square), '[[1,2],[3,null]]\n');
  assert.equal(verdict(arrayOf('K\x02\x85', text('a'))), 'inconclusive');
  assert.equal(verdict(arrayOf('K\x01\x85', SHELL)), 'malicious');
});

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
  const time = (bytes: Buffer): number =>
    leastThreadMs(() => {
      assert.equal(judgePickle(memorySource(bytes)).outcome, 'stopped');
    });
  const ratio = time(build(160_000)) / time(build(20_000));
  assert.ok(ratio < 24, `8 times the bytes took ${String(ratio)} times as long`);
});
