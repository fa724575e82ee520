import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { chanceBits, recoveredBits } from './measure.ts';
import { CHANNELS, openWall, playChannel } from './run.ts';

for (const channel of CHANNELS) {
  test(`without a gate ${channel.name} carries its payload, and the suite says so`, async () => {
    const result = await playChannel(channel, openWall(), (count) => randomBytes(count));
    assert.ok(
      result.recoveredBits > channel.payloadBits * 0.8,
      `${result.recoveredBits} of ${channel.payloadBits}`,
    );
    assert.equal(result.held, false);
  });
}

test('guessing recovers nothing and half a payload recovers what it is worth', () => {
  const payload = Array.from({ length: 256 }, (_, i) => (i * 7 + (i >> 3)) & 1);
  assert.equal(recoveredBits(payload, payload), 256);
  assert.equal(
    recoveredBits(
      payload,
      payload.map((bit) => 1 - bit),
    ),
    256,
  );
  assert.equal(
    recoveredBits(
      payload,
      payload.map((bit, i) => (i % 2 === 0 ? bit : 1 - bit)),
    ),
    0,
  );
  assert.ok(Math.abs(chanceBits(10, 10) + 10) < 1e-9);
});
