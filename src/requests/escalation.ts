/** When a waiting request is escalated and when it may end: what time allows, by its rule. Pure. */
import type { Roster } from '../people/index.ts';
import { ruleOf } from './judge-approvals.ts';
import type { Request } from './row.ts';
import { stateRow } from './states.ts';
import { readSubject } from './subject.ts';

/** An escalation comes after each of these shares of the waiting time. */
export const ESCALATION_SHARES = [0.25, 0.5, 0.8] as const;
/** Each escalation leaves people at least this share of the waiting time, however late it comes. */
export const GRACE_SHARE = 0.1;

/** When the first escalation of a wait is due. */
export function firstEscalation(nowMs: number, waitMs: number): number {
  return nowMs + Math.floor(waitMs * ESCALATION_SHARES[0]);
}

/** How long a request may wait in its state: by its rule while it is held, else by the table. */
export function waitOf(request: Request, roster: Roster): number {
  const byTable = stateRow(request.state).waits?.deadlineMs ?? 0;
  if (request.state !== 'held' || request.subject === null) return byTable;
  return ruleOf(roster, readSubject(request.subject))?.waitMs ?? byTable;
}

/**
 * The clocks after an escalation at `nowMs`. The gate may have been down: then the next escalation and the deadline move,
 * so that everybody who is told has a {@link GRACE_SHARE} of the waiting time before the next thing happens.
 */
export function clocksAfterEscalation(
  request: Pick<Request, 'changedMs' | 'deadlineMs' | 'escalations'>,
  waitMs: number,
  nowMs: number,
): { readonly escalatesMs: number | null; readonly deadlineMs: number } {
  const graceMs = Math.ceil(waitMs * GRACE_SHARE);
  const told = request.escalations + 1;
  const share = ESCALATION_SHARES[told];
  const escalatesMs =
    share === undefined
      ? null
      : Math.max(nowMs + graceMs, request.changedMs + Math.floor(waitMs * share));
  const left = Math.max(0, ESCALATION_SHARES.length - told);
  const endsMs = (escalatesMs ?? nowMs + graceMs) + left * graceMs;
  return { escalatesMs, deadlineMs: Math.max(request.deadlineMs ?? 0, endsMs) };
}
