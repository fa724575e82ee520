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

/** Votes since a time, for the measures of waiting. */
export async function votesSince(db: Kysely<unknown>, sinceMs: number): Promise<readonly Vote[]> {
  const rows = await tables(db)
    .selectFrom('request_votes')
    .selectAll()
    .where('at_ms', '>=', BigInt(sinceMs))
    .orderBy('at_ms')
    .limit(100_000)
    .execute();
  return rows.map(({ at_ms: atMs, edition, ...row }) => ({
    ...row,
    edition: Number(edition),
    vote: row.vote as Vote['vote'],
    atMs: Number(atMs),
  }));
}

/** Adds what happened. */
export async function addNote(tx: Kysely<unknown>, note: RequestNote): Promise<void> {
  const { atMs, ...rest } = note;
  await tables(tx)
    .insertInto('request_events')
    .values({ ...rest, at_ms: BigInt(atMs) })
    .execute();
}

/** What happened to a request, the oldest first. */
export async function readNotes(
  db: Kysely<unknown>,
  request: string,
): Promise<readonly RequestNote[]> {
  const rows = await tables(db)
    .selectFrom('request_events')
    .selectAll()
    .where('request', '=', request)
    .orderBy('at_ms')
    .orderBy('id')
    .limit(2_000)
    .execute();
  return rows.map(({ at_ms: atMs, ...row }) => ({ ...row, atMs: Number(atMs) }));
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

/** When a person saw each of these requests first. */
export async function viewsOf(
  db: Kysely<unknown>,
  requests: readonly string[],
  person?: string,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (let at = 0; at < requests.length; at += 500) {
    const rows = await tables(db)
      .selectFrom('request_views')
      .selectAll()
      .where('request', 'in', requests.slice(at, at + 500))
      .$if(person !== undefined, (query) => query.where('person', '=', person ?? ''))
      .execute();
    for (const row of rows) {
      const key = person === undefined ? `${row.request} ${row.person}` : row.request;
      found.set(key, Number(row.at_ms));
    }
  }
  return found;
}
