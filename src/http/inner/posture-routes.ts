/** Routes of posture: the verdict on the assessment that the gate serves, and records of assessments in the ledger. */
import { z } from 'zod';
import { showPosture } from '../../posture/index.ts';
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

/** The routes. */
export const POSTURE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/posture',
      summary: 'Level reached by profile and environment, with what holds it back',
      access: 'administrator',
    },
    async ({ gate }) => showPosture(await gate.posture.judge()),
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
];
