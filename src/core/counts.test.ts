import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayCount } from './counts.ts';

test('one thing is one, and no thing, two things or a million are many', () => {
  assert.equal(sayCount(1, 'file'), '1 file');
  assert.equal(sayCount(1n, 'bit'), '1 bit');
  assert.equal(sayCount(0, 'file'), '0 files');
  assert.equal(sayCount(2, 'entry', 'entries'), '2 entries');
  assert.equal(sayCount(1_000_000n, 'bit'), '1,000,000 bits');
});
