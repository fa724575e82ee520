/**
 * On whom decided requests waited, and for how long: each clause until it was filled, and a person while nobody else could have
 * given what was missing. By the people who voted and the roster of now; signatures were verified when they were given. Pure.
 */
import type { Roster } from '../people/index.ts';
import { judgeQuorum, parseQuorum } from '../policy/index.ts';
import { eligibleFor, ruleOf, saySeat, seatsOf } from './judge-approvals.ts';
import type { MissingApproval, Seat } from './judge-approvals.ts';
import { excludedFrom, reachOfSubject } from './subject-reach.ts';
import { readSubject } from './subject.ts';
import type { Subject } from './subject.ts';
import type { Vote } from './votes.ts';

/** A group, or a person without whom there was nobody, and how long one request waited for it. */
export interface Waited {
  readonly group?: string;
  readonly person?: string;
  readonly ms: number;
}

/** Since when a text waits for people; an edition waits since it was made, not since the first one was asked. */
export function waitsSince(subjectText: string): number {
  const { writtenAt, askedAt } = readSubject(subjectText);
  return Date.parse(writtenAt ?? askedAt);
}

/** Who is waited for while this is missing: the clause as a group, and people where nobody else could give it. */
export function namesOf(missing: readonly MissingApproval[]): readonly Omit<Waited, 'ms'>[] {
  const groups = new Set(missing.map(({ clause }) => clause.replace(/^\d+ of /, '')));
  const people = new Set(
    missing.flatMap(({ count, candidates }) => (candidates.length > count ? [] : candidates)),
  );
  return [...[...groups].map((group) => ({ group })), ...[...people].map((person) => ({ person }))];
}

function waitsOfSelf(
  { requester }: Subject,
  subjectText: string,
  endMs: number | undefined,
): readonly Waited[] {
  if (endMs === undefined) return [];
  const ms = Math.max(0, endMs - waitsSince(subjectText));
  const missing = { clause: 'the requester', count: 1, candidates: [requester] };
  return namesOf([missing]).map((who) => ({ ...who, ms }));
}

/** The waits of one decided request; `votes` are those on its last edition, the oldest first. */
export function waitsOf(
  roster: Roster,
  subjectText: string,
  votes: readonly Pick<Vote, 'person' | 'atMs'>[],
): readonly Waited[] {
  const subject = readSubject(subjectText);
  const rule = ruleOf(roster, subject);
  if (rule === undefined) return [];
  if (rule.tier === 'self') return waitsOfSelf(subject, subjectText, votes.at(-1)?.atMs);
  const reach = reachOfSubject(roster, roster.settings, subject);
  const seats = seatsOf(parseQuorum(rule.quorum), subject, reach);
  if (seats.length === 0) return [];
  const excluded = excludedFrom(roster, subject);
  const waited = new Map<string, Waited>();
  let fromMs = waitsSince(subjectText);
  for (const [i, { atMs }] of votes.entries()) {
    const before = votes.slice(0, i).map(({ person }) => ({ person, vote: 'approve' as const }));
    const { missing } = judgeQuorum(
      { clauses: seats },
      {
        eligible: (clause) => eligibleFor(roster, subject, clause as Seat, atMs),
        votes: before,
        excluded,
      },
    );
    const named = missing.map((each) => ({ ...each, clause: saySeat(each.clause as Seat) }));
    for (const who of namesOf(named)) {
      const key = JSON.stringify(who);
      const ms = (waited.get(key)?.ms ?? 0) + Math.max(0, atMs - fromMs);
      waited.set(key, { ...who, ms });
    }
    fromMs = Math.max(fromMs, atMs);
  }
  return [...waited.values()];
}
