import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { sayIssue } from './issues.ts';

const ID = z.strictObject({ id: z.array(z.string().regex(/^SHA256:[A-Z]+$/)) });

test('says where, and leaves a pattern as it is', () => {
  const said = ID.safeParse({ id: ['x'] }).error?.issues.map((issue) => sayIssue(issue));
  assert.deepEqual(said, ['id.0: invalid string: must match pattern /^SHA256:[A-Z]+$/']);
});

test('names the whole where there is no place', () => {
  const issue = { path: [], message: 'Is no list' };
  assert.equal(sayIssue(issue), 'is no list');
  assert.equal(sayIssue(issue, 'file'), 'file: is no list');
});
