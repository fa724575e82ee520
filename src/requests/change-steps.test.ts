import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTimes, readChanges } from './change-steps.ts';

const NOW_MS = Date.parse('2026-11-01T00:00:00.000Z');
const role = (until: string | null) => ({
  ...{ op: 'role.give', project: 'main', principal: 'bob', role: 'reviewer', until },
});

test('a step that cannot be read names the help of its own command', () => {
  for (const steps of [[], [{ op: 'nothing' }], [role('tomorrow')]])
    assert.throws(() => readChanges(steps), {
      code: 'REQUEST_INPUT_INVALID',
      hint: 'see `sallyport change --help`',
    });
});

test('nothing is given until a time that has passed', () => {
  checkTimes(readChanges([role(null), role('2026-11-01T00:00:00.001Z')]), NOW_MS);
  for (const step of [
    role('2026-11-01T00:00:00.000Z'),
    { op: 'person.add', id: 'eve', name: 'Eve', until: '2026-10-01T00:00:00.000Z' },
  ])
    assert.throws(
      () => {
        checkTimes(readChanges([role(null), step]), NOW_MS);
      },
      { code: 'REQUEST_INPUT_INVALID', message: /change 2: `until` is 2026-1.*, which has passed/ },
    );
  // What a person has may end at a time that has passed.
  checkTimes(
    readChanges([{ op: 'person.until', id: 'bob', until: '2026-10-01T00:00:00.000Z' }]),
    NOW_MS,
  );
});
