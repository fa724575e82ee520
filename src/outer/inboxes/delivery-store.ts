/** The tables of inboxes and of what they took. Durable with the caller's transaction. */
import type { OuterDb, OuterTables } from '../store.ts';

/** A watched folder outside. */
export interface Inbox {
  readonly name: string;
  readonly dir: string;
  readonly addedAt: string;
}

/** Something that an inbox took. */
export interface Delivery {
  /** SHA-256 of its manifest. */
  readonly id: string;
  readonly inbox: string;
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly takenMs: number;
}

function deliveryOf(row: OuterTables['outer_deliveries']): Delivery {
  const { id, inbox, name } = row;
  const [files, bytes, takenMs] = [Number(row.files), Number(row.bytes), Number(row.taken_ms)];
  return { id, inbox, name, files, bytes, takenMs };
}

/** All inboxes by name. */
export async function listInboxes(db: OuterDb): Promise<readonly Inbox[]> {
  const rows = await db.selectFrom('outer_inboxes').selectAll().orderBy('name').execute();
  return rows.map(({ name, dir, added_at: addedAt }) => ({ name, dir, addedAt }));
}

/** What is kept, oldest first. */
export async function listDeliveries(db: OuterDb): Promise<readonly Delivery[]> {
  const rows = await db
    .selectFrom('outer_deliveries')
    .selectAll()
    .orderBy('taken_ms')
    .orderBy('id')
    .execute();
  return rows.map(deliveryOf);
}

/** One delivery, if it is kept. */
export async function findDelivery(db: OuterDb, id: string): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom('outer_deliveries')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : deliveryOf(row);
}

/** Notes a delivery; one that is kept already is kept longer. */
export async function putDelivery(tx: OuterDb, delivery: Delivery): Promise<void> {
  const { id, inbox, name, files, bytes, takenMs } = delivery;
  await tx
    .insertInto('outer_deliveries')
    .values({
      ...{ id, inbox, name, files: BigInt(files), bytes: BigInt(bytes) },
      taken_ms: BigInt(takenMs),
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ taken_ms: BigInt(takenMs) }))
    .execute();
}
