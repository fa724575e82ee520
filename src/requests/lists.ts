/** Which requests there are: pages of the queue, counts, what is measured and what time has come for. Read only. */
import { sql } from 'kysely';
import type { Expression, ExpressionBuilder, Kysely, SelectQueryBuilder, SqlBool } from 'kysely';
import type { Store } from '../store/index.ts';
import { fromBig, fromRow } from './row.ts';
import type { Request, RequestTables, Verdict } from './row.ts';
import { STATES } from './states.ts';
import type { RequestState } from './states.ts';
import type { WaitingRow } from './waiting.ts';

/** Which requests to list. */
export interface RequestFilter {
  readonly states?: readonly RequestState[];
  readonly projects?: readonly string[];
  readonly requester?: string;
  readonly destinations?: readonly string[];
  readonly kinds?: readonly string[];
  readonly job?: string;
  /** Asked at this time or later. */
  readonly sinceMs?: number;
  /** Also those of these kinds that belong to no project. */
  readonly orUnplaced?: readonly string[];
  /** Also those of this requester, in whatever project. */
  readonly orRequester?: string;
  /** Part of the title, the reason or the id. */
  readonly text?: string;
  readonly sort?: 'newest' | 'age' | 'risk';
  readonly offset?: number;
  readonly limit?: number;
}

/** Requests of a period that are measured or replayed. */
const REPLAYED_MAX = 50_000;
const READ_PAGE = 500;

interface VoteIds {
  request_votes: { request: string; vote: string };
}

const SEARCHED = ['why', 'title', 'id', 'requester'] as const;

/** Signs of a pattern are taken as they are: every id has one. Letters beyond ASCII are found as they are written. */
function holds(column: (typeof SEARCHED)[number], text: string): Expression<SqlBool>[] {
  const like = (part: string): string => `%${part.replace(/[%_\\]/g, '\\$&')}%`;
  const found = sql.ref(column);
  return [
    sql<SqlBool>`lower(${found}) like ${like(text.toLowerCase())} escape '\\'`,
    sql<SqlBool>`${found} like ${like(text)} escape '\\'`,
  ];
}

function filterRequests<T>(
  db: Kysely<RequestTables>,
  filter: RequestFilter,
  take: (query: ReturnType<typeof selectRequests>) => T,
): T {
  let query = selectRequests(db);
  const { states, projects, requester, kinds, orRequester, text, job, sinceMs } = filter;
  const { destinations } = filter;
  if (states !== undefined) query = query.where('state', 'in', states);
  if (kinds !== undefined) query = query.where('kind', 'in', kinds);
  if (destinations !== undefined) query = query.where('destination', 'in', destinations);
  if (projects !== undefined) {
    query = query.where((eb) => {
      const own = eb('requester', '=', orRequester ?? '');
      const unplaced = filter.orUnplaced ?? [];
      return eb.or([
        own,
        ...(projects.length === 0 ? [] : [eb('project', 'in', projects)]),
        ...(unplaced.length === 0
          ? []
          : [eb.and([eb('project', '=', ''), eb('kind', 'in', unplaced)])]),
      ]);
    });
  }
  if (requester !== undefined) query = query.where('requester', '=', requester);
  if (job !== undefined && job !== '') query = query.where('job', '=', job);
  if (sinceMs !== undefined) query = query.where('asked_ms', '>=', BigInt(sinceMs));
  if (text !== undefined && text !== '') {
    query = query.where((eb) => eb.or(SEARCHED.flatMap((column) => holds(column, text))));
  }
  return take(query);
}

function selectRequests(db: Kysely<RequestTables>) {
  return db.selectFrom('requests');
}

