/**
 * The outer door's tables and their queries. Durability and consistency are the store's; every write here runs inside
 * a transaction that the caller opened, most of them together with an entry of the outer log.
 */
import type { Kysely } from 'kysely';
import type { ContentType } from '../wire/index.ts';
import type { DecodedFile } from './decode.ts';

/** The rows of the outer process. */
export interface OuterTables {
  outer_destinations: { number: bigint; name: string; added_at: string };
  outer_recipients: {
    id: string;
    destination: bigint;
    name: string;
    token_sha256: string;
    added_at: string;
  };
  outer_frames: {
    sequence: bigint;
    destination: bigint;
    history_prefix: bigint;
    slot: bigint;
    published_slot: bigint;
    charge_bits: bigint;
    sha256: string;
    head: string;
    outcome: string;
    log_index: bigint | null;
  };
  outer_files: {
    sequence: bigint;
    position: bigint;
    name: string;
    type: string;
    form: string | null;
    sha256: string;
    bytes: bigint;
  };
  outer_state: { name: string; value: string };
  outer_inboxes: { name: string; dir: string; added_at: string };
  outer_deliveries: {
    id: string;
    inbox: string;
    name: string;
    files: bigint;
    bytes: bigint;
    taken_ms: bigint;
  };
}

/** A query builder on these tables. */
export type OuterDb = Kysely<OuterTables>;

/** A frame as it is stored. */
export interface StoredFrame {
  readonly sequence: number;
  readonly destination: number;
  readonly historyPrefix: number;
  readonly slot: number;
  readonly publishedSlot: number;
  readonly chargeBits: bigint;
  readonly sha256: string;
  readonly head: string;
  readonly outcome: 'stored' | 'void';
  readonly logIndex: number | undefined;
}

function frameOf(row: OuterTables['outer_frames']): StoredFrame {
  return {
    sequence: Number(row.sequence),
    destination: Number(row.destination),
    historyPrefix: Number(row.history_prefix),
    slot: Number(row.slot),
    publishedSlot: Number(row.published_slot),
    chargeBits: row.charge_bits,
    sha256: row.sha256,
    head: row.head,
    outcome: row.outcome === 'stored' ? 'stored' : 'void',
    logIndex: row.log_index === null ? undefined : Number(row.log_index),
  };
}

function fileOf(row: OuterTables['outer_files']): DecodedFile {
  return {
    name: row.name,
    type: row.type as ContentType,
    ...(row.form === null ? {} : { form: row.form }),
    sha256: row.sha256,
    bytes: Number(row.bytes),
  };
}

/** Adds a frame and its files; a second frame of the same number breaks the primary key. */
export async function insertFrame(
  tx: OuterDb,
  frame: StoredFrame,
  files: readonly DecodedFile[],
): Promise<void> {
  await tx
    .insertInto('outer_frames')
    .values({
      sequence: BigInt(frame.sequence),
      destination: BigInt(frame.destination),
      history_prefix: BigInt(frame.historyPrefix),
      slot: BigInt(frame.slot),
      published_slot: BigInt(frame.publishedSlot),
      charge_bits: frame.chargeBits,
      sha256: frame.sha256,
      head: frame.head,
      outcome: frame.outcome,
      log_index: null,
    })
    .execute();
  const rows = files.map((file, position) => ({
    sequence: BigInt(frame.sequence),
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
      .insertInto('outer_files')
      .values(rows.slice(at, at + 100))
      .execute();
  }
}

/** The last frame of the wire that is stored. */
export async function lastFrame(db: OuterDb): Promise<StoredFrame | undefined> {
  const row = await db
    .selectFrom('outer_frames')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : frameOf(row);
}

/** Frames without a place in the log yet, in the order of publication. */
export async function unpublishedFrames(db: OuterDb): Promise<StoredFrame[]> {
  const rows = await db
    .selectFrom('outer_frames')
    .selectAll()
    .where('log_index', 'is', null)
    .orderBy('published_slot')
    .orderBy('sequence')
    .execute();
  return rows.map(frameOf);
}

/** The last few frames that could not be decoded. */
export async function lastVoids(db: OuterDb, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('outer_frames')
    .select('sequence')
    .where('outcome', '=', 'void')
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => Number(row.sequence));
}

/** Published frames of a destination, oldest first; one of them when `release` is given. */
export async function publishedFrames(
  db: OuterDb,
  where: { destination: number; logSize: number; release?: number },
): Promise<StoredFrame[]> {
  let query = db
    .selectFrom('outer_frames')
    .selectAll()
    .where('destination', '=', BigInt(where.destination))
    .where('log_index', '<', BigInt(where.logSize));
  if (where.release !== undefined) query = query.where('sequence', '=', BigInt(where.release));
  return (await query.orderBy('sequence').execute()).map(frameOf);
}

/** How many frames of a destination are stored, published or not. */
export async function countFrames(db: OuterDb, destination: number): Promise<number> {
  const row = await db
    .selectFrom('outer_frames')
    .select((each) => each.fn.countAll().as('count'))
    .where('destination', '=', BigInt(destination))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The files of a destination's first `prefix` frames, oldest first: the history that a frame names. */
export async function historyFiles(
  db: OuterDb,
  destination: number,
  prefix: number,
): Promise<DecodedFile[]> {
  if (prefix === 0) return [];
  const frames = await db
    .selectFrom('outer_frames')
    .select('sequence')
    .where('destination', '=', BigInt(destination))
    .orderBy('sequence')
    .limit(prefix)
    .execute();
  const last = frames.at(-1)?.sequence ?? 0n;
  const rows = await db
    .selectFrom('outer_files')
    .innerJoin('outer_frames', 'outer_frames.sequence', 'outer_files.sequence')
    .selectAll('outer_files')
    .where('outer_frames.destination', '=', BigInt(destination))
    .where('outer_frames.sequence', '<=', last)
    .orderBy('outer_files.sequence')
    .orderBy('outer_files.position')
    .execute();
  return rows.map(fileOf);
}

/** The files of some frames by the frame's number. */
export async function filesOf(
  db: OuterDb,
  sequences: readonly number[],
): Promise<Map<number, DecodedFile[]>> {
  const files = new Map<number, DecodedFile[]>();
  for (let at = 0; at < sequences.length; at += 100) {
    const rows = await db
      .selectFrom('outer_files')
      .selectAll()
      .where('sequence', 'in', sequences.slice(at, at + 100).map(BigInt))
      .orderBy('sequence')
      .orderBy('position')
      .execute();
    for (const row of rows) {
      const list = files.get(Number(row.sequence)) ?? [];
      list.push(fileOf(row));
      files.set(Number(row.sequence), list);
    }
  }
  return files;
}

/** Notes where in the log a frame stands; only then is it shown to anybody. */
export async function setLogIndex(tx: OuterDb, sequence: number, index: number): Promise<void> {
  await tx
    .updateTable('outer_frames')
    .set({ log_index: BigInt(index) })
    .where('sequence', '=', BigInt(sequence))
    .execute();
}

/** Names of the values kept in `outer_state`. */
export type StateName = 'plan' | 'policy' | 'meter' | 'stop';

/** Reads a value; undefined when it was never set. */
export async function readState(db: OuterDb, name: StateName): Promise<string | undefined> {
  const row = await db
    .selectFrom('outer_state')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value;
}

/** Sets a value, or removes it. */
export async function writeState(
  tx: OuterDb,
  name: StateName,
  value: string | undefined,
): Promise<void> {
  await tx.deleteFrom('outer_state').where('name', '=', name).execute();
  if (value !== undefined) await tx.insertInto('outer_state').values({ name, value }).execute();
}
