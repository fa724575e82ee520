/**
 * Requests: what a principal wants that policy must decide, from asking to the end, with the signed approvals of people.
 *
 * Guaranteed: only the transitions of the one table happen, each with its ledger entry in the same transaction; two
 * decisions on one request cannot both win; an idempotency key makes one request; every waiting state has a deadline, an
 * owner, an escalation and a reason in words; an approval is a person's signature over the exact canonical request, and
 * an edit leaves none. Assumed: one process works on requests. Not decided here: whether what was approved may leave;
 * the sender verifies the same signatures again with a roster of its own. Specification: docs/spec/approval.md.
 */
export { Approvals } from './approvals.ts';
export { errors as requestErrors } from './errors.ts';
export type { Stood } from './approvals.ts';
export { findAgeProblem, isFromLater } from './approval-age.ts';
export { checkApproval, judgeApprovals, peopleWaitedFor, ruleOf } from './judge-approvals.ts';
export type { ApprovalInput, ApprovalJudgement, MissingApproval } from './judge-approvals.ts';
export type {
  Decision,
  Demand,
  Effect,
  MoveOn,
  Progress,
  Releaser,
  RequestKind,
  SignedSubject,
} from './kind.ts';
export { entryOf } from './tell.ts';
export { Requests } from './requests.ts';
export type { Ask, RequestNews, RequestsHost } from './host.ts';
export {
  FOUNDING_NAMESPACE,
  checkChain,
  checkFounderSignature,
  checkFounding,
  checkNext,
} from './roster-chain.ts';
export type { RosterLink } from './roster-chain.ts';
export { SETTINGS_BASED, readLoans } from './settings-base.ts';
export { Rosters, describeLink, readLinks } from './rosters.ts';
export type { RosterInForce, StoredLink } from './rosters.ts';
export {
  currentVotes,
  findVoteProblem,
  isAskedAgain,
  isBehind,
  judgeRequest,
  mayDo,
  offeredEvents,
  sayWaitsFor,
} from './standing.ts';
export type { Deed, May, Standing } from './standing.ts';
export { STATES, TRANSITIONS, drawStates, nextState, possibleEvents, stateRow } from './states.ts';
export type { Actor, RequestEvent, RequestState, StateRow, TransitionRow } from './states.ts';
export { listRequests, listWaitingRows } from './lists.ts';
export type { RequestFilter } from './lists.ts';
export type { Request, Verdict } from './row.ts';
export {
  APPROVAL_NAMESPACE,
  fingerprintOf,
  readSubject,
  subjectDigest,
  writeSubject,
} from './subject.ts';
export type { Subject } from './subject.ts';
export { findRequesterProblem, findingsOf, isGraveCode, tierOfFindings } from './subject-reach.ts';
export { readRequest } from './store.ts';
export { decidedSince, readVotesOf, viewsSince, votesSince } from './votes.ts';
export { waitsOf, waitsSince } from './decided.ts';
export type { Waited } from './decided.ts';
export type { RequestNote, Vote } from './votes.ts';
export { LANES, LOCK_TARGETS, openLocks } from './locks.ts';
export type { Lock, LockTarget, Locks } from './locks.ts';
export {
  ACCESS_TARGETS,
  accessOf,
  readAccess,
  scopeOfAccess,
  writeAccess,
} from './access-input.ts';
export type { AccessInput, AccessScope } from './access-input.ts';
export { SHARED_FILES_MAX, readShare, shareOf, writeShare } from './share-input.ts';
export type { ShareInput, SharedFile } from './share-input.ts';
export { SHARE_HELD, shareInputOf, shareKind, sharedFilesOf } from './kinds/share.ts';
export type { ShareFacts, ShareHost } from './kinds/share.ts';
export { checkShareTables } from './share-check.ts';
export { countRead, listReads } from './share-reads.ts';
export type { ShareReads } from './share-reads.ts';
export { missingRuleStep, sayMissingRule } from './rule-problem.ts';
export { ACCESS_HELD, accessKind, listGrants } from './kinds/access.ts';
export type { AccessHost, Grant } from './kinds/access.ts';
export { checkTimes, readChanges, stepsOf } from './change-steps.ts';
export { findDeadEnd, sayKeyRisks } from './dead-end.ts';
export { TOO_OLD } from './old-approvals.ts';
export { listNewRuleRisks, listRuleRisks } from './rule-risks.ts';
export { findPolicyText, policyOf, writeShipped } from './policy-text.ts';
export type { PolicyText } from './policy-text.ts';
export { changesOf, policyKind } from './kinds/policy.ts';
export { saySubject } from './say-subject.ts';
export type { SubjectPart } from './say-subject.ts';
export { unlockKind } from './kinds/unlock.ts';
export { readWindow, writeWindow } from './window.ts';
export type { WindowInput } from './window.ts';
export { checkRequestTables } from './table-check.ts';
export { measureWaiting } from './waiting.ts';
export type { Percentiles, Waiting, WaitingInput, WaitingRow } from './waiting.ts';
export { replayRequests } from './replay.ts';
export type { PolicyAnswer, Replay, ReplayRow } from './replay.ts';
