import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../../test/support/pickle-code.ts';
import { memorySource } from '../../formats/index.ts';
import { judgeScan } from '../decoded.ts';
import { scanSource } from '../scan.ts';
import { judgePickle } from './judge.ts';

const { joinCode, name, pickle, text } = code;
const verdict = (bytes: Uint8Array): string =>
  judgeScan(scanSource('x.pkl', memorySource(bytes)).findings);
const codes = (bytes: Uint8Array): string =>
  judgePickle(memorySource(bytes))
    .problems.map((problem) => `${problem.severity} ${problem.code} ${problem.detail}`)
    .join();

const SYSTEM = name('os', 'system');
/** An object that runs a command when it is called. */
const PARTIAL = joinCode(name('functools', 'partial'), SYSTEM, text('id'), '\x86R');
/** A mapping whose every key runs it. */
const CHAIN = joinCode(
  ...[name('collections', 'ChainMap'), name('collections', 'defaultdict'), PARTIAL, '\x85R}'],
  ...[text('k'), 'Ns\x86R'],
);

const CALLING: Readonly<Record<string, Uint8Array>> = {
  'an iterator that calls a partial': pickle(
    ...[name('builtins', 'list'), name('builtins', 'iter'), PARTIAL, 'K\x00\x86R\x85R'],
  ),
  'an iterator that calls a getter': pickle(
    ...[name('builtins', 'iter'), name('operator', 'methodcaller'), text('x'), '\x85RN\x86R'],
  ),
  'a dictionary of a mapping that makes what is missing': pickle(
    name('builtins', 'dict'),
    CHAIN,
    '\x85R',
  ),
  'a dictionary of one, made with its memo': pickle(
    ...[CHAIN, '\x940', name('collections', 'OrderedDict'), 'h\x00\x85R'],
  ),
  'a dictionary of one behind another argument': pickle(
    ...[name('collections', 'defaultdict'), 'N', CHAIN, '\x86R'],
  ),
  'a user dictionary of one': pickle(name('collections', 'UserDict'), CHAIN, '\x85R'),
  'a new tuple of one': pickle(name('builtins', 'tuple'), CHAIN, '\x85\x81'),
  'a rebuilder that calls a class': pickle(
    ...[name('torch._tensor', '_rebuild_from_type_v2'), '(', name('subprocess', 'Popen')],
    ...[name('torch', 'Tensor'), text('id'), '\x85}tR'],
  ),
  'a rebuilder that calls an object': pickle(
    name('torch._tensor', '_rebuild_from_type_v2'),
    ...['(', PARTIAL, name('torch', 'Tensor'), ')}tR'],
  ),
  'arguments that are no tuple': pickle(name('builtins', 'dict'), '](', CHAIN, 'eR'),
  'a state that sets how the state is set': pickle(
    ...[name('collections', 'OrderedDict'), ')R}', text('__setstate__'), SYSTEM, 's', 'b'],
    ...[text('id'), 'b'],
  ),
  'the same by the memo': pickle(
    ...[name('collections', 'OrderedDict'), ')R\x94}', text('__setstate__'), SYSTEM, 's', 'b0'],
    ...['h\x00', text('id'), 'b'],
  ),
  'a state that sets how items are added': pickle(
    ...[name('types', 'SimpleNamespace'), ')\x81}', text('append'), SYSTEM, 's', 'b'],
    ...[text('id'), 'a'],
  ),
  'an index of an object that has a function for a maker': pickle(
    ...[name('pandas.core.indexes.interval', '_new_IntervalIndex'), name('app', 'Maker'), ')\x81}'],
    ...[text('from_arrays'), PARTIAL, 'sb', '}\x86R'],
  ),
  'an item of a mapping that calls for what is missing': pickle(
    ...[name('_operator', 'getitem'), CHAIN, text('x'), '\x86R'],
  ),
  'an attribute of a class that is a function': pickle(
    ...[name('builtins', 'getattr'), name('posixpath', 'os'), text('system'), '\x86R'],
    ...[text('id'), '\x85R'],
  ),
  'an attribute of another class than the one before': pickle(
    ...[name('builtins', 'getattr'), SYSTEM, text('__call__'), '\x86\x94'],
    ...[name('zoneinfo', 'ZoneInfo'), text('_unpickle'), '\x860R', text('id'), '\x85R'],
  ),
  'a function that a logger gets': pickle(
    ...[name('logging', 'getLogger'), text('x'), '\x85R', text('id'), '\x85R'],
  ),
};

for (const [what, bytes] of Object.entries(CALLING)) {
  test(`a function is called by ${what}`, () => {
    assert.equal(verdict(bytes), 'malicious', codes(bytes));
    assert.match(codes(bytes), /deny PICKLE_CALL/);
  });
}

