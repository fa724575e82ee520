import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { parseTable } from './csv.ts';
import type { TableForm } from './csv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function canonical(text: string, form?: TableForm): string {
  const parsed = parseTable(bytes(text), form);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
  return new TextDecoder().decode(parsed.value.bytes);
}

function refusal(text: string | Uint8Array): string {
  const parsed = parseTable(typeof text === 'string' ? bytes(text) : text);
  return parsed.ok ? 'accepted' : parsed.code;
}

void test('quoting, line ends, byte order mark and trailing lines leave no trace', () => {
  const wanted = 'a,b\n1,x y\n2,"p,q"\n';
  for (const text of [
    'a,b\n1,x y\n2,"p,q"',
    '"a","b"\r\n"1","x y"\r\n"2","p,q"\r\n',
    '\ufeffa,b\n1,"x y"\n2,"p,q"\n\n\n',
    'a,"b"\n"1",x y\r\n2,"p,q"\n\r\n',
  ]) {
    assert.equal(canonical(text), wanted);
  }
});

void test('the spelling of numbers leaves no trace', () => {
  const wanted = canonical('x,y\n0.00001,1\n2.5,2\n');
  for (const text of [
    'x,y\n1e-05,1\n2.5,2\n',
    'x,y\n1.0E-5,+1\n2.50,2.0\n',
    'x,y\n .00001,1e0\n25e-1,2\n',
    'x,y\n10e-6,1.\n2.5,2.00\n',
  ]) {
    assert.equal(canonical(text), wanted);
  }
});

void test('a column with the same digits after the point everywhere keeps them', () => {
  assert.equal(canonical('p,q\n1.50,a\n0.20,b\n'), 'p,q\n1.50,a\n0.20,b\n');
  assert.equal(canonical('p,q\n1.50,a\n0.2,b\n'), 'p,q\n1.5,a\n0.2,b\n');
  assert.equal(canonical('p,q\n1.50,a\nNA,b\n0.00,c\n'), 'p,q\n1.50,a\nNA,b\n0.00,c\n');
  assert.equal(canonical('p,q\n1.50,a\n-0.00,b\n'), 'p,q\n1.50,a\n-0,b\n');
});

void test('identifiers and mixed columns stay as they are', () => {
  for (const text of [
    'id,n\n007,1\n012,2\n',
    'v,w\n<5,1\n1.50,2\n',
    'h,w\n1e5x,1\n2e6,2\n',
    'a,b\n1_0,x\n"1,000",y\n',
  ]) {
    assert.equal(canonical(text), text);
  }
});

void test('the digits form rounds every number', () => {
  assert.equal(canonical('a,b\n0.123456,x\n98765,y\n', { digits: 3 }), 'a,b\n0.123,x\n98800,y\n');
});

void test('delimiters: the one that gives most columns', () => {
  assert.equal(canonical('a;b\n1,5;2\n2,5;3\n'), 'a;b\n"1,5";2\n"2,5";3\n');
  assert.equal(canonical('a\t"b,c"\n1\t"2,3"\n'), 'a\t"b,c"\n1\t"2,3"\n');
  assert.equal(canonical('a\tb;c;d\n1\t2;3\n'), 'a\t"b;c;d"\n1\t"2;3"\n');
  assert.equal(canonical('a|b\n1|2\n'), 'a|b\n1|2\n');
});

void test('what is no table is refused with its line', () => {
  const ragged = parseTable(bytes('a,b\n1,2\n1,2,3\n'));
  assert.ok(!ragged.ok);
  assert.equal(ragged.code, 'CSV_ROW_RAGGED');
  assert.equal(ragged.place, 'line 3');
  assert.equal(refusal(''), 'CSV_TABLE_EMPTY');
  assert.equal(refusal('one line of prose\nand another\n'), 'CSV_COLUMN_SINGLE');
  assert.equal(refusal('a,b\n1,"2\n'), 'CSV_QUOTE_INVALID');
  assert.equal(refusal('a,b\n1,2"3\n'), 'CSV_QUOTE_INVALID');
  assert.equal(refusal('a,b\n1,"2"3\n'), 'CSV_QUOTE_INVALID');
  assert.equal(refusal(Uint8Array.from([97, 44, 98, 10, 255, 44, 49, 10])), 'CSV_ENCODING_INVALID');
  for (const hidden of ['\u200b', '\u202e', '\u0000', '\u007f', '\ufeff', '\u0007']) {
    assert.equal(refusal(`a,b\n1,x${hidden}y\n`), 'CSV_CHARACTER_FORBIDDEN');
  }
});

