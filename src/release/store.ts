/**
 * The tables of the release queue. Every write is part of a transaction that the caller opened; rows of the queue are
 * never removed, because they are the history that later frames are coded against.
 */
import type { Kysely } from 'kysely';
import { EMPTY_HEAD, checkSlotPlan } from '../wire/index.ts';
import type { ContentType, SlotPlan } from '../wire/index.ts';

/** The rows of this module. */
export interface ReleaseTables {
  release_queue: {
    sequence: bigint;
    request_id: string;
    entry_id: string;
    destination: bigint;
    history_prefix: bigint;
    body_sha256: string;
    body_bytes: bigint;
    emitted_bytes: bigint;
    buckets: string;
    debited_bits: bigint;
    state: string;
    slot: bigint | null;
    charge_bits: bigint | null;
    frame_sha256: string | null;
    queued_at: string;
  };
  release_files: {
    sequence: bigint;
    position: bigint;
    name: string;
    type: string;
    form: string | null;
    sha256: string;
    bytes: bigint;
  };
  release_attempts: {
    sequence: bigint;
    head: string;
    previous_head: string;
    slot: bigint;
    charge_bits: bigint;
    frame_sha256: string;
  };
  release_wire: {
    id: bigint;
    plan: string;
    next_sequence: bigint;
    last_slot: bigint;
    head: string;
  };
}

/** A query builder on these tables. */
export type ReleaseDb = Kysely<ReleaseTables>;

/** queued: waits for a slot; sent: on the wire; acked: durable at the outer door. */
export type ReleaseState = 'queued' | 'sent' | 'acked';

/** One release in the queue. */
export interface QueuedRelease {
  readonly sequence: number;
  readonly requestId: string;
  readonly destination: number;
  readonly historyPrefix: number;
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly emittedBytes: number;
  /** JSON of the buckets that were debited. */
  readonly buckets: string;
  readonly debitedBits: bigint;
  readonly state: ReleaseState;
  readonly slot: number | undefined;
  readonly chargeBits: bigint | undefined;
  readonly frameSha256: string | undefined;
}

/** One emitted file of a release, as the outer door will have it. */
export interface ReleaseFile {
  readonly name: string;
  readonly type: ContentType;
  readonly form?: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What the outer door is known to have. */
export interface WirePlace {
  readonly plan: SlotPlan | undefined;
  /** Every release below is acknowledged. */
  readonly next: number;
  readonly slot: number;
  readonly head: string;
}

/** One frame as it was handed to the wire once. */
export interface Attempt {
  readonly sequence: number;
  readonly head: string;
  readonly previousHead: string;
  readonly slot: number;
  readonly chargeBits: bigint;
  readonly frameSha256: string;
}

function releaseOf(row: ReleaseTables['release_queue']): QueuedRelease {
  return {
    sequence: Number(row.sequence),
    requestId: row.request_id,
    destination: Number(row.destination),
    historyPrefix: Number(row.history_prefix),
    bodySha256: row.body_sha256,
    bodyBytes: Number(row.body_bytes),
    emittedBytes: Number(row.emitted_bytes),
    buckets: row.buckets,
    debitedBits: row.debited_bits,
    state: row.state as ReleaseState,
    slot: row.slot === null ? undefined : Number(row.slot),
    chargeBits: row.charge_bits ?? undefined,
    frameSha256: row.frame_sha256 ?? undefined,
  };
}

/** The release of a request. */
export async function findRelease(
  db: ReleaseDb,
  requestId: string,
): Promise<QueuedRelease | undefined> {
  const row = await db
    .selectFrom('release_queue')
    .selectAll()
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row === undefined ? undefined : releaseOf(row);
}

/** The highest number in the queue; 0 when it is empty. */
export async function lastSequence(db: ReleaseDb): Promise<number> {
  const row = await db
    .selectFrom('release_queue')
    .select((each) => each.fn.max<bigint | null>('sequence').as('last'))
    .executeTakeFirstOrThrow();
  return Number(row.last ?? 0n);
}

/** Adds a release and its files. */
export async function insertRelease(
  tx: ReleaseDb,
  row: Omit<ReleaseTables['release_queue'], 'state' | 'slot' | 'charge_bits' | 'frame_sha256'>,
  files: readonly ReleaseFile[],
): Promise<void> {
  const fresh = { state: 'queued', slot: null, charge_bits: null, frame_sha256: null };
  await tx
    .insertInto('release_queue')
    .values({ ...row, ...fresh })
    .execute();
  const rows = files.map((file, position) => ({
    sequence: row.sequence,
    position: BigInt(position),
    name: file.name,
    type: file.type,
    form: file.form ?? null,
    sha256: file.sha256,
    bytes: BigInt(file.bytes),
  }));
  // Databases limit the number of parameters of one statement.
  for (let at = 0; at < rows.length; at += 100) {
    await tx
      .insertInto('release_files')
      .values(rows.slice(at, at + 100))
      .execute();
  }
}

/** Releases from a number on, in order. */
export async function releasesFrom(
  db: ReleaseDb,
  sequence: number,
  limit: number,
): Promise<QueuedRelease[]> {
  const rows = await db
    .selectFrom('release_queue')
    .selectAll()
    .where('sequence', '>=', BigInt(sequence))
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map(releaseOf);
}

/** Releases that the outer door is not known to have, the first ones. */
export async function listUnacked(
  db: ReleaseDb,
  from: number,
  limit: number,
): Promise<readonly { readonly sequence: number; readonly requestId: string }[]> {
  const rows = await db
    .selectFrom('release_queue')
    .select(['sequence', 'request_id'])
    .where('sequence', '>=', BigInt(from))
    .where('state', '!=', 'acked')
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ sequence: Number(row.sequence), requestId: row.request_id }));
}

