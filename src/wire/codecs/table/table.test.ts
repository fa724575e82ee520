import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { SallyportError } from '../../../core/index.ts';
import { parseTable } from '../../../formats/index.ts';
import type { Table } from '../../../formats/index.ts';
import { openDecoder, openEncoder } from '../../engine/index.ts';
import { exp } from './elementary.ts';
import { tableCodec } from './index.ts';

function read(text: string): Table {
  const parsed = parseTable(new TextEncoder().encode(text));
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
  return parsed.value;
}

function encode(table: Table, references: readonly Table[] = []): Uint8Array {
  const encoder = openEncoder({ sizeBytes: table.bytes.length });
  tableCodec.open(encoder).encode(table, references);
  return encoder.finish();
}

function decode(coded: Uint8Array, sizeBytes: number, references: readonly Table[] = []): Table {
  const decoder = openDecoder(coded, { sizeBytes });
  try {
    return tableCodec.open(decoder).decode(references);
  } finally {
    decoder.close();
  }
}

/** Checks the round trip and gives the size of the code. */
function roundTrip(table: Table, references: readonly Table[] = []): number {
  const coded = encode(table, references);
  const back = decode(coded, table.bytes.length, references);
  assert.deepEqual(back, table);
  return coded.length;
}

const brotli = (table: Table): number =>
  brotliCompressSync(table.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

const number = fc.oneof(
  fc.double().map(String),
  fc.double({ min: -1, max: 1, noNaN: true }).map(String),
  fc.float({ noNaN: true }).map(String),
  fc.integer().map(String),
  fc.integer({ min: 0, max: 9 }).map(String),
  fc.bigInt().map(String),
  fc.integer({ min: -99999, max: 99999 }).map((n) => (n / 100).toFixed(2)),
  fc.constantFrom(
    '0',
    '1e300',
    '-1e-300',
    '5e-324',
    '1e-9999',
    '-12e3000',
    '123456789012345678901234567890',
  ),
);
const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'yes',
    'no',
    'London',
    'Paris',
    '',
    'NA',
    'NaN',
    '-0',
    'x,y',
    'a"b',
    'two\nlines',
    '007',
    'β-carotene',
  ),
);
const formatted = fc
  .tuple(fc.integer({ min: -9999, max: 9999999 }), fc.nat(99999), fc.nat(99))
  .map(
    ([a, b, c]) =>
      `${a.toLocaleString('en-US')} (${(b / 100).toFixed(2)}-${(c / 10).toFixed(1)}) 0${String(c)}`,
  );
const column = (rows: number): fc.Arbitrary<string[]> => {
  const list = (one: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
    fc.array(one, { minLength: rows, maxLength: rows });
  const some = fc.oneof(
    { weight: 4, arbitrary: number },
    { weight: 1, arbitrary: fc.constantFrom('', 'NA', 'NaN', 'Inf', '-0') },
  );
  return fc.oneof(
    list(number),
    list(some),
    list(word),
    list(formatted),
    list(fc.oneof(number, word, formatted)),
    word.map((one) => new Array<string>(rows).fill(one)),
    list(fc.constantFrom('a', 'b', 'c')),
    fc.nat(1000).map((start) => Array.from({ length: rows }, (_, i) => String(start + i))),
  );
};
const tableText = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }))
  .chain(([columns, rows]) =>
    fc.tuple(
      fc.array(word, { minLength: columns + 1, maxLength: columns + 1 }),
      fc.array(column(rows), { minLength: columns, maxLength: columns }),
      fc.constantFrom(',', '\t', ';', '|'),
    ),
  )
  .map(([names, columns, delimiter]) => {
    const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
    const rows = (columns[0] ?? []).map((_, row) => [
      'k' + String(row % 3),
      ...columns.map((cells) => cells[row] ?? ''),
    ]);
    return [names, ...rows].map((row) => row.map(quote).join(delimiter)).join('\n');
  });

void test('any table comes back as it went, alone and with a reference', () => {
  fc.assert(
    fc.property(tableText, tableText, (text, other) => {
      const table = parseTable(new TextEncoder().encode(text));
      const reference = parseTable(new TextEncoder().encode(other));
      if (!table.ok) return;
      roundTrip(table.value);
      if (reference.ok) roundTrip(table.value, [reference.value]);
      roundTrip(table.value, [table.value]);
    }),
    { numRuns: 60 },
  );
});

void test('one session codes several tables', () => {
  const tables = ['a,b\n1,2\n', 'x;y\nq;1.5\nr;2.5\n', 'a,b\n1,3\n2,4\n'].map(read);
  const encoder = openEncoder();
  const session = tableCodec.open(encoder);
  for (const table of tables) session.encode(table, []);
  session.encode(tables[2] as Table, [tables[0] as Table]);
  const decoder = openDecoder(encoder.finish());
  const reader = tableCodec.open(decoder);
  for (const table of tables) assert.deepEqual(reader.decode([]), table);
  assert.deepEqual(reader.decode([tables[0] as Table]), tables[2]);
  decoder.checkEnd();
  decoder.close();
});

