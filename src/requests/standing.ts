/** How a held request stands: what its rule asks, who has voted, who may do what and, if not, why not. Pure. */
import { sayExactDuration } from '../core/index.ts';
import { findPerson, peopleOf } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { peopleWaitedFor, ruleOf } from './judge-approvals.ts';
import { judgeSubject } from './judge-change.ts';
import type { ApprovalJudgement, MissingApproval } from './judge-approvals.ts';
import { NOBODY_LOCKED } from './locked-people.ts';
import type { LockedPeople } from './locked-people.ts';
import { judgeReview } from './review.ts';
import type { ReviewJudgement } from './review.ts';
import { sayMissingRule } from './rule-problem.ts';
import { nextState, possibleEvents, stateRow } from './states.ts';
import type { RequestEvent, RequestState } from './states.ts';
import type { Request } from './row.ts';
import { findRequesterProblem } from './subject-reach.ts';
import { readSubject } from './subject.ts';
import type { Vote } from './votes.ts';

/** The votes on the edition in force. */
export function currentVotes(request: Request, votes: readonly Vote[]): readonly Vote[] {
  return votes.filter((vote) => vote.edition === request.edition);
}

/** Who is locked as far as a request goes: nobody where a lock is to end, or whoever locks could keep all others out. */
function lockedFor({ kind }: Request, locked: LockedPeople = NOBODY_LOCKED): LockedPeople {
  return kind === 'unlock' ? NOBODY_LOCKED : locked;
}

/** Judges the votes on a held request; null when there is nothing to judge or no rule for it. */
export function judgeRequest(
  request: Request,
  votes: readonly Vote[],
  roster: Roster | undefined,
  options: { nowMs: number; locked?: LockedPeople | undefined; gone?: string | null | undefined },
): ApprovalJudgement | null {
  if (roster === undefined || request.subject === null) return null;
  const subject = readSubject(request.subject);
  const rule = ruleOf(roster, subject);
  if (rule === undefined) return null;
  const { nowMs } = options;
  const locked = lockedFor(request, options.locked);
  const current = currentVotes(request, votes);
  // An approval is of an age: what somebody signed long ago is no answer to what is known today.
  const fresh = current.filter((vote) => nowMs - vote.atMs <= rule.approvalsValidMs);
  const judged = judgeSubject({
    roster,
    subjectText: request.subject,
    signatures: fresh.flatMap((vote) =>
      vote.vote === 'approve' && vote.signature !== null && vote.subject === request.subject
        ? [vote.signature]
        : [],
    ),
    denials: current.filter((vote) => vote.vote === 'deny').map((vote) => vote.person),
    settings: roster.settings,
    locked,
    nowMs,
  });
  const gone = findRequesterProblem(roster, subject, nowMs) ?? options.gone ?? null;
  if (gone === null || judged.state === 'denied') return judged;
  const obstacle = `${gone}, so that it is not carried out; whoever decides may refuse it, and else it ends by itself`;
  return { ...judged, state: 'impossible', missing: [], keys: [], obstacle };
}

