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
      firstViewedAt: z.string().nullable().default(null),
      quorumAt: z.string().nullable().default(null),
      releasedAs: z.string().nullable().default(null),
    }),
  ),
});

type Listed = z.infer<typeof requests>['requests'][number];

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = 30 * 24;
const RULES = new Set(['gate', 'policy', 'automatic']);
/** Where nobody has decided yet, or nobody had to. */
const OPEN = new Set(['quoting', 'held', 'returned', 'withdrawn']);
/** An approval this soon after the first look was hardly a look. */
const HASTY_MS = 5_000;

function byPerson(request: Listed): boolean {
  if (request.releasedAs !== null && ['automatic', 'window'].includes(request.releasedAs)) {
    return false;
  }
  return request.decidedBy !== null && !RULES.has(request.decidedBy);
}

/** When people were done; the wire's progress afterwards is no waiting for people. */
function decidedMs(request: Listed): number {
  return Date.parse(request.quorumAt ?? request.changedAt);
}

function isHasty(request: Listed): boolean {
  const { firstViewedAt, quorumAt } = request;
  if (quorumAt === null || firstViewedAt === null) return false;
  return Date.parse(quorumAt) - Date.parse(firstViewedAt) < HASTY_MS;
}

async function listRecent(gate: GatePort, nowMs: number): Promise<readonly Listed[]> {
  const { requests: all } = await ask(gate, '/v1/requests?limit=1000', requests);
  return all.filter((each) => nowMs - Date.parse(each.askedAt) <= WINDOW_HOURS * HOUR_MS);
}

/** Measures the waiting of the last 30 days, or of the last 1,000 requests where these are fewer. */
export async function measureWaiting(gate: GatePort, nowMs: number): Promise<Waiting> {
  const recent = await listRecent(gate, nowMs);
  const decided = recent.filter((each) => !OPEN.has(each.state));
  const people = decided.filter(byPerson);
  const hours = people
    .map((each) => Math.max(0, decidedMs(each) - Date.parse(each.askedAt)) / HOUR_MS)
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
    const recent = await listRecent(gate, nowMs);
    const hasty = recent.filter((each) => byPerson(each) && isHasty(each)).length;
    const facts = {
      decided: waiting.requests,
      byPeople: waiting.byPeople,
      automatic: waiting.automatic,
      decidedWithin5Seconds: hasty,
      p50Hours: waiting.p50Hours,
    };
    const share = `${String(waiting.byPeople)} of ${say(waiting.requests, 'request')} of the last 30 days had a person's decision${hasty === 0 ? '' : `, ${String(hasty)} of them within 5 seconds of the first look`}`;
    return [
      {
        measure: 'R-SL3-11',
        // A person who does not look is no review.
        verdict: waiting.byPeople > 2 * hasty ? 'part' : 'unknown',
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
