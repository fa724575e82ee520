/** Mutated inputs of one decoder: each must end in a verdict, and what is clean must have a safe form that can be written. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { memorySource } from '../../src/formats/index.ts';
import { judgeScan } from '../../src/ingress/decoded.ts';
import { scanSource } from '../../src/ingress/scan.ts';
import { DECODER_SEEDS } from '../support/decoder-seeds.ts';
import { mutate, seededNumbers } from '../support/mutate.ts';

/** How many inputs of a campaign had which verdict. */
export type VerdictCounts = Record<'clean' | 'malicious' | 'inconclusive', number>;

/** After so many inputs the event loop turns once: what unpacked them gives its memory back only then. */
const TURN = 500;

/** Scans `count` mutated inputs of a decoder. */
export async function scanMutations(
  decoder: string,
  count: number,
  seed: number,
): Promise<VerdictCounts> {
  const [file = '', seeds = []] = DECODER_SEEDS[decoder] ?? [];
  const next = seededNumbers(seed);
  const counts = { clean: 0, malicious: 0, inconclusive: 0 };
  for (let i = 0; i < count; i++) {
    if (i % TURN === 0) await setImmediate();
    const bytes = Buffer.from(mutate(seeds, next));
    const spot = `${decoder}, seed ${String(seed)}, input ${String(i)}`;
    try {
      const { findings, forms } = scanSource(file, memorySource(bytes));
      const verdict = judgeScan(findings);
      counts[verdict]++;
      if (verdict === 'malicious') assert.equal(forms.length, 0, spot);
      for (const form of forms) for (const piece of form.pieces()) assert.ok(piece.length >= 0);
    } catch (error) {
      throw new Error(`${spot}: ${bytes.toString('base64')}`, { cause: error });
    }
  }
  return counts;
}
