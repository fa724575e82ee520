/** The sender's own tables. Every write is part of a transaction that the guard opened. */
import type { Kysely } from 'kysely';
import type { BucketLevel } from '../budget/index.ts';

/** One emitted file: what the outer door stores. */
export interface EmittedDigest {
  readonly name: string;
  readonly type: string;
  readonly form?: string | null;
  readonly sha256: string;
  readonly bytes: number;
  /** Codes of what an inspector holds in it, where it was looked at. */
  readonly findings?: readonly string[];
}

/** Bits by the name of a budget. */
export type Budgeted = Readonly<Record<string, bigint>>;

/** A release that was let through. */
export interface GuardRelease {
  readonly requestId: string;
  readonly bodySha256: string;
  readonly destination: number;
  readonly historyPrefix: number;
  /** The digest of the requests that the destination was to have before, in order. */
  readonly historySha256: string;
  readonly chargeBitsMax: bigint;
  readonly tier: string;
  readonly meter: MeterName | null;
  readonly meteredBits: bigint;
  /** What it took from each budget, by name. */
  readonly budgeted: Budgeted;
  /** Its number on the wire; null while it was only asked for. */
  readonly sequence: number | null;
  /** What it emits; null until that was needed. */
  readonly emitted: readonly EmittedDigest[] | null;
}

/** What leaves without an approval of others. */
export type MeterName = 'automatic' | 'self' | 'break-glass';

/** A meter of the sender. */
export interface MeterRow {
  /** Of a budget, `budget` and its name. */
  readonly name: MeterName | `budget ${string}`;
  readonly level: BucketLevel;
}

interface GuardTables {
  sender_releases: {
    request_id: string;
    body_sha256: string;
    destination: bigint;
    history_prefix: bigint;
    history_sha256: string;
    charge_bits_max: bigint;
    tier: string;
    meter: string | null;
    metered_bits: bigint;
    budgeted: string;
    sequence: bigint | null;
    emitted: string | null;
  };
  sender_meters: {
    name: string;
    tokens_bits: bigint;
    remainder: string;
    seen_ms: bigint;
    spent_bits: bigint;
  };
  sender_rosters: {
    version: bigint;
    sha256: string;
    document: string;
    subject: string | null;
    signatures: string;
  };
  sender_bodies: { sha256: string; bytes: Uint8Array };
  sender_windows: { id: string; opened_ms: bigint; uses: bigint; bits: bigint };
  sender_loans: { id: string; budget: string; bits: bigint; until_ms: bigint };
  sender_settings: { id: bigint; document: string };
  sender_state: {
    id: bigint;
    ledger_key: string;
    gate: string;
    ledger_size: bigint;
    ledger_root: string;
  };
}

/** A query builder on these tables. */
export type GuardDb = Kysely<GuardTables>;

function releaseOf(row: GuardTables['sender_releases']): GuardRelease {
  return {
    requestId: row.request_id,
    bodySha256: row.body_sha256,
    destination: Number(row.destination),
    historyPrefix: Number(row.history_prefix),
    historySha256: row.history_sha256,
    chargeBitsMax: row.charge_bits_max,
    tier: row.tier,
    meter: row.meter as MeterName | null,
    meteredBits: row.metered_bits,
    budgeted: Object.fromEntries(
      Object.entries(JSON.parse(row.budgeted) as Record<string, string>).map(([name, bits]) => [
        name,
        BigInt(bits),
      ]),
    ),
    sequence: row.sequence === null ? null : Number(row.sequence),
    emitted: row.emitted === null ? null : (JSON.parse(row.emitted) as EmittedDigest[]),
  };
}

function sayBudgeted(budgeted: Budgeted): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(budgeted).map(([name, bits]) => [name, String(bits)])),
  );
}

function rowOf(release: GuardRelease): GuardTables['sender_releases'] {
  return {
    request_id: release.requestId,
    body_sha256: release.bodySha256,
    destination: BigInt(release.destination),
    history_prefix: BigInt(release.historyPrefix),
    history_sha256: release.historySha256,
    charge_bits_max: release.chargeBitsMax,
    tier: release.tier,
    meter: release.meter,
    metered_bits: release.meteredBits,
    budgeted: sayBudgeted(release.budgeted),
    sequence: release.sequence === null ? null : BigInt(release.sequence),
    emitted: release.emitted === null ? null : JSON.stringify(release.emitted),
  };
}

/** The release of a request; null when it was never asked for. */
export async function findByRequest(db: GuardDb, requestId: string): Promise<GuardRelease | null> {
  const row = await db
    .selectFrom('sender_releases')
    .selectAll()
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row === undefined ? null : releaseOf(row);
}

const IDS_PER_QUERY = 400;

/** The releases of many requests, by request. */
export async function findByRequests(
  db: GuardDb,
  requestIds: readonly string[],
): Promise<ReadonlyMap<string, GuardRelease>> {
  const found = new Map<string, GuardRelease>();
  for (let at = 0; at < requestIds.length; at += IDS_PER_QUERY) {
    const rows = await db
      .selectFrom('sender_releases')
      .selectAll()
      .where('request_id', 'in', requestIds.slice(at, at + IDS_PER_QUERY))
      .execute();
    for (const row of rows) found.set(row.request_id, releaseOf(row));
  }
  return found;
}

/** Adds a release. */
export async function insertRelease(tx: GuardDb, release: GuardRelease): Promise<void> {
  await tx.insertInto('sender_releases').values(rowOf(release)).execute();
}

/** Writes a release that was asked for again before it was sent. */
export async function replaceRelease(tx: GuardDb, release: GuardRelease): Promise<void> {
  await tx.deleteFrom('sender_releases').where('request_id', '=', release.requestId).execute();
  await insertRelease(tx, release);
}

