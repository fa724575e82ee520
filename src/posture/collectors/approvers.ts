/** Who may approve what: people with the power to release, and that agents have none. */
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { ask, say } from './collector.ts';

const principals = z.object({
  principals: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      role: z.string(),
      sponsor: z.string().nullable(),
    }),
  ),
});

/** RAND's example of how many people may be able to copy weights. */
const ABLE_TO_COPY_MAX = 20;

/** Approvers. */
export const APPROVERS_COLLECTOR: Collector = {
  name: 'approvers',
  title: 'who may approve what',
  measures: ['R-SL3-10', 'EU-A4-12', 'R-SL3-26'],
  collect: async ({ gate }) => {
    const all = (await ask(gate, '/v1/principals', principals)).principals;
    const approvers = all.filter((each) => each.role === 'administrator');
    const machines = all.filter((each) => each.kind !== 'person');
    const wrong = approvers.filter((each) => each.kind !== 'person');
    const facts = {
      principals: all.length,
      approvers: approvers.length,
      agentsAndWorkloads: machines.length,
      withoutSponsor: machines.filter((each) => each.sponsor === null).length,
    };
    const who = `${String(approvers.length)} of ${say(all.length, 'principal')} may release, none of them an agent`;
    if (wrong.length > 0) {
      const sentence = `${wrong.map((each) => each.id).join(', ')} may release and is no person`;
      return [{ measure: 'R-SL3-10', verdict: 'contradicts', sentence, facts }];
    }
    const few = approvers.length <= ABLE_TO_COPY_MAX;
    return [
      {
        measure: 'R-SL3-10',
        verdict: few ? 'part' : 'unknown',
        sentence: few
          ? `${who}; RAND's example for people able to copy is 20`
          : `${who}, more than RAND's example of 20`,
        facts,
      },
      {
        measure: 'EU-A4-12',
        verdict: few ? 'part' : 'unknown',
        sentence: `${who}; people beside the gate are somebody's word`,
        facts,
      },
      {
        measure: 'R-SL3-26',
        verdict: 'shows',
        sentence:
          'what may leave is decided by rules in the program, which budgets and approvers cannot step around',
        facts,
      },
    ];
  },
};