void test('a single column of numbers is a table', () => {
  assert.equal(canonical('loss\n1.5\n1.25\n'), 'loss\n1.5\n1.25\n');
});

void test('an empty cell that is a row by itself is kept, wherever it stands', () => {
  assert.equal(canonical('x\n1\n2\n \n'), 'x\n1\n2\n""\n');
  assert.equal(canonical('x\n1\n\n2\n""\n'), 'x\n1\n""\n2\n""\n');
  assert.equal(canonical('x\n1\n""\n2\n""\n'), 'x\n1\n""\n2\n""\n');
});

void test('what would not be read as a table again is none', () => {
  for (const cell of ['-0.0', '12e9999', `.${'1'.repeat(1023)}`])
    assert.equal(refusal(`x\n${cell}\n${cell}\n`), 'CSV_COLUMN_SINGLE', cell.slice(0, 9));
  assert.equal(canonical('x\n-0.0\n1\n'), 'x\n-0\n1\n');
});

void test('letters that look alike in other forms meet', () => {
  assert.equal(canonical('a,b\ncafe\u0301,1\n'), 'a,b\ncaf\u00e9,1\n');
  assert.equal(canonical('a,b\nx\u00a0y,1\n'), 'a,b\nx y,1\n');
});

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.double().map(String),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.constantFrom(
    '',
    'NA',
    'NaN',
    '-0',
    '007',
    '1e5',
    '1.50',
    '-0.0',
    '12e9999',
    '"',
    ',',
    '\n',
    '1e-05',
    'a"b',
    'x;y',
    'p|q',
    'x\ty',
    '1,5',
    '1;2',
    ' 1',
  ),
);

void test('writing is idempotent', () => {
  const shape = fc.integer({ min: 1, max: 5 }).chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
      minLength: 1,
      maxLength: 8,
    }),
  );
  fc.assert(
    fc.property(shape, fc.constantFrom(',', '\t', ';', '|'), (rows, delimiter) => {
      const text = rows
        .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(delimiter))
        .join('\n');
      const first = parseTable(bytes(text));
      if (!first.ok) return;
      const second = parseTable(first.value.bytes);
      assert.ok(second.ok);
      assert.deepEqual(second.value, first.value);
    }),
    { numRuns: 400 },
  );
});

void test('arbitrary bytes end in a refusal or a table', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const parsed = parseTable(input);
      if (parsed.ok) assert.ok(parseTable(parsed.value.bytes).ok);
      else assert.match(parsed.code, /^CSV_/);
    }),
  );
});

void test('time grows with the input at most in proportion', () => {
  const hostile: ((n: number) => string)[] = [
    (n) => `a,b\n"${'x,\n'.repeat(n)}`,
    (n) => `a,b\n1,${'"'.repeat(n)}`,
    (n) => `a,b\n1,"${'""'.repeat(n)}"\n`,
    (n) => `a,b\n${'1'.repeat(n)},2\n`,
    (n) => `${'a,'.repeat(Math.min(n, 16000))}a\n`,
    (n) => 'a,b\n1,2\n'.repeat(n) + 'x\n',
    (n) => `a,b\n${'0.'.repeat(n)},2\n`,
    (n) => 'a,b\n"1\n2",3\n'.repeat(n),
  ];
  for (const make of hostile) {
    const time = (n: number): number => {
      const input = bytes(make(n));
      return leastThreadMs(() => parseTable(input));
    };
    const [small, large] = [time(20_000), time(160_000)];
    assert.ok(large < small * 8 * 4, `${make(3)}: ${String(small)} ms, then ${String(large)} ms`);
  }
});
