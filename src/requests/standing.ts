/** How a held request stands: what its rule asks, who has voted, who may do what and, if not, why not. Pure. */
import { findPerson, peopleOf } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { ruleOf } from './judge-approvals.ts';
import { judgeSubject } from './judge-change.ts';
import type { ApprovalJudgement } from './judge-approvals.ts';
import { sayMissingRule } from './rule-problem.ts';
import { nextState, possibleEvents } from './states.ts';
import type { RequestEvent, RequestState } from './states.ts';
import type { Request } from './row.ts';
import { readSubject } from './subject.ts';
import type { Vote } from './votes.ts';

/** The votes on the edition in force. */
export function currentVotes(request: Request, votes: readonly Vote[]): readonly Vote[] {
  return votes.filter((vote) => vote.edition === request.edition);
}

/** Judges the votes on a held request; null when there is nothing to judge or no rule for it. */
export function judgeRequest(
  request: Request,
  votes: readonly Vote[],
  roster: Roster | undefined,
  options: { nowMs: number; validMs?: number },
): ApprovalJudgement | null {
  if (roster === undefined || request.subject === null) return null;
  const subject = readSubject(request.subject);
  const rule = ruleOf(roster, subject);
  if (rule === undefined) return null;
  const { nowMs } = options;
  const current = currentVotes(request, votes);
  // An approval is of an age: what somebody signed long ago is no answer to what is known today.
  const fresh = current.filter((vote) => nowMs - vote.atMs <= rule.approvalsValidMs);
  return judgeSubject({
    roster,
    subjectText: request.subject,
    signatures: fresh.flatMap((vote) =>
      vote.vote === 'approve' && vote.signature !== null && vote.subject === request.subject
        ? [vote.signature]
        : [],
    ),
    denials: current.filter((vote) => vote.vote === 'deny').map((vote) => vote.person),
    settings: roster.settings,
    nowMs,
  });
}

/** Whether a person may do something with a request; the sentence why not otherwise. */
export type May = { readonly ok: true } | { readonly ok: false; readonly why: string };

const YES: May = { ok: true };
const no = (why: string): May => ({ ok: false, why });

/** What `mayDo` looks at. */
export interface Standing {
  readonly request: Request;
  readonly judgement: ApprovalJudgement | null;
  readonly roster: Roster | undefined;
  readonly nowMs: number;
}

const STATE_WORDS: Readonly<Partial<Record<RequestState, string>>> = {
  quoting: 'is still being looked at',
  queued: 'is on its way',
  granted: 'is granted',
  returned: 'waits for its requester',
};

function saysState(state: RequestState): string {
  return `it ${STATE_WORDS[state] ?? `is ${state} already`}`;
}

function mayVote(standing: Standing, person: string): May {
  const { request, judgement, roster, nowMs } = standing;
  if (roster === undefined) return no('the gate is not founded yet, so nobody can approve');
  if (judgement === null) return no('no rule says who approves requests like this');
  if (judgement.rule.tier === 'self') {
    if (judgement.voters.has(person)) return YES;
    return no('its requester vouches for it alone');
  }
  if (request.requester === person) return no('nobody decides on a request of their own');
  if (request.sponsor === person) return no('a sponsor never decides for its agent');
  if (findPerson(roster, person, nowMs) === undefined)
    return no('only people of the roster decide');
  if (!judgement.voters.has(person))
    return no(`it is for ${judgement.rule.quorum}, and you are not one of them`);
  return YES;
}

/** The one answer to "may this person do that now?", used by API, command line and buttons alike. */
export function mayDo(standing: Standing, event: RequestEvent | 'approve', person: string): May {
  const { request, roster, nowMs } = standing;
  const transition = event === 'approve' ? 'refuse' : event;
  if (nextState(request.state, transition) === undefined) return no(saysState(request.state));
  switch (event) {
    case 'approve':
    case 'refuse':
    case 'return':
      return mayVote(standing, person);
    case 'withdraw':
    case 'edit':
    case 'give-back':
      return request.requester === person ? YES : no('only its requester can do that');
    case 'break-glass': {
      if (roster === undefined) return no('the gate is not founded yet');
      if (request.kind !== 'export') return no('only an export can leave in an emergency');
      const { group } = roster.breakGlass;
      return peopleOf(roster, group, nowMs).has(person)
        ? YES
        : no(`only ${group} can release in an emergency`);
    }
    case 'review': {
      const rule = roster?.rules.find((each) => each.kind === 'review');
      if (roster === undefined || rule === undefined) return no('no rule says who reviews it');
      if (request.requester === person) return no('nobody reviews a request of their own');
      if (request.decidedBy === person) return no('whoever broke the glass does not review it');
      const group = /of ([a-z0-9._-]+)/.exec(rule.quorum)?.[1] ?? '';
      return peopleOf(roster, group, nowMs).has(person) ? YES : no(`it is for ${rule.quorum}`);
    }
    case 'allow':
    case 'hold':
    case 'deny':
    case 'release':
    case 'grant':
    case 'carry-out':
    case 'end':
    case 'expire':
    case 'fail':
    case 'publish':
    case 'publish-unreviewed':
      return no('the gate does that by itself');
  }
}

/** What people may be offered in a state. */
export function offeredEvents(state: RequestState): readonly (RequestEvent | 'approve')[] {
  const events = possibleEvents(state)
    .filter((row) => row.actor !== 'gate')
    .map((row) => row.event)
    .filter((event) => event !== 'release' && event !== 'grant' && event !== 'carry-out');
  return events.includes('refuse') ? ['approve', ...events] : events;
}

/** Who has to act, in words. */
export function sayWaitsFor(standing: Standing): string | null {
  const { request, judgement, roster } = standing;
  switch (request.state) {
    case 'quoting':
      return 'the gate';
    case 'returned':
      return request.requester;
    case 'queued':
      return 'the outer door';
    case 'unreviewed':
      return 'a review by security';
    case 'held':
      break;
    case 'denied':
    case 'done':
    case 'ended':
    case 'expired':
    case 'failed':
    case 'granted':
    case 'refused':
    case 'released':
    case 'reviewed':
    case 'withdrawn':
      return null;
  }
  if (roster === undefined) return 'the founding of the gate: nobody can approve before';
  if (judgement === null) return sayMissingRule(request.kind);
  if (judgement.state === 'impossible')
    return `people: nobody left can fill ${judgement.rule.quorum}; an administrator has to add an approver`;
  if (judgement.state === 'met') return 'the gate: everybody has approved';
  const people = judgement.missing.map(({ clause, candidates }) => {
    const names = candidates.slice(0, 5).join(', ');
    return `${clause}${names === '' ? '' : ` (${names}${candidates.length > 5 ? ', …' : ''})`}`;
  });
  return [...people, ...judgement.keysMissing].join(' and ');
}

/** The approvals of the edition in force that count now, with their signatures. */
export function countedApprovals(
  {
    request,
    votes,
    nowMs,
  }: Pick<Standing, 'request' | 'nowMs'> & { readonly votes: readonly Vote[] },
  judgement: ApprovalJudgement,
): readonly Vote[] {
  return votes.filter(
    (vote) =>
      vote.edition === request.edition &&
      vote.vote === 'approve' &&
      vote.signature !== null &&
      vote.subject === request.subject &&
      judgement.voters.has(vote.person) &&
      nowMs - vote.atMs <= judgement.rule.approvalsValidMs,
  );
}
