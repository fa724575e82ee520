/** The laws of the codecs for JSON, JSON lines, XML and HTML: what is decoded is what was encoded; hostile bytes end in a typed error or a value. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SallyportError } from '../../src/core/index.ts';
import { CODECS } from '../../src/wire/index.ts';
import type { Codec } from '../../src/wire/index.ts';
import { openDecoder, openEncoder } from '../../src/wire/engine/index.ts';

const TYPES = ['json', 'jsonl', 'xml', 'html'] as const;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const LIMITS = { sizeBytes: 4096, valueBytesMax: 1 << 20 };

function parse(codec: Codec<unknown>, text: string): unknown {
  const parsed = codec.parse(bytesOf(text));
  return parsed.ok ? parsed.value : undefined;
}

function encode(
  codec: Codec<unknown>,
  values: readonly unknown[],
  references: readonly unknown[] = [],
): Uint8Array {
  const engine = openEncoder(LIMITS);
  try {
    const session = codec.open(engine);
    for (const value of values) session.encode(value, references);
    return engine.finish();
  } finally {
    engine.close();
  }
}

/** Checks that a text, when it is accepted, survives its codec twice in a row and against itself as a reference. */
function checkText(type: (typeof TYPES)[number], text: string): boolean {
  const codec = CODECS[type];
  const value = parse(codec, text);
  if (value === undefined) return false;
  const emitted = codec.emit(value);
  const again = codec.parse(emitted);
  assert.ok(again.ok, 'the canonical file is accepted');
  assert.deepEqual(
    codec.emit(again.value),
    emitted,
    'the canonical file is its own canonical file',
  );
  const coded = encode(codec, [value, value]);
  const decoder = openDecoder(coded, LIMITS);
  const session = codec.open(decoder);
  assert.deepEqual(codec.emit(session.decode([])), emitted);
  assert.deepEqual(codec.emit(session.decode([])), emitted);
  decoder.checkEnd();
  decoder.close();
  const known = encode(codec, [value], [value]);
  const second = openDecoder(known, LIMITS);
  assert.deepEqual(codec.emit(codec.open(second).decode([value])), emitted);
  second.close();
  return true;
}

const number = fc.oneof(
  fc.integer({ min: -2000, max: 2000 }).map(String),
  fc.integer({ min: -200_000, max: 200_000 }).map((n) => (n / 100).toFixed(2)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0.0042', '-0.000000000000064', '1e-9', '123456789012345', '00.5', '.5'),
);
const word = fc
  .stringMatching(/^[a-zA-Z0-9 .,:%()<>&'"-]{0,12}$/)
  .map((text) => text.replace(/[&<>"']/g, (c) => `&#${String(c.charCodeAt(0))};`));
const points = fc
  .array(fc.tuple(number, number), { maxLength: 12 })
  .map((list) => list.map((p) => p.join(',')).join(' '));
const path = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constantFrom('L', 'l', 'M'), number, number).map(([c, x, y]) => `${c}${x} ${y}`),
      fc.tuple(fc.constantFrom('H', 'v'), number).map(([c, x]) => c + x),
      fc.array(number, { minLength: 6, maxLength: 6 }).map((list) => `C${list.join(' ')}`),
      fc.constant('Z'),
      fc.tuple(number, number).map(([r, x]) => `A${r},${r} 0 0110,${x}`),
    ),
    { maxLength: 8 },
  )
  .map((list) => `M0 0${list.join('')}`);
const shape = fc.oneof(
  fc
    .tuple(number, number, number)
    .map(([x, y, w]) => `<rect x="${x}" y="${y}" width="${w}" height="3"/>`),
  fc
    .tuple(number, word)
    .map(([x, t]) => `<g><text x="${x}" style="font-size: ${x}px; fill: red">${t}</text></g>`),
  points.map((p) => `<polyline points="${p}" style="stroke:#fff;stroke-width:${p.slice(0, 2)}"/>`),
  path.map((d) => `<path d="${d}"/>`),
  fc
    .tuple(number, number)
    .map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2" transform="translate(${x},${y})"/>`),
);
const drawing = fc
  .array(shape, { maxLength: 12 })
  .map((list) => `<svg xmlns="http://www.w3.org/2000/svg">${list.join('')}</svg>`);
const cell = fc.oneof(
  word,
  number,
  fc.tuple(number, number).map(([a, b]) => `${a} (${b}%)`),
);
const page = fc
  .array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 })
  .map(
    (rows) =>
      `<style>.a{color:red;margin:1px 2px}</style><p>x <b>y</b></p><table>${rows.map((r) => `<tr>${r.map((c) => `<td class=a>${c}</td>`).join('')}</tr>`).join('')}</table>`,
  );
const record = fc.record({
  step: fc.nat(),
  loss: fc.double({ noNaN: true, noDefaultInfinity: true }),
  name: fc.constantFrom('a', 'b'),
  at: fc.date({ noInvalidDate: true }),
});

test('JSON values survive', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => void checkText('json', JSON.stringify(value))),
    { numRuns: 25 },
  );
});

