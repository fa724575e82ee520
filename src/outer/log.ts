/** The outer door's own log: the ledger's code with another key, and salts that a replay gives again. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Random } from '../core/index.ts';
import { openLedger } from '../ledger/index.ts';
import type { EntryInput, Ledger, Signer } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import type { OuterDb } from './store.ts';

/** What the rest of the outer door needs of its log. */
export interface OuterLog {
  size(): number;
  checkpoint(): string;
  readonly verifierKey: string;
  /** Commits an entry and a change together. */
  record(entry: EntryInput, change: (tx: OuterDb) => Promise<void>): Promise<void>;
  /** The receipt of an entry under the checkpoint of its own size: the same bytes whenever it is asked for. */
  receipt(index: number): Promise<string>;
  /** Brings the tile files up to what is committed. */
  publish(): Promise<void>;
  tile(name: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** What the log is opened with; key and salt secret come from outside, like the clock. */
export interface OuterLogParts {
  readonly store: Store;
  readonly dir: string;
  readonly key: Signer;
  readonly saltSecret: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFault: (error: Error) => void;
}

const TILE_NAME = /^(?:[0-7]|entries)\/(?:x\d{3}\/){0,4}\d{3}(?:\.p\/[1-9]\d{0,2})?$/;

/** Salts are a keyed function of place and entry, so that what is published depends on nothing but the wire. */
function makeSalter(secret: Uint8Array) {
  return (index: number, entry: Uint8Array): Uint8Array =>
    new Uint8Array(
      createHmac('sha256', secret)
        .update(`${String(index)}\n`)
        .update(entry)
        .digest(),
    );
}

/** Opens the log, or makes it. */
export async function openOuterLog(parts: OuterLogParts): Promise<OuterLog> {
  const ledger: Ledger = await openLedger({
    store: parts.store,
    logId: 'outer',
    dir: parts.dir,
    key: parts.key,
    clock: parts.clock,
    random: parts.random,
    // Files are written when a slot is published and at no other time.
    publishMs: 0,
    receiptsAt: 'entry',
    saltFor: makeSalter(parts.saltSecret),
    onFault: parts.onFault,
  });
  return {
    size: () => ledger.size,
    checkpoint: () => ledger.checkpoint,
    verifierKey: ledger.vkey,
    record: async (entry, change) => {
      await ledger.record(entry, change);
    },
    receipt: (index) => ledger.proof(index),
    publish: () => ledger.publish(),
    tile: async (name) => {
      if (!TILE_NAME.test(name)) return undefined;
      try {
        return new Uint8Array(await readFile(path.join(parts.dir, 'tile', name)));
      } catch {
        return undefined;
      }
    },
    close: () => ledger.close(),
  };
}
