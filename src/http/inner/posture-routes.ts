/** Routes of posture and scenarios: the verdict on the assessment that the gate serves, records of it, what happens if. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { peopleErrors } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { RUNS_MIN } from '../../posture/index.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256 in lower case');
const recordBody = z.strictObject({
  organisation: z.string().min(1).max(200),
  at: z.iso.datetime().describe('the moment as of which it was judged'),
  assessment: digest.describe('sha256 over the paths and digests of its files'),
  catalogue: digest.describe('sha256 of the catalogue data'),
  result: digest.describe('sha256 of result.json of a readiness package'),
  levels: z
    .array(
      z.strictObject({
        profile: z.string().max(200),
        environment: z.string().max(64),
        level: z.string().max(8),
      }),
    )
    .max(250),
});

/** The gap of an organisation is for those who run, watch and audit the gate. */
async function needReader(gate: Gate, principal: Principal): Promise<void> {
  const facts = await gate.access.factsOf(principal);
  if (facts.administrator === true || facts.security === true || facts.auditor === true) return;
  const needed = 'administrator, auditor or person of security';
  throw peopleErrors.error('NOT_ALLOWED', { principal: principal.id, needed });
}

const PLAYED_MAX = 10_000;
const chosen = {
  id: z.string().max(80).optional().describe('a shipped scenario'),
  text: z.string().max(60_000).optional().describe('a scenario of one’s own, as YAML or JSON'),
};
const playBody = z.strictObject({
  ...chosen,
  adjustments: z
    .array(
      z.strictObject({
        place: z.string().max(200),
        times: z.number().min(0.001).max(1000).optional(),
        plus: z.number().min(-1000).max(1000).optional(),
      }),
    )
    .max(50)
    .default([])
    .describe('inputs that are moved, as by a slider'),
  claims: z.array(z.enum(['spreadSafe', 'othersStopped', 'fewStable'])).default([]),
  runs: z.number().int().min(RUNS_MIN).max(PLAYED_MAX).multipleOf(1000).default(4000),
});

/** The routes. */
export const POSTURE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/posture',
      summary: 'Level reached by profile and environment, with what holds it back',
      access: 'administrator',
    },
    ({ gate }) => gate.posture.show(),
  ),
  route(
    {
      method: 'post',
      path: '/v1/posture/records',
      summary: 'Record an assessment by its digests, so that the ledger proves when it was made',
      access: 'administrator',
      body: recordBody,
    },
    async ({ gate, principal, input }) => {
      // The entry's own time is the ledger's; the moment of the assessment stands beside it.
      const { at: assessedAt, ...rest } = input;
      const entry = { kind: 'posture.assessed', by: principal.id, ...rest, assessedAt };
      const recorded = await gate.ledger.record(entry);
      return { entry: recorded.id, receipt: `/v1/ledger/proof/${recorded.id}` };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/posture/board',
      summary: 'The verdict as one document: levels, attack view, expiring evidence, roadmap',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      await needReader(gate, principal);
      return gate.posture.board();
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/scenarios',
      summary: 'The shipped scenarios, with their texts',
      access: 'principal',
    },
    async ({ gate }) => ({ scenarios: await gate.scenarios.list() }),
  ),
  route(
    {
      method: 'post',
      path: '/v1/scenarios/inputs',
      summary: 'Every input of a scenario with its range and source; plays nothing',
      access: 'principal',
      body: z.strictObject(chosen),
    },
    ({ gate, input }) => gate.scenarios.inputs(input),
  ),
  route(
    {
      method: 'post',
      path: '/v1/scenarios/play',
      summary: 'Play a scenario with inputs moved; illustrative, it is as good as its inputs',
      access: 'principal',
      body: playBody,
    },
    ({ gate, input }) => gate.scenarios.play(input),
  ),
];
