/**
 * The life of a request as one table. Documentation, answers and tests are made from it; nothing else knows which state
 * may follow which.
 */

/** Where a request stands. */
export type RequestState =
  | 'quoting'
  | 'held'
  | 'queued'
  | 'released'
  | 'denied'
  | 'refused'
  | 'withdrawn'
  | 'expired'
  | 'failed';

/** Who may cause a transition. */
export type Actor = 'gate' | 'requester' | 'administrator';

/** What can happen to a request. */
export type RequestEvent =
  'allow' | 'hold' | 'deny' | 'release' | 'refuse' | 'withdraw' | 'expire' | 'fail' | 'publish';

/** One state in the table. */
export interface StateRow {
  readonly state: RequestState;
  readonly sentence: string;
  /** Null for a final state. */
  readonly waits: {
    /** Who has to act for the request to move on. */
    readonly owner: 'gate' | 'administrator' | 'outer door';
    readonly deadlineMs: number;
    /** What happens at the deadline: the request moves, or only an alarm is raised. */
    readonly atDeadline: RequestEvent | 'alarm';
  } | null;
}

const HOUR_MS = 3_600_000;

/** Every state, in the order of a life. */
export const STATES: readonly StateRow[] = [
  {
    state: 'quoting',
    sentence: 'the files are being decoded, canonicalised and priced',
    waits: { owner: 'gate', deadlineMs: HOUR_MS, atDeadline: 'fail' },
  },
  {
    state: 'held',
    sentence: 'an administrator has to release or refuse it',
    waits: { owner: 'administrator', deadlineMs: 14 * 24 * HOUR_MS, atDeadline: 'expire' },
  },
  {
    state: 'queued',
    sentence: 'it is charged and waits for its slot on the wire',
    waits: { owner: 'outer door', deadlineMs: HOUR_MS, atDeadline: 'alarm' },
  },
  { state: 'released', sentence: 'the outer door has it', waits: null },
  { state: 'denied', sentence: 'the rules do not allow it', waits: null },
  { state: 'refused', sentence: 'an administrator refused it', waits: null },
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
  { from: 'held', event: 'release', to: 'queued', actor: 'administrator' },
  { from: 'held', event: 'refuse', to: 'refused', actor: 'administrator' },
  { from: 'held', event: 'withdraw', to: 'withdrawn', actor: 'requester' },
  { from: 'held', event: 'expire', to: 'expired', actor: 'gate' },
  { from: 'queued', event: 'publish', to: 'released', actor: 'gate' },
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
export function deadlineFor(state: RequestState, nowMs: number): number | null {
  const { waits } = stateRow(state);
  return waits === null ? null : nowMs + waits.deadlineMs;
}

/** The table as a Mermaid diagram, for the documentation. */
export function drawStates(): string {
  const lines = ['stateDiagram-v2', '  [*] --> quoting: ask (requester)'];
  for (const row of TRANSITIONS)
    lines.push(`  ${row.from} --> ${row.to}: ${row.event} (${row.actor})`);
  for (const row of STATES) if (row.waits === null) lines.push(`  ${row.state} --> [*]`);
  return `${lines.join('\n')}\n`;
}
