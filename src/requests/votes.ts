/** The tables of votes, of what happened to a request in words, and of who has seen it. All writes are the caller's. */
import type { Kysely } from 'kysely';

/** One person's vote on one edition of a request. */
export interface Vote {
  readonly id: string;
  readonly request: string;
  readonly edition: number;
  readonly person: string;
  /** The fingerprint of the key that signed; null for a denial, which needs no signature to keep things closed. */
  readonly key: string | null;
  readonly vote: 'approve' | 'deny';
  /** The exact text that was signed. */
  readonly subject: string | null;
  readonly signature: string | null;
  readonly reason: string | null;
  readonly atMs: number;
}

/** Something that happened, in words. Comments are events too. */
export interface RequestNote {
  readonly id: string;
  readonly request: string;
  readonly atMs: number;
  readonly event: string;
  readonly by: string;
  readonly sentence: string;
}

interface VoteTables {
  request_votes: {
    id: string;
    request: string;
    edition: bigint;
    person: string;
    key: string | null;
    vote: string;
    subject: string | null;
    signature: string | null;
    reason: string | null;
    at_ms: bigint;
  };
  request_events: {
    id: string;
    request: string;
    at_ms: bigint;
    event: string;
    by: string;
    sentence: string;
  };
  request_views: { request: string; person: string; at_ms: bigint };
}

interface DecidedTables {
  requests: {
    id: string;
    edition: bigint;
    state: string;
    released_as: string | null;
    subject: string | null;
  };
}

function tables(db: Kysely<unknown>): Kysely<VoteTables> {
  return db;
}

/** Writes a vote; a person's second vote on the same edition replaces the first. */
export async function putVote(tx: Kysely<unknown>, vote: Vote): Promise<void> {
  const db = tables(tx);
  await db
    .deleteFrom('request_votes')
    .where('request', '=', vote.request)
    .where('edition', '=', BigInt(vote.edition))
    .where('person', '=', vote.person)
    .execute();
  const { edition, atMs, ...rest } = vote;
  await db
    .insertInto('request_votes')
    .values({ ...rest, edition: BigInt(edition), at_ms: BigInt(atMs) })
    .execute();
}

/** Votes of a period that are measured, and the newest of which it is measured who was waited for. */
const VOTES_MAX = 100_000;
const DECIDED_MAX = 5_000;

/** Every vote on a request, the oldest first, also on earlier editions. */
export async function readVotes(db: Kysely<unknown>, request: string): Promise<readonly Vote[]> {
  return (await readVotesOf(db, [request])).get(request) ?? [];
}

/** The votes on several requests. */
export async function readVotesOf(
  db: Kysely<unknown>,
  requests: readonly string[],
): Promise<ReadonlyMap<string, readonly Vote[]>> {
  const found = new Map<string, Vote[]>();
  for (let at = 0; at < requests.length; at += 500) {
    const rows = await tables(db)
      .selectFrom('request_votes')
      .selectAll()
      .where('request', 'in', requests.slice(at, at + 500))
      .orderBy('at_ms')
      .orderBy('id')
      .execute();
    for (const { at_ms: atMs, edition, ...row } of rows) {
      const vote = {
        ...row,
        edition: Number(edition),
        vote: row.vote as Vote['vote'],
        atMs: Number(atMs),
      };
      found.set(row.request, [...(found.get(row.request) ?? []), vote]);
    }
  }
  return found;
}

/** What the measures of waiting need of a vote. */
export type VoteLine = Pick<Vote, 'request' | 'person' | 'vote' | 'atMs'>;

/** Votes since a time, without what was signed. */
export async function votesSince(
  db: Kysely<unknown>,
  sinceMs: number,
): Promise<readonly VoteLine[]> {
  const rows = await tables(db)
    .selectFrom('request_votes')
    .select(['request', 'person', 'vote', 'at_ms'])
    .where('at_ms', '>=', BigInt(sinceMs))
    .orderBy('at_ms')
    .limit(VOTES_MAX)
    .execute();
  return rows.map(({ at_ms: atMs, request, person, vote }) => ({
    request,
    person,
    vote: vote as Vote['vote'],
    atMs: Number(atMs),
  }));
}

/** A vote on the last edition of a request that people decided, with the text that it was about. */
export interface DecidedVote {
  readonly request: string;
  readonly subject: string;
  readonly person: string;
  readonly atMs: number;
}

