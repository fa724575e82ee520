/** Ledger and witness health: the newest entry's receipt is checked here, with the ledger's own verifier. */
import { z } from 'zod';
import { utf8 } from '../../core/index.ts';
import { verifyReceipt } from '../../ledger/index.ts';
import type { Collector, Finding } from './collector.ts';
import { ask } from './collector.ts';

const health = z.object({ ledger: z.object({ origin: z.string(), size: z.number() }) });
const keys = z.object({ key: z.string() });
const newest = z.object({ entries: z.array(z.object({ commitment: z.string() })) });
const witnesses = z.object({
  witnesses: z.array(z.object({ size: z.number(), problem: z.string().nullable() })),
});

/** Ledger and witnesses. */
export const LEDGER_COLLECTOR: Collector = {
  name: 'ledger',
  title: 'ledger and witness health',
  measures: ['R-SL1-05', 'R-SL2-07', 'R-SL4-11'],
  collect: async ({ gate }) => {
    const { ledger } = await ask(gate, '/v1/health', health);
    const { key } = await ask(gate, '/v1/ledger/key', keys);
    const seen = await ask(gate, '/v1/ledger/witnesses', witnesses);
    // Cosignatures follow publication by a moment, so a size that is a little smaller is no fault.
    const behind = seen.witnesses.filter((each) => each.problem !== null || each.size === 0).length;
    const last = ledger.size - 1;
    const receipt = last < 0 ? null : await gate.text(`/v1/ledger/proof/${String(last)}`);
    // The newest entry may be of a project that nobody here is read into: then its commitment is what is proved.
    const held =
      last < 0 ? null : await ask(gate, `/v1/ledger/entries?from=${String(last)}&limit=1`, newest);
    const commitment = held?.entries[0]?.commitment;
    const checked =
      receipt === null
        ? null
        : verifyReceipt(utf8(receipt), {
            key,
            ...(commitment === undefined ? {} : { commitment: Buffer.from(commitment, 'base64') }),
          });
    const facts = {
      origin: ledger.origin,
      entries: ledger.size,
      witnesses: seen.witnesses.length,
      witnessesBehind: behind,
      newestVerified: checked?.ok ?? null,
    };
    if (checked !== null && !checked.ok) {
      const sentence = `the newest ledger entry does not verify: ${checked.message}`;
      return [
        { measure: 'R-SL1-05', verdict: 'contradicts', sentence, facts },
        { measure: 'R-SL2-07', verdict: 'contradicts', sentence, facts },
        { measure: 'R-SL4-11', verdict: 'unknown', sentence, facts },
      ];
    }
    const recorded = `${String(ledger.size)} decisions are in an append-only ledger whose newest entry verifies`;
    const beside = "what happens beside the gate is somebody's word";
    const witnessed: Finding =
      seen.witnesses.length > 0 && behind === 0
        ? {
            measure: 'R-SL4-11',
            verdict: 'part',
            sentence: `${String(seen.witnesses.length)} witnesses cosign it, so that a rewritten log would be seen; a log that hardware keeps from being edited is somebody's word`,
            facts,
          }
        : {
            measure: 'R-SL4-11',
            verdict: 'unknown',
            sentence:
              seen.witnesses.length === 0
                ? 'the ledger has no witness'
                : `${String(behind)} of ${String(seen.witnesses.length)} witnesses are behind`,
            facts,
          };
    return [
      { measure: 'R-SL1-05', verdict: 'part', sentence: `${recorded}; ${beside}`, facts },
      { measure: 'R-SL2-07', verdict: 'part', sentence: `${recorded}; ${beside}`, facts },
      witnessed,
    ];
  },
};