/** Whether somebody whose vote is there is asked for another one: it is too old, or by the wrong key. */
export function isAskedAgain(judgement: ApprovalJudgement | null, person: string): boolean {
  return peopleWaitedFor(judgement).includes(person);
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
  /** Principals who are locked, each with its lock. */
  readonly locked?: LockedPeople;
  /** Why whoever asked may no longer ask for it. */
  readonly gone?: string | null | undefined;
  /** Who has reviewed an emergency so far. */
  readonly reviewers?: readonly string[];
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
  if (lockedFor(request, standing.locked).has(person))
    return no('a locked principal may look and do nothing');
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

/** What people do with a request: events of the table, and what moves nothing by itself. */
export type Deed = RequestEvent | 'approve' | 'remind';

/** Everybody who can bring a waiting request further now. */
export function actorsOf(standing: Standing): readonly string[] {
  const { request, judgement } = standing;
  if (request.state === 'held') return peopleWaitedFor(judgement);
  if (request.state === 'returned') return [request.sponsor ?? request.requester];
  if (request.state !== 'unreviewed') return [];
  return (reviewOf(standing)?.missing ?? []).flatMap((each) => each.candidates);
}

function mayRemind(standing: Standing): May {
  const { request, judgement } = standing;
  const { waits } = stateRow(request.state);
  if (waits === null || waits.owner === 'gate' || waits.owner === 'outer door')
    return no(saysState(request.state));
  // Where nobody is left who can decide, administrators are told.
  const isImpossible = request.state === 'held' && judgement?.state === 'impossible';
  return isImpossible || actorsOf(standing).length > 0 ? YES : no('it waits for nobody now');
}

/** The one answer to "may this person do that now?", used by API, command line and buttons alike. */
export function mayDo(standing: Standing, event: Deed, person: string): May {
  const { request, roster, nowMs } = standing;
  if (event === 'remind') return mayRemind(standing);
  const transition = event === 'approve' ? 'refuse' : event;
  if (nextState(request.state, transition) === undefined) return no(saysState(request.state));
  switch (event) {
    case 'approve':
    case 'refuse':
    case 'return':
      return mayVote(standing, person);
    case 'withdraw':
    case 'give-back':
      return request.requester === person || request.sponsor === person
        ? YES
        : no(`it belongs to \`${request.requester}\``);
    case 'edit':
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
      const { sponsor, requester, decidedBy } = request;
      const judged = reviewOf(standing);
      if (judged === null) return no('no rule says who reviews it');
      if (requester === person) return no('nobody reviews a request of their own');
      if (sponsor === person) return no('a sponsor never reviews for its agent');
      if (decidedBy === person) return no('whoever broke the glass does not review it');
      if (standing.reviewers?.includes(person) === true) return no('you have reviewed it already');
      return judged.voters.has(person) ? YES : no(`it is for ${judged.rule.quorum}`);
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
export function offeredEvents(state: RequestState): readonly Deed[] {
  const events = possibleEvents(state)
    .filter((row) => row.actor !== 'gate')
    .map((row) => row.event)
    .filter((event) => event !== 'release' && event !== 'grant' && event !== 'carry-out');
  const { waits } = stateRow(state);
  const waitsForPeople = waits !== null && waits.owner !== 'gate' && waits.owner !== 'outer door';
  return [
    ...(events.includes('refuse') ? (['approve'] as const) : []),
    ...events,
    ...(waitsForPeople ? (['remind'] as const) : []),
  ];
}

/** How the review of an emergency stands; null where there is none. */
export function reviewOf(standing: Standing): ReviewJudgement | null {
  const { request, roster, reviewers = [], locked = NOBODY_LOCKED, nowMs } = standing;
  if (roster === undefined) return null;
  return judgeReview({ request, roster, reviewers, locked, nowMs });
}

function sayReview(standing: Standing): string {
  const judged = reviewOf(standing);
  if (judged === null) return 'a review, and no rule says who reviews it';
  if (judged.state === 'impossible')
    return `a review: nobody left can fill ${judged.rule.quorum}; an administrator has to add a reviewer`;
  return `a review by ${judged.missing.map((each) => sayMissing(each, standing)).join(' and ')}`;
}

/** Whether a change was made for a roster that is no longer in force: it is then carried out only after an edit. */
export function isBehind(
  request: Pick<Request, 'kind' | 'subject'>,
  roster: Pick<Roster, 'version'>,
): boolean {
  if (request.kind !== 'policy' || request.subject === null) return false;
  return readSubject(request.subject).rosterVersion !== roster.version;
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
      return sayReview(standing);
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
    return `people: ${judgement.obstacle ?? 'nobody left can decide'}`;
  if (judgement.state === 'met')
    return isBehind(request, roster)
      ? `${request.requester}, to edit it: the roster has changed`
      : 'the gate: everybody has approved';
  return [...judgement.missing, ...judgement.keys]
    .map((each) => sayMissing(each, standing))
    .join(' and ');
}

/**
 * What is missing of a clause: `2 of security` of which one is there is `1 more of security`. Whoever is not in the group and
 * helps all the same takes another seat, so that somebody who sits there is free for this one.
 */
function sayMissing(
  { clause, count, candidates }: MissingApproval,
  { roster, nowMs }: Pick<Standing, 'roster' | 'nowMs'>,
): string {
  const [, asked, group] = /^(\d+) of ([^\s(]+)$/.exec(clause) ?? [];
  const isStarted = Number(/^\d+/.exec(clause)?.[0] ?? 0) > count;
  const what = isStarted ? clause.replace(/^\d+ of /, `${String(count)} more of `) : clause;
  const members =
    roster === undefined || asked === undefined || group === undefined
      ? undefined
      : peopleOf(roster, group, nowMs);
  const own = candidates.filter((each) => members?.has(each) !== false);
  const others = candidates.filter((each) => members?.has(each) === false);
  const names = [
    ...(own.length === 0 ? [] : [listFew(own)]),
    ...(others.length === 0
      ? []
      : [`or ${listFew(others)} for another seat, which frees somebody in ${group ?? ''}`]),
  ].join(', ');
  return `${what}${names === '' ? '' : ` (${names})`}`;
}

function listFew(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
}

/** Why a vote on the edition in force says nothing now; null when it counts. */
export function findVoteProblem(
  standing: Pick<Standing, 'request' | 'nowMs' | 'locked'>,
  judgement: ApprovalJudgement | null,
  vote: Vote,
): string | null {
  if (vote.vote === 'deny') return null;
  if (judgement === null) return 'no rule says who approves it now';
  const { request, nowMs } = standing;
  const { approvalsValidMs } = judgement.rule;
  const lock = lockedFor(request, standing.locked).get(vote.person);
  if (lock !== undefined) return `does not count while ${lock} locks ${vote.person}`;
  if (nowMs - vote.atMs > approvalsValidMs)
    return `no longer counts: it is older than ${sayExactDuration(approvalsValidMs)}`;
  if (vote.signature === null || vote.subject !== request.subject)
    return 'no longer counts: it is of an earlier text';
  if (!judgement.voters.has(vote.person)) return 'does not count: the rule does not name them now';
  return null;
}

/** The approvals of the edition in force that count now, with their signatures. */
export function countedApprovals(
  standing: Pick<Standing, 'request' | 'nowMs' | 'locked'> & { readonly votes: readonly Vote[] },
  judgement: ApprovalJudgement,
): readonly Vote[] {
  return currentVotes(standing.request, standing.votes).filter(
    (vote) => vote.vote === 'approve' && findVoteProblem(standing, judgement, vote) === null,
  );
}
