/** Key types: with what people and agents prove who they are. */
import { z } from 'zod';
import type { Collector, Finding } from './collector.ts';
import { ask } from './collector.ts';

const tokens = z.object({
  tokens: z.array(
    z.object({ principal: z.string(), addedAt: z.string(), revokedAt: z.string().nullable() }),
  ),
});

const DAY_MS = 86_400_000;
const OLD_DAYS = 180;

/** Key types and the age of tokens. */
export const KEY_TYPES_COLLECTOR: Collector = {
  name: 'key-types',
  title: 'key types and their age',
  measures: ['R-SL2-06', 'R-SL2-15', 'EU-A4-08', 'EU-A4-09'],
  collect: async ({ gate, nowMs }) => {
    const all = (await ask(gate, '/v1/tokens', tokens)).tokens;
    const live = all.filter((each) => each.revokedAt === null);
    const old = live.filter((each) => nowMs - Date.parse(each.addedAt) > OLD_DAYS * DAY_MS);
    const facts = {
      liveTokens: live.length,
      olderThan180Days: old.length,
      revoked: all.length - live.length,
    };
    const which = live.length === 1 ? '1 token is live' : `${String(live.length)} tokens are live`;
    const hardware = `${which}; the gate does not say whether a hardware key stands behind them`;
    const pruned: Pick<Finding, 'verdict' | 'sentence'> =
      old.length === 0
        ? {
            verdict: 'part',
            sentence: `${which}, none older than ${String(OLD_DAYS)} days; entitlements elsewhere are somebody's word`,
          }
        : {
            verdict: 'unknown',
            sentence: `${which}, ${String(old.length)} of them older than ${String(OLD_DAYS)} days`,
          };
    return [
      { measure: 'R-SL2-06', verdict: 'unknown', sentence: hardware, facts },
      { measure: 'EU-A4-08', verdict: 'unknown', sentence: hardware, facts },
      { measure: 'R-SL2-15', ...pruned, facts },
      { measure: 'EU-A4-09', ...pruned, facts },
    ];
  },
};
