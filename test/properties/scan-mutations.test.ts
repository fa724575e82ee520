import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { DECODER_SEEDS } from '../support/decoder-seeds.ts';
import { scanMutations } from './scan-mutations.ts';

const COUNT = 10_000;

for (const [decoder, [file, seeds]] of Object.entries(DECODER_SEEDS)) {
  test(`${String(COUNT)} mutated inputs of ${decoder} end in a verdict`, async () => {
    const first = seeds[0] ?? new Uint8Array(0);
    assert.equal(
      judgeScan(scanSource(file, memorySource(first)).findings),
      'clean',
      'the seed itself',
    );
    const counts = await scanMutations(decoder, COUNT, 7);
    assert.equal(counts.clean + counts.malicious + counts.inconclusive, COUNT);
    assert.ok(counts.inconclusive > 0 && counts.clean < COUNT, JSON.stringify(counts));
  });
}
