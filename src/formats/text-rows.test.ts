import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonStrict } from '../core/index.ts';
import { readFlatRow } from './text-rows-flat.ts';
import { readTextRowBatches, readTextRows } from './text-rows.ts';
import type { TextRow, TextRowsKind } from './text-rows.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function rows(
  text: string | Uint8Array,
  kind: TextRowsKind,
  size = 7,
  fields: readonly string[] = ['text', 'label'],
): Promise<TextRow[]> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const out: TextRow[] = [];
  for await (const row of readTextRows(cut(bytes, size), kind, fields)) out.push(row);
  return out;
}

test('JSON lines: chosen fields, in whatever pieces the bytes come', async () => {
  const text =
    '{"label":"a","text":"é\\n"}\n\n{"text":"x","n":3,"label":true}\n{"text":"no label"}';
  for (const size of [1, 2, 5, 100]) {
    assert.deepEqual(
      (await rows(text, 'jsonl', size)).map((row) => row.values),
      [
        ['é\n', 'a'],
        ['x', 'true'],
        ['no label', undefined],
      ],
    );
  }
});

test('keys are the same however they are spelled and ordered, and none stands twice', () => {
  const fields = ['text', 'label', '\ud800'];
  const values = ['a', 'b', undefined];
  for (const line of [
    ...['{"text":"a","label":"b"}', '{"label":"b","text":"a"}', '{"text" :"a", "label":  "b"}'],
    ...['{"te\\u0078t":"a","label":"b"}', '{"n":"c","text":"a","label":"b"}'],
  ]) {
    assert.deepEqual(readFlatRow(line, fields), values, line);
  }
  for (const line of [
    ...[
      '{"text":"a","te\\u0078t":"b"}',
      '{"te\\u0078t":"b","text":"a"}',
      '{"text":"a","text":"b"}',
    ],
    ...['{"text":"a","label":"b","\\ud800":"c"}', '{"text:"a"}', '{"text"}'],
  ]) {
    assert.equal(readFlatRow(line, fields), undefined, line);
  }
});

test('rows of a chunk together are the same rows', async () => {
  const text = '{"text":"a"}\n[1]\n\n{"text":"b"}\n{"text":"é"}';
  for (const size of [1, 5, 16, 100]) {
    const out: TextRow[] = [];
    const bytes = cut(new TextEncoder().encode(text), size);
    for await (const batch of readTextRowBatches(bytes, 'jsonl', ['text'])) out.push(...batch);
    assert.deepEqual(
      out.map((row) => row.problem ?? row.values[0]),
      ['a', 'not an object', 'b', 'é'],
    );
  }
});

test('the whole of a row has one spelling, whichever fields are chosen and however they are ordered', async () => {
  const wholes = async (text: string, kind: TextRowsKind, fields: readonly string[]) =>
    (await rows(text, kind, 7, fields)).map((row) => row.whole?.());
  const line = '{"text":"a","label":"b","n":{"y":[1],"x":null}}';
  const [first] = await wholes(line, 'jsonl', ['text', 'label']);
  assert.deepEqual(
    await wholes('{"n": {"x":null,"y":[1.0]}, "label":"b", "te\\u0078t":"a"}', 'jsonl', ['label']),
    [first],
  );
  for (const other of [
    ...['{"text":"a","label":"c","n":{"y":[1],"x":null}}', '{"text":"a","label":"b"}'],
    '{"text":"a","label":"b","n":{"y":[1],"x":0}}',
  ])
    assert.notEqual((await wholes(other, 'jsonl', ['text', 'label']))[0], first);
  const cells = await wholes('label,text\nb,a', 'csv', ['text']);
  assert.deepEqual(cells, await wholes('{"text":"a","label":"b"}', 'jsonl', ['label']));
  assert.deepEqual(await wholes('[1]', 'jsonl', ['text']), [undefined]);
});

test('rows that cannot be read say why and do not stop the others', async () => {
  const found = await rows(
    '{"text":"a","text":"b"}\n[1]\n{"text":{}}\n{"text":"ok"}\nnot json',
    'jsonl',
  );
  assert.deepEqual(
    found.map((row) => row.problem !== undefined),
    [true, true, true, false, true],
  );
  const bytes = Buffer.concat([
    Buffer.from('{"text":"'),
    Buffer.from([0xff]),
    Buffer.from('"}\n{"text":"b"}\n'),
  ]);
  const damaged = await rows(bytes, 'jsonl', 1000);
  assert.deepEqual(
    damaged.map((row) => row.problem ?? row.values[0]),
    ['not valid UTF-8', 'b'],
  );
});

test('CSV: quoted cells with commas, quotation marks and line ends, CRLF, a last line without end', async () => {
  const text = 'label,text\r\na,"x, ""y""\nz"\r\nb,plain\r\nc,"q"x\r\nd,e,f\r\ng,last';
  for (const size of [1, 3, 8, 100]) {
    const found = await rows(text, 'csv', size);
    assert.deepEqual(
      found.map((row) => row.problem ?? row.values),
      [
        ['x, "y"\nz', 'a'],
        ['plain', 'b'],
        'a quotation mark in the wrong place',
        '3 cells under 2 names',
        ['last', 'g'],
      ],
    );
  }
  assert.deepEqual(
    (await rows('text\n"open', 'csv')).map((row) => row.problem),
    ['a quoted cell without end'],
  );
});

test('whatever was written is read back, in pieces of any size', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', 'é', '😀', ' ') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
      fc.integer({ min: 1, max: 30 }),
      async (pairs, size) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const csv = ['text,label', ...pairs.map((pair) => pair.map(quote).join(','))].join('\n');
        const lines = pairs.map(([text, label]) => JSON.stringify({ text, label })).join('\n');
        assert.deepEqual(
          (await rows(csv, 'csv', size)).map((row) => row.values),
          pairs,
        );
        assert.deepEqual(
          (await rows(lines, 'jsonl', size)).map((row) => row.values),
          pairs,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('any bytes end in rows or problems', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      for (const kind of ['jsonl', 'csv'] as const) await rows(bytes, kind);
    }),
    { numRuns: 100 },
  );
});

test('the quick reader of flat rows agrees with the strict one wherever it reads at all', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '"',
    ':',
    ',',
    ' ',
    '\\',
    'a',
    'text',
    '"text":"x"',
    '\\u0041',
    '\\ud800',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const line = pieces.join('');
      const flat = readFlatRow(line, ['text', 'a']);
      if (flat === undefined) return;
      const strict = parseJsonStrict(line);
      assert.ok(strict.ok, line);
      const { text, a } = strict.value as Record<string, string | undefined>;
      assert.deepEqual(flat, [text, a]);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (record) => {
      const flat = readFlatRow(JSON.stringify(record), ['text', 'a', ...Object.keys(record)]);
      if (Object.keys(record).length === 0 || Object.keys(record).length > 16) return;
      assert.deepEqual(flat?.slice(2), Object.values(record));
    }),
  );
});
