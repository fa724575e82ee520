import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, assess, claimsFile, folderFile, headFile } from '../../../test/support/posture.ts';
import { evaluate } from '../evaluate.ts';
import { writeCsv } from '../output/csv.ts';
import { showPosture } from '../output/show.ts';
import { buildReport } from './data.ts';
import { escapeText, html } from './markup.ts';
import { writeReport } from './report.ts';

const EVIL = `<script>alert(1)</script>"'&`;
const posture = evaluate(
  assess(
    headFile({ organisation: EVIL, notes: EVIL }),
    claimsFile([{ measure: 'R-SL1-01', status: 'met' }]),
    folderFile('collected/a.json', {
      kind: 'observations',
      at: '2026-11-30T00:00:00Z',
      expires: '2026-12-07T00:00:00Z',
      gate: { url: EVIL, origin: null },
      ledger: null,
      waiting: null,
      observations: [{ collector: 'caps', measure: 'R-SL3-07', verdict: 'part', sentence: EVIL }],
    }),
  ),
  NOW,
);
const page = writeReport(buildReport(posture, 100));

test('the report loads nothing, runs nothing and holds a policy that forbids both', () => {
  assert.match(page, /Content-Security-Policy" content="default-src (&#39;|')none/);
  assert.doesNotMatch(page, /<script|<img|<link|<iframe|<object|@import|url\(|\bon\w+=/i);
  for (const [, address] of page.matchAll(/(?:src|href)="([^"]*)"/g)) {
    // Links are for people who follow them; nothing is fetched by itself.
    assert.match(address ?? '', /^https:\/\//);
  }
});

test('what people wrote is escaped wherever it stands', () => {
  assert.ok(!page.includes('<script>alert'));
  assert.ok(page.includes('&lt;script&gt;alert(1)'));
  assert.equal(html`<b title="${'"'}">${'<'}</b>`.text, '<b title="&quot;">&lt;</b>');
  assert.equal(escapeText(`&<>"'`), '&amp;&lt;&gt;&quot;&#39;');
});

test('the same data gives the same page, and it says that nothing is certified', () => {
  assert.equal(writeReport(buildReport(posture, 100)), page);
  assert.match(page, /self-assessed, not certified/);
});

test('it shows the level of each profile, every vector, a roadmap with intervals and whose numbers these are', () => {
  for (const name of ['RAND as written', 'SL3 would do', 'minimal SL5'])
    assert.ok(page.includes(name));
  for (const vector of posture.assessment.catalogue.vectors) assert.ok(page.includes(vector.id));
  assert.match(page, /P10 \d{4}-\d{2}-\d{2}, P50 \d{4}-\d{2}-\d{2}, P90/);
  assert.match(page, /cross at 12 TB/);
  assert.match(page, /our paraphrase/);
});

test('tags close in the order in which they opened', () => {
  const open: string[] = [];
  const empty = new Set(['meta', 'input', 'line', 'rect', 'circle', 'br']);
  for (const [, slash, name, rest] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)([^<>]*)>/g)) {
    if (name === undefined || empty.has(name) || rest?.endsWith('/') === true) continue;
    if (slash === '') open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
});

test('the CSV has a row for each measure and environment, and no cell that a spreadsheet would run', () => {
  const csv = writeCsv(posture);
  const rows = csv.trimEnd().split('\r\n');
  assert.equal(rows.length, 1 + 2 * posture.assessment.catalogue.measures.size);
  assert.match(rows[1] ?? '', /^rand,R-SL1-01,SL1,/);
  assert.doesNotMatch(csv, /(^|,)[=+@]/m);
});

test('the JSON has the fixed shape', () => {
  const shown = showPosture(posture);
  assert.deepEqual(shown.catalogue, {
    capacities: 5,
    levels: 5,
    vectors: 38,
    measures: 165,
    sl5Controls: 43,
  });
  assert.deepEqual(Object.keys(shown), ['catalogue', 'profiles']);
  const [first] = shown.profiles;
  assert.deepEqual(Object.keys(first ?? {}), ['name', 'environments']);
  assert.deepEqual(Object.keys(first?.environments[0] ?? {}), ['name', 'level', 'heldBackBy']);
  assert.equal(first?.environments[0]?.level, 'SL0');
});