/** Notes what a release emits, unless it was asked for again with another body meanwhile. */
export async function noteEmitted(
  tx: GuardDb,
  release: Pick<GuardRelease, 'requestId' | 'bodySha256'>,
  emitted: readonly EmittedDigest[],
): Promise<void> {
  await tx
    .updateTable('sender_releases')
    .set({ emitted: JSON.stringify(emitted) })
    .where('request_id', '=', release.requestId)
    .where('body_sha256', '=', release.bodySha256)
    .execute();
}

/** Notes the number under which a release goes to the wire. */
export async function noteSequence(
  tx: GuardDb,
  requestId: string,
  sequence: number,
): Promise<void> {
  await tx
    .updateTable('sender_releases')
    .set({ sequence: BigInt(sequence) })
    .where('request_id', '=', requestId)
    .execute();
}

/** Notes that more was taken from a release's meter. */
export async function topUpRelease(tx: GuardDb, requestId: string, bits: bigint): Promise<void> {
  await tx
    .updateTable('sender_releases')
    .set({ metered_bits: bits })
    .where('request_id', '=', requestId)
    .execute();
}

/** Notes what a release really took from budgets. */
export async function noteBudgeted(
  tx: GuardDb,
  requestId: string,
  budgeted: Budgeted,
): Promise<void> {
  await tx
    .updateTable('sender_releases')
    .set({ budgeted: sayBudgeted(budgeted) })
    .where('request_id', '=', requestId)
    .execute();
}

/** The settings that this sender was told before people signed any; null when it was told none. */
export async function readSenderBase(db: GuardDb): Promise<string | null> {
  const row = await db.selectFrom('sender_settings').select('document').executeTakeFirst();
  return row?.document ?? null;
}

/** Keeps those settings, once and for good. */
export async function writeSenderBase(tx: GuardDb, document: string): Promise<void> {
  await tx.insertInto('sender_settings').values({ id: 1n, document }).execute();
}

/** The requests whose frames a destination was sent before a number, in order. */
export async function historyOf(
  db: GuardDb,
  destination: number,
  before: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('sender_releases')
    .select('request_id')
    .where('destination', '=', BigInt(destination))
    .where('sequence', '<', BigInt(before))
    .orderBy('sequence')
    .execute();
  return rows.map((row) => row.request_id);
}

/** A meter as stored; null before it was used. */
export async function readMeter(db: GuardDb, name: string): Promise<MeterRow | null> {
  const row = await db
    .selectFrom('sender_meters')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    name: row.name as MeterRow['name'],
    level: {
      tokensBits: row.tokens_bits,
      remainder: BigInt(row.remainder),
      seenMs: row.seen_ms,
      spentBits: row.spent_bits,
    },
  };
}

/** Writes a meter. */
export async function writeMeter(tx: GuardDb, meter: MeterRow): Promise<void> {
  const { name, level } = meter;
  const row = {
    tokens_bits: level.tokensBits,
    remainder: String(level.remainder),
    seen_ms: level.seenMs,
    spent_bits: level.spentBits,
  };
  await tx
    .insertInto('sender_meters')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** What left through a window. */
export async function readWindow(
  db: GuardDb,
  id: string,
): Promise<{ openedMs: number; uses: number; bits: bigint } | null> {
  const row = await db
    .selectFrom('sender_windows')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { openedMs: Number(row.opened_ms), uses: Number(row.uses), bits: row.bits };
}

/** Writes what left through a window. */
export async function writeWindow(
  tx: GuardDb,
  id: string,
  window: { openedMs: number; uses: number; bits: bigint },
): Promise<void> {
  const row = {
    opened_ms: BigInt(window.openedMs),
    uses: BigInt(window.uses),
    bits: window.bits,
  };
  await tx
    .insertInto('sender_windows')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** Whose sender this is, and how much of the ledger it has seen. */
export async function readState(
  db: GuardDb,
): Promise<{ ledgerKey: string; gate: string; ledgerSize: number; ledgerRoot: string } | null> {
  const row = await db.selectFrom('sender_state').selectAll().executeTakeFirst();
  if (row === undefined) return null;
  return {
    ledgerKey: row.ledger_key,
    gate: row.gate,
    ledgerSize: Number(row.ledger_size),
    ledgerRoot: row.ledger_root,
  };
}

/** Writes whose sender this is. */
export async function writeState(tx: GuardDb, ledgerKey: string, gate: string): Promise<void> {
  await tx
    .insertInto('sender_state')
    .values({ id: 1n, ledger_key: ledgerKey, gate, ledger_size: 0n, ledger_root: '' })
    .execute();
}

/** Writes how much of the ledger was seen. */
export async function writeHead(tx: GuardDb, size: number, root: string): Promise<void> {
  await tx
    .updateTable('sender_state')
    .set({ ledger_size: BigInt(size), ledger_root: root })
    .execute();
}

/** The stored roster chain, the oldest first. */
export async function readChain(
  db: GuardDb,
): Promise<readonly { document: string; subject: string | null; signatures: readonly string[] }[]> {
  const rows = await db.selectFrom('sender_rosters').selectAll().orderBy('version').execute();
  return rows.map(({ document, subject, signatures }) => ({
    document,
    subject,
    signatures: JSON.parse(signatures) as string[],
  }));
}

/** Adds a checked link to the stored chain. */
export async function addLink(
  tx: GuardDb,
  version: number,
  sha256: string,
  link: { document: string; subject: string | null; signatures: readonly string[] },
): Promise<void> {
  await tx
    .insertInto('sender_rosters')
    .values({
      version: BigInt(version),
      sha256,
      document: link.document,
      subject: link.subject,
      signatures: JSON.stringify(link.signatures),
    })
    .execute();
}
