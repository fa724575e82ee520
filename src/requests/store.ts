/**
 * The table of requests. A move compares the state it expects with the one that is stored, in the caller's
 * transaction, so that two decisions on one request cannot both win.
 */
import type { Kysely } from 'kysely';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import { deadlineFor, nextState } from './states.ts';
import type { RequestEvent, RequestState } from './states.ts';

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
}

interface RequestRow {
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
}

/** The tables of this module. */
export interface RequestTables {
  requests: RequestRow;
}

/** What a move writes beside the state. Undefined leaves a value as it is. */
export interface RequestPatch {
  readonly facts?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly reason?: string | undefined;
  readonly chargeBits?: bigint | undefined;
  readonly decidedBy?: string | undefined;
  readonly entry?: string | undefined;
}

/** Which requests to list. */
export interface RequestFilter {
  readonly states?: readonly RequestState[];
  readonly projects?: readonly string[];
  readonly requester?: string;
  readonly limit?: number;
}

function fromRow(row: RequestRow): Request {
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
    deadlineMs: row.deadline_ms === null ? null : Number(row.deadline_ms),
  };
}

function tables(db: Kysely<unknown>): Kysely<RequestTables> {
  return db;
}

/** Writes a new request in the state `quoting`. */
export async function insertRequest(
  tx: Kysely<unknown>,
  request: Pick<
    Request,
    'id' | 'kind' | 'requester' | 'idempotencyKey' | 'project' | 'destination' | 'why' | 'input'
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

/** Lists requests, newest first. */
export async function listRequests(
  store: Store,
  filter: RequestFilter,
): Promise<readonly Request[]> {
  if (filter.projects?.length === 0 || filter.states?.length === 0) return [];
  const rows = await store.read((db: Kysely<RequestTables>) => {
    let query = db.selectFrom('requests').selectAll();
    if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
    if (filter.projects !== undefined) query = query.where('project', 'in', filter.projects);
    if (filter.requester !== undefined) query = query.where('requester', '=', filter.requester);
    return query
      .orderBy('asked_ms', 'desc')
      .orderBy('id')
      .limit(Math.min(filter.limit ?? 100, 1000))
      .execute();
  });
  return rows.map(fromRow);
}

/** Requests in a state whose deadline has passed. */
export async function listDue(store: Store, nowMs: number): Promise<readonly Request[]> {
  const rows = await store.read((db: Kysely<RequestTables>) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('state', 'in', ['quoting', 'held', 'queued'])
      .where('deadline_ms', '<=', BigInt(nowMs))
      .limit(100)
      .execute(),
  );
  return rows.map(fromRow);
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
  const deadline = deadlineFor(to, nowMs);
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
    })
    .where('id', '=', id)
    .execute();
  return readRequest(tx, id);
}
