/**
 * The ledger: one sequencer that gives every entry its place in the same durable transaction as the change it records.
 *
 * The head (size, root, signed checkpoint) moves by compare-and-swap on a fencing token inside that transaction, so a
 * process that was paused while another took over can commit nothing. A checkpoint that was signed for a transaction
 * that then failed never leaves this process.
 */
import type { Kysely } from 'kysely';
import { isoTime, newId } from '../core/index.ts';
import type { GroupStep } from '../store/index.ts';
import { LogAudit } from './audit.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { EntryInput, WrittenEntry } from './entry.ts';
import { SALT_BYTES, writeEntry } from './entry.ts';
import { ledgerErrors } from './errors.ts';
import type { HotTree } from './hot-tree.ts';
import type {
  CommittedEntry,
  LedgerOptions,
  Recorded,
  ShownEntry,
  Unrecorded,
} from './ledger-options.ts';
import type { Head } from './ledger-reader.ts';
import { LedgerReader } from './ledger-reader.ts';
import type { EntryRow, HeadRow, LedgerTables } from './ledger-rows.ts';
import {
  findEntry,
  insertEntries,
  moveHead,
  readEntries,
  readHead,
  rowCommitment,
} from './ledger-rows.ts';
import { leafHash } from './merkle.ts';
import { publishTiles } from './publisher.ts';
import { SelfCheck } from './self-check.ts';
import type { TileFolder } from './tile-folder.ts';
import type { WitnessStatus } from './witness-round.ts';
import { WitnessRound } from './witness-round.ts';

interface Pending {
  readonly value: unknown;
  readonly written: WrittenEntry | null;
  readonly id: string;
  index: number;
  salt: Uint8Array;
  size: number;
}

type Change<DB, T> = (tx: Kysely<DB>) => Promise<T>;

/** An open ledger. Only one process holds a log; opening it elsewhere stops this one at its next record. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #tree: HotTree;
  readonly #folder: TileFolder;
  readonly #fence: bigint;
  readonly #step: GroupStep<Pending>;
  readonly #reader: LedgerReader;
  #head: Head;
  #staged: Head | undefined;
  #publishedSize: number;
  #publishing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped: string | undefined;
  readonly #groupIds = new Set<string>();
  #witnesses: WitnessRound | undefined;
  #asking: Promise<void> | undefined;
  #selfCheck: SelfCheck | undefined;

  /** Use `openLedger`. */
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
    this.#reader = new LedgerReader({
      store: options.store,
      logId: options.logId,
      key: options.key,
      tree: state.tree,
      folder: state.folder,
      receiptsAt: options.receiptsAt ?? 'group',
      head: () => this.#head,
      cosignatures: (size) => this.#witnesses?.linesFor(size) ?? '',
    });
    this.#step = {
      finish: (tx, values) => this.#sequence(tx, values),
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
    const receipt = await this.#reader.receipt(
      pending.index,
      this.#options.receiptsAt === 'entry' ? pending.index + 1 : pending.size,
      { entry: pending.written.entry, salt: pending.salt },
    );
    return { value, id: pending.id, index: pending.index, receipt };
  }

  /**
   * A receipt for an entry, by id or index, under the newest checkpoint or under an older size; `witnessed` takes the
   * newest checkpoint that a witness cosigned.
   */
  proof(
    which: string | number,
    options: { size?: number; disclose?: boolean; witnessed?: boolean } = {},
  ): Promise<string> {
    const { witnessed = false, ...rest } = options;
    if (!witnessed) return this.#reader.proof(which, rest);
    const size = Math.max(0, ...this.witnesses.map((witness) => witness.size));
    return this.#reader.proof(which, { ...rest, size });
  }

  /** Shows one entry, by id or index; null if there is none. */
  show(which: string | number): Promise<ShownEntry | null> {
    return this.#reader.show(which);
  }

  /** Lists entries from an index on, at most `limit` and 1,000. */
  list(from: number, limit: number): Promise<ShownEntry[]> {
    return this.#reader.list(from, limit);
  }

  /** The same with their commitments, for whoever may not read each entry. */
  listCommitted(from: number, limit: number): Promise<CommittedEntry[]> {
    return this.#reader.listCommitted(from, limit);
  }

  /** The proof that the log of `to` entries begins with the log of `from`. */
  consistency(from: number, to: number): Promise<Uint8Array[]> {
    return this.#reader.consistency(from, to);
  }

  /** How the configured witnesses stand. */
  get witnesses(): WitnessStatus[] {
    return this.#witnesses?.status ?? [];
  }

  /** Whole passes of the self-check that found nothing. */
  get selfCheckPasses(): number {
    return this.#selfCheck?.passes ?? 0;
  }

  /** Called once by `openLedger`, before anything is recorded. */
  async start(): Promise<void> {
    const { store, logId, witnesses = [], witnessFetch } = this.#options;
    this.#witnesses = await WitnessRound.open(witnesses, {
      store,
      logId,
      consistency: (from, to) => this.consistency(from, to),
      ...(witnessFetch === undefined ? {} : { fetch: witnessFetch }),
    });
    // A witness that has seen more than we hold stops us here, before a fork can be signed.
    await this.#witnesses.ask(this.#head, { everybody: true });
    if (this.#publishedSize < this.#head.size || this.#publishedSize === 0) await this.publish();
    // What is published already may not carry what a witness has cosigned only now.
    else if (witnesses.length > 0)
      await this.#folder.writeCheckpoint(this.#withCosignatures(this.#head));
    const everyMs = this.#options.selfCheckMs ?? 1_000;
    if (everyMs === 0) return;
    this.#selfCheck = new SelfCheck({
      log: logId,
      everyMs,
      begin: () => new LogAudit(this.#folder, this.#options.key.verifier, { store, logId }),
      onMismatch: (cause) => {
        this.fail(cause);
      },
    });
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

  /** Waits until the witnesses that are being asked have answered or failed. */
  async settle(): Promise<void> {
    await this.#asking;
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
    await this.#selfCheck?.close();
    if (this.#stopped === undefined && this.#publishedSize < this.#head.size) await this.publish();
    while (this.#publishing !== undefined) await this.#publishing.catch(() => undefined);
    await this.#asking;
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
    if (this.witnesses.length === 0) return;
    this.#asking ??= this.#askWitnesses(head).finally(() => {
      this.#asking = undefined;
    });
  }

  /** Witnesses are never waited for by `record`; a cosignature arrives in the checkpoint file when it is there. */
  async #askWitnesses(head: Head): Promise<void> {
    try {
      await this.#witnesses?.ask(head);
      // Only one writer of files at a time, or an older checkpoint could land on a newer one.
      while (this.#publishing !== undefined) await this.#publishing.catch(() => undefined);
      if (this.#publishedSize !== head.size || this.#stopped !== undefined) return;
      this.#publishing = this.#folder.writeCheckpoint(this.#withCosignatures(head));
      try {
        await this.#publishing;
      } finally {
        this.#publishing = undefined;
      }
    } catch (cause) {
      this.fail(cause instanceof Error ? cause : new Error(String(cause)));
    }
  }

  #withCosignatures(head: Head): string {
    return head.checkpoint + (this.#witnesses?.linesFor(head.size) ?? '');
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
}
