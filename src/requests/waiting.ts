/**
 * What waiting costs, measured: how long requests wait for a first look and for the last approval, what leaves without a
 * person, what nobody looked at, approvals that came too fast to be meant, and on whom others wait. Pure.
 */
import { namesOf } from './decided.ts';
import type { Waited } from './decided.ts';
import type { ApprovalJudgement } from './judge-approvals.ts';
import type { Request } from './row.ts';
import type { Vote } from './votes.ts';

/** What is known of one request for these measures. */
export type WaitingRow = Pick<
  Request,
  | 'id'
  | 'kind'
  | 'project'
  | 'destination'
  | 'state'
  | 'tier'
  | 'verdict'
  | 'releasedAs'
  | 'askedMs'
  | 'changedMs'
  | 'firstViewMs'
  | 'quorumMs'
> & {
  /** What an access request asks for; empty for other kinds. */
  readonly input: string;
};

/** A duration that half, three quarters and nearly all stayed below, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

/** The measures. */
export interface Waiting {
  readonly tiers: readonly {
    readonly tier: string;
    readonly count: number;
    readonly firstView: Percentiles | null;
    readonly quorum: Percentiles | null;
  }[];
  /** Of what was let through or held: the share that needed no person, from 0 to 1. */
  readonly automaticShare: number;
  readonly expiredUnseen: number;
  readonly fastApprovals: readonly {
    readonly person: string;
    readonly count: number;
    readonly share: number;
  }[];
  readonly bottlenecks: readonly {
    readonly group?: string;
    readonly person?: string;
    /** Open requests that wait for it now, and half of them longer than this. */
    readonly waiting: number;
    readonly medianMs: number;
    /** Requests decided in the period that waited for it, and half of them longer than this. */
    readonly decided: number;
    readonly decidedMedianMs: number;
    /** All of it together. */
    readonly totalMs: number;
  }[];
  readonly byDay: readonly {
    readonly day: string;
    readonly automatic: number;
    readonly held: number;
    readonly denied: number;
    readonly quorumP50: number | null;
  }[];
}

/** What is measured. */
export interface WaitingInput {
  /** Requests that were asked or changed in the period, and every one that is held: what happened before is left out here. */
  readonly requests: readonly WaitingRow[];
  readonly votes: readonly Pick<Vote, 'request' | 'person' | 'vote' | 'atMs'>[];
  /** When each approver saw each request first: `REQUEST PERSON`. */
  readonly views: ReadonlyMap<string, number>;
  /** Held requests with what they still need, and since when. */
  readonly held: readonly {
    readonly sinceMs: number;
    readonly judgement: Pick<ApprovalJudgement, 'missing'> | null;
  }[];
  /** On whom each request waited that was decided in the period. */
  readonly decided: readonly (readonly Waited[])[];
  readonly sinceMs: number;
  readonly nowMs: number;
}

/** Nobody reads a file in less. */
export const FAST_MS = 5_000;
const DAY_MS = 86_400_000;
const TIERS = ['automatic', 'window', 'self', 'one', 'quorum', 'break-glass'];
const BOTTLENECKS_MAX = 12;

/** The nearest-rank percentiles; null of nothing. */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}

function tierOf(row: WaitingRow): string | null {
  const { releasedAs } = row;
  if (releasedAs === 'automatic' || releasedAs === 'window' || releasedAs === 'break-glass')
    return releasedAs;
  return row.tier;
}

const isAutomatic = (row: WaitingRow): boolean =>
  row.releasedAs === 'automatic' || row.releasedAs === 'window';
/** What needed people; what the rules denied in the end is not counted with it. */
const isHeld = (row: WaitingRow): boolean =>
  !isAutomatic(row) && row.tier !== null && row.state !== 'denied';
/** Whether people approved it: what an emergency or a window let through was not approved one by one. */
const isApproved = (row: WaitingRow): boolean =>
  !isAutomatic(row) && row.releasedAs !== 'break-glass';

/** Clocks count in the period in which they stopped: what waits longer than a period would never be in it otherwise. */
function measureTiers({ requests, sinceMs }: WaitingInput): Waiting['tiers'] {
  const took = (row: WaitingRow, ms: number | null): number[] =>
    ms === null || ms < sinceMs ? [] : [Math.max(0, ms - row.askedMs)];
  return TIERS.flatMap((tier) => {
    const mine = requests.filter((row) => tierOf(row) === tier);
    const waits = tier !== 'automatic' && tier !== 'window';
    const measured = {
      tier,
      count: mine.filter((row) => row.askedMs >= sinceMs).length,
      firstView: percentilesOf(mine.flatMap((row) => took(row, row.firstViewMs))),
      quorum: waits ? percentilesOf(mine.flatMap((row) => took(row, row.quorumMs))) : null,
    };
    const isEmpty = measured.count === 0 && measured.firstView === null && measured.quorum === null;
    return isEmpty ? [] : [measured];
  });
}

