import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { inspectContent, judgeFindings } from './index.ts';
import type { ContentKind } from './inspect-content.ts';

/** Random numbers that are the same in each run. */
function openRandom(seed: number): { uniform: () => number; normal: () => number } {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0;
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const next = (): number => (uniform() >>> 0) / 4294967296;
  return {
    uniform: next,
    normal: () => Array.from({ length: 12 }, next).reduce((a, b) => a + b, -6),
  };
}

const { uniform, normal } = openRandom(7);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const table = (
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string => [header, ...rows].map((row) => row.join(',')).join('\n') + '\n';
const columns = (count: number): string[] => range(count).map((i) => `c${String(i)}`);
const codes = (type: ContentKind, text: string, widths: number[] = []): string[] => [
  ...new Set(
    inspectContent(type, new TextEncoder().encode(text), { widths }).findings.map(
      (finding) => finding.code,
    ),
  ),
];
const letters = (bytes: number, encoding: 'hex' | 'base64', salt = ''): string => {
  const parts = range(Math.ceil(bytes / 32)).map((i) =>
    createHash('sha256')
      .update(`${salt}${String(i)}`)
      .digest(),
  );
  return Buffer.concat(parts).subarray(0, bytes).toString(encoding);
};

const HELD: readonly (readonly [string, ContentKind, string, string])[] = [
  [
    'a matrix as a table',
    'table',
    table(
      columns(16),
      range(16).map(() => range(16).map(() => normal() * 0.02)),
    ),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'a matrix of printed six decimals',
    'table',
    table(
      columns(32),
      range(40).map(() => range(32).map(() => (normal() * 0.02).toFixed(6))),
    ),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'a matrix behind a label column',
    'table',
    table(
      ['name', ...columns(32)],
      range(32).map((i) => [`row${String(i)}`, ...range(32).map(() => normal())]),
    ),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'a thin factor in four columns',
    'table',
    table(
      columns(4),
      range(300).map(() => range(4).map(() => (normal() * 0.02).toPrecision(9))),
    ),
    'INSPECT_WEIGHTS_COLUMN',
  ],
  [
    'a small tensor with names and places',
    'table',
    table(
      ['name', 'i', 'value'],
      range(1000).map((i) => [`layer${String(i % 7)}`, i, normal() * 0.02]),
    ),
    'INSPECT_WEIGHTS_COLUMN',
  ],
  [
    'a flattened tensor in one column',
    'table',
    table(
      ['id', 'w'],
      range(3000).map((i) => [i, normal() * 0.02]),
    ),
    'INSPECT_WEIGHTS_COLUMN',
  ],
  [
    'a tensor in lines of text',
    'text',
    range(32)
      .map(() =>
        range(32)
          .map(() => normal().toExponential(17))
          .join(' '),
      )
      .join('\n'),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'an adapter in JSON arrays',
    'json',
    JSON.stringify({ a: { lora: range(8).map(() => range(64).map(() => normal())) } }),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'a steering vector in JSON',
    'json',
    JSON.stringify({ v: range(768).map(() => normal()) }),
    'INSPECT_WEIGHTS_VECTOR',
  ],
  [
    'rows of JSON objects',
    'jsonl',
    range(40)
      .map(() => JSON.stringify(Object.fromEntries(columns(32).map((c) => [c, normal()]))))
      .join('\n'),
    'INSPECT_WEIGHTS_MATRIX',
  ],
  [
    'quantised weights',
    'table',
    table(
      columns(64),
      range(64).map(() => range(64).map(() => Math.round(normal() * 30))),
    ),
    'INSPECT_WEIGHTS_QUANTISED',
  ],
  [
    'activations behind a rectifier',
    'table',
    table(
      columns(64),
      range(64).map(() => range(64).map(() => Math.max(0, normal()))),
    ),
    'INSPECT_ACTIVATIONS_MATRIX',
  ],
  [
    'coordinates with payload digits',
    'xml',
    `<svg xmlns="http://www.w3.org/2000/svg"><polyline points="${range(400)
      .map((i) => `${(i + uniform()).toFixed(13)},${(50 + uniform()).toFixed(13)}`)
      .join(' ')}"/></svg>`,
    'INSPECT_COORDINATES_PRECISE',
  ],
  [
    'packed bytes as numbers',
    'json',
    JSON.stringify(range(2000).map(() => Math.floor(uniform() * 256))),
    'INSPECT_BYTES_LIST',
  ],
  ['a long base64 line', 'text', `log\n${letters(400, 'base64')}\n`, 'INSPECT_BLOB_ENCODED'],
  [
    'base64 in short lines',
    'text',
    `${(letters(400, 'base64').match(/.{1,76}/g) ?? []).join('\n')}\n`,
    'INSPECT_BLOB_ENCODED',
  ],
  ['a long hexadecimal line', 'text', `${letters(300, 'hex')}\n`, 'INSPECT_BLOB_ENCODED'],
  ['a private key', 'text', '-----BEGIN RSA PRIVATE KEY-----\nabc\n', 'INSPECT_KEY_PEM'],
  ['an OpenSSH private key', 'text', '-----BEGIN OPENSSH PRIVATE KEY-----\n', 'INSPECT_KEY_PEM'],
  [
    'an SSH public key',
    'text',
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letters(32, 'base64').slice(0, 43).replace(/[+/]/g, 'x')} me\n`,
    'INSPECT_KEY_SSH',
  ],
  ['a cloud key in a cell', 'table', 'user,key\nme,AKIAIOSFODNN7EXAMPLE\n', 'INSPECT_KEY_CLOUD'],
  [
    'a GitHub token',
    'json',
    `{"t":"ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"}`,
    'INSPECT_KEY_TOKEN',
  ],
  ['a Slack token', 'text', 'xoxb-123456789012-abcdefGHIJKL\n', 'INSPECT_KEY_TOKEN'],
  [
    'a web token',
    'text',
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${letters(32, 'base64').slice(0, 43).replace(/[+/]/g, 'x')}\n`,
    'INSPECT_KEY_JWT',
  ],
  ['256 bits in hexadecimal', 'text', `k ${letters(32, 'hex')}\n`, 'INSPECT_KEY_HEX'],
  ['256 bits in a table cell', 'table', `a,b\n1,${letters(32, 'hex')}\n`, 'INSPECT_KEY_HEX'],
  ['256 bits in base64', 'json', `{"k":"${letters(32, 'base64')}"}`, 'INSPECT_KEY_BASE64'],
  [
    '256 bits in base64url',
    'text',
    `${letters(32, 'base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')}\n`,
    'INSPECT_KEY_BASE64',
  ],
  ['a named secret', 'text', 'api_key: "9f8Kd02mXq71LpZ4"\n', 'INSPECT_KEY_ASSIGNED'],
];

