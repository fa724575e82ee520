/**
 * Requests: what a principal wants that policy must decide, from asking to the end.
 *
 * Guaranteed: only the transitions of the one table happen, each with its ledger entry in the same transaction; two
 * decisions on one request cannot both win; an idempotency key makes one request; every waiting state has a deadline, an
 * owner and a reason. Assumed: one process works on requests. Not yet offered: votes and approvals.
 */
export type { Decision, Effect, MoveOn, Progress, Releaser, RequestKind } from './kind.ts';
export { Requests } from './requests.ts';
export type { Ask, RequestsHost } from './requests.ts';
export { STATES, TRANSITIONS, drawStates, nextState, possibleEvents, stateRow } from './states.ts';
export type { Actor, RequestEvent, RequestState, StateRow, TransitionRow } from './states.ts';
export type { Request, RequestFilter, Verdict } from './store.ts';
