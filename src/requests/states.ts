/**
 * The life of a request as one table. Documentation, answers and tests are made from it; nothing else knows which state
 * may follow which.
 */

/** Where a request stands. */
export type RequestState =
  | 'quoting'
  | 'held'
  | 'returned'
  | 'queued'
  | 'released'
  | 'unreviewed'
  | 'reviewed'
  | 'granted'
  | 'ended'
  | 'done'
  | 'denied'
  | 'refused'
  | 'withdrawn'
  | 'expired'
  | 'failed';

/** Who may cause a transition. */
export type Actor = 'gate' | 'requester' | 'approver' | 'emergency' | 'reviewer';

/** What can happen to a request. */
export type RequestEvent =
  | 'allow'
  | 'hold'
  | 'deny'
  | 'release'
  | 'break-glass'
  | 'grant'
  | 'carry-out'
  | 'refuse'
  | 'return'
  | 'edit'
  | 'withdraw'
  | 'give-back'
  | 'end'
  | 'expire'
  | 'fail'
  | 'publish'
  | 'publish-unreviewed'
  | 'review';

/** One state in the table. */
export interface StateRow {
  readonly state: RequestState;
  readonly sentence: string;
  /** Null for a final state. */
  readonly waits: {
    /** Who has to act for the request to move on. */
    readonly owner: 'gate' | 'requester' | 'approvers' | 'reviewers' | 'outer door';
    /** Unless a rule of the roster says otherwise. */
    readonly deadlineMs: number;
    /** What happens at the deadline: the request moves, or only an alarm is raised. */
    readonly atDeadline: RequestEvent | 'alarm';
  } | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every state, in the order of a life. */
export const STATES: readonly StateRow[] = [
  {
    state: 'quoting',
    sentence: 'the gate is finding out what the rules have to know',
    waits: { owner: 'gate', deadlineMs: HOUR_MS, atDeadline: 'fail' },
  },
  {
    state: 'held',
    sentence: 'people have to approve or refuse it',
    waits: { owner: 'approvers', deadlineMs: 14 * DAY_MS, atDeadline: 'expire' },
  },
  {
    state: 'returned',
    sentence: 'its requester has to change it or take it back',
    waits: { owner: 'requester', deadlineMs: 14 * DAY_MS, atDeadline: 'expire' },
  },
  {
    state: 'queued',
    sentence: 'it is charged and waits for its slot on the wire',
    waits: { owner: 'outer door', deadlineMs: HOUR_MS, atDeadline: 'alarm' },
  },
  { state: 'released', sentence: 'the outer door has it', waits: null },
  {
    state: 'unreviewed',
    sentence: 'it left in an emergency and has to be reviewed',
    waits: { owner: 'reviewers', deadlineMs: 3 * DAY_MS, atDeadline: 'alarm' },
  },
  { state: 'reviewed', sentence: 'it left in an emergency and was reviewed', waits: null },
  {
    state: 'granted',
    sentence: 'what was asked for is granted for a while',
    waits: { owner: 'gate', deadlineMs: DAY_MS, atDeadline: 'end' },
  },
  { state: 'ended', sentence: 'the grant is over', waits: null },
  { state: 'done', sentence: 'it was carried out', waits: null },
  { state: 'denied', sentence: 'the rules do not allow it', waits: null },
  { state: 'refused', sentence: 'an approver refused it', waits: null },
  { state: 'withdrawn', sentence: 'the requester took it back', waits: null },
  { state: 'expired', sentence: 'nobody decided before its deadline', waits: null },
  { state: 'failed', sentence: 'the gate could not finish it', waits: null },
];

/** One transition in the table. */
export interface TransitionRow {
  readonly from: RequestState;
  readonly event: RequestEvent;
  readonly to: RequestState;
  readonly actor: Actor;
}

/** Every transition there is. */
export const TRANSITIONS: readonly TransitionRow[] = [
  { from: 'quoting', event: 'allow', to: 'queued', actor: 'gate' },
  { from: 'quoting', event: 'hold', to: 'held', actor: 'gate' },
  { from: 'quoting', event: 'deny', to: 'denied', actor: 'gate' },
  { from: 'quoting', event: 'fail', to: 'failed', actor: 'gate' },
  { from: 'quoting', event: 'withdraw', to: 'withdrawn', actor: 'requester' },
  { from: 'held', event: 'release', to: 'queued', actor: 'approver' },
  { from: 'held', event: 'grant', to: 'granted', actor: 'approver' },
  { from: 'held', event: 'carry-out', to: 'done', actor: 'approver' },
  { from: 'held', event: 'refuse', to: 'refused', actor: 'approver' },
  { from: 'held', event: 'return', to: 'returned', actor: 'approver' },
  { from: 'held', event: 'break-glass', to: 'queued', actor: 'emergency' },
  { from: 'held', event: 'edit', to: 'quoting', actor: 'requester' },
  { from: 'held', event: 'withdraw', to: 'withdrawn', actor: 'requester' },
  { from: 'held', event: 'deny', to: 'denied', actor: 'gate' },
  { from: 'held', event: 'expire', to: 'expired', actor: 'gate' },
  { from: 'returned', event: 'edit', to: 'quoting', actor: 'requester' },
  { from: 'returned', event: 'withdraw', to: 'withdrawn', actor: 'requester' },
  { from: 'returned', event: 'deny', to: 'denied', actor: 'gate' },
  { from: 'returned', event: 'expire', to: 'expired', actor: 'gate' },
  { from: 'queued', event: 'publish', to: 'released', actor: 'gate' },
  { from: 'queued', event: 'publish-unreviewed', to: 'unreviewed', actor: 'gate' },
  { from: 'unreviewed', event: 'review', to: 'reviewed', actor: 'reviewer' },
  { from: 'granted', event: 'end', to: 'ended', actor: 'gate' },
  { from: 'granted', event: 'give-back', to: 'ended', actor: 'requester' },
];

/** The state after an event, or undefined if the table has no such transition. */
export function nextState(from: RequestState, event: RequestEvent): RequestState | undefined {
  return TRANSITIONS.find((row) => row.from === from && row.event === event)?.to;
}

/** What can happen to a request in a state, and by whom. */
export function possibleEvents(from: RequestState): readonly TransitionRow[] {
  return TRANSITIONS.filter((row) => row.from === from);
}

/** The row of a state. */
export function stateRow(state: RequestState): StateRow {
  const row = STATES.find((each) => each.state === state);
  if (row === undefined) throw new TypeError(`no such state: ${state}`);
  return row;
}

/** When a request that enters a state now has to have left it; null for a final state. */
export function deadlineFor(state: RequestState, nowMs: number, waitMs?: number): number | null {
  const { waits } = stateRow(state);
  return waits === null ? null : nowMs + (waitMs ?? waits.deadlineMs);
}

/** The table as a Mermaid diagram, for the documentation. */
export function drawStates(): string {
  const lines = ['stateDiagram-v2', '  [*] --> quoting: ask (requester)'];
  for (const row of TRANSITIONS)
    lines.push(`  ${row.from} --> ${row.to}: ${row.event} (${row.actor})`);
  for (const row of STATES) if (row.waits === null) lines.push(`  ${row.state} --> [*]`);
  return `${lines.join('\n')}\n`;
}
