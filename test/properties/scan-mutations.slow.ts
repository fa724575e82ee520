/**
 * The campaign: mutated inputs of every decoder, 1,000,000 each unless `SALLYPORT_MUTATIONS` says otherwise. Its seeds
 * differ from those of the daily test. Prints how many inputs had which verdict.
 */
import { test } from 'node:test';
import { DECODER_SEEDS } from '../support/decoder-seeds.ts';
import { scanMutations } from './scan-mutations.ts';

const count = Number(process.env['SALLYPORT_MUTATIONS'] ?? 1_000_000);

for (const decoder of Object.keys(DECODER_SEEDS)) {
  test(`${String(count)} mutated inputs of ${decoder} end in a verdict`, async (t) => {
    t.diagnostic(`${decoder} ${JSON.stringify(await scanMutations(decoder, count, 20_261_126))}`);
  });
}
