/**
 * An attacker who has the gate's process: its code, its keys, its database and the channel to the sender. Works on a
 * copy of a stopped gate's data folder, with the sender's real process.
 */
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { gateFolders } from '../../src/app/index.ts';
import { startSenderProcess } from '../../src/app/sender/client.ts';
import type { SpawnedSender } from '../../src/app/sender/client.ts';
import { systemClock, systemRandom } from '../../src/core/index.ts';
import { openKeyFile, openLedger } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { Releases } from '../../src/release/index.ts';
import { readLinks } from '../../src/requests/index.ts';
import type { Rosters, RosterLink } from '../../src/requests/index.ts';
import { openBlobs, openStore } from '../../src/store/index.ts';
import type { Blobs, Store } from '../../src/store/index.ts';
import { LinkReader } from '../../src/wire/index.ts';

/** Any table, as somebody sees it who writes to the database by hand. */
export type AnyTables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A hijacked gate. */
export interface Hijacked {
  readonly dataDir: string;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly blobs: Blobs;
  readonly releases: Releases;
  /** Writes to the database as if by hand. */
  write<T>(work: (db: Kysely<AnyTables>) => Promise<T>): Promise<T>;
  row(table: string, id: string): Promise<Readonly<Record<string, unknown>>>;
  /** Starts the sender; `links` is the roster chain that it is told, the stored one when left out. */
  startSender(links?: readonly RosterLink[]): Promise<HijackedSender>;
  close(): Promise<void>;
}

/** The sender with the wire in the attacker's sight. */
export interface HijackedSender {
  readonly sender: SpawnedSender;
  readonly alarms: string[];
  /** The kinds of the records that went out in one slot. */
  slot(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

function originOf(vkey: string): string {
  return vkey.split('+')[0] ?? '';
}

/** Copies a stopped gate's data and opens it. */
export async function hijack(data: string, ledgerKey: string): Promise<Hijacked> {
  const root = await mkdtemp(path.join(tmpdir(), 'sallyport-hijack-'));
  const dataDir = path.join(root, 'data');
  await cp(data, dataDir, { recursive: true });
  const folders = gateFolders(dataDir);
  const store = await openStore(folders.database);
  const name = originOf(ledgerKey);
  const key = await openKeyFile(folders.ledgerKey, { name, random: systemRandom });
  const clock = systemClock;
  const parts = { store, logId: 'inner', dir: folders.ledger, key, clock, random: systemRandom };
  const ledger = await openLedger(parts);
  const blobs = openBlobs(folders.blobs, systemRandom);
  const releases = new Releases({ store, ledger, blobs, clock });
  return {
    dataDir,
    store,
    ledger,
    blobs,
    releases,
    write: (work) => store.write((db) => work(db as unknown as Kysely<AnyTables>)),
    row: (table, id) =>
      store.read((db) =>
        (db as unknown as Kysely<AnyTables>)
          .selectFrom(table)
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirstOrThrow(),
      ),
    startSender: async (links) => {
      const stored = links ?? (await store.read((db) => readLinks(db)));
      const chain = stored.map((link, i) => ({ ...link, version: i + 1 }));
      const alarms: string[] = [];
      const sender = await startSenderProcess({
        dir: folders.sender,
        gate: name,
        automatic: { burstBits: 8_000_000_000, bitsPerDay: 8_000_000_000 },
        ledger,
        releases,
        rosters: { links: chain, base: null } as unknown as Rosters,
        onAlarm: (sentence) => alarms.push(sentence),
      });
      const reader = new LinkReader();
      const records: string[] = [];
      sender.wire.on('data', (chunk: Buffer) => {
        for (const record of reader.push(chunk)) records.push(record.kind);
      });
      return {
        sender,
        alarms,
        slot: async () => {
          records.length = 0;
          await sender.slot(1, 1);
          // Every slot ends with a tick, so this one is over when it is there.
          while (!records.includes('tick')) await once(sender.wire, 'data');
          return [...records];
        },
        stop: () => sender.stop(),
      };
    },
    close: async () => {
      await ledger.close();
      await store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