for (const [what, type, text, code] of HELD) {
  test(`held: ${what}`, () => {
    const found = inspectContent(type, new TextEncoder().encode(text));
    assert.ok(
      found.findings.some((finding) => finding.code === code && finding.place !== ''),
      JSON.stringify(found.findings),
    );
    assert.equal(judgeFindings(found.findings), 'hold');
  });
}

const estimate = (): (string | number)[] => {
  const [b, s] = [normal() * 2, 0.05 + uniform()];
  return [b, s, b / s, uniform(), b - 1.96 * s, b + 1.96 * s, Math.exp(b)];
};
const PLAIN: readonly (readonly [string, ContentKind, string])[] = [
  [
    'estimates at full precision',
    'table',
    table(
      ['term', 'estimate', 'std.error', 'statistic', 'p.value', 'conf.low', 'conf.high', 'or'],
      range(400).map((i) => [`x${String(i)}`, ...estimate()]),
    ),
  ],
  [
    'estimates with error, statistic and limits only',
    'table',
    table(
      ['term', 'estimate', 'std_error', 'statistic', 'lower', 'upper'],
      range(190).map((i) => [`x${String(i)}`, ...estimate().toSpliced(3, 1).slice(0, 5)]),
    ),
  ],
  [
    'a training log',
    'table',
    table(
      ['step', 'loss', 'lr', 'norm'],
      range(3000).map((i) => [
        i,
        4 * Math.exp(-i / 500) + 1.5 + normal() * 0.05,
        3e-4 * Math.cos(i / 4000),
        Math.abs(normal()),
      ]),
    ),
  ],
  [
    'a loss curve in JSON',
    'json',
    JSON.stringify({ loss: range(2000).map((i) => 4 * Math.exp(-i / 500) + normal() * 0.05) }),
  ],
  [
    'a confusion matrix',
    'table',
    table(
      columns(20),
      range(20).map((i) =>
        range(20).map((j) => (i === j ? 500 : Math.floor(Math.abs(normal() * 4)))),
      ),
    ),
  ],
  [
    'a small correlation matrix',
    'table',
    table(
      columns(15),
      range(15).map((i) => range(15).map((j) => Math.cos(i * j * 1.7 + i + j))),
    ),
  ],
  [
    'a scatter plot',
    'xml',
    `<svg xmlns="http://www.w3.org/2000/svg">${range(1500)
      .map(
        () =>
          `<circle cx="${(50 + uniform() * 400).toFixed(6)}" cy="${(50 + uniform() * 300).toFixed(6)}" r="2"/>`,
      )
      .join('')}</svg>`,
  ],
  ['a log with digests', 'text', `commit ${letters(20, 'hex')}\nmd5 ${letters(16, 'hex')}\n`],
  [
    'long identifiers',
    'text',
    'estimates_timesincevax_in70s_Model2_Adjusted_x\n/output/in70s/all/combined/estimates/timesincevax/file\n',
  ],
  [
    'a benchmark table',
    'table',
    table(
      ['model', 'task', 'acc', 'stderr'],
      range(900).map((i) => [`m${String(i % 9)}`, `t${String(i % 31)}`, uniform(), uniform() / 50]),
    ),
  ],
  [
    'scores per example in JSON',
    'json',
    JSON.stringify({ scores: range(500).map(() => Number(uniform().toFixed(4))) }),
  ],
];

