/** The cheap look is sure when it says no: the search, which asks for more and takes longer, finds nothing there either. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinCode } from '../../../test/support/pickle-code.ts';
import { leastThreadMs } from '../../../test/support/thread-time.ts';
import { memorySource } from '../../formats/index.ts';
import { findPicklePlaces, mayHidePickle } from './carve.ts';
import { judgePickle } from './judge.ts';
import { findNestedPickle, SearchBudget } from './nested.ts';
import type { ValueKind } from './nested.ts';

const NAMES = ['os', 'system', 'posix', 'id', 'a.b'];
const short = (letters: string): string => `\x8c${String.fromCharCode(letters.length)}${letters}`;
const name = fc.constantFrom(...NAMES);
const piece = fc.oneof(
  name.map(short),
  name.map((each) => short(each).replace('\x8c', 'U')),
  name.map((each) => `c${each}\nsystem\n`),
  name.map((each) => `i${each}\nsystem\n`),
  fc.constantFrom(
    '\x80\x04',
    '\x80\x02',
    '\x80\x01',
    '\x80\x09',
    '(',
    ')',
    '}',
    'N',
    '0',
    '2',
    '1',
  ),
  fc.constantFrom(
    'q\x00',
    'q\x01',
    'h\x00',
    'h\x01',
    '\x94',
    '\x93',
    '\x93',
    '\x85R.',
    'tR.',
    '.',
    '\n',
    '\r',
  ),
  fc.constantFrom("S'id'\n", 'K\x01', 'some words ', 'A', '\0', '\x82\x01', '\x97'),
);
const code = fc.array(piece, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
const spellings: readonly ((letters: string) => string)[] = [
  (letters) => letters,
  (letters) => Buffer.from(letters, 'latin1').toString('base64'),
  (letters) => Buffer.from(letters, 'latin1').toString('base64url').replace(/.{9}/g, '$&\r'),
  (letters) => Buffer.from(letters, 'latin1').toString('hex'),
  (letters) => letters.replace(/[^ -~]/g, (each) => `\\x${hex(each)}`),
  (letters) =>
    letters.replace(/[^ -~]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`),
];
const hex = (letter: string): string => letter.charCodeAt(0).toString(16).padStart(2, '0');
const value = fc
  .tuple(code, fc.array(fc.constantFrom(...spellings), { maxLength: 3 }))
  .map(([letters, layers]) => layers.reduce((inner, spell) => spell(inner), letters));

function search(bytes: Uint8Array, kind: ValueKind): string | undefined {
  const budget = new SearchBudget(bytes.length);
  return findNestedPickle(memorySource(bytes), kind, 1, judgePickle, budget)?.code;
}

test('what the cheap look passes over has nothing that the search finds', () => {
  let found = 0;
  let passed = 0;
  fc.assert(
    fc.property(value, fc.constantFrom('bytes', 'text', 'quoted'), (letters, kind: ValueKind) => {
      const isUtf8 = kind === 'text';
      const bytes = Buffer.from(letters, isUtf8 ? 'utf8' : 'latin1');
      const code = search(bytes, kind);
      if (code !== undefined) found++;
      if (mayHidePickle(bytes, 0, bytes.length, isUtf8)) return;
      passed++;
      assert.equal(code, undefined);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(found > 500 && passed > 500, `${String(found)} found, ${String(passed)} passed over`);
});

const placesIn = (letters: string): number[] => [
  ...findPicklePlaces(memorySource(Buffer.from(letters, 'latin1'))),
];

test('the marks before INST are each given once, however many names follow them', () => {
  const lines = 'iabd\nX\n'.repeat(3);
  assert.deepEqual(placesIn(`((  (${lines}`), [4, 1, 0]);
  assert.deepEqual(placesIn(`(((((iabd\nX\n(`), [4, 3, 2, 1]);
});

test('places are found in time that grows with the bytes', () => {
  const time = (lines: number): number => {
    const source = memorySource(Buffer.from(`I${'i'.repeat(90)}\nX\n`.repeat(lines)));
    return leastThreadMs(() => {
      assert.deepEqual([...findPicklePlaces(source)], []);
    });
  };
  const ratio = time(2400) / time(150);
  assert.ok(ratio < 48, `16 times the bytes took ${String(ratio)} times as long`);
});

test('a long list of names in a text is data', () => {
  const names = Array.from({ length: 120_000 }, (_, i) => `Identifier_${String(i)}`).join('\n');
  const text = Buffer.from(`(${names}`);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const { problems } = judgePickle(memorySource(joinCode('\x80\x04X', length, text, '.')));
  assert.deepEqual(problems, []);
});
