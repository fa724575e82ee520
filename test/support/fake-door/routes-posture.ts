/** Posture and scenarios at the fake door: the shipped examples, judged and played by the real rooms. */
import type { Hono } from 'hono';
import { openPosture } from '../../../src/app/posture.ts';
import { openScenarios } from '../../../src/app/scenarios.ts';
import type { FakeState } from './state.ts';

type Played = Parameters<ReturnType<typeof openScenarios>['play']>[0];

const MISSING = {
  code: 'POSTURE_ASSESSMENT_MISSING',
  title: 'there is no assessment in the configuration',
  hint: 'make one with `sallyport posture init`',
};

/** Mounts the routes; returns what ends their thread. */
export function mountPosture(app: Hono, state: FakeState): () => Promise<void> {
  const clock = { nowMs: () => Date.parse('2026-12-01T00:00:00Z') };
  const posture = openPosture('examples/posture', clock);
  const scenarios = openScenarios();
  app.get('/v1/posture/board', async (c) =>
    state.mode === 'empty' ? c.json(MISSING, 404) : c.json(await posture.board()),
  );
  app.get('/v1/scenarios', async (c) =>
    c.json({ scenarios: state.mode === 'empty' ? [] : await scenarios.list() }),
  );
  app.post('/v1/scenarios/play', async (c) =>
    c.json(await scenarios.play({ ...(await c.req.json<Played>()), runs: 1000 })),
  );
  return async () => {
    await scenarios.close();
    await posture.close();
  };
}
