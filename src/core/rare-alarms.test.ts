import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRareAlarm } from './rare-alarms.ts';

test('a sentence is said once a minute, whatever its details, and hides no other one', () => {
  const said: string[] = [];
  let now = 1_000;
  const alarm = openRareAlarm({ nowMs: () => now }, (text) => said.push(text));
  for (let i = 0; i < 100; i++) alarm('it waits', `try ${String(i)}`);
  alarm('it is stuck');
  now += 59_999;
  alarm('it waits', 'too early');
  now += 1;
  alarm('it waits', 'again');
  assert.deepEqual(said, ['it waits: try 0', 'it is stuck', 'it waits: again']);
});
