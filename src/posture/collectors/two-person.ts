/** Two-person rules in force. A gate that does not say which approvals it asks for leaves this unknown. */
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { ask, forAll, say } from './collector.ts';

const openApi = z.object({ paths: z.record(z.string(), z.unknown()) });
const requests = z.object({
  requests: z.array(
    z.object({
      state: z.string(),
      requester: z.string(),
      decidedBy: z.string().nullable(),
      can: z.array(z.object({ event: z.string(), by: z.string() })).default([]),
    }),
  ),
});

const MEASURES = ['R-SL3-07', 'R-SL3-10', 'R-SL4-10', 'SL5-AC-3(2)'];

/** Two-person rules. */
export const TWO_PERSON_COLLECTOR: Collector = {
  name: 'two-person',
  title: 'two-person rules in force',
  measures: MEASURES,
  collect: async ({ gate }) => {
    const { paths } = await ask(gate, '/v1/openapi.json', openApi);
    const saysPolicy = Object.keys(paths).some((path) => /^\/v1\/(policy|policies)\b/.test(path));
    const listed = await ask(gate, '/v1/requests?limit=1000', requests);
    const own = listed.requests.filter(
      (each) => each.decidedBy !== null && each.decidedBy === each.requester,
    );
    const facts = { decidedByRequester: own.length, saysPolicy };
    const sentence = saysPolicy
      ? 'the gate has a policy that this collector does not read yet'
      : own.length > 0
        ? `the gate does not say that two people are needed, and ${say(own.length, 'decision')} came from whoever had made the request`
        : 'the gate does not say that two people are needed; one administrator may release what is held';
    return forAll(MEASURES, 'unknown', sentence, facts);
  },
};
