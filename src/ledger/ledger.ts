/**
 * The ledger: one sequencer that gives every entry its place in the same durable transaction as the change it records.
 *
 * The head (size, root, signed checkpoint) moves by compare-and-swap on a fencing token inside that transaction, so a
 * process that was paused while another took over can commit nothing. A checkpoint that was signed for a transaction
 * that then failed never leaves this process.
 */
import type { Kysely } from 'kysely';
import type { Clock, FileOps, Random } from '../core/index.ts';
import { equalBytes, isoTime, newId, parseJsonStrict, systemFiles } from '../core/index.ts';
import type { GroupStep, Store } from '../store/index.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { Entry, EntryInput, WrittenEntry } from './entry.ts';
import { SALT_BYTES, writeEntry } from './entry.ts';
import { ledgerErrors } from './errors.ts';
import type { HotTree } from './hot-tree.ts';
import type { EntryRow, HeadRow, LedgerTables } from './ledger-rows.ts';
import {
  findEntry,
  insertEntries,
  moveHead,
  readEntries,
  readHead,
  rowCommitment,
  takeFence,
} from './ledger-rows.ts';
import { loadTree } from './load-tree.ts';
import { leafHash } from './merkle.ts';
import type { Signer } from './note.ts';
import { publishTiles } from './publisher.ts';
import { writeReceipt } from './receipt.ts';
import { TileFolder } from './tile-folder.ts';
import { consistencyProof, inclusionProof, rangeRoot } from './tree.ts';

/** How to open a ledger. */
export interface LedgerOptions {
  readonly store: Store;
  /** Tells several logs in one database apart. */
  readonly logId: string;
  /** The folder of tiles and checkpoint. */
  readonly dir: string;
  /** Signs checkpoints; its name is the log's origin. */
  readonly key: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly files?: FileOps;
  /** Files are published at most this often; 1,000 by default. 0 leaves publishing to {@link Ledger.publish}. */
  readonly publishMs?: number;
  /** Hears of a fault after which the ledger takes nothing more. The process should stop. */
  readonly onFault?: (cause: Error) => void;
  /** Gives the salt of an entry; by default fresh random bytes. For logs that a replay must reproduce. */
  readonly saltFor?: (index: number, entry: Uint8Array) => Uint8Array;
  /**
   * `group`: a receipt is under the checkpoint of its whole group (fast). `entry`: under a checkpoint of size index + 1,
   * so that its bytes do not depend on timing.
   */
  readonly receiptsAt?: 'group' | 'entry';
}

/** What {@link Ledger.record} gives back. */
export interface Recorded<T> {
  readonly value: T;
  readonly id: string;
  readonly index: number;
  /** A `.tlog-proof` that discloses the entry. */
  readonly receipt: string;
}

/** What {@link Ledger.record} gives back when the change decided that there was nothing to record. */
export interface Unrecorded<T> {
  readonly value: T;
  readonly id: null;
  readonly index: null;
  readonly receipt: null;
}

/** A recorded entry as it is shown. */
export interface ShownEntry {
  readonly index: number;
  readonly id: string;
  readonly entry: Entry;
}

interface Pending {
  readonly value: unknown;
  readonly written: WrittenEntry | null;
  readonly id: string;
  index: number;
  salt: Uint8Array;
  size: number;
}

interface Head {
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
}

type Change<DB, T> = (tx: Kysely<DB>) => Promise<T>;

function toShown(row: EntryRow): ShownEntry {
  const parsed = parseJsonStrict(row.text);
  if (!parsed.ok) {
    throw ledgerErrors.error('ROOT_MISMATCH', { log: row.id, why: 'an entry is not JSON' });
  }
  return { index: row.index, id: row.id, entry: parsed.value as Entry };
}

