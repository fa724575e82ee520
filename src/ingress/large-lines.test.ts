/** Large files of JSON lines, block by block, beside the same files at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as code from '../../test/support/pickle-code.ts';
import { memorySource } from '../formats/index.ts';
import { judgeScan } from './decoded.ts';
import type { Decoded } from './decoded.ts';
import { decodeLargeLines } from './large-lines.ts';
import { decodePlain } from './plain-file.ts';

const formOf = ({ forms }: Decoded): string =>
  String(Buffer.concat([...(forms[0]?.pieces() ?? [])]));
const codesOf = ({ findings }: Decoded): string[] => findings.map((each) => each.code);

test('blocks give the findings and the safe form of the whole', () => {
  const rows = Array.from(
    { length: 400 },
    (_, i) => `{"b": ${String(i)}.50, "a": "row ${String(i)}"}`,
  );
  const shell = code.pickle(code.call('os', 'system', 'id')).toString('base64');
  for (const text of [
    rows.join('\n'),
    `${rows.join('\r\n')}\r\n\n\n`,
    `${rows.join('\n')}\n${' \n'.repeat(2000)}{"c":1}\n`,
    `${rows.join('\n')}\n{"a":1,"a":2}\n`,
    `${rows.join('\n')}\n{"a":1,"a":1}\n`,
    `${rows.join('\n')}\n${JSON.stringify({ chat_template: "{{ ''.__class__ }}" })}\n`,
    `${rows.join('\n')}\n${JSON.stringify({ a: shell })}\n${rows.join('\n')}`,
    `${rows.join('\n')}\n{"a":\n`,
    `${rows.join('\n')}\nhello\n`,
  ]) {
    const bytes = Buffer.from(text);
    const whole = decodePlain('a.jsonl', memorySource(bytes));
    for (const blockBytes of [200, 1000, 1 << 20]) {
      const parts = decodeLargeLines('a.jsonl', memorySource(bytes), blockBytes);
      assert.ok(parts !== undefined);
      assert.deepEqual(
        [parts.type, judgeScan(parts.findings), codesOf(parts), formOf(parts)],
        [whole.type, judgeScan(whole.findings), codesOf(whole), formOf(whole)],
        text.slice(-60),
      );
    }
  }
});
