/**
 * What waiting costs, measured: how long requests wait for a first look and for the last approval, what leaves without a
 * person, what nobody looked at, approvals that came too fast to be meant, and on whom others wait. Pure.
 */
import type { ApprovalJudgement } from './judge-approvals.ts';
import type { Request } from './row.ts';
import type { Vote } from './votes.ts';

/** What is known of one request for these measures. */
export type WaitingRow = Pick<
  Request,
  | 'id'
  | 'project'
  | 'state'
  | 'tier'
  | 'verdict'
  | 'releasedAs'
  | 'askedMs'
  | 'firstViewMs'
  | 'quorumMs'
>;

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
    readonly waiting: number;
    readonly medianMs: number;
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
  readonly requests: readonly WaitingRow[];
  readonly votes: readonly Pick<Vote, 'request' | 'person' | 'vote' | 'atMs'>[];
  /** When each approver saw each request first: `REQUEST PERSON`. */
  readonly views: ReadonlyMap<string, number>;
  /** Held requests with what they still need. */
  readonly held: readonly {
    readonly askedMs: number;
    readonly judgement: Pick<ApprovalJudgement, 'missing'> | null;
  }[];
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

function measureTiers(rows: readonly WaitingRow[]): Waiting['tiers'] {
  const since = (row: WaitingRow, ms: number | null): number[] =>
    ms === null ? [] : [Math.max(0, ms - row.askedMs)];
  return TIERS.flatMap((tier) => {
    const mine = rows.filter((row) => tierOf(row) === tier);
    if (mine.length === 0) return [];
    const waits = tier !== 'automatic' && tier !== 'window';
    return [
      {
        tier,
        count: mine.length,
        firstView: percentilesOf(mine.flatMap((row) => since(row, row.firstViewMs))),
        quorum: waits ? percentilesOf(mine.flatMap((row) => since(row, row.quorumMs))) : null,
      },
    ];
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

/** Clauses that requests wait for; and people without whom nobody else could give what is missing. */
function measureBottlenecks({ held, nowMs }: WaitingInput): Waiting['bottlenecks'] {
  const groups = new Map<string, number[]>();
  const people = new Map<string, number[]>();
  const add = (where: Map<string, number[]>, who: string, askedMs: number) =>
    where.set(who, [...(where.get(who) ?? []), nowMs - askedMs]);
  for (const { askedMs, judgement } of held) {
    for (const { clause, count, candidates } of judgement?.missing ?? []) {
      add(groups, clause.replace(/^\d+ of /, ''), askedMs);
      if (candidates.length > count) continue;
      for (const person of candidates) add(people, person, askedMs);
    }
  }
  const show = (waits: readonly number[]) => ({
    waiting: waits.length,
    medianMs: percentilesOf(waits)?.p50 ?? 0,
  });
  return [
    ...[...groups].map(([group, waits]) => ({ group, ...show(waits) })),
    ...[...people].map(([person, waits]) => ({ person, ...show(waits) })),
  ]
    .sort((a, b) => b.waiting - a.waiting || b.medianMs - a.medianMs)
    .slice(0, BOTTLENECKS_MAX);
}

function measureDays({ requests, sinceMs, nowMs }: WaitingInput): Waiting['byDay'] {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const byDay = new Map<string, WaitingRow[]>();
  for (let ms = sinceMs; ms <= nowMs; ms += DAY_MS) byDay.set(dayOf(ms), []);
  byDay.set(dayOf(nowMs), []);
  for (const row of requests) byDay.get(dayOf(row.askedMs))?.push(row);
  return [...byDay].map(([day, rows]) => ({
    day,
    automatic: rows.filter(isAutomatic).length,
    held: rows.filter((row) => !isAutomatic(row) && row.tier !== null).length,
    denied: rows.filter((row) => row.state === 'denied').length,
    quorumP50:
      percentilesOf(
        rows.flatMap((row) => (row.quorumMs === null ? [] : [row.quorumMs - row.askedMs])),
      )?.p50 ?? null,
  }));
}

/** Measures. */
export function measureWaiting(input: WaitingInput): Waiting {
  const { requests } = input;
  const automatic = requests.filter(isAutomatic).length;
  const withPeople = requests.filter((row) => !isAutomatic(row) && row.tier !== null).length;
  const all = automatic + withPeople;
  return {
    tiers: measureTiers(requests),
    automaticShare: all === 0 ? 0 : automatic / all,
    expiredUnseen: requests.filter((row) => row.state === 'expired' && row.firstViewMs === null)
      .length,
    fastApprovals: measureFast(input),
    bottlenecks: measureBottlenecks(input),
    byDay: measureDays(input),
  };
}
