import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { codecWall } from './codec-wall.ts';
import { CHANNELS, playChannel } from './run.ts';

const random = (count: number): Uint8Array => randomBytes(count);

for (const channel of CHANNELS) {
  test(`the codecs hold ${channel.name}`, async () => {
    const result = await playChannel(channel, codecWall(), random);
    assert.equal(
      result.held,
      true,
      JSON.stringify({ ...result, chargedBits: String(result.chargedBits) }),
    );
    // A channel that was refused whole would hold for the wrong reason, unless refusing is the countermeasure.
    if (channel.expected === 'charged' && channel.name !== 'text-look-alikes') {
      assert.ok(result.released > 0, 'nothing was released');
      assert.ok(result.recoveredBits > 0, 'a charged channel carries what it pays for');
    }
  });
}

for (const channel of CHANNELS.filter((one) => one.expected === 'removed')) {
  test(`serving original bytes opens ${channel.name}`, async () => {
    const result = await playChannel(channel, codecWall('original-bytes'), random);
    // Some countermeasures are refusals: then nothing is served in either case.
    if (result.refused > 0) assert.equal(result.recoveredBits, 0);
    else assert.equal(result.held, false);
  });
}

for (const channel of CHANNELS.filter((one) => one.expected === 'charged')) {
  test(`releasing without charge opens ${channel.name}`, async () => {
    const result = await playChannel(channel, codecWall('no-charge'), random);
    if (result.released > 0) assert.equal(result.held, false);
  });
}
