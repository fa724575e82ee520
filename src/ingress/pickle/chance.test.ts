/** Bytes that are opcodes by chance: what ends every reader of CPython before it has a name is no attack. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import * as code from '../../../test/support/pickle-code.ts';
import { memorySource } from '../../formats/index.ts';
import { judgeScan } from '../decoded.ts';
import { scanSource } from '../scan.ts';
import { judgePickle } from './judge.ts';
import { findNestedPickle, SearchBudget } from './nested.ts';
import type { NestedPickle, ValueKind } from './nested.ts';

const look = (value: Uint8Array, kind: ValueKind): NestedPickle | undefined =>
  findNestedPickle(memorySource(value), kind, 1, judgePickle, new SearchBudget(value.length));

const severityOf = (bytes: Uint8Array): string | undefined => look(bytes, 'bytes')?.severity;

test('random base64 in JSON is no pickle that runs code', () => {
  for (const id of [
    'gcdVECWFIRlNnmPuiRmc8PecZDpk1HBQYZm6cAeXh7tvL9c4dYmk69LXNQpRukCzdAULEEI0eoxVeYvs',
    'g5JrhL9HzDCT4aAoAAug5T5VZmIW4L9KY6MPzXtUaxnc2+bXZNboUZlDqnCOT9MRvZr4tELSR6mTRUbP',
    'gbCPMii1SrlfkBYi6q7z4lORGH763JFhxjxS1wMxBUAt976OWedDZr8lK2gqUxhJ4TnJ6vvjKYN2kGyD',
  ]) {
    const { findings } = scanSource('x.json', memorySource(Buffer.from(JSON.stringify({ id }))));
    assert.equal(judgeScan(findings), 'clean', id);
  }
  for (let i = 0; i < 20_000; i++) {
    const text = createHash('sha512').update(String(i)).digest('base64').slice(0, 80);
    assert.equal(look(Buffer.from(text), 'text'), undefined, text);
  }
});

/** Opcodes that make, change, keep and call, and none that spells a name or asks outside. */
const OPCODES = fc.constantFrom(
  ...[
    '(',
    ')',
    '}',
    ']',
    'N',
    'K',
    '0',
    '1',
    '2',
    't',
    'l',
    'd',
    'o',
    'R',
    'b',
    'a',
    's',
    'e',
    'u',
  ],
  ...['\x81', '\x92', '\x93', '\x94', '\x82', '\x83', '\x84', '\x85', '\x86', '\x87', '\x88', '.'],
  ...['C\x01a', 'B\x01\0\0\0a', 'h\0', 'q\0', '\x97'],
);

test('opcodes without a name are never a call', () => {
  const bytes = fc
    .tuple(fc.constantFrom('', '\x80\x04'), fc.array(OPCODES, { minLength: 4, maxLength: 24 }))
    .map(([mark, opcodes]) => code.joinCode(mark, ...opcodes, '.'));
  fc.assert(
    fc.property(bytes, (value) => severityOf(value) !== 'deny'),
    { numRuns: 20_000, seed: 7 },
  );
});

test('a name that is computed, an extension behind a call and a call by bytes are told apart', () => {
  const computed = code.pickle(
    ...[code.name('builtins', 'str'), code.text('os'), '\x85R', code.text('system'), '\x93'],
    ...[code.text('id'), '\x85R'],
  );
  assert.match(look(computed, 'bytes')?.detail ?? '', /by a name that it computes/);
  const shell = code.call('os', 'system', 'id');
  assert.equal(severityOf(code.pickle(shell, '0\x82\x01')), 'deny');
  const byBytes = code.pickle('C\x02osC\x06system\x93', code.text('id'), '\x85R');
  assert.notEqual(severityOf(byBytes), 'deny');
});