/** An open ledger. Only one process holds a log; opening it elsewhere stops this one at its next record. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #tree: HotTree;
  readonly #folder: TileFolder;
  readonly #fence: bigint;
  readonly #step: GroupStep<Pending>;
  #head: Head;
  #staged: Head | undefined;
  #publishedSize: number;
  #publishing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped: string | undefined;
  readonly #groupIds = new Set<string>();
  #cosigned: { size: number; lines: string } = { size: -1, lines: '' };

  /** Use {@link openLedger}. */
  constructor(
    options: LedgerOptions,
    state: { head: HeadRow; tree: HotTree; folder: TileFolder; publishedSize: number },
  ) {
    this.#options = options;
    this.#tree = state.tree;
    this.#folder = state.folder;
    this.#fence = state.head.fence;
    this.#head = state.head;
    this.#publishedSize = state.publishedSize;
    this.#step = {
      finish: (tx, values) => this.#sequence(tx as Kysely<LedgerTables>, values),
      committed: () => {
        this.#groupIds.clear();
        if (this.#staged === undefined) return;
        this.#head = this.#staged;
        this.#staged = undefined;
        this.#schedule();
      },
      undone: () => {
        this.#groupIds.clear();
        this.#staged = undefined;
        this.#tree.truncate(this.#head.size);
      },
    };
  }

  /** The verifier key that receipts and checkpoints are checked with. */
  get vkey(): string {
    return this.#options.key.verifier.vkey;
  }

  /** The log's origin line. */
  get origin(): string {
    return this.#options.key.verifier.name;
  }

  /** Entries under the newest durable signed checkpoint. */
  get size(): number {
    return this.#head.size;
  }

  /** The newest durable signed checkpoint. */
  get checkpoint(): string {
    return this.#withCosignatures(this.#head);
  }

  /** The size and root of the newest durable checkpoint. */
  get head(): { readonly size: number; readonly root: Uint8Array } {
    return { size: this.#head.size, root: this.#head.root };
  }

  /** How much of the log the folder shows. */
  get publishedSize(): number {
    return this.#publishedSize;
  }

  /**
   * Makes a change and records its entry in one durable transaction. Resolves when a durable signed checkpoint covers
   * the entry. A change that throws leaves neither. The entry may be computed from the change's value; null from that
   * function means that nothing changed and nothing is recorded.
   */
  record<T = undefined, DB = never>(
    entry: EntryInput,
    change?: Change<DB, T>,
    options?: { id?: string },
  ): Promise<Recorded<T>>;
  record<T, DB = never>(
    entry: (value: T) => EntryInput,
    change: Change<DB, T>,
    options?: { id?: string },
  ): Promise<Recorded<T>>;
  record<T, DB = never>(
    entry: (value: T) => EntryInput | null,
    change: Change<DB, T>,
    options?: { id?: string },
  ): Promise<Recorded<T> | Unrecorded<T>>;
  async record<T>(
    entry: EntryInput | ((value: T) => EntryInput | null),
    change?: Change<never, T>,
    options: { id?: string } = {},
  ): Promise<Recorded<T> | Unrecorded<T>> {
    const { store, logId } = this.#options;
    if (this.#stopped !== undefined) {
      throw ledgerErrors.error('STOPPED', { log: logId, why: this.#stopped });
    }
    const pending = await store.write(async (tx: Kysely<never>): Promise<Pending> => {
      const value = (await change?.(tx)) as T;
      const input = typeof entry === 'function' ? entry(value) : entry;
      const at = isoTime(this.#options.clock.nowMs());
      if (options.id !== undefined) await this.#claimId(tx, options.id);
      return {
        value,
        written: input === null ? null : writeEntry(input, at),
        id: options.id ?? newId('ent', this.#options.random),
        index: -1,
        salt: new Uint8Array(0),
        size: 0,
      };
    }, this.#step);
    const value = pending.value as T;
    if (pending.written === null) return { value, id: null, index: null, receipt: null };
    const receipt = await this.#receipt(
      pending.index,
      this.#options.receiptsAt === 'entry' ? pending.index + 1 : pending.size,
      { entry: pending.written.entry, salt: pending.salt },
    );
    return { value, id: pending.id, index: pending.index, receipt };
  }

  /** A receipt for an entry, by id or index, under the newest checkpoint or under an older size. */
  async proof(
    which: string | number,
    options: { size?: number; disclose?: boolean } = {},
  ): Promise<string> {
    const row = await this.#row(which);
    if (row === null || row.index >= this.#head.size) {
      throw ledgerErrors.error('ENTRY_MISSING', { id: which });
    }
    const size =
      options.size ?? (this.#options.receiptsAt === 'entry' ? row.index + 1 : this.#head.size);
    if (size <= row.index || size > this.#head.size) {
      throw ledgerErrors.error('SIZE_OUT_OF_RANGE', { size, held: this.#head.size });
    }
    const disclosed =
      options.disclose === false ? undefined : { entry: toShown(row).entry, salt: row.salt };
    return this.#receipt(row.index, size, disclosed);
  }

  /** Shows one entry, by id or index; null if there is none. */
  async show(which: string | number): Promise<ShownEntry | null> {
    const row = await this.#row(which);
    return row === null ? null : toShown(row);
  }

  /** Lists entries from an index on, at most `limit`. */
  async list(from: number, limit: number): Promise<ShownEntry[]> {
    const { store, logId } = this.#options;
    const rows = await store.read((db: Kysely<LedgerTables>) =>
      readEntries(db, logId, from, Math.min(limit, 1_000)),
    );
    return rows.map(toShown);
  }

  /** The proof that the log of `to` entries begins with the log of `from`. */
  consistency(from: number, to: number): Promise<Uint8Array[]> {
    if (from < 0 || to < from || to > this.#head.size) {
      throw ledgerErrors.error('SIZE_OUT_OF_RANGE', { size: to, held: this.#head.size });
    }
    return this.#tree.loading(this.#folder, () => consistencyProof(this.#tree, from, to));
  }

  /** Puts cosignature lines of witnesses on the checkpoint of that size. */
  addCosignatures(size: number, lines: string): void {
    if (size >= this.#cosigned.size) this.#cosigned = { size, lines };
  }

  /** Writes what is committed but not yet in the folder. Also runs by itself, see `publishMs`. */
  async publish(): Promise<void> {
    while (this.#publishing !== undefined) await this.#publishing;
    const head = this.#head;
    if (head.size === 0 && head.checkpoint === '') return;
    this.#publishing = this.#publishTo(head);
    try {
      await this.#publishing;
    } catch (cause) {
      // A failed fsync tells nothing about what is on disk; only a fresh start may look again.
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.fail(error);
      throw error;
    } finally {
      this.#publishing = undefined;
    }
  }

  /** Stops the ledger for good; used by the self-check when the disk does not match. */
  fail(cause: Error): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = cause.message;
    clearTimeout(this.#timer);
    this.#options.onFault?.(cause);
  }

  /** Publishes the rest and stops taking entries. The store stays open. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#stopped === undefined && this.#publishedSize < this.#head.size) await this.publish();
    while (this.#publishing !== undefined) await this.#publishing.catch(() => undefined);
    this.#stopped ??= 'it is closed';
    clearTimeout(this.#timer);
  }

  /** A repeated id must undo its own work only, so it is found here and not by the group's insert. */
  async #claimId(tx: Kysely<never>, id: string): Promise<void> {
    const db = tx as unknown as Kysely<LedgerTables>;
    if (this.#groupIds.has(id) || (await findEntry(db, this.#options.logId, id)) !== null) {
      throw ledgerErrors.error('ENTRY_INVALID', { why: `there is an entry \`${id}\` already` });
    }
    this.#groupIds.add(id);
  }

  async #publishTo(head: Head): Promise<void> {
    const { store, logId } = this.#options;
    const parts = { logId, store, tree: this.#tree, folder: this.#folder };
    const to = { size: head.size, checkpoint: this.#withCosignatures(head) };
    await publishTiles(parts, this.#publishedSize, to);
    this.#publishedSize = head.size;
  }

  #withCosignatures(head: Head): string {
    return this.#cosigned.size === head.size
      ? head.checkpoint + this.#cosigned.lines
      : head.checkpoint;
  }

  #schedule(): void {
    const everyMs = this.#options.publishMs ?? 1_000;
    if (everyMs === 0 || this.#timer !== undefined || this.#stopped !== undefined) return;
    this.#timer = setTimeout(() => {
      this.publish()
        .catch(() => undefined)
        .finally(() => {
          this.#timer = undefined;
          if (this.#publishedSize < this.#head.size) this.#schedule();
        });
    }, everyMs);
    this.#timer.unref();
  }

  #row(which: string | number): Promise<EntryRow | null> {
    const { store, logId } = this.#options;
    return store.read(async (db: Kysely<LedgerTables>) => {
      if (typeof which === 'string') return findEntry(db, logId, which);
      const [row] = await readEntries(db, logId, which, 1);
      return row?.index === which ? row : null;
    });
  }

  /** Gives the group its indexes and moves the head, before the group's COMMIT. */
  async #sequence(db: Kysely<LedgerTables>, group: readonly Pending[]): Promise<void> {
    const { logId, random, saltFor } = this.#options;
    const base = this.#head.size;
    const rows: EntryRow[] = [];
    for (const pending of group) {
      if (pending.written === null) continue;
      const { entry, text, bytes } = pending.written;
      pending.index = base + rows.length;
      pending.salt = saltFor?.(pending.index, bytes) ?? random.bytes(SALT_BYTES);
      const { index, id, salt } = pending;
      rows.push({ index, id, kind: entry.kind, by: entry.by, at: entry.at, text, salt });
    }
    if (rows.length === 0) return;
    await this.#checkHolder(db);
    await insertEntries(db, logId, rows);
    // What is signed is what the database gives back, not what we meant to put into it.
    const held = await readEntries(db, logId, base, rows.length + 1);
    if (held.length !== rows.length || held.some((row, i) => row.index !== base + i)) {
      this.#fenced();
    }
    for (const row of held) this.#tree.append(leafHash(rowCommitment(row)));
    const size = base + rows.length;
    const root = this.#tree.root();
    const checkpoint = signCheckpoint({ origin: this.origin, size, root }, this.#options.key);
    const from = { fence: this.#fence, size: base, root: this.#head.root };
    if (!(await moveHead(db, logId, from, { size, root, checkpoint }))) this.#fenced();
    for (const pending of group) pending.size = size;
    this.#staged = { size, root, checkpoint };
  }

  /** Finds out early that the log was taken over; the compare-and-swap at the end is what decides. */
  async #checkHolder(db: Kysely<LedgerTables>): Promise<void> {
    const held = await readHead(db, this.#options.logId);
    if (held?.fence !== this.#fence || held.size !== this.#head.size) this.#fenced();
  }

  #fenced(): never {
    const error = ledgerErrors.error('FENCED', { log: this.#options.logId });
    this.fail(error);
    throw error;
  }

  async #receipt(
    index: number,
    size: number,
    disclosed: { entry: Entry; salt: Uint8Array } | undefined,
  ): Promise<string> {
    const proof = await this.#tree.loading(this.#folder, () =>
      inclusionProof(this.#tree, index, size),
    );
    const checkpoint =
      size === this.#head.size
        ? this.#withCosignatures(this.#head)
        : await this.#checkpointAt(size);
    return writeReceipt({
      index,
      proof,
      checkpoint,
      ...(disclosed === undefined ? {} : { disclosed }),
    });
  }

  /** An older head of this very tree may always be signed again; Ed25519 gives the same bytes as the first time. */
  async #checkpointAt(size: number): Promise<string> {
    const root = await this.#tree.loading(this.#folder, () => rangeRoot(this.#tree, 0, size));
    return signCheckpoint({ origin: this.origin, size, root }, this.#options.key);
  }
}

/** Opens a log, making it if it is new, and takes it over from whoever held it. Recovery is nothing else than this. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { store, logId, key } = options;
  const origin = key.verifier.name;
  const folder = new TileFolder(options.dir, options.files ?? systemFiles);
  const head = await store.write((tx: Kysely<LedgerTables>) => takeFence(tx, logId, origin));
  if (head.origin !== origin) {
    throw ledgerErrors.error('ORIGIN_MISMATCH', { held: head.origin, asked: origin });
  }
  const loaded = await loadTree(logId, head, { store, folder, verifier: key.verifier });
  const signed = signCheckpoint({ origin, size: head.size, root: head.root }, key);
  if (head.size > 0 && !equalBytes(Buffer.from(signed), Buffer.from(head.checkpoint))) {
    throw ledgerErrors.error('ORIGIN_MISMATCH', { held: 'another key', asked: key.verifier.vkey });
  }
  const ledger = new Ledger(options, { head: { ...head, checkpoint: signed }, folder, ...loaded });
  if (loaded.publishedSize < head.size || loaded.publishedSize === 0) await ledger.publish();
  return ledger;
}
