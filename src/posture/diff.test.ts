import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, assess, headFile } from '../../test/support/posture.ts';
import { diffPosture } from './diff.ts';
import { evaluate } from './evaluate.ts';

test('an environment that only one side assesses is a difference', () => {
  const one = evaluate(assess(headFile({ environments: ['training', 'public-api'] })), NOW);
  const two = evaluate(assess(headFile({ environments: ['training', 'research'] })), NOW);
  assert.deepEqual(diffPosture(one, two), [
    {
      what: 'environment',
      environment: 'public-api',
      before: 'assessed',
      after: 'not assessed',
    },
    { what: 'environment', environment: 'research', before: 'not assessed', after: 'assessed' },
  ]);
  assert.deepEqual(diffPosture(one, one), []);
});
