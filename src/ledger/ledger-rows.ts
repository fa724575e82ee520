/** The ledger's rows in the database. All SQL of this module is here. */
import type { Kysely } from 'kysely';
import { equalBytes } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import { commitment } from './entry.ts';
import { utf8 } from '../core/index.ts';
import { EMPTY_ROOT } from './merkle.ts';

interface HeadsTable {
  log_id: string;
  origin: string;
  fence: bigint;
  size: bigint;
  root: Uint8Array;
  checkpoint: string;
}

interface EntriesTable {
  log_id: string;
  idx: bigint;
  id: string;
  kind: string;
  actor: string;
  at: string;
  entry: string;
  salt: Uint8Array;
}

interface CosignaturesTable {
  log_id: string;
  witness: string;
  size: bigint;
  line: string;
}

/** The tables of this module. */
export interface LedgerTables {
  ledger_heads: HeadsTable;
  ledger_entries: EntriesTable;
  ledger_cosignatures: CosignaturesTable;
}

/** The committed head of a log. */
export interface HeadRow {
  readonly origin: string;
  readonly fence: bigint;
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
}

/** One recorded entry with its salt. */
export interface EntryRow {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly by: string;
  readonly at: string;
  /** Canonical JSON. */
  readonly text: string;
  readonly salt: Uint8Array;
}

type Db = Kysely<LedgerTables>;

/** Rows of an insert come in these sizes, so that few different statements are ever prepared. */
const INSERT_ROWS = [64, 8, 1] as const;

function toEntryRow(row: EntriesTable): EntryRow {
  const { idx, id, kind, actor, at, entry, salt } = row;
  return { index: Number(idx), id, kind, by: actor, at, text: entry, salt };
}

/** The leaf data that a row stands for, computed again from what is stored. */
export function rowCommitment(row: EntryRow): Uint8Array {
  return commitment(row.salt, utf8(row.text));
}

/** Whether the columns by which entries are found say what the entry itself says. */
export function isFiledAsWritten(row: EntryRow): boolean {
  try {
    const { kind, by, at } = JSON.parse(row.text) as Partial<Record<string, unknown>>;
    return kind === row.kind && by === row.by && at === row.at;
  } catch {
    return false;
  }
}

/** Reads the head; null for a log that was never opened. */
export async function readHead(db: Db, logId: string): Promise<HeadRow | null> {
  const row = await db
    .selectFrom('ledger_heads')
    .selectAll()
    .where('log_id', '=', logId)
    .executeTakeFirst();
  return row === undefined ? null : { ...row, size: Number(row.size) };
}

/** Takes the log over: whoever held a lower fence can no longer move its head. */
export async function takeFence(db: Db, logId: string, origin: string): Promise<HeadRow> {
  const head = await readHead(db, logId);
  if (head === null) {
    const fresh = { origin, fence: 1n, root: EMPTY_ROOT, checkpoint: '' };
    await db
      .insertInto('ledger_heads')
      .values({ log_id: logId, size: 0n, ...fresh })
      .execute();
    return { ...fresh, size: 0 };
  }
  const fence = head.fence + 1n;
  await db.updateTable('ledger_heads').set({ fence }).where('log_id', '=', logId).execute();
  return { ...head, fence };
}

/** Moves the head by compare-and-swap on fence, size and root. False means that somebody else holds the log. */
export async function moveHead(
  db: Db,
  logId: string,
  from: { fence: bigint; size: number; root: Uint8Array },
  to: { size: number; root: Uint8Array; checkpoint: string },
): Promise<boolean> {
  const held = await readHead(db, logId);
  if (held === null || !equalBytes(held.root, from.root)) return false;
  const result = await db
    .updateTable('ledger_heads')
    .set({ size: BigInt(to.size), root: to.root, checkpoint: to.checkpoint })
    .where('log_id', '=', logId)
    .where('fence', '=', from.fence)
    .where('size', '=', BigInt(from.size))
    .executeTakeFirstOrThrow();
  return result.numUpdatedRows === 1n;
}

/** Inserts entries. */
export async function insertEntries(
  db: Db,
  logId: string,
  rows: readonly EntryRow[],
): Promise<void> {
  let at = 0;
  for (const count of INSERT_ROWS) {
    for (; rows.length - at >= count; at += count) {
      const values = rows.slice(at, at + count).map((row) => ({
        log_id: logId,
        idx: BigInt(row.index),
        id: row.id,
        kind: row.kind,
        actor: row.by,
        at: row.at,
        entry: row.text,
        salt: row.salt,
      }));
      await db.insertInto('ledger_entries').values(values).execute();
    }
  }
}

/** Reads entries by index, `from` inclusive, at most `limit` of them. */
export async function readEntries(
  db: Db,
  logId: string,
  from: number,
  limit: number,
): Promise<EntryRow[]> {
  const rows = await db
    .selectFrom('ledger_entries')
    .selectAll()
    .where('log_id', '=', logId)
    .where('idx', '>=', BigInt(from))
    .orderBy('idx')
    .limit(limit)
    .execute();
  return rows.map(toEntryRow);
}

/** Finds one entry by its id. */
export async function findEntry(db: Db, logId: string, id: string): Promise<EntryRow | null> {
  const row = await db
    .selectFrom('ledger_entries')
    .selectAll()
    .where('log_id', '=', logId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toEntryRow(row);
}

/** Keeps a witness's newest cosignature. */
export async function putCosignature(
  store: Store,
  logId: string,
  cosignature: { witness: string; size: number; line: string },
): Promise<void> {
  await store.write(async (db: Db) => {
    const values = { size: BigInt(cosignature.size), line: cosignature.line };
    await db
      .insertInto('ledger_cosignatures')
      .values({ log_id: logId, witness: cosignature.witness, ...values })
      .onConflict((conflict) => conflict.columns(['log_id', 'witness']).doUpdateSet(values))
      .execute();
  });
}

/** Reads the newest cosignature of every witness. */
export async function readCosignatures(
  store: Store,
  logId: string,
): Promise<{ witness: string; size: number; line: string }[]> {
  const rows = await store.read((db: Db) =>
    db
      .selectFrom('ledger_cosignatures')
      .select(['witness', 'size', 'line'])
      .where('log_id', '=', logId)
      .orderBy('witness')
      .execute(),
  );
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}
