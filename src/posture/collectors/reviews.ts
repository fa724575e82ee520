/** Review shares: how much of what left was seen by a person, and how long people waited for it. */
import { z } from 'zod';
import type { Waiting } from '../observation.ts';
import { quantile } from '../random.ts';
import type { Collector, GatePort } from './collector.ts';
import { ask, say } from './collector.ts';

const requests = z.object({
  requests: z.array(
    z.object({
      kind: z.string(),
      state: z.string(),
      requester: z.string(),
      decidedBy: z.string().nullable(),
      askedAt: z.string(),
      changedAt: z.string(),
    }),
  ),
});

type Listed = z.infer<typeof requests>['requests'][number];

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = 30 * 24;
const RULES = new Set(['gate', 'policy', 'automatic']);

function byPerson(request: Listed): boolean {
  return request.decidedBy !== null && !RULES.has(request.decidedBy);
}

async function listRecent(gate: GatePort, nowMs: number): Promise<readonly Listed[]> {
  const { requests: all } = await ask(gate, '/v1/requests?limit=1000', requests);
  return all.filter((each) => nowMs - Date.parse(each.askedAt) <= WINDOW_HOURS * HOUR_MS);
}

/** Measures the waiting of the last 30 days, or of the last 1,000 requests where these are fewer. */
export async function measureWaiting(gate: GatePort, nowMs: number): Promise<Waiting> {
  const recent = await listRecent(gate, nowMs);
  const decided = recent.filter((each) => each.state !== 'quoting' && each.state !== 'held');
  const people = decided.filter(byPerson);
  const hours = people
    .map((each) => Math.max(0, Date.parse(each.changedAt) - Date.parse(each.askedAt)) / HOUR_MS)
    .sort((a, b) => a - b);
  const oldest = Math.min(...recent.map((each) => Date.parse(each.askedAt)), nowMs);
  return {
    requests: decided.length,
    byPeople: people.length,
    automatic: decided.length - people.length,
    requesters: new Set(recent.map((each) => each.requester)).size,
    windowHours: Math.min(WINDOW_HOURS, (nowMs - oldest) / HOUR_MS),
    p50Hours: hours.length === 0 ? null : quantile(hours, 0.5),
    p90Hours: hours.length === 0 ? null : quantile(hours, 0.9),
    totalHours: hours.reduce((sum, each) => sum + each, 0),
  };
}

/** Review shares. */
export const REVIEWS_COLLECTOR: Collector = {
  name: 'reviews',
  title: 'review shares',
  measures: ['R-SL3-11', 'R-SL3-12'],
  collect: async ({ gate, nowMs }) => {
    const waiting = await measureWaiting(gate, nowMs);
    const facts = {
      decided: waiting.requests,
      byPeople: waiting.byPeople,
      automatic: waiting.automatic,
      p50Hours: waiting.p50Hours,
    };
    const share = `${String(waiting.byPeople)} of ${say(waiting.requests, 'request')} of the last 30 days had a person's decision`;
    return [
      {
        measure: 'R-SL3-11',
        verdict: waiting.byPeople > 0 ? 'part' : 'unknown',
        sentence:
          waiting.byPeople > 0
            ? `${share}, from the exact bytes that leave; traffic inwards is somebody's word`
            : `${share}, so nothing is known of review by people`,
        facts,
      },
      {
        measure: 'R-SL3-12',
        verdict: waiting.requests > 0 ? 'part' : 'unknown',
        sentence:
          waiting.requests > 0
            ? `every file of ${say(waiting.requests, 'request')} was decoded, inspected and metered by program; other traffic is somebody's word`
            : 'nothing has passed the gate in the last 30 days',
        facts,
      },
    ];
  },
};