/** Approvals sooner after the first look than anybody can read; one without any look counts too. */
function measureFast({ votes, views }: WaitingInput): Waiting['fastApprovals'] {
  const people = new Map<string, { all: number; fast: number }>();
  for (const vote of votes) {
    if (vote.vote !== 'approve') continue;
    const held = people.get(vote.person) ?? { all: 0, fast: 0 };
    const seenMs = views.get(`${vote.request} ${vote.person}`);
    held.all += 1;
    if (seenMs === undefined || vote.atMs - seenMs < FAST_MS) held.fast += 1;
    people.set(vote.person, held);
  }
  return [...people]
    .filter(([, { fast }]) => fast > 0)
    .map(([person, { all, fast }]) => ({ person, count: fast, share: fast / all }))
    .sort((a, b) => b.count - a.count);
}

interface Waits {
  readonly who: Omit<Waited, 'ms'>;
  readonly open: number[];
  readonly decided: number[];
}

/** Clauses that requests wait for or waited for, and people without whom nobody else could give what was missing. */
function measureBottlenecks({ held, decided, nowMs }: WaitingInput): Waiting['bottlenecks'] {
  const found = new Map<string, Waits>();
  const waitsFor = (who: Omit<Waited, 'ms'>): Waits => {
    const key = JSON.stringify(who);
    const waits = found.get(key) ?? { who, open: [], decided: [] };
    found.set(key, waits);
    return waits;
  };
  for (const { sinceMs, judgement } of held)
    for (const who of namesOf(judgement?.missing ?? []))
      waitsFor(who).open.push(Math.max(0, nowMs - sinceMs));
  for (const { ms, ...who } of decided.flat()) waitsFor(who).decided.push(ms);
  return [...found.values()]
    .map(({ who, open, decided: over }) => ({
      ...who,
      waiting: open.length,
      medianMs: percentilesOf(open)?.p50 ?? 0,
      decided: over.length,
      decidedMedianMs: percentilesOf(over)?.p50 ?? 0,
      totalMs: [...open, ...over].reduce((sum, ms) => sum + ms, 0),
    }))
    .sort((a, b) => b.totalMs - a.totalMs || b.waiting - a.waiting)
    .slice(0, BOTTLENECKS_MAX);
}

function measureDays({ requests, sinceMs, nowMs }: WaitingInput): Waiting['byDay'] {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const byDay = new Map<string, WaitingRow[]>();
  for (let ms = sinceMs; ms <= nowMs; ms += DAY_MS) byDay.set(dayOf(ms), []);
  byDay.set(dayOf(nowMs), []);
  for (const row of requests) byDay.get(dayOf(row.askedMs))?.push(row);
  const approved = new Map<string, number[]>();
  for (const row of requests) {
    if (row.quorumMs === null || !isApproved(row)) continue;
    const day = dayOf(row.quorumMs);
    approved.set(day, [...(approved.get(day) ?? []), Math.max(0, row.quorumMs - row.askedMs)]);
  }
  return [...byDay].map(([day, rows]) => ({
    day,
    automatic: rows.filter(isAutomatic).length,
    held: rows.filter(isHeld).length,
    denied: rows.filter((row) => row.state === 'denied').length,
    quorumP50: percentilesOf(approved.get(day) ?? [])?.p50 ?? null,
  }));
}

/** Measures. */
export function measureWaiting(input: WaitingInput): Waiting {
  const asked = input.requests.filter((row) => row.askedMs >= input.sinceMs);
  const automatic = asked.filter(isAutomatic).length;
  const all = automatic + asked.filter(isHeld).length;
  return {
    tiers: measureTiers(input),
    automaticShare: all === 0 ? 0 : automatic / all,
    // It waited longer than many a period: it counts in the one in which it expired.
    expiredUnseen: input.requests.filter(
      (row) =>
        row.state === 'expired' && row.firstViewMs === null && row.changedMs >= input.sinceMs,
    ).length,
    fastApprovals: measureFast(input),
    bottlenecks: measureBottlenecks(input),
    byDay: measureDays(input),
  };
}