/** The votes on requests that people decided, of those with a vote since a time; the oldest first. */
export async function decidedSince(
  db: Kysely<unknown>,
  sinceMs: number,
): Promise<readonly DecidedVote[]> {
  const rows = await (db as Kysely<VoteTables & DecidedTables>)
    .selectFrom('request_votes')
    .innerJoin('requests', (join) =>
      join
        .onRef('requests.id', '=', 'request_votes.request')
        .onRef('requests.edition', '=', 'request_votes.edition'),
    )
    .select([
      ...(['requests.id', 'requests.subject'] as const),
      ...(['request_votes.person', 'request_votes.at_ms'] as const),
    ])
    .where((each) =>
      each.or([
        each('requests.released_as', '=', 'approvals'),
        each('requests.state', '=', 'refused'),
      ]),
    )
    .where('requests.subject', 'is not', null)
    .where('request_votes.request', 'in', (each) =>
      each.selectFrom('request_votes').select('request').where('at_ms', '>=', BigInt(sinceMs)),
    )
    .orderBy('request_votes.at_ms', 'desc')
    .limit(DECIDED_MAX)
    .execute();
  return rows
    .map((row) => ({
      ...{ request: row.id, subject: row.subject ?? '', person: row.person },
      atMs: Number(row.at_ms),
    }))
    .reverse();
}

/** When each person saw each request first that was voted on since a time: `REQUEST PERSON`. */
export async function viewsSince(
  db: Kysely<unknown>,
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await tables(db)
    .selectFrom('request_views')
    .selectAll()
    .where('request', 'in', (eb) =>
      eb.selectFrom('request_votes').select('request').where('at_ms', '>=', BigInt(sinceMs)),
    )
    .limit(VOTES_MAX)
    .execute();
  return new Map(rows.map((row) => [`${row.request} ${row.person}`, Number(row.at_ms)]));
}

/** Adds what happened. */
export async function addNote(tx: Kysely<unknown>, note: RequestNote): Promise<void> {
  const { atMs, ...rest } = note;
  await tables(tx)
    .insertInto('request_events')
    .values({ ...rest, at_ms: BigInt(atMs) })
    .execute();
}

/** Held requests with an approval from before a time that no note of a kind was written after. */
export async function listOldVotes(
  db: Kysely<unknown>,
  untilMs: number,
  noted: string,
): Promise<readonly string[]> {
  if (!Number.isFinite(untilMs)) return [];
  const rows = await (db as Kysely<VoteTables & { requests: { id: string; state: string } }>)
    .selectFrom('request_votes')
    .innerJoin('requests', 'requests.id', 'request_votes.request')
    .select('requests.id')
    .distinct()
    .where('requests.state', '=', 'held')
    .where('request_votes.vote', '=', 'approve')
    .where('request_votes.at_ms', '<', BigInt(untilMs))
    .where((each) =>
      each.not(
        each.exists(
          each
            .selectFrom('request_events')
            .select('request_events.id')
            .whereRef('request_events.request', '=', 'request_votes.request')
            .where('request_events.event', '=', noted)
            .whereRef('request_events.at_ms', '>', 'request_votes.at_ms'),
        ),
      ),
    )
    .execute();
  return rows.map((row) => row.id);
}

/** How many notes of a kind a request has since a time. */
export async function countNotes(
  db: Kysely<unknown>,
  request: string,
  event: string,
  sinceMs: number,
): Promise<number> {
  const row = await tables(db)
    .selectFrom('request_events')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('request', '=', request)
    .where('event', '=', event)
    .where('at_ms', '>', BigInt(sinceMs))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

const NOTES_MAX = 2_000;

/** What happened to a request, the oldest first; of very many the newest. */
export async function readNotes(
  db: Kysely<unknown>,
  request: string,
): Promise<readonly RequestNote[]> {
  const rows = await tables(db)
    .selectFrom('request_events')
    .selectAll()
    .where('request', '=', request)
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(NOTES_MAX)
    .execute();
  return rows.reverse().map(({ at_ms: atMs, ...row }) => ({ ...row, atMs: Number(atMs) }));
}

/** Who made notes of one event on a request, the oldest first. */
export async function readNotesOf(
  db: Kysely<unknown>,
  request: string,
  event: string,
): Promise<readonly string[]> {
  const rows = await tables(db)
    .selectFrom('request_events')
    .select('by')
    .where('request', '=', request)
    .where('event', '=', event)
    .orderBy('at_ms')
    .limit(2_000)
    .execute();
  return rows.map((row) => row.by);
}

/** Notes that a person has seen a request; false when that was known. */
export async function addView(
  tx: Kysely<unknown>,
  request: string,
  person: string,
  nowMs: number,
): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('request_views')
    .values({ request, person, at_ms: BigInt(nowMs) })
    .onConflict((conflict) => conflict.columns(['request', 'person']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