void test('arbitrary bytes end in a typed error or a canonical table', () => {
  const good = encode(read('a,b,c\n1,x,0.5\n2,y,0.25\n3,x,0.125\n'));
  const damaged = fc
    .tuple(fc.nat(good.length * 8 - 1), fc.uint8Array({ maxLength: 40 }))
    .map(([bit, tail]) => {
      const out = Uint8Array.from([...good, ...tail]);
      out[bit >> 3] = (out[bit >> 3] as number) ^ (1 << (bit & 7));
      return out;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
      const decoder = openDecoder(bytes, { sizeBytes: 1000, valueBytesMax: 1 << 16 });
      try {
        const table = tableCodec.open(decoder).decode([]);
        assert.deepEqual(parseTable(table.bytes), { ok: true, value: table });
      } catch (error) {
        assert.ok(error instanceof SallyportError, String(error));
      } finally {
        decoder.close();
      }
    }),
    { numRuns: 150 },
  );
});

/** A reproducible stream of numbers. */
function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 16777216;
  };
}

void test('columns that follow from others cost next to nothing', () => {
  const random = stream(1);
  let base = 'a,b\n';
  let full = 'a,b,sum,ratio,low,high,odds,complement,percent,total\n';
  let total = 0;
  for (let i = 0; i < 80; i++) {
    const a = random() + random() / 16777216;
    const b = random() + random() / 16777216;
    total += a;
    base += `${String(a)},${String(b)}\n`;
    const z = 1.959963984540054;
    full += `${[a, b, a + b, a / b, a - z * b, a + z * b, exp(a), 1 - a, (100 * a) / b, total].map(String).join(',')}\n`;
  }
  const alone = roundTrip(read(base));
  const all = roundTrip(read(full));
  assert.ok(all < alone * 1.12, `${String(alone)} bytes for two columns, ${String(all)} for ten`);
});

void test('text around numbers that follow is nearly free', () => {
  const random = stream(2);
  let base = 'n,rate\n';
  let full = 'n,rate,shown\n';
  for (let i = 0; i < 100; i++) {
    const n = Math.floor(random() * 1e6);
    const rate = random();
    base += `${String(n)},${String(rate)}\n`;
    full += `${String(n)},${String(rate)},"${n.toLocaleString('en-US')} (${(100 * rate).toFixed(1)}%)"\n`;
  }
  const alone = roundTrip(read(base));
  const all = roundTrip(read(full));
  assert.ok(all < alone + 60, `${String(alone)} bytes, ${String(all)} with the text`);
});

void test('a changed row and appended rows cost only themselves', () => {
  const random = stream(3);
  const rows = Array.from(
    { length: 120 },
    (_, i) => `${String(i)},${String(random())},name${String(Math.floor(random() * 1e5))}`,
  );
  const old = read(`id,value,name\n${rows.join('\n')}\n`);
  const cost = roundTrip(old);
  assert.ok(roundTrip(old, [old]) < 40);
  const changed = [...rows];
  changed[60] = `60,${String(random())},other`;
  changed.push(`120,${String(random())},new`);
  const next = read(`id,value,name\n${changed.join('\n')}\n`);
  const nextCost = roundTrip(next, [old]);
  assert.ok(
    nextCost < 100,
    `${String(cost)} bytes alone, ${String(nextCost)} with the version before`,
  );
});

void test('results of machine learning cost less than half of brotli', () => {
  const random = stream(4);
  let metrics = 'epoch,step,train_loss,val_loss,perplexity,accuracy,error,best\n';
  let best = Infinity;
  for (let epoch = 1; epoch <= 60; epoch++) {
    const loss = 2 * exp(-epoch / 20) + random() * 0.1;
    const accuracy = Math.floor(random() * 1000) / 1000;
    best = Math.min(best, loss);
    metrics += `${String(epoch)},${String(epoch * 250)},${(loss * 0.9 + random() * 0.01).toFixed(4)},${String(loss)},${String(exp(loss))},${String(accuracy)},${String(1 - accuracy)},${String(best)}\n`;
  }
  const table = read(metrics);
  const cost = roundTrip(table);
  assert.ok(cost < brotli(table) * 0.5, `${String(cost)} of ${String(brotli(table))}`);
});

void test('single-precision numbers in double spelling cost half', () => {
  const random = stream(6);
  let single = 'step,loss\n';
  let double = 'step,loss\n';
  for (let i = 0; i < 300; i++) {
    const loss = random() + random() / 16777216;
    single += `${String(i)},${String(Math.fround(loss))}\n`;
    double += `${String(i)},${String(loss)}\n`;
  }
  assert.ok(roundTrip(read(single)) < roundTrip(read(double)) * 0.56);
});

void test('a table of many blocks comes back', () => {
  const random = stream(5);
  let text = 'id,group,value,double\n';
  for (let i = 0; i < 40000; i++) {
    const value = Math.floor(random() * 1000) / 8;
    text += `${String(i)},g${String(i % 7)},${String(value)},${String(2 * value)}\n`;
  }
  const table = read(text);
  assert.ok(roundTrip(table) < table.bytes.length / 8);
});
