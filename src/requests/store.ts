/**
 * The table of requests. A move compares the state it expects with the one that is stored, in the caller's
 * transaction, so that two decisions on one request cannot both win.
 */
import type { Kysely } from 'kysely';
import { errors } from './errors.ts';
import { fromRow, tables, toBig } from './row.ts';
import type { Request, RequestRow, Verdict } from './row.ts';
import { deadlineFor, nextState } from './states.ts';
import type { RequestEvent } from './states.ts';

/** What a move writes beside the state. Undefined leaves a value as it is. */
export interface RequestPatch {
  readonly facts?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly reason?: string | undefined;
  readonly chargeBits?: bigint | undefined;
  readonly decidedBy?: string | undefined;
  readonly entry?: string | undefined;
  readonly title?: string | undefined;
  readonly tier?: string | undefined;
  /** Null takes it away: what was signed before says nothing any more. */
  readonly subject?: string | null | undefined;
  readonly risk?: number | undefined;
  readonly input?: string | undefined;
  readonly why?: string | undefined;
  readonly edition?: number | undefined;
  /** When it is escalated next; a number begins to count escalations anew. */
  readonly escalatesMs?: number | null | undefined;
  readonly quorumMs?: number | null | undefined;
  readonly grantEndsMs?: number | undefined;
  readonly releasedAs?: string | undefined;
  /** How long the new state may wait, when a rule says something else than the table; null for a grant without an end. */
  readonly waitMs?: number | null | undefined;
}

/** Writes a new request in the state `quoting`. */
export async function insertRequest(
  tx: Kysely<unknown>,
  request: Pick<
    Request,
    | 'id'
    | 'kind'
    | 'requester'
    | 'idempotencyKey'
    | 'project'
    | 'destination'
    | 'why'
    | 'input'
    | 'sponsor'
    | 'title'
    | 'job'
  >,
  nowMs: number,
): Promise<Request> {
  const row: RequestRow = {
    id: request.id,
    kind: request.kind,
    state: 'quoting',
    requester: request.requester,
    idempotency_key: request.idempotencyKey,
    project: request.project,
    destination: request.destination,
    why: request.why,
    input: request.input,
    facts: null,
    verdict: null,
    reason: null,
    charge_bits: null,
    decided_by: null,
    entry: null,
    asked_ms: BigInt(nowMs),
    changed_ms: BigInt(nowMs),
    deadline_ms: BigInt(deadlineFor('quoting', nowMs) ?? 0),
    sponsor: request.sponsor,
    title: request.title,
    edition: 1n,
    tier: null,
    subject: null,
    models: null,
    risk: 0n,
    escalations: 0n,
    escalated_to: null,
    escalates_ms: null,
    first_view_ms: null,
    quorum_ms: null,
    grant_ends_ms: null,
    retry_ms: null,
    released_as: null,
    job: request.job,
  };
  await tables(tx).insertInto('requests').values(row).execute();
  return fromRow(row);
}

/** Reads a request; throws `REQUEST_NOT_FOUND`. */
export async function readRequest(db: Kysely<unknown>, id: string): Promise<Request> {
  const row = await tables(db)
    .selectFrom('requests')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw errors.error('NOT_FOUND', { id: id.slice(0, 80) });
  return fromRow(row);
}