test('JSON lines survive', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (rows) => {
      assert.ok(checkText('jsonl', rows.map((row) => JSON.stringify(row)).join('\n')));
    }),
    { numRuns: 15 },
  );
});

test('drawings survive', () => {
  let accepted = 0;
  fc.assert(
    fc.property(drawing, (text) => void (accepted += checkText('xml', text) ? 1 : 0)),
    { numRuns: 25 },
  );
  assert.ok(accepted > 5, `only ${String(accepted)} were accepted`);
});

test('other XML survives', () => {
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      word,
      fc
        .tuple(fc.constantFrom('a', 'b', 'c:d'), fc.array(tie('node'), { maxLength: 3 }), word)
        .map(([n, kids, v]) => `<${n} k="${v}">${kids.join('')}</${n}>`),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (inner) => {
      assert.ok(checkText('xml', `<r>${inner}</r>`));
    }),
    { numRuns: 25 },
  );
});

test('pages survive', () => {
  fc.assert(
    fc.property(page, (text) => {
      assert.ok(checkText('html', text));
    }),
    { numRuns: 40 },
  );
});

test('arbitrary tags and styles give a page that is its own canonical page', () => {
  const part = fc.constantFrom(
    '<p>',
    '</p>',
    '<td>',
    '<table>',
    '</table>',
    '<pre>',
    '\n',
    ' a ',
    '<li>',
    '<ul>',
    '</ul>',
    '<b>',
    '</b>',
    '<br>',
    '<style>a{b:c',
    '}',
    '</style>',
    '<x y=z>',
    '&lt;',
    '<h1 style="color:RED;x:url(#a)">',
    '<div id=a>',
    '<a href=#a>',
    '</div>',
    '<!--',
    '-->',
    '<title>',
    '</title>',
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 25 }),
      (parts) => void checkText('html', parts.join('')),
    ),
    { numRuns: 40 },
  );
});

test('an unchanged file costs almost nothing against its last version, a changed one little', () => {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `{"step":${String(i)},"loss":${String(((i * i * 7919) % 1009) / 1000)}}`,
  );
  const codec = CODECS.jsonl;
  const old = parse(codec, rows.join('\n'));
  const next = parse(
    codec,
    [...rows.slice(0, 100), '{"step":100,"loss":9.5}', ...rows.slice(101)].join('\n'),
  );
  const alone = encode(codec, [next]).length;
  assert.ok(encode(codec, [old], [old]).length < 20);
  assert.ok(encode(codec, [next], [old]).length < 40);
  assert.ok(alone > 150);
});

test('arbitrary bytes end in a typed error or a value that is canonical', () => {
  for (const type of TYPES) {
    const codec = CODECS[type];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const engine = openDecoder(bytes, { sizeBytes: 4096, valueBytesMax: 1 << 16 });
        try {
          const emitted = codec.emit(codec.open(engine).decode([]));
          const parsed = codec.parse(emitted);
          assert.ok(parsed.ok);
          assert.deepEqual(codec.emit(parsed.value), emitted);
        } catch (error) {
          assert.ok(error instanceof SallyportError, String(error));
        } finally {
          engine.close();
        }
      }),
      { numRuns: 12 },
    );
  }
});
