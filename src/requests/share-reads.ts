/** How often shared files were read, and when last: rows that the ledger's entries of reading account for. */
import type { Kysely } from 'kysely';

interface ShareTables {
  share_reads: { request: string; reader: string; sha256: string; reads: bigint; last_ms: bigint };
}

/** One reader's count of one file of a share. */
export interface ShareReads {
  readonly request: string;
  readonly reader: string;
  readonly sha256: string;
  readonly reads: number;
  readonly lastMs: number;
}

function tables(db: Kysely<unknown>): Kysely<ShareTables> {
  return db;
}

/** Counts one reading, in the transaction of its entry. */
export async function countRead(
  tx: Kysely<unknown>,
  read: Omit<ShareReads, 'reads' | 'lastMs'>,
  nowMs: number,
): Promise<void> {
  await tables(tx)
    .insertInto('share_reads')
    .values({ ...read, reads: 1n, last_ms: BigInt(nowMs) })
    .onConflict((conflict) =>
      conflict.columns(['request', 'reader', 'sha256']).doUpdateSet((eb) => ({
        reads: eb('share_reads.reads', '+', 1n),
        last_ms: BigInt(nowMs),
      })),
    )
    .execute();
}

/** The counts of some shares, or of all. */
export async function listReads(
  db: Kysely<unknown>,
  requests?: readonly string[],
): Promise<readonly ShareReads[]> {
  if (requests?.length === 0) return [];
  let query = tables(db).selectFrom('share_reads').selectAll();
  if (requests !== undefined) query = query.where('request', 'in', requests);
  const rows = await query.execute();
  return rows.map((row) => ({
    request: row.request,
    reader: row.reader,
    sha256: row.sha256,
    reads: Number(row.reads),
    lastMs: Number(row.last_ms),
  }));
}