/** The request that a requester sent with a key before, if any. */
export async function findByKey(
  db: Kysely<unknown>,
  requester: string,
  key: string,
): Promise<Request | undefined> {
  const row = await tables(db)
    .selectFrom('requests')
    .selectAll()
    .where('requester', '=', requester)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Notes an escalation, when the next one is due and when the request may end. */
export async function noteEscalation(
  tx: Kysely<unknown>,
  id: string,
  to: string,
  next: { readonly escalatesMs: number | null; readonly deadlineMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set((eb) => ({
      escalations: eb('escalations', '+', 1n),
      escalated_to: to,
      escalates_ms: toBig(next.escalatesMs),
      deadline_ms: BigInt(next.deadlineMs),
    }))
    .where('id', '=', id)
    .execute();
}

/** Notes when an approver saw a held request first; who looks when it is over has not looked while it waited. */
export async function noteFirstView(tx: Kysely<unknown>, id: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set({ first_view_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .where('first_view_ms', 'is', null)
    .where('state', '=', 'held')
    .execute();
}

/** Gives a held request the text that its approvers sign; throws `REQUEST_STATE_WRONG` when its edition waits no longer. */
export async function setSubject(
  tx: Kysely<unknown>,
  { id, edition }: Pick<Request, 'id' | 'edition'>,
  patch: { subject: string; tier: string; deadlineMs: number; escalatesMs: number | null },
): Promise<void> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('requests')
    .set({
      subject: patch.subject,
      tier: patch.tier,
      deadline_ms: BigInt(patch.deadlineMs),
      escalates_ms: toBig(patch.escalatesMs),
    })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .where('edition', '=', BigInt(edition))
    .executeTakeFirst();
  // The entry that says the new text must not stay without it.
  if (numUpdatedRows === 0n) {
    const { state } = await readRequest(tx, id);
    throw errors.error('STATE_WRONG', { id, event: 'hold', state });
  }
}

/** Says why a held request still waits, although nothing moved, and since when everybody has approved; null when not all have. */
export async function setReason(
  tx: Kysely<unknown>,
  id: string,
  reason: string,
  quorumMs: number | null,
): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set({ reason, quorum_ms: toBig(quorumMs) })
    .where('id', '=', id)
    .execute();
}

/** Moves a request by one event of the table; throws `REQUEST_STATE_WRONG` if the table has no such move. */
export async function moveRequest(
  tx: Kysely<unknown>,
  id: string,
  event: RequestEvent,
  patch: RequestPatch,
  nowMs: number,
): Promise<Request> {
  const before = await readRequest(tx, id);
  const to = nextState(before.state, event);
  if (to === undefined) throw errors.error('STATE_WRONG', { id, event, state: before.state });
  const deadline = patch.waitMs === null ? null : deadlineFor(to, nowMs, patch.waitMs);
  await tables(tx)
    .updateTable('requests')
    .set({
      state: to,
      changed_ms: BigInt(nowMs),
      deadline_ms: deadline === null ? null : BigInt(deadline),
      ...(patch.facts === undefined ? {} : { facts: patch.facts }),
      ...(patch.verdict === undefined ? {} : { verdict: patch.verdict }),
      ...(patch.reason === undefined ? {} : { reason: patch.reason }),
      ...(patch.chargeBits === undefined ? {} : { charge_bits: patch.chargeBits }),
      ...(patch.entry === undefined ? {} : { entry: patch.entry }),
      ...(patch.decidedBy === undefined ? {} : { decided_by: patch.decidedBy }),
      ...(patch.title === undefined ? {} : { title: patch.title }),
      ...(patch.tier === undefined ? {} : { tier: patch.tier }),
      ...(patch.subject === undefined ? {} : { subject: patch.subject }),
      ...(patch.risk === undefined ? {} : { risk: BigInt(patch.risk) }),
      ...(patch.input === undefined ? {} : { input: patch.input }),
      ...(patch.why === undefined ? {} : { why: patch.why }),
      ...(patch.edition === undefined ? {} : { edition: BigInt(patch.edition) }),
      ...(patch.escalatesMs === undefined ? {} : { escalates_ms: toBig(patch.escalatesMs) }),
      ...(typeof patch.escalatesMs === 'number' ? { escalations: 0n, escalated_to: null } : {}),
      ...(patch.quorumMs === undefined ? {} : { quorum_ms: toBig(patch.quorumMs) }),
      ...(patch.grantEndsMs === undefined ? {} : { grant_ends_ms: BigInt(patch.grantEndsMs) }),
      ...(patch.releasedAs === undefined ? {} : { released_as: patch.releasedAs }),
    })
    .where('id', '=', id)
    .execute();
  return readRequest(tx, id);
}