for (const [what, type, text] of PLAIN) {
  test(`nothing found: ${what}`, () => {
    assert.deepEqual(codes(type, text), []);
  });
}

test('distinct vectors of a guarded width are counted once, in rows, columns and chains, whatever their spelling', () => {
  const vectors = range(5).map(() => range(48).map(() => normal()));
  const rows = table(columns(48), [...vectors, vectors[0] ?? []]);
  const count = (type: ContentKind, text: string): number =>
    inspectContent(type, new TextEncoder().encode(text), { widths: [48] }).vectors.find(
      ({ width }) => width === 48,
    )?.hashes.length ?? 0;
  assert.equal(count('table', rows), 5);
  assert.equal(count('table', rows.replace(/0\.(\d+)/g, '0.$1000')), 5);
  assert.equal(
    count(
      'table',
      table(
        columns(5),
        range(48).map((i) => vectors.map((v) => v[i] ?? 0)),
      ),
    ),
    5,
  );
  assert.equal(count('json', JSON.stringify({ all: vectors.flat() })), 5);
  assert.equal(count('json', JSON.stringify(range(48))), 0);
  const a =
    inspectContent('table', new TextEncoder().encode(rows), { widths: [48] }).vectors[0]?.hashes ??
    [];
  const b =
    inspectContent('json', new TextEncoder().encode(JSON.stringify(vectors)), { widths: [48] })
      .vectors[0]?.hashes ?? [];
  assert.deepEqual([...a].sort(), [...b].sort());
});

