import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_EXPORT_POLICY } from '../egress/index.ts';
import type { Quote, QuoteFile } from '../egress/index.ts';
import { showQuote, showQuoteJson } from './quote-view.ts';
import { measureColumns, openPaint, shorten, showSafely } from './terminal.ts';
import { walkPaths } from './walk-paths.ts';

function inTempDir(work: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-walk-'));
  try {
    work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('folders are walked in the order of names; links that lead out are named and not followed', () => {
  inTempDir((dir) => {
    mkdirSync(join(dir, 'run/b'), { recursive: true });
    for (const name of ['run/z.csv', 'run/a.csv', 'run/b/c.csv', 'secret.txt'])
      writeFileSync(join(dir, name), 'x\n');
    symlinkSync('../secret.txt', join(dir, 'run/out.txt'));
    symlinkSync('a.csv', join(dir, 'run/in.csv'));
    symlinkSync('gone', join(dir, 'run/broken'));
    symlinkSync('.', join(dir, 'run/loop'));
    const walk = walkPaths(['run'], dir);
    assert.deepEqual(
      walk.files.map((file) => file.name),
      ['run/a.csv', 'run/b/c.csv', 'run/in.csv', 'run/z.csv'],
    );
    assert.deepEqual(walk.skipped.map(({ name }) => name).sort(), [
      'run/broken',
      'run/loop',
      'run/out.txt',
    ]);
    assert.deepEqual(walkPaths(['run/a.csv', 'run'], dir).files.length, 4);
    assert.deepEqual(
      walkPaths([join(dir, 'run')], '/').files[0]?.name,
      join(dir, 'run/a.csv').slice(1),
    );
    assert.throws(() => walkPaths(['gone'], dir), { code: 'CLI_PATH_UNREADABLE' });
  });
});

const FILE: QuoteFile = {
  path: 'results/a.csv',
  sha256: 'ab',
  bytes: 1000,
  type: 'table',
  verdict: 'quoted',
  chargeBits: 2400,
  reason: null,
  code: null,
  findings: [
    {
      code: 'INSPECT_KEY_HEX',
      severity: 'hold',
      place: 'line 3',
      sentence: '256 bits in hexadecimal',
    },
  ],
  cheaper: [{ form: 'digits:4', chargeBits: 800 }],
  vectors: [],
};
const REFUSED: QuoteFile = {
  ...FILE,
  path: `x/${'long'.repeat(40)}.pt`,
  type: null,
  verdict: 'refused',
  chargeBits: 0,
  code: 'TYPE_WEIGHTS',
  reason: 'the file is a pickle; export metrics',
  findings: [],
  cheaper: [],
};
const QUOTE: Quote = {
  files: [FILE, REFUSED],
  emitted: [],
  historyPrefix: 0,
  chargeBitsAtGapZero: 2400,
  total: { files: 2, refused: 1, bytes: 2000, chargeBits: 2400 },
};

test('JSON lines carry exactly the stated fields, and the charges add up to the total', () => {
  const lines = showQuoteJson(QUOTE).map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(Object.keys(lines[0] ?? {}), [
    'path',
    'sha256',
    'bytes',
    'type',
    'verdict',
    'chargeBits',
    'reason',
    'findings',
    'cheaper',
  ]);
  assert.deepEqual(lines.at(-1), { total: QUOTE.total });
  assert.equal(
    lines.slice(0, -1).reduce((sum, line) => sum + Number(line['chargeBits']), 0),
    2400,
  );
});

test('the table fits a terminal of 100 columns and says what was found, what is cheaper and what is refused', () => {
  const paint = openPaint({ isTTY: false }, {});
  const view = {
    columns: 100,
    paint,
    model: { params: 70e9, bitsPerParam: 0.16 },
    each: false,
    skipped: ['x/link'],
    policy: DEFAULT_EXPORT_POLICY,
  };
  const lines = showQuote(QUOTE, view);
  for (const line of lines) assert.ok(measureColumns(line) <= 100, line);
  const text = lines.join('\n');
  for (const part of [
    '2 files, 1 refused',
    '1.40 GB',
    'Findings',
    'line 3',
    'digits:4',
    'Refused',
    'export metrics',
    'x/link',
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test('colour only on a terminal that wants it; hostile names cannot steer the terminal', () => {
  assert.equal(openPaint({ isTTY: true }, {})('red', 'x'), '\u001b[31mx\u001b[39m');
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
    assert.equal(openPaint({ isTTY: true }, env)('red', 'x'), 'x');
  assert.equal(openPaint({}, {})('red', 'x'), 'x');
  assert.equal(showSafely('a\u001b[2Jb\u202e.csv'), 'a\\u{1b}[2Jb\\u{202e}.csv');
  assert.equal(measureColumns(shorten('é'.repeat(200), 30)), 30);
});

test('a quote says what the default rules hold whatever is in it: types, and releases that are large', () => {
  const paint = openPaint({ isTTY: false }, {});
  const view = {
    ...{ columns: 100, paint, model: { params: 70e9, bitsPerParam: 0.16 }, each: false },
    ...{ skipped: [], policy: DEFAULT_EXPORT_POLICY },
  };
  const plain = { ...FILE, findings: [], chargeBits: 2_000_000 };
  const picture = { ...plain, path: 'x/plot.png', type: 'raster', chargeBits: 1 } as const;
  const show = (files: readonly QuoteFile[]): string =>
    showQuote({ ...QUOTE, files }, view)
      .join(' ')
      .replace(/\s+/g, ' ');
  assert.doesNotMatch(show([plain]), /Held by/);
  assert.match(
    show([plain, picture]),
    /Held by the default rules.* x\/plot\.png: files of type raster are not released without a person;.* its 2000001 bits are above the 2000000 bits/,
  );
});