/** How many releases have no slot yet. */
export async function countWaiting(db: ReleaseDb): Promise<number> {
  const row = await db
    .selectFrom('release_queue')
    .select((each) => each.fn.countAll().as('count'))
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The requests of a destination's first releases, in order. */
export async function historyRequests(
  db: ReleaseDb,
  destination: number,
  prefix: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('release_queue')
    .select('request_id')
    .where('destination', '=', BigInt(destination))
    .orderBy('sequence')
    .limit(prefix)
    .execute();
  return rows.map((row) => row.request_id);
}

/** How many frames a destination has, waiting ones included. */
export async function countHistory(db: ReleaseDb, destination: number): Promise<number> {
  const row = await db
    .selectFrom('release_queue')
    .select((each) => each.fn.countAll().as('count'))
    .where('destination', '=', BigInt(destination))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The files of a destination's first `prefix` frames, oldest first. */
export async function historyFiles(
  db: ReleaseDb,
  destination: number,
  prefix: number,
): Promise<ReleaseFile[]> {
  if (prefix === 0) return [];
  const frames = await db
    .selectFrom('release_queue')
    .select('sequence')
    .where('destination', '=', BigInt(destination))
    .orderBy('sequence')
    .limit(prefix)
    .execute();
  const rows = await db
    .selectFrom('release_files')
    .innerJoin('release_queue', 'release_queue.sequence', 'release_files.sequence')
    .selectAll('release_files')
    .where('release_queue.destination', '=', BigInt(destination))
    .where('release_queue.sequence', '<=', frames.at(-1)?.sequence ?? 0n)
    .orderBy('release_files.sequence')
    .orderBy('release_files.position')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    type: row.type as ContentType,
    ...(row.form === null ? {} : { form: row.form }),
    sha256: row.sha256,
    bytes: Number(row.bytes),
  }));
}

/** What the outer door is known to have; the beginning of a wire when it was never heard. */
export async function readWire(db: ReleaseDb): Promise<WirePlace> {
  const row = await db.selectFrom('release_wire').selectAll().executeTakeFirst();
  if (row === undefined) return { plan: undefined, next: 1, slot: 0, head: EMPTY_HEAD };
  return {
    plan: checkSlotPlan(JSON.parse(row.plan) as SlotPlan),
    next: Number(row.next_sequence),
    slot: Number(row.last_slot),
    head: row.head,
  };
}

/** Notes what the outer door has. */
export async function writeWire(tx: ReleaseDb, place: WirePlace): Promise<void> {
  await tx.deleteFrom('release_wire').execute();
  await tx
    .insertInto('release_wire')
    .values({
      id: 1n,
      plan: JSON.stringify(place.plan),
      next_sequence: BigInt(place.next),
      last_slot: BigInt(place.slot),
      head: place.head,
    })
    .execute();
}

/** Notes a frame before it is handed to the wire. */
export async function insertAttempt(tx: ReleaseDb, attempt: Attempt): Promise<void> {
  const row = {
    sequence: BigInt(attempt.sequence),
    head: attempt.head,
    previous_head: attempt.previousHead,
    slot: BigInt(attempt.slot),
    charge_bits: attempt.chargeBits,
    frame_sha256: attempt.frameSha256,
  };
  await tx
    .insertInto('release_attempts')
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute();
  await setState(tx, attempt, 'sent');
}

/** The attempt after which the chain had a certain head. */
export async function findAttempt(
  db: ReleaseDb,
  sequence: number,
  head: string,
): Promise<Attempt | undefined> {
  const row = await db
    .selectFrom('release_attempts')
    .selectAll()
    .where('sequence', '=', BigInt(sequence))
    .where('head', '=', head)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    sequence,
    head,
    previousHead: row.previous_head,
    slot: Number(row.slot),
    chargeBits: row.charge_bits,
    frameSha256: row.frame_sha256,
  };
}

/** Notes which attempt of a release counts, and how far it is. */
export async function setState(
  tx: ReleaseDb,
  attempt: Attempt,
  state: Exclude<ReleaseState, 'queued'>,
): Promise<void> {
  await tx
    .updateTable('release_queue')
    .set({
      state,
      slot: BigInt(attempt.slot),
      charge_bits: attempt.chargeBits,
      frame_sha256: attempt.frameSha256,
    })
    .where('sequence', '=', BigInt(attempt.sequence))
    .execute();
}

/** Notes that more was debited for a release than when it was queued. */
export async function setDebited(tx: ReleaseDb, sequence: number, bits: bigint): Promise<void> {
  await tx
    .updateTable('release_queue')
    .set({ debited_bits: bits })
    .where('sequence', '=', BigInt(sequence))
    .execute();
}
