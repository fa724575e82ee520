/** What a change of budgets, models, destinations or caps would do, for whoever may ask for it. */
import { z } from 'zod';
import type { Kysely } from 'kysely';
import { listBuckets } from '../../budget/index.ts';
import { isSettingsStep } from '../../people/index.ts';
import { readLoans, requestErrors } from '../../requests/index.ts';
import { needSettings } from './request-needs.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { proposeSettings } from './settings-proposal.ts';

/** The routes. */
export const SETTINGS_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/changes/preview',
      summary:
        'What a change of budgets, models, destinations or caps would do, and whether one administrator does it at once or people sign it; nothing changes by it',
      access: 'principal',
      body: z.strictObject({ changes: z.array(z.unknown()).min(1).max(60) }),
    },
    async ({ gate, principal, input }) => {
      const { roster } = gate.rosters.need();
      const { changes } = input;
      if (!changes.every(isSettingsStep)) {
        const why = 'only changes of budgets, models, destinations and caps are told beforehand';
        throw requestErrors.error('INPUT_INVALID', { why });
      }
      // Before anything is looked up: what a step finds would tell limits to somebody who may not know them.
      await needSettings(gate, principal, changes);
      const tables = await gate.store.read(async (db: Kysely<unknown>) => ({
        buckets: await listBuckets(db),
        lent: await readLoans(db),
      }));
      const now = {
        roster,
        settings: gate.rosters.settings,
        ...tables,
        models: await gate.models.list(),
        caps: gate.config.caps,
        nowMs: gate.clock.nowMs(),
      };
      return proposeSettings(now, changes, principal.role === 'administrator');
    },
  ),
];
