/**
 * The table of requests. A move compares the state it expects with the one that is stored, in the caller's
 * transaction, so that two decisions on one request cannot both win.
 */
import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import { STATES, deadlineFor, nextState } from './states.ts';
import type { RequestEvent, RequestState } from './states.ts';
import type { WaitingRow } from './waiting.ts';

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
  readonly escalatesMs?: number | null | undefined;
  readonly quorumMs?: number | undefined;
  readonly grantEndsMs?: number | undefined;
  readonly releasedAs?: string | undefined;
  /** How long the new state may wait, when a rule says something else than the table. */
  readonly waitMs?: number | undefined;
}

/** Which requests to list. */
export interface RequestFilter {
  readonly states?: readonly RequestState[];
  readonly projects?: readonly string[];
  readonly requester?: string;
  readonly kinds?: readonly string[];
  readonly job?: string;
  /** Asked at this time or later. */
  readonly sinceMs?: number;
  /** Also those of this requester, in whatever project. */
  readonly orRequester?: string;
  /** Part of the title, the reason or the id. */
  readonly text?: string;
  readonly sort?: 'newest' | 'age' | 'risk';
  readonly offset?: number;
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

/** Requests of a period that are measured or replayed. */
const REPLAYED_MAX = 50_000;

function fromBig(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

function toBig(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function tables(db: Kysely<unknown>): Kysely<RequestTables> {
  return db;
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

function filterRequests<T>(
  db: Kysely<RequestTables>,
  filter: RequestFilter,
  take: (query: ReturnType<typeof selectRequests>) => T,
): T {
  let query = selectRequests(db);
  const { states, projects, requester, kinds, orRequester, text, job, sinceMs } = filter;
  if (states !== undefined) query = query.where('state', 'in', states);
  if (kinds !== undefined) query = query.where('kind', 'in', kinds);
  if (projects !== undefined) {
    query = query.where((eb) => {
      const own = eb('requester', '=', orRequester ?? '');
      return projects.length === 0 ? own : eb.or([eb('project', 'in', projects), own]);
    });
  }
  if (requester !== undefined) query = query.where('requester', '=', requester);
  if (job !== undefined && job !== '') query = query.where('job', '=', job);
  if (sinceMs !== undefined) query = query.where('asked_ms', '>=', BigInt(sinceMs));
  if (text !== undefined && text !== '') {
    const like = `%${text.toLowerCase().replace(/[%_\\]/g, '')}%`;
    query = query.where((eb) =>
      eb.or([
        eb(eb.fn('lower', ['why']), 'like', like),
        eb(eb.fn('lower', ['title']), 'like', like),
        eb('id', 'like', like),
        eb('requester', 'like', like),
      ]),
    );
  }
  return take(query);
}

function selectRequests(db: Kysely<RequestTables>) {
  return db.selectFrom('requests');
}

function isEmpty(filter: RequestFilter): boolean {
  const none = filter.projects?.length === 0 && filter.orRequester === undefined;
  return none || filter.states?.length === 0 || filter.kinds?.length === 0;
}

/** Lists requests, newest first unless the filter says otherwise. */
export async function listRequests(
  store: Store,
  filter: RequestFilter,
): Promise<readonly Request[]> {
  if (isEmpty(filter)) return [];
  const limit = Math.min(filter.limit ?? 100, filter.sinceMs === undefined ? 1000 : REPLAYED_MAX);
  const rows = await store.read((db: Kysely<RequestTables>) => {
    // The page is found in an index; only what is on it is read whole.
    const page = filterRequests(db, filter, (query) =>
      sortRequests(query.select('id'), filter)
        .offset(filter.offset ?? 0)
        .limit(limit),
    );
    return sortRequests(db.selectFrom('requests').where('id', 'in', page), filter)
      .selectAll()
      .execute();
  });
  return rows.map(fromRow);
}

function sortRequests<O>(
  query: SelectQueryBuilder<RequestTables, 'requests', O>,
  { sort }: RequestFilter,
): SelectQueryBuilder<RequestTables, 'requests', O> {
  if (sort === 'risk') return query.orderBy('risk', 'desc').orderBy('asked_ms').orderBy('id');
  const direction = sort === 'age' ? 'asc' : 'desc';
  return query.orderBy('asked_ms', direction).orderBy('id', direction);
}

/** How many requests a filter finds. */
export async function countRequests(store: Store, filter: RequestFilter): Promise<number> {
  if (isEmpty(filter)) return 0;
  const row = await store.read((db: Kysely<RequestTables>) =>
    filterRequests(db, filter, (query) =>
      query.select((eb) => eb.fn.countAll<bigint>().as('count')).executeTakeFirst(),
    ),
  );
  return Number(row?.count ?? 0n);
}

/** What the measures of waiting need of the requests since a time, of every project. */
export async function listWaitingRows(
  store: Store,
  sinceMs: number,
): Promise<readonly WaitingRow[]> {
  const rows = await store.read((db: Kysely<RequestTables>) =>
    db
      .selectFrom('requests')
      .select([
        'id',
        'project',
        'state',
        'tier',
        'verdict',
        'released_as',
        'asked_ms',
        'first_view_ms',
        'quorum_ms',
      ])
      .where('asked_ms', '>=', BigInt(sinceMs))
      .orderBy('asked_ms', 'desc')
      .limit(REPLAYED_MAX)
      .execute(),
  );
  return rows.map((row) => ({
    id: row.id,
    project: row.project,
    state: row.state as RequestState,
    tier: row.tier,
    verdict: row.verdict as Verdict | null,
    releasedAs: row.released_as,
    askedMs: Number(row.asked_ms),
    firstViewMs: fromBig(row.first_view_ms),
    quorumMs: fromBig(row.quorum_ms),
  }));
}

/** Requests that wait for people and are to be escalated now. */
export async function listToEscalate(store: Store, nowMs: number): Promise<readonly Request[]> {
  const rows = await store.read((db: Kysely<RequestTables>) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('state', 'in', ['held', 'unreviewed'])
      .where('escalates_ms', '<=', BigInt(nowMs))
      .limit(100)
      .execute(),
  );
  return rows.map(fromRow);
}

/** Notes an escalation and when the next one is due. */
export async function noteEscalation(
  tx: Kysely<unknown>,
  id: string,
  to: string,
  nextMs: number | null,
): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set((eb) => ({
      escalations: eb('escalations', '+', 1n),
      escalated_to: to,
      escalates_ms: toBig(nextMs),
    }))
    .where('id', '=', id)
    .execute();
}

/** Notes when an approver saw a request first. */
export async function noteFirstView(tx: Kysely<unknown>, id: string, nowMs: number): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set({ first_view_ms: BigInt(nowMs) })
    .where('id', '=', id)
    .where('first_view_ms', 'is', null)
    .execute();
}

/** Gives a held request its subject, when it had none yet. */
export async function setSubject(
  tx: Kysely<unknown>,
  id: string,
  patch: { subject: string; tier: string; deadlineMs: number; escalatesMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set({
      subject: patch.subject,
      tier: patch.tier,
      deadline_ms: BigInt(patch.deadlineMs),
      escalates_ms: BigInt(patch.escalatesMs),
    })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .execute();
}

/** Says why a held request still waits, although nothing moved. */
export async function setReason(
  tx: Kysely<unknown>,
  id: string,
  reason: string,
  quorumMs: number | null,
): Promise<void> {
  await tables(tx)
    .updateTable('requests')
    .set({ reason, ...(quorumMs === null ? {} : { quorum_ms: BigInt(quorumMs) }) })
    .where('id', '=', id)
    .execute();
}

const WAITING = STATES.filter((row) => row.waits !== null).map((row) => row.state);

/** Requests in a state whose deadline has passed. */
export async function listDue(store: Store, nowMs: number): Promise<readonly Request[]> {
  const rows = await store.read((db: Kysely<RequestTables>) =>
    db
      .selectFrom('requests')
      .selectAll()
      .where('state', 'in', WAITING)
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
  const deadline = deadlineFor(to, nowMs, patch.waitMs);
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
      ...(patch.quorumMs === undefined ? {} : { quorum_ms: BigInt(patch.quorumMs) }),
      ...(patch.grantEndsMs === undefined ? {} : { grant_ends_ms: BigInt(patch.grantEndsMs) }),
      ...(patch.releasedAs === undefined ? {} : { released_as: patch.releasedAs }),
    })
    .where('id', '=', id)
    .execute();
  return readRequest(tx, id);
}
