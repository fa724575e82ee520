/** Public parquet files: each is decoded or refused with a reason; where the expected rows are published, they agree. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memorySource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import type { Decoded } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { makeParquet } from '../support/parquet-files.ts';
import { findVectors } from '../support/vectors.ts';

const { dir, skip } = findVectors('parquet/data');
const scan = (bytes: Uint8Array): Decoded => scanSource('x.parquet', memorySource(bytes));
const rowsOf = (decoded: Decoded): Record<string, unknown>[] =>
  Buffer.concat([...(decoded.forms[0]?.pieces() ?? [])])
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}

test('numbers, decimals and texts of a small file are exact', () => {
  const decoded = scan(makeParquet());
  assert.equal(judgeScan(decoded.findings), 'clean', JSON.stringify(decoded.findings));
  assert.deepEqual(rowsOf(decoded), [
    { id: 0, price: { $decimal: '-0.05' }, score: 0, name: 'row 0' },
    { id: 1, price: { $decimal: '0.00' }, score: 0.25, name: 'row 1' },
    { id: 2, price: { $decimal: '0.05' }, score: 0.5, name: 'row 2' },
  ]);
});

test('every file ends in rows or in a finding with a reason', { skip }, () => {
  let clean = 0;
  for (const path of listFiles(dir).filter((file) => /\.parquet(?:\.encrypted)?$/.test(file))) {
    const decoded = scan(readFileSync(path));
    const verdict = judgeScan(decoded.findings);
    assert.notEqual(verdict, 'malicious', path);
    assert.equal(decoded.forms.length, verdict === 'clean' ? 1 : 0, path);
    if (verdict === 'clean') clean++;
    else
      assert.match(decoded.findings[0]?.code ?? '', /^SCAN_PARQUET_(?:BROKEN|UNSUPPORTED)$/, path);
  }
  assert.ok(clean >= 50, `${String(clean)} files were decoded`);
});

test('files that are corrupt or encrypted are refused', { skip }, () => {
  for (const name of [
    'datapage_v1-corrupt-checksum.parquet',
    'rle-dict-uncompressed-corrupt-checksum.parquet',
    'nation.dict-malformed.parquet',
    'uniform_encryption.parquet.encrypted',
  ]) {
    assert.equal(judgeScan(scan(readFileSync(join(dir, name))).findings), 'inconclusive', name);
  }
});

for (const name of [
  'delta_binary_packed',
  'delta_byte_array',
  'delta_encoding_required_column',
  'delta_encoding_optional_column',
]) {
  test(`the rows of ${name} are the published ones`, { skip }, () => {
    const rows = rowsOf(scan(readFileSync(join(dir, `${name}.parquet`))));
    const text = readFileSync(join(dir, `${name}_expect.csv`), 'utf8');
    const [, ...lines] = splitCsv(text);
    assert.equal(rows.length, lines.length);
    const plain = (value: unknown): string => {
      if (value === null) return '';
      const inner = typeof value === 'object' ? (Object.values(value)[0] as unknown) : value;
      return String(inner);
    };
    for (const [i, line] of lines.entries()) {
      assert.deepEqual(Object.values(rows[i] ?? {}).map(plain), line, `row ${String(i)}`);
    }
  });
}

function splitCsv(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^",]*))/g)].map((cell) => cell[1] ?? cell[2] ?? ''),
    );
}
