import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKillCampaign } from './kill.ts';

test('three rounds of kill -9: every acknowledged release is outside exactly once', async () => {
  const report = await runKillCampaign(3, 7);
  assert.ok(report.acknowledged > 0);
  assert.ok(report.innerKills + report.outerKills + report.senderKills === 3);
});
