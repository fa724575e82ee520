/** Budgets, charges and waiting times of the fake door. */
import type { Charges, LockShown, Waiting, WindowShown } from '../../../console/src/api/types.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();

export function listCharges(days: number, now: number): Charges {
  const list = Array.from({ length: days }, (_, i) => {
    const at = now - (days - 1 - i) * DAY_MS;
    const weekend = [0, 6].includes(new Date(at).getUTCDay());
    const releases = weekend ? i % 2 : 4 + ((i * 13) % 17);
    return {
      day: iso(at).slice(0, 10),
      releases,
      chargeBits: releases * (40_000 + ((i * 7919) % 90_000)),
    };
  });
  return {
    days: list,
    byProject: [
      { project: 'protein-study', chargeBits: 41_200_000, releases: 412 },
      { project: 'evaluations', chargeBits: 22_900_000, releases: 308 },
      { project: 'red-team', chargeBits: 6_100_000, releases: 61 },
    ],
  };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function showWaiting(days: number, now: number): Waiting {
  return {
    tiers: [
      {
        tier: 'self',
        count: 212,
        firstView: null,
        quorum: { p50: 41_000, p75: 90_000, p95: 9 * MINUTE_MS },
      },
      {
        tier: 'one',
        count: 148,
        firstView: { p50: 11 * MINUTE_MS, p75: 42 * MINUTE_MS, p95: 5 * HOUR_MS },
        quorum: { p50: 38 * MINUTE_MS, p75: 2 * HOUR_MS, p95: 19 * HOUR_MS },
      },
      {
        tier: 'quorum',
        count: 23,
        firstView: { p50: 24 * MINUTE_MS, p75: 2 * HOUR_MS, p95: 9 * HOUR_MS },
        quorum: { p50: 5 * HOUR_MS, p75: 16 * HOUR_MS, p95: 51 * HOUR_MS },
      },
    ],
    automaticShare: 0.873,
    expiredUnseen: 0,
    fastApprovals: [{ person: 'tony', count: 6, share: 0.19 }],
    bottlenecks: [
      {
        ...{ group: 'security', waiting: 9, medianMs: 7 * HOUR_MS },
        ...{ decided: 21, decidedMedianMs: 6 * HOUR_MS, totalMs: 214 * HOUR_MS },
      },
      {
        ...{ person: 'edsger', waiting: 4, medianMs: 26 * HOUR_MS },
        ...{ decided: 2, decidedMedianMs: 9 * HOUR_MS, totalMs: 118 * HOUR_MS },
      },
      {
        ...{ group: 'reviewers(red-team)', waiting: 0, medianMs: 0 },
        ...{ decided: 143, decidedMedianMs: 35 * MINUTE_MS, totalMs: 102 * HOUR_MS },
      },
    ],
    byDay: Array.from({ length: days }, (_, i) => ({
      day: iso(now - (days - 1 - i) * DAY_MS).slice(0, 10),
      automatic: 20 + ((i * 17) % 30),
      held: 3 + ((i * 5) % 9),
      denied: i % 4,
      quorumP50: i % 6 === 5 ? null : (1 + ((i * 11) % 7)) * HOUR_MS,
    })),
  };
}

export function listLocks(now: number): LockShown[] {
  return [
    {
      id: 'lock_1',
      target: { kind: 'lane', id: 'red-team → regulator' },
      by: 'grace',
      reason:
        'three releases in one hour with the same name and other content; stopped until somebody has looked',
      at: iso(now - 90 * MINUTE_MS),
      liftedAt: null,
    },
    {
      id: 'lock_0',
      target: { kind: 'model', id: 'heron-8b' },
      by: 'ada',
      reason: 'the effective size was declared too small',
      at: iso(now - 12 * DAY_MS),
      liftedAt: iso(now - 12 * DAY_MS + 40 * MINUTE_MS),
    },
  ];
}

export function listWindows(now: number): WindowShown[] {
  return [
    {
      request: 'req_0004',
      requester: 'nightly',
      project: 'evaluations',
      destination: 'dashboard',
      job: 'nightly-eval',
      types: ['table', 'svg'],
      bitsEach: 80_000,
      bitsTotal: 4_800_000,
      usedBits: 1_920_000,
      uses: 60,
      used: 24,
      until: iso(now + 30 * DAY_MS),
    },
  ];
}