test('noise in the lowest bits of a picture is found, flat colours and gradients are not', () => {
  const make = (colour: (x: number, y: number) => number): unknown => {
    const pixels = new Uint8Array(200 * 200 * 3);
    for (let i = 0; i < 200 * 200; i++)
      for (let c = 0; c < 3; c++) pixels[i * 3 + c] = colour(i % 200, Math.floor(i / 200));
    return { kind: 'colour', width: 200, height: 200, channels: 3, pixels };
  };
  const found = (value: unknown): string[] =>
    inspectContent('raster', new Uint8Array(), {}, value).findings.map((f) => f.code);
  assert.deepEqual(found(make(() => 254 | (uniform() < 0.5 ? 1 : 0))), ['INSPECT_PIXELS_NOISE']);
  assert.deepEqual(found(make((_, y) => (y < 70 ? 254 | (uniform() < 0.5 ? 1 : 0) : 255))), [
    'INSPECT_PIXELS_NOISE',
  ]);
  assert.deepEqual(found(make(() => 255)), []);
  assert.deepEqual(found(make((x) => x)), []);
  assert.deepEqual(found(make((x, y) => ((x >> 4) + (y >> 4)) * 9)), []);
});

test('a search that ends at a limit says so, and holds', () => {
  const ended = (kind: ContentKind, text: string, widths: readonly number[] = []): string[] =>
    inspectContent(kind, new TextEncoder().encode(text), { widths })
      .findings.filter((finding) => finding.code === 'INSPECT_SEARCH_ENDED')
      .map((finding) => {
        assert.equal(finding.severity, 'hold');
        return finding.place;
      });
  const rows = (lengths: number[]): string =>
    lengths.map((length) => '0 '.repeat(length)).join('\n');
  assert.deepEqual(ended('text', rows(range(4098).map((i) => i + 1))), ['line 4097']);
  assert.deepEqual(ended('text', rows([1 << 16])), []);
  assert.deepEqual(ended('text', rows([3, (1 << 16) + 1])), ['line 2']);
  assert.deepEqual(ended('text', rows([(1 << 18) + 1])), ['line 1']);
  assert.deepEqual(ended('json', JSON.stringify(range(300_000))), ['$']);
  const key = (i: number): string =>
    `AKIA${'QRSTUVWXYZ234567'.slice(0, 14)}${String.fromCharCode(65 + (i % 26))}A`;
  assert.deepEqual(ended('text', range(20).map(key).join('\n')), []);
  assert.deepEqual(ended('text', range(30).map(key).join('\n')), ['line 21']);
  const run = (): string => randomBytes(150).toString('base64');
  assert.deepEqual(ended('text', range(5).map(run).join('\nand\n')), []);
  assert.deepEqual(ended('text', range(7).map(run).join('\nand\n')), ['line 11']);
  const wide = `${'1,'.repeat(4999)}1\n`;
  assert.deepEqual(ended('table', wide.repeat(3), [4]), []);
  assert.deepEqual(ended('table', wide.repeat(4), [4]), ['whole file']);
  const tall = '1,2,3,4,5,6,7,8\n'.repeat((1 << 20) + 1);
  assert.deepEqual(ended('table', tall, [4097]), ['whole file']);
});

test('any bytes of any type end in findings, never in an exception, and in linear time', () => {
  const kinds: ContentKind[] = ['text', 'table', 'json', 'jsonl', 'xml', 'html'];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 400 }), (kind, bytes) => {
      inspectContent(kind, bytes, { widths: [2, 3] });
    }),
    { numRuns: 300 },
  );
  const hostile = [
    '['.repeat(400_000),
    '1,'.repeat(400_000),
    '-'.repeat(400_000),
    'a:'.repeat(200_000),
    '"'.repeat(400_000),
    'A'.repeat(600_000),
    `${'A'.repeat(76)}\n`.repeat(6_000),
    '<a b="1 2 '.repeat(40_000),
    '9'.repeat(500_000),
    '-----BEGIN '.repeat(40_000),
    'eyJ'.repeat(150_000),
    'secret: '.repeat(60_000),
    'ab:'.repeat(150_000),
  ];
  for (const text of hostile) {
    for (const kind of kinds) {
      const started = performance.now();
      inspectContent(kind, new TextEncoder().encode(text));
      const ms = performance.now() - started;
      assert.ok(ms < 4_000, `${kind} of ${text.slice(0, 12)}… took ${ms.toFixed(0)} ms`);
    }
  }
});
