/**
 * Reviews of emergencies: judged by the rule's quorum like approvals, over the word of signed-in people. Never counted are
 * who asked, whoever answers for it and whoever broke the glass. Pure.
 */
import type { Roster, RosterRule } from '../people/index.ts';
import { judgeQuorum, parseQuorum } from '../policy/index.ts';
import { eligibleFor, saySeat, seatsOf } from './judge-approvals.ts';
import type { MissingApproval, Seat } from './judge-approvals.ts';
import type { LockedPeople } from './locked-people.ts';
import type { Request } from './row.ts';
import { excludedFrom } from './subject-reach.ts';
import { readSubject } from './subject.ts';

/** How the review of an emergency stands. */
export interface ReviewJudgement {
  readonly state: 'met' | 'open' | 'impossible';
  readonly rule: RosterRule;
  readonly missing: readonly MissingApproval[];
  readonly voters: ReadonlySet<string>;
}

/** What is judged: the request and everybody who has reviewed it. */
export interface ReviewInput {
  readonly request: Request;
  readonly roster: Roster;
  readonly reviewers: readonly string[];
  readonly locked: LockedPeople;
  readonly nowMs: number;
}

/** Judges; null when no rule says who reviews. */
export function judgeReview(input: ReviewInput): ReviewJudgement | null {
  const { request, roster, reviewers, locked, nowMs } = input;
  const rule = roster.rules.find((each) => each.kind === 'review' && each.tier !== 'self');
  if (rule === undefined || request.subject === null) return null;
  const subject = readSubject(request.subject);
  const seats = seatsOf(parseQuorum(rule.quorum), subject, subject.models);
  if (seats.length === 0) return { state: 'impossible', rule, missing: [], voters: new Set() };
  const may = (seat: Seat): ReadonlySet<string> => eligibleFor(roster, subject, seat, nowMs);
  const excluded = new Set([...excludedFrom(roster, subject), ...locked.keys()]);
  // Whoever broke the glass is named as decider; nobody reviews the own emergency.
  for (const person of (request.decidedBy ?? '').split(', ')) excluded.add(person);
  const voters = new Set(
    seats.flatMap((seat) => [...may(seat)]).filter((person) => !excluded.has(person)),
  );
  const votes = reviewers.map((person) => ({ person, vote: 'approve' as const }));
  const judged = judgeQuorum(
    { clauses: seats },
    { eligible: (clause) => may(clause as Seat), votes, excluded },
  );
  const missing = judged.missing.map(({ clause, count, candidates }) => ({
    clause: saySeat(clause as Seat),
    count,
    candidates,
  }));
  // Nobody says no to a review: it happened.
  return { state: judged.state === 'denied' ? 'open' : judged.state, rule, missing, voters };
}
