import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../formats/index.ts';
import { find, judgeScan, refused } from './decoded.ts';
import { decodeMembers } from './zip-file.ts';

test('a member on which its decoder ends does not hide what the others are', () => {
  const open = () => ({ ok: true as const, value: memorySource(new Uint8Array()) });
  const members = ['a', 'ends', 'b'].map((name) => ({ name, open }));
  const { findings } = decodeMembers('x.zip', members, (name) => {
    if (name.endsWith('ends')) throw new RangeError('Maximum call stack size exceeded');
    return refused('pickle', find('deny', 'PICKLE_CALL', { name }));
  });
  assert.deepEqual(
    findings.map(({ place, code, severity }) => [place, code, severity]),
    [
      ['a', 'SCAN_PICKLE_CALL', 'deny'],
      ['ends', 'SCAN_DECODER_ENDED', 'hold'],
      ['b', 'SCAN_PICKLE_CALL', 'deny'],
    ],
  );
  assert.equal(judgeScan(findings), 'malicious');
});