const ZONE = joinCode(name('zoneinfo', 'ZoneInfo._unpickle'), text('UTC'), '\x88\x86R');
const INDEX = joinCode(
  name('pandas.core.indexes.base', '_new_Index'),
  name('pandas', 'Index'),
  '}\x86R',
);
const ITERATOR = joinCode(name('builtins', 'iter'), '](K\x01e\x85R');

/** What serialisers write. */
const ORDINARY: Readonly<Record<string, Uint8Array>> = {
  'a default that a partial makes': pickle(
    ...[name('collections', 'defaultdict'), name('functools', 'partial')],
    ...[name('builtins', 'int'), 'K\x03\x86R\x85R', text('k'), 'K\x01s'],
  ),
  'a time in a zone': pickle(
    ...[name('datetime', 'datetime'), 'C\x0a\x07\xe6\x01\x01\0\0\0\0\0\0', ZONE, '\x86R'],
  ),
  'a zone, as Python 3.11 writes it': pickle(
    ...[name('builtins', 'getattr'), '\x94', name('zoneinfo', 'ZoneInfo'), text('_unpickle')],
    ...['\x86\x94R\x94', text('UTC'), 'K\x01\x86R'],
  ),
  'a list of whole numbers as a type': pickle(
    ...[name('_operator', 'getitem'), name('typing', 'List'), name('builtins', 'int'), '\x86R'],
  ),
  'a timestamp of pandas': pickle(
    ...[name('pandas._libs.tslibs.timestamps', '_unpickle_timestamp'), '(K\x01NNK\x09tR'],
  ),
  'an index of dates': pickle(
    ...[name('pandas.core.indexes.datetimes', '_new_DatetimeIndex')],
    ...[name('pandas', 'DatetimeIndex'), '}', text('data'), 'Ns\x86R'],
  ),
  'an index of intervals': pickle(
    ...[name('pandas.core.indexes.interval', '_new_IntervalIndex')],
    ...[name('pandas', 'IntervalIndex'), '}', text('left'), INDEX, 's\x86R'],
  ),
  'an array of pyarrow': pickle(
    ...[name('pyarrow.lib', '_restore_array'), '('],
    ...[name('pyarrow.lib', 'type_for_alias'), text('int64'), '\x85R', 'K\x01K\0K\0](N'],
    ...[name('pyarrow.lib', 'py_buffer'), name('builtins', 'bytearray'), 'C\x01a\x85R\x85Re'],
    ...[']Nt\x85R'],
  ),
  'a status of HTTP': pickle(name('http', 'HTTPStatus'), 'K\xc8\x85R'),
  'a signal': pickle(name('signal', 'Signals'), 'K\x02\x85R'),
  'a time with names': pickle(name('time', 'struct_time'), 'K\x01\x85}\x86R'),
  'what is known of a file': pickle(name('os', 'stat_result'), 'K\x01\x85}\x86R'),
  'a logger': pickle(name('logging', 'getLogger'), text('x'), '\x85R'),
  'an iterator over iterators': pickle(name('builtins', 'zip'), ITERATOR, ITERATOR, '\x86R'),
  'a block of dates': pickle(
    ...[name('pandas._libs.internals', '_unpickle_block')],
    ...[name('pandas._libs.arrays', '__pyx_unpickle_NDArrayBacked')],
    ...[name('pandas.core.arrays.datetimes', 'DatetimeArray'), 'K\x01N\x87R'],
    ...[name('builtins', 'slice'), 'K\x00K\x01K\x01\x87RK\x02\x87R'],
  ),
  'a tensor of a class of PyTorch': pickle(
    ...[
      name('torch._tensor', '_rebuild_from_type_v2'),
      '(',
      name('torch._utils', '_rebuild_tensor_v2'),
    ],
    ...[name('torch', 'Tensor'), ')}tR'],
  ),
  'an object with a function in its state, then others of its kind': pickle(
    ...['](', name('app', 'Layer'), ')\x81\x94}', text('f'), name('torch', 'relu'), 'sb'],
    ...[name('app', 'Layer'), ')\x81}', text('next'), 'h\x00sb', 'h\x00e'],
  ),
  'a list of a class with a function in its state': pickle(
    ...[name('app', 'List'), ')\x81(K\x01K\x02e}', text('f'), name('torch', 'relu'), 'sb'],
  ),
};

for (const [what, bytes] of Object.entries(ORDINARY)) {
  test(`no function is called by ${what}`, () => {
    assert.equal(verdict(bytes), 'inconclusive', codes(bytes));
  });
}

test('a logger is there already, and is not changed', () => {
  const changed = pickle(
    ...[name('logging', 'getLogger'), text('x'), '\x85R}', text('disabled'), '\x88sb'],
  );
  assert.equal(verdict(changed), 'malicious', codes(changed));
});

test('an object of data that gets its state from the memo is data', () => {
  const plain = pickle(
    ...[name('collections', 'OrderedDict'), ')R\x94}', text('a'), 'K\x01sb0h\x00}b'],
  );
  assert.equal(verdict(plain), 'clean', codes(plain));
});
