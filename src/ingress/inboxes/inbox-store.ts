/** The tables of inboxes. Durable with the caller's transaction; reads see what is committed. */
import type { Kysely } from 'kysely';
import type { DeliveryFile, DeliveryHead } from '../../wire/index.ts';

/**
 * `receiving` its files; `waiting`, whole, for somebody who binds its inbox; `importing`; `imported`; `refused` for what
 * it is; `expired`. Nothing is kept of the files of the last three.
 */
export const DELIVERY_STATES = [
  'receiving',
  'waiting',
  'importing',
  'imported',
  'refused',
  'expired',
] as const;

/** One of {@link DELIVERY_STATES}. */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The states in which files are kept. */
export const OPEN_STATES: readonly DeliveryState[] = ['receiving', 'waiting', 'importing'];

/** What becomes of the deliveries of an inbox. */
export interface Binding {
  readonly inbox: string;
  readonly project: string;
  readonly source: string;
  readonly why: string;
  /** Who answers for it. */
  readonly person: string;
  readonly boundMs: number;
}

/** Something that came from an inbox outside. */
export interface Delivery extends DeliveryHead {
  readonly id: string;
  readonly state: DeliveryState;
  /** Why it waits, or was refused. */
  readonly reason: string | null;
  /** The project of its import. */
  readonly project: string | null;
  readonly import: string | null;
  readonly firstMs: number;
  readonly touchedMs: number;
}

interface BindingRow {
  inbox: string;
  project: string;
  source: string;
  why: string;
  person: string;
  bound_ms: bigint;
}

interface DeliveryRow {
  id: string;
  inbox: string;
  name: string;
  state: string;
  files: bigint;
  bytes: bigint;
  reason: string | null;
  project: string | null;
  import: string | null;
  first_ms: bigint;
  touched_ms: bigint;
}

interface ObjectRow {
  delivery: string;
  sha256: string;
  bytes: bigint;
  held: bigint;
}

interface InboxTables {
  inbox_bindings: BindingRow;
  inbox_deliveries: DeliveryRow;
  inbox_objects: ObjectRow;
}

type Db = Kysely<unknown>;

const ROWS = 200;

function tables(db: Db): Kysely<InboxTables> {
  return db;
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    ...{ id: row.id, inbox: row.inbox, name: row.name, state: row.state as DeliveryState },
    ...{ files: Number(row.files), bytes: Number(row.bytes), reason: row.reason },
    ...{ project: row.project, import: row.import },
    ...{ firstMs: Number(row.first_ms), touchedMs: Number(row.touched_ms) },
  };
}

/** All bindings by name. */
export async function listBindings(db: Db): Promise<readonly Binding[]> {
  const rows = await tables(db).selectFrom('inbox_bindings').selectAll().orderBy('inbox').execute();
  return rows.map(({ bound_ms, ...row }) => ({ ...row, boundMs: Number(bound_ms) }));
}

/** What an inbox is bound to. */
export async function findBinding(db: Db, inbox: string): Promise<Binding | undefined> {
  const row = await tables(db)
    .selectFrom('inbox_bindings')
    .selectAll()
    .where('inbox', '=', inbox)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { bound_ms, ...binding } = row;
  return { ...binding, boundMs: Number(bound_ms) };
}

/** Writes a binding; there is none of this name. */
export async function insertBinding(tx: Db, { boundMs, ...binding }: Binding): Promise<void> {
  await tables(tx)
    .insertInto('inbox_bindings')
    .values({ ...binding, bound_ms: BigInt(boundMs) })
    .execute();
}

/** Removes a binding. */
export async function deleteBinding(tx: Db, inbox: string): Promise<void> {
  await tables(tx).deleteFrom('inbox_bindings').where('inbox', '=', inbox).execute();
}

/** One delivery. */
export async function findDelivery(db: Db, id: string): Promise<Delivery | undefined> {
  const row = await tables(db)
    .selectFrom('inbox_deliveries')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : deliveryOf(row);
}

/** Deliveries in some states, newest first, or oldest first. */
export async function listDeliveries(
  db: Db,
  states: readonly DeliveryState[],
  limit: number,
  order: 'asc' | 'desc' = 'desc',
): Promise<readonly Delivery[]> {
  const rows = await tables(db)
    .selectFrom('inbox_deliveries')
    .selectAll()
    .where('state', 'in', states)
    .orderBy('first_ms', order)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(deliveryOf);
}

