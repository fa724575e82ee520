/** A request as it is stored: its row and what is read from it. */
import type { Kysely } from 'kysely';
import type { RequestState } from './states.ts';

/** The verdict that policy gave. */
export type Verdict = 'allow' | 'hold' | 'deny';

/** A request as stored. `input` and `facts` are the kind's own JSON. */
export interface Request {
  readonly id: string;
  readonly kind: string;
  readonly state: RequestState;
  readonly requester: string;
  readonly idempotencyKey: string;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  readonly input: string;
  readonly facts: string | null;
  readonly verdict: Verdict | null;
  /** Why it stands where it stands, in words for the requester. */
  readonly reason: string | null;
  readonly chargeBits: bigint | null;
  readonly decidedBy: string | null;
  /** The id of the ledger entry of its newest decision, from which its receipt is made. */
  readonly entry: string | null;
  readonly askedMs: number;
  readonly changedMs: number;
  readonly deadlineMs: number | null;
  /** The person who answers for the agent or workload that asks. */
  readonly sponsor: string | null;
  /** One line of what it is about. */
  readonly title: string | null;
  /** Grows with every edit. */
  readonly edition: number;
  readonly tier: string | null;
  /** The canonical text that approvals sign; null while there is nothing to approve. */
  readonly subject: string | null;
  /** 0 to 100; what a queue is sorted by. */
  readonly risk: number;
  /** How often it was escalated, and to whom last. */
  readonly escalations: number;
  readonly escalatedTo: string | null;
  readonly escalatesMs: number | null;
  readonly firstViewMs: number | null;
  readonly quorumMs: number | null;
  readonly grantEndsMs: number | null;
  /** `approvals`, `window`, `break-glass`, `automatic`: what let it through. */
  readonly releasedAs: string | null;
  /** What it is part of, such as the name of a nightly job; null when it stands alone. */
  readonly job: string | null;
}

/** A row of the table of requests. */
export interface RequestRow {
  id: string;
  kind: string;
  state: string;
  requester: string;
  idempotency_key: string;
  project: string;
  destination: string;
  why: string;
  input: string;
  facts: string | null;
  verdict: string | null;
  reason: string | null;
  charge_bits: bigint | null;
  decided_by: string | null;
  entry: string | null;
  asked_ms: bigint;
  changed_ms: bigint;
  deadline_ms: bigint | null;
  sponsor: string | null;
  title: string | null;
  edition: bigint;
  tier: string | null;
  subject: string | null;
  models: string | null;
  risk: bigint | null;
  escalations: bigint;
  escalated_to: string | null;
  escalates_ms: bigint | null;
  first_view_ms: bigint | null;
  quorum_ms: bigint | null;
  grant_ends_ms: bigint | null;
  retry_ms: bigint | null;
  released_as: string | null;
  job: string | null;
}

/** The tables of this module. */
export interface RequestTables {
  requests: RequestRow;
}

/** Reads a row. */
export function fromRow(row: RequestRow): Request {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state as RequestState,
    requester: row.requester,
    idempotencyKey: row.idempotency_key,
    project: row.project,
    destination: row.destination,
    why: row.why,
    input: row.input,
    facts: row.facts,
    verdict: row.verdict as Verdict | null,
    reason: row.reason,
    chargeBits: row.charge_bits,
    decidedBy: row.decided_by,
    entry: row.entry,
    askedMs: Number(row.asked_ms),
    changedMs: Number(row.changed_ms),
    deadlineMs: fromBig(row.deadline_ms),
    sponsor: row.sponsor,
    title: row.title,
    edition: Number(row.edition),
    tier: row.tier,
    subject: row.subject,
    risk: Number(row.risk ?? 0n),
    escalations: Number(row.escalations),
    escalatedTo: row.escalated_to,
    escalatesMs: fromBig(row.escalates_ms),
    firstViewMs: fromBig(row.first_view_ms),
    quorumMs: fromBig(row.quorum_ms),
    grantEndsMs: fromBig(row.grant_ends_ms),
    releasedAs: row.released_as,
    job: row.job,
  };
}

/** A number of a row. */
export function fromBig(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

/** A number for a row. */
export function toBig(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

/** The tables of this module on any connection. */
export function tables(db: Kysely<unknown>): Kysely<RequestTables> {
  return db;
}
