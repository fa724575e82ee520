/**
 * Policy replay: the requests that really happened, before proposed rules. Counts what would have been automatic, held or
 * denied, how many approvals more it would have taken, and what that costs in waiting, at the pace at which people really
 * approved in those days. Pure.
 */
import { RULE_KINDS, ownersOf, peopleOf, peopleWithRole, ruleFor } from '../people/index.ts';
import type { Roster, RosterRule, Tier } from '../people/index.ts';
import { judgeQuorum, parseQuorum } from '../policy/index.ts';
import type { Json } from '../core/index.ts';
import { ownersOfTarget, readAccess } from './access-input.ts';
import { ruleKindOf } from './judge-approvals.ts';
import { readShare, readersOwners } from './share-input.ts';
import type { Request } from './row.ts';
import { excludedFrom, tierOfSubject } from './subject-reach.ts';
import { percentilesOf } from './waiting.ts';

/** How a request ends under a policy. */
export type Ending = 'automatic' | 'window' | 'held' | 'denied';

/** How often each. */
export type ReplayCounts = Readonly<Record<Ending, number>>;

/** What a policy says to one old request. */
export interface PolicyAnswer {
  readonly verdict: 'allow' | 'hold' | 'deny';
  readonly tier: Tier | null;
  readonly reason: string;
}

/** One request that happened. */
export interface ReplayRow {
  readonly request: Request;
  readonly models: readonly string[];
  /** What the policy in force says to it now, and what the proposed one says. */
  readonly now: PolicyAnswer;
  readonly proposed: PolicyAnswer;
}

/** The result. */
export interface Replay {
  readonly requests: number;
  readonly now: ReplayCounts;
  readonly proposed: ReplayCounts;
  readonly changed: readonly {
    readonly id: string;
    readonly from: Ending;
    readonly to: Ending;
    readonly why: string;
  }[];
  readonly extraApprovals: number;
  /** More (or less) waiting of all requests together. */
  readonly waitingMs: number;
}

const CHANGED_MAX = 1_000;

interface Outcome {
  readonly ending: Ending;
  readonly approvals: number;
  readonly why: string;
}

/** The steps that a change asks for; none for an input that cannot be read. */
function stepsIn(input: string): Json {
  try {
    return (JSON.parse(input) as { changes?: Json }).changes ?? [];
  } catch {
    return [];
  }
}

/** The rule that a request falls under; a window falls under those of exports. */
function ruleOf(roster: Roster, request: Request, tier: Tier): RosterRule | undefined {
  const facts = request.kind === 'policy' ? { steps: stepsIn(request.input) } : {};
  const asked = ruleKindOf(roster, { kind: request.kind, facts });
  const kind = RULE_KINDS.find((each) => each === asked);
  if (kind === undefined) return undefined;
  const { requester, sponsor } = request;
  const lowest = tierOfSubject(roster, { kind: request.kind, tier, requester, sponsor });
  return ruleFor(roster, kind, lowest, request.chargeBits ?? 0n);
}

function replayOwners(roster: Roster, request: Request, nowMs: number): ReadonlySet<string> {
  if (request.kind === 'share')
    return readersOwners(roster, readShare(JSON.parse(request.input)).to, request, nowMs);
  if (request.kind !== 'access') return new Set();
  const input = readAccess(JSON.parse(request.input));
  return ownersOfTarget(roster, { ...request, input }, nowMs);
}

/** How many people a rule takes, or why nobody can ever fill it. */
function countSeats(
  roster: Roster,
  rule: RosterRule,
  row: ReplayRow,
  nowMs: number,
): { seats: number } | { why: string } {
  const { request, models } = row;
  if (rule.tier === 'self') return { seats: 1 };
  const seats = parseQuorum(rule.quorum).clauses.flatMap((clause) =>
    clause.of === 'model'
      ? models.map((target) => ({ ...clause, target }))
      : [{ ...clause, target: clause.of === 'project' ? request.project : null }],
  );
  const excluded = excludedFrom(roster, request);
  const judged = judgeQuorum(
    { clauses: seats },
    {
      eligible: (clause) => {
        const { target } = clause as (typeof seats)[number];
        if (clause.of === 'target') return replayOwners(roster, request, nowMs);
        if (target === null) return peopleOf(roster, clause.group, nowMs);
        return clause.of === 'model'
          ? ownersOf(roster, target, nowMs)
          : peopleWithRole(roster, target, clause.group, nowMs);
      },
      votes: [],
      excluded,
    },
  );
  if (seats.length === 0 || judged.state === 'impossible')
    return { why: `nobody could fill \`${rule.quorum}\`` };
  return { seats: seats.reduce((sum, seat) => sum + seat.count, 0) };
}

function judge(roster: Roster, row: ReplayRow, answer: PolicyAnswer, nowMs: number): Outcome {
  const { verdict, tier, reason } = answer;
  if (verdict === 'allow') return { ending: 'automatic', approvals: 0, why: reason };
  if (verdict === 'deny') return { ending: 'denied', approvals: 0, why: reason };
  // People approved it beforehand: the window that let it through is a request of its own, and is counted as one.
  if (row.request.releasedAs === 'window')
    return { ending: 'window', approvals: 0, why: 'a window that was approved beforehand' };
  const rule = ruleOf(roster, row.request, tier ?? 'one');
  if (rule === undefined)
    return { ending: 'denied', approvals: 0, why: 'no rule says who approves it' };
  const seats = countSeats(roster, rule, row, nowMs);
  if ('why' in seats) return { ending: 'denied', approvals: 0, why: seats.why };
  return { ending: 'held', approvals: seats.seats, why: `${reason}; needs ${rule.quorum}` };
}

/** What one approval took, measured on the requests that had their quorum. */
function paceOf(rows: readonly ReplayRow[], roster: Roster, nowMs: number): number {
  const paces = rows.flatMap((row) => {
    const { quorumMs, askedMs } = row.request;
    if (quorumMs === null) return [];
    const { approvals } = judge(roster, row, row.now, nowMs);
    return approvals === 0 ? [] : [(quorumMs - askedMs) / approvals];
  });
  return percentilesOf(paces)?.p50 ?? 0;
}

/** Replays requests under the roster in force and under a proposed one. */
export function replayRequests(
  rows: readonly ReplayRow[],
  rosters: { readonly now: Roster; readonly proposed: Roster },
  nowMs: number,
): Replay {
  const counts = {
    now: { automatic: 0, window: 0, held: 0, denied: 0 },
    proposed: { automatic: 0, window: 0, held: 0, denied: 0 },
  };
  const changed: Replay['changed'][number][] = [];
  let extraApprovals = 0;
  for (const row of rows) {
    const before = judge(rosters.now, row, row.now, nowMs);
    const after = judge(rosters.proposed, row, row.proposed, nowMs);
    counts.now[before.ending] += 1;
    counts.proposed[after.ending] += 1;
    extraApprovals += after.approvals - before.approvals;
    const same = before.ending === after.ending && before.approvals === after.approvals;
    if (!same && changed.length < CHANGED_MAX)
      changed.push({ id: row.request.id, from: before.ending, to: after.ending, why: after.why });
  }
  const waitingMs = Math.round(extraApprovals * paceOf(rows, rosters.now, nowMs));
  return { requests: rows.length, ...counts, changed, extraApprovals, waitingMs };
}
