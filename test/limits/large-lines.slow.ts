/** Files beyond what is parsed at once: seconds each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import { decodePlain, PLAIN_BYTES_MAX } from '../../src/ingress/plain-file.ts';

/** A file of one row over and over, and something behind, that is nowhere as a whole. */
function repeat(row: Buffer, rows: number, more = ''): ByteSource {
  const end = Buffer.from(more);
  const body = rows * row.length;
  return {
    size: body + end.length,
    read: (from, to) => {
      const skipped = Math.floor(from / row.length);
      const last = Math.min(rows, Math.ceil(to / row.length));
      const part = Buffer.alloc(Math.max(0, last - skipped) * row.length, row);
      const start = skipped * row.length;
      return Buffer.concat([part, end]).subarray(from - start, to - start);
    },
  };
}

await test('a file beyond what is parsed at once is decoded as lines, and what is at its end counts', () => {
  const row = Buffer.from(`{"text":"${'some words of a row '.repeat(100)}"}\n`);
  const many = Math.ceil(PLAIN_BYTES_MAX / row.length) + 1;
  const large = decodePlain('a.jsonl', repeat(row, many));
  assert.deepEqual([large.type, judgeScan(large.findings)], ['jsonl', 'clean']);
  const twice = decodePlain('a.jsonl', repeat(row, many, '{"a":1,"a":2}\n'));
  assert.deepEqual(
    twice.findings.map(({ code }) => code),
    ['SCAN_KEYS_TWICE'],
  );
  const table = decodePlain('a.csv', repeat(Buffer.from('1,2\n'), PLAIN_BYTES_MAX / 4 + 1));
  assert.deepEqual(
    table.findings.map(({ code }) => code),
    ['SCAN_TOO_LARGE'],
  );
});