function isEmpty(filter: RequestFilter): boolean {
  const none =
    filter.projects?.length === 0 &&
    filter.orRequester === undefined &&
    (filter.orUnplaced ?? []).length === 0;
  const nowhere = filter.destinations?.length === 0;
  return none || nowhere || filter.states?.length === 0 || filter.kinds?.length === 0;
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

/**
 * What the measures of waiting need of the requests since a time, of every project: those that were asked or that anything
 * happened to, and every one that is held.
 */
export async function listWaitingRows(
  store: Store,
  sinceMs: number,
): Promise<readonly WaitingRow[]> {
  const rows = await store.read((db: Kysely<RequestTables>) =>
    db
      .selectFrom('requests')
      .select(['id', 'kind', 'project', 'destination', 'state', 'tier', 'verdict', 'released_as'])
      .select(['asked_ms', 'changed_ms', 'first_view_ms', 'quorum_ms'])
      .select((eb) =>
        eb.case().when('kind', '=', 'access').then(eb.ref('input')).else('').end().as('input'),
      )
      .where((eb) => eb.or([eb('changed_ms', '>=', BigInt(sinceMs)), eb('state', '=', 'held')]))
      .orderBy('changed_ms', 'desc')
      .limit(REPLAYED_MAX)
      .execute(),
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    project: row.project,
    destination: row.destination,
    input: row.input,
    state: row.state as RequestState,
    tier: row.tier,
    verdict: row.verdict as Verdict | null,
    releasedAs: row.released_as,
    askedMs: Number(row.asked_ms),
    changedMs: Number(row.changed_ms),
    firstViewMs: fromBig(row.first_view_ms),
    quorumMs: fromBig(row.quorum_ms),
  }));
}

/** Reads everything that a query finds, a page at a time, in the order of ids. */
async function readAll(
  store: Store,
  query: (db: Kysely<RequestTables>) => SelectQueryBuilder<RequestTables, 'requests', unknown>,
): Promise<readonly Request[]> {
  const found: Request[] = [];
  for (let last = ''; ;) {
    const rows = await store.read((db: Kysely<RequestTables>) =>
      query(db).selectAll().where('id', '>', last).orderBy('id').limit(READ_PAGE).execute(),
    );
    found.push(...rows.map(fromRow));
    last = rows.at(-1)?.id ?? '';
    if (rows.length < READ_PAGE || found.length >= REPLAYED_MAX) return found;
  }
}

/** Requests that wait for people and are to be escalated now. */
export function listToEscalate(store: Store, nowMs: number): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db
      .selectFrom('requests')
      .where('state', 'in', ['held', 'returned', 'unreviewed'])
      .where('escalates_ms', '<=', BigInt(nowMs)),
  );
}

const WAITING = STATES.filter((row) => row.waits !== null).map((row) => row.state);

/** Requests in a state whose deadline has passed. */
export function listDue(store: Store, nowMs: number): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db
      .selectFrom('requests')
      .where('state', 'in', WAITING)
      .where('deadline_ms', '<=', BigInt(nowMs)),
  );
}

/** Held requests that have nothing to sign yet, since they were asked before the founding. */
export function listUnprepared(store: Store): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db.selectFrom('requests').where('state', '=', 'held').where('subject', 'is', null),
  );
}

/** Held requests that have a text to sign. */
export function listTexts(store: Store): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db.selectFrom('requests').where('state', '=', 'held').where('subject', 'is not', null),
  );
}

/** Held requests that everybody has approved and that something else stops. */
export function listApproved(store: Store): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db.selectFrom('requests').where('state', '=', 'held').where('quorum_ms', 'is not', null),
  );
}

/** Held requests whose edition in force somebody has approved: under another rule that may be enough. */
export function listSigned(store: Store): Promise<readonly Request[]> {
  return readAll(store, (db) =>
    db
      .selectFrom('requests')
      .where('state', '=', 'held')
      .where('id', 'in', (eb) =>
        (eb as unknown as ExpressionBuilder<VoteIds, never>)
          .selectFrom('request_votes')
          .select('request')
          .where('vote', '=', 'approve'),
      ),
  );
}
