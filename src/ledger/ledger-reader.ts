/** Reading a log: entries, receipts and proofs. Also used without holding the log, by commands that only read. */
import type { Kysely } from 'kysely';
import type { FileOps } from '../core/index.ts';
import { parseJsonStrict, systemFiles, toBase64 } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { Entry } from './entry.ts';
import { ledgerErrors } from './errors.ts';
import type { HotTree } from './hot-tree.ts';
import type { CommittedEntry, ShownEntry } from './ledger-options.ts';
import type { EntryRow, LedgerTables } from './ledger-rows.ts';
import { findEntry, readEntries, readHead, rowCommitment } from './ledger-rows.ts';
import { loadTree } from './load-tree.ts';
import type { Signer } from './note.ts';
import { writeReceipt } from './receipt.ts';
import { TileFolder } from './tile-folder.ts';
import { consistencyProof, inclusionProof, rangeRoot } from './tree.ts';

/** A committed head with its signed checkpoint. */
export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
}

/** What a reader works on. */
export interface ReaderParts {
  readonly store: Store;
  readonly logId: string;
  readonly key: Signer;
  readonly tree: HotTree;
  readonly folder: TileFolder;
  readonly receiptsAt: 'group' | 'entry';
  head(): Head;
  cosignatures(size: number): string;
}

const LIST_MAX = 1_000;

function toShown(row: EntryRow): ShownEntry {
  const parsed = parseJsonStrict(row.text);
  if (!parsed.ok) {
    throw ledgerErrors.error('ROOT_MISMATCH', { log: row.id, why: 'an entry is not JSON' });
  }
  return { index: row.index, id: row.id, entry: parsed.value as Entry };
}

/** Answers questions about what a log holds, up to its committed head. */
export class LedgerReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Entries under the head. */
  get size(): number {
    return this.#parts.head().size;
  }

  /** A receipt for an entry, by id or index, under the newest checkpoint or under an older size. */
  async proof(
    which: string | number,
    options: { size?: number; disclose?: boolean } = {},
  ): Promise<string> {
    const row = await this.#row(which);
    const held = this.size;
    if (row === null || row.index >= held) throw ledgerErrors.error('ENTRY_MISSING', { id: which });
    const size = options.size ?? (this.#parts.receiptsAt === 'entry' ? row.index + 1 : held);
    if (size <= row.index || size > held) {
      throw ledgerErrors.error('SIZE_OUT_OF_RANGE', { size, held });
    }
    const disclosed =
      options.disclose === false ? undefined : { entry: toShown(row).entry, salt: row.salt };
    return this.receipt(row.index, size, disclosed);
  }

  /** Shows one entry, by id or index; null if there is none. */
  async show(which: string | number): Promise<ShownEntry | null> {
    const row = await this.#row(which);
    return row === null ? null : toShown(row);
  }

  /** Lists entries from an index on, at most `limit` and 1,000. */
  async list(from: number, limit: number): Promise<ShownEntry[]> {
    return (await this.#rows(from, limit)).map(toShown);
  }

  /** The same with their commitments, which may be told where an entry may not. */
  async listCommitted(from: number, limit: number): Promise<CommittedEntry[]> {
    return (await this.#rows(from, limit)).map((row) => ({
      ...toShown(row),
      commitment: toBase64(rowCommitment(row)),
    }));
  }

  /** The proof that the log of `to` entries begins with the log of `from`. */
  async consistency(from: number, to: number): Promise<Uint8Array[]> {
    const { tree, folder } = this.#parts;
    if (from < 0 || to < from || to > this.size) {
      throw ledgerErrors.error('SIZE_OUT_OF_RANGE', { size: to, held: this.size });
    }
    return tree.loading(folder, () => consistencyProof(tree, from, to));
  }

  /** Writes a receipt for what is known to be in the log. */
  async receipt(
    index: number,
    size: number,
    disclosed: { entry: Entry; salt: Uint8Array } | undefined,
  ): Promise<string> {
    const { tree, folder } = this.#parts;
    const proof = await tree.loading(folder, () => inclusionProof(tree, index, size));
    const head = this.#parts.head();
    const signed = size === head.size ? head.checkpoint : await this.#checkpointAt(size);
    const checkpoint = signed + this.#parts.cosignatures(size);
    return writeReceipt({
      index,
      proof,
      checkpoint,
      ...(disclosed === undefined ? {} : { disclosed }),
    });
  }

  /** An older head of this very tree may always be signed again; Ed25519 gives the same bytes as the first time. */
  async #checkpointAt(size: number): Promise<string> {
    const { tree, folder, key } = this.#parts;
    const root = await tree.loading(folder, () => rangeRoot(tree, 0, size));
    return signCheckpoint({ origin: key.verifier.name, size, root }, key);
  }

  #rows(from: number, limit: number): Promise<EntryRow[]> {
    const { store, logId } = this.#parts;
    return store.read((db: Kysely<LedgerTables>) =>
      readEntries(db, logId, from, Math.min(limit, LIST_MAX)),
    );
  }

  #row(which: string | number): Promise<EntryRow | null> {
    const { store, logId } = this.#parts;
    return store.read(async (db: Kysely<LedgerTables>) => {
      if (typeof which === 'string') return findEntry(db, logId, which);
      const [row] = await readEntries(db, logId, which, 1);
      return row?.index === which ? row : null;
    });
  }
}

/** Opens a log for reading only: it is not taken over from the process that holds it. */
export async function openLedgerReader(options: {
  readonly store: Store;
  readonly logId: string;
  readonly dir: string;
  readonly key: Signer;
  readonly files?: FileOps;
}): Promise<LedgerReader> {
  const { store, logId, key } = options;
  const folder = new TileFolder(options.dir, options.files ?? systemFiles);
  const head = await store.read((db: Kysely<LedgerTables>) => readHead(db, logId));
  if (head === null) throw ledgerErrors.error('ENTRY_MISSING', { id: logId });
  const { tree } = await loadTree(logId, head, { store, folder, verifier: key.verifier });
  return new LedgerReader({
    ...options,
    tree,
    folder,
    receiptsAt: 'group',
    head: () => head,
    cosignatures: () => '',
  });
}