/** How many deliveries are in some states. */
export async function countDeliveries(db: Db, states: readonly DeliveryState[]): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('inbox_deliveries')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('state', 'in', states)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Writes a new delivery. */
export async function insertDelivery(tx: Db, delivery: Delivery): Promise<void> {
  const { firstMs, touchedMs, files, bytes, ...rest } = delivery;
  await tables(tx)
    .insertInto('inbox_deliveries')
    .values({
      ...{ ...rest, files: BigInt(files), bytes: BigInt(bytes) },
      ...{ first_ms: BigInt(firstMs), touched_ms: BigInt(touchedMs) },
    })
    .execute();
}

/** What may change of a delivery. */
export type DeliveryPatch = Partial<Pick<Delivery, 'state' | 'reason' | 'project' | 'import'>>;

/** Changes a delivery. */
export async function changeDelivery(
  tx: Db,
  id: string,
  patch: DeliveryPatch,
  nowMs?: number,
): Promise<void> {
  const touched = nowMs === undefined ? {} : { touched_ms: BigInt(nowMs) };
  await tables(tx)
    .updateTable('inbox_deliveries')
    .set({ ...patch, ...touched })
    .where('id', '=', id)
    .execute();
}

/** Forgets a delivery and its objects. */
export async function deleteDelivery(tx: Db, id: string): Promise<void> {
  await deleteObjects(tx, id);
  await tables(tx).deleteFrom('inbox_deliveries').where('id', '=', id).execute();
}

/** Deliveries in some states of which nothing arrived since. */
export async function listOlder(
  db: Db,
  states: readonly DeliveryState[],
  sinceMs: number,
  limit: number,
): Promise<readonly Delivery[]> {
  const rows = await tables(db)
    .selectFrom('inbox_deliveries')
    .selectAll()
    .where('state', 'in', states)
    .where('touched_ms', '<', BigInt(sinceMs))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(deliveryOf);
}

/** Notes what a delivery consists of; what is noted already stays as it is. */
export async function insertObjects(
  tx: Db,
  delivery: string,
  files: readonly DeliveryFile[],
): Promise<void> {
  for (let from = 0; from < files.length; from += ROWS)
    await tables(tx)
      .insertInto('inbox_objects')
      .values(
        files
          .slice(from, from + ROWS)
          .map(({ sha256, bytes }) => ({ delivery, sha256, bytes: BigInt(bytes), held: 0n })),
      )
      .onConflict((conflict) => conflict.columns(['delivery', 'sha256']).doNothing())
      .execute();
}

/** One object of a delivery. */
export async function findObject(
  db: Db,
  delivery: string,
  sha256: string,
): Promise<{ readonly bytes: number; readonly held: boolean } | undefined> {
  const row = await tables(db)
    .selectFrom('inbox_objects')
    .select(['bytes', 'held'])
    .where('delivery', '=', delivery)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row === undefined ? undefined : { bytes: Number(row.bytes), held: row.held === 1n };
}

/** Notes that an object is here. */
export async function markHeld(tx: Db, delivery: string, sha256: string): Promise<void> {
  await tables(tx)
    .updateTable('inbox_objects')
    .set({ held: 1n })
    .where('delivery', '=', delivery)
    .where('sha256', '=', sha256)
    .execute();
}

/** What of the objects of a delivery, or of all of them, is here and what is not. */
export async function countObjects(
  db: Db,
  delivery: string | null,
): Promise<{ missing: number; heldBytes: number }> {
  let query = tables(db)
    .selectFrom('inbox_objects')
    .select((eb) => [
      'held',
      eb.fn.countAll<bigint>().as('count'),
      eb.fn.sum<bigint>('bytes').as('bytes'),
    ]);
  if (delivery !== null) query = query.where('delivery', '=', delivery);
  const counts = { missing: 0, heldBytes: 0 };
  for (const row of await query.groupBy('held').execute()) {
    if (row.held === 1n) counts.heldBytes = Number(row.bytes);
    else counts.missing = Number(row.count);
  }
  return counts;
}

/** How many objects are noted, of all deliveries. */
export async function countNoted(db: Db): Promise<number> {
  const { count } = await tables(db)
    .selectFrom('inbox_objects')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Forgets the objects of a delivery. */
export async function deleteObjects(tx: Db, delivery: string): Promise<void> {
  await tables(tx).deleteFrom('inbox_objects').where('delivery', '=', delivery).execute();
}

/** Forgets objects of deliveries that are not there: of manifests that were broken off. */
export async function deleteOrphans(tx: Db): Promise<void> {
  await tables(tx)
    .deleteFrom('inbox_objects')
    .where('delivery', 'not in', tables(tx).selectFrom('inbox_deliveries').select('id'))
    .execute();
}
