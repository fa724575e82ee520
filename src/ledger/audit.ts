/**
 * Derives every root of a log again from what is on disk, and holds the database to it when there is one.
 *
 * `verifyLedger` does it in one go; the self-check of an open ledger does it in small steps, for ever.
 */
import type { Kysely } from 'kysely';
import type { FileOps } from '../core/index.ts';
import { equalBytes, systemFiles } from '../core/index.ts';
import type { Store } from '../store/index.ts';
import { cosignersOf, openCheckpoint } from './checkpoint.ts';
import { HotTree } from './hot-tree.ts';
import type { HeadRow, LedgerTables } from './ledger-rows.ts';
import { isFiledAsWritten, readEntries, readHead, rowCommitment } from './ledger-rows.ts';
import { leafHash } from './merkle.ts';
import type { Verifier } from './note.ts';
import { parseVkey } from './note.ts';
import { TileFolder } from './tile-folder.ts';
import { edgeTiles, TILE_WIDTH, tilesOf } from './tiles.ts';

const PROBLEMS_MAX = 100;

/** The database's side of a log. */
export interface AuditDatabase {
  readonly store: Store;
  readonly logId: string;
}

/** What an audit found. No problem means that every root was derived again and matched. */
export interface AuditReport {
  readonly ok: boolean;
  readonly origin: string;
  /** Entries under the published checkpoint. */
  readonly size: number;
  readonly root: Uint8Array | null;
  /** Entries that the database holds; null without a database. */
  readonly databaseSize: number | null;
  readonly cosigners: readonly string[];
  readonly problems: readonly string[];
}

/** One pass over a log. */
export class LogAudit {
  readonly problems: string[] = [];
  readonly #folder: TileFolder;
  readonly #log: Verifier;
  readonly #witnesses: readonly Verifier[];
  readonly #database: AuditDatabase | undefined;
  readonly #tree = new HotTree();
  #size = 0;
  #root: Uint8Array | null = null;
  #head: HeadRow | null = null;
  #cosigners: readonly string[] = [];
  #state: 'new' | 'published' | 'unpublished' | 'done' = 'new';

  constructor(
    folder: TileFolder,
    log: Verifier,
    database?: AuditDatabase,
    witnesses: readonly Verifier[] = [],
  ) {
    this.#folder = folder;
    this.#log = log;
    this.#database = database;
    this.#witnesses = witnesses;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Does the next piece: at most one bundle of 256 entries. */
  async step(): Promise<void> {
    switch (this.#state) {
      case 'new':
        await this.#begin();
        return;
      case 'published':
        await this.#bundle();
        return;
      case 'unpublished':
        await this.#tail();
        return;
      case 'done':
        return;
    }
  }

  report(): AuditReport {
    return {
      ok: this.done && this.problems.length === 0,
      origin: this.#log.name,
      size: this.#size,
      root: this.#root,
      databaseSize: this.#head?.size ?? null,
      cosigners: this.#cosigners,
      problems: this.problems,
    };
  }

  #problem(text: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(text);
  }

  async #begin(): Promise<void> {
    this.#state = 'published';
    // The file first: the database only grows, so whatever was published is committed by the time it is read.
    const file = await this.#folder.readCheckpoint();
    if (this.#database !== undefined) {
      const { store, logId } = this.#database;
      this.#head = await store.read((db: Kysely<LedgerTables>) => readHead(db, logId));
      if (this.#head === null) this.#problem(`the database has no log \`${logId}\``);
    }
    if (file === null) {
      if (this.#head === null || this.#head.size > 0) this.#problem('there is no checkpoint file');
      this.#state = this.#head === null ? 'done' : 'unpublished';
      return;
    }
    const opened = openCheckpoint(file, this.#log);
    if (!opened.ok) {
      this.#problem(opened.message);
      this.#state = 'done';
      return;
    }
    const { size, root, note } = opened.checkpoint;
    this.#size = size;
    this.#root = root;
    const cosigners = cosignersOf(note, this.#witnesses);
    if (cosigners === null) this.#problem('a cosignature in the checkpoint file does not verify');
    this.#cosigners = cosigners ?? [];
    if (this.#head !== null && this.#head.origin !== this.#log.name) {
      this.#problem(`the database's log has the name \`${this.#head.origin}\``);
    }
    if (this.#head !== null && this.#head.size < size) {
      this.#problem(
        `the database holds ${String(this.#head.size)} entries, the checkpoint ${String(size)}: it is an older copy`,
      );
    }
  }

  async #bundle(): Promise<void> {
    const from = this.#tree.size;
    if (from >= this.#size) {
      this.#endPublished();
      return;
    }
    const index = Math.floor(from / TILE_WIDTH);
    const width = Math.min(TILE_WIDTH, this.#size - from);
    const entries = await this.#folder.readBundle(index, width);
    if (entries === null) {
      this.#problem(`entry bundle ${String(index)} is missing or damaged`);
      this.#state = 'done';
      return;
    }
    for (const entry of entries) this.#tree.append(leafHash(entry));
    await this.#compareTiles(from);
    if (width < TILE_WIDTH) await this.#comparePartials(index, entries);
    await this.#compareRows(from, entries);
    this.#tree.forget(from);
  }

  async #compareTiles(from: number): Promise<void> {
    const full = tilesOf(this.#tree.size, from).filter((tile) => tile.width === TILE_WIDTH);
    // Partial tiles exist for sizes that were published, so only those of the checkpoint are held to it.
    const edge = this.#tree.size === this.#size ? edgeTiles(this.#size) : [];
    for (const tile of [...full, ...edge]) {
      if (tile.level === null) continue;
      const derived = this.#tree.tile(tile.level, tile.index, tile.width);
      const held = await this.#folder.readTile(tile.level, tile.index, tile.width);
      const name = `tile ${String(tile.level)}/${String(tile.index)}`;
      if (held === null) this.#problem(`${name} is missing or damaged`);
      else if (!derived.every((hash, i) => equalBytes(hash, held[i] ?? new Uint8Array(0)))) {
        this.#problem(`${name} does not follow from the entries`);
      }
    }
  }

  /** Tiles and bundles of earlier sizes lie beside the newest: whoever holds an old checkpoint reads them. */
  async #comparePartials(index: number, entries: readonly Uint8Array[]): Promise<void> {
    const levels = edgeTiles(this.#size).map(({ level, index: place, width }) => ({
      level,
      place,
      newest: this.#tree.tile(level, place, width),
    }));
    for (const { level, place, newest } of [
      { level: null, place: index, newest: entries },
      ...levels,
    ]) {
      for (const width of await this.#folder.partialWidths(level, place)) {
        // A wider one belongs to a checkpoint that was about to be published when the process ended.
        if (width > newest.length) continue;
        const held = await this.#folder.readPartial({ level, index: place, width });
        if (held === null) continue;
        if (held?.every((bytes, i) => equalBytes(bytes, newest[i] ?? new Uint8Array(0))) !== true) {
          const kind = level === null ? 'entry bundle' : `tile ${String(level)}`;
          this.#problem(`${kind}/${String(place)} of width ${String(width)} is damaged`);
        }
      }
    }
  }

  async #compareRows(from: number, entries: readonly Uint8Array[]): Promise<void> {
    if (this.#database === undefined || this.#head === null) return;
    const { store, logId } = this.#database;
    const rows = await store.read((db: Kysely<LedgerTables>) =>
      readEntries(db, logId, from, entries.length),
    );
    entries.forEach((entry, i) => {
      const row = rows[i];
      const index = from + i;
      if (row?.index !== index) this.#problem(`entry ${String(index)} is not in the database`);
      else if (!equalBytes(rowCommitment(row), entry)) {
        this.#problem(`entry ${String(index)} in the database is not what was signed`);
      } else if (!isFiledAsWritten(row)) {
        this.#problem(
          `entry ${String(index)} in the database is filed under other facts than its own`,
        );
      }
    });
  }

  #endPublished(): void {
    if (this.#root !== null && !equalBytes(this.#tree.root(), this.#root)) {
      this.#problem('the entries on disk do not give the signed root');
      this.#state = 'done';
      return;
    }
    this.#state = this.#head === null ? 'done' : 'unpublished';
  }

  /** What the database has beyond the checkpoint file must give the database's own signed head. */
  async #tail(): Promise<void> {
    const head = this.#head;
    const database = this.#database;
    if (head === null || database === undefined || this.#tree.size > head.size) {
      this.#state = 'done';
      return;
    }
    if (this.#tree.size === head.size) {
      this.#endTail(head);
      return;
    }
    const from = this.#tree.size;
    const rows = await database.store.read((db: Kysely<LedgerTables>) =>
      readEntries(db, database.logId, from, Math.min(TILE_WIDTH, head.size - from)),
    );
    for (const row of rows) {
      if (row.index !== this.#tree.size) break;
      if (!isFiledAsWritten(row)) {
        this.#problem(
          `entry ${String(row.index)} in the database is filed under other facts than its own`,
        );
      }
      this.#tree.append(leafHash(rowCommitment(row)));
    }
    if (this.#tree.size === from) {
      this.#problem(`entry ${String(from)} is not in the database`);
      this.#state = 'done';
    }
  }

  #endTail(head: HeadRow): void {
    this.#state = 'done';
    if (head.size === 0) return;
    if (!equalBytes(this.#tree.root(), head.root)) {
      this.#problem('the entries in the database do not give its signed root');
    }
    const opened = openCheckpoint(head.checkpoint, this.#log);
    if (!opened.ok) this.#problem(`the database's checkpoint: ${opened.message}`);
    else if (
      opened.checkpoint.size !== head.size ||
      !equalBytes(opened.checkpoint.root, head.root)
    ) {
      this.#problem("the database's checkpoint is for another head");
    }
  }
}

/** How to verify a log. */
export interface VerifyLedgerOptions {
  readonly dir: string;
  /** The log's verifier key. */
  readonly key: string;
  readonly witnesses?: readonly string[];
  /** Also holds the database to the log; without it the folder alone is verified. */
  readonly database?: AuditDatabase;
  readonly files?: FileOps;
  /** Told after each bundle. */
  readonly onProgress?: (entries: number) => void;
}

function readKey(vkey: string): Verifier {
  const parsed = parseVkey(vkey);
  // A key that cannot be read is a fault of the caller's configuration and not a finding about the log.
  if (!parsed.ok) throw new TypeError(`${parsed.message}: ${vkey}`);
  return parsed.verifier;
}

/** Verifies a whole log: every leaf, tile and root is derived again. Changes nothing; needs no server. */
export async function verifyLedger(options: VerifyLedgerOptions): Promise<AuditReport> {
  const audit = new LogAudit(
    new TileFolder(options.dir, options.files ?? systemFiles),
    readKey(options.key),
    options.database,
    (options.witnesses ?? []).map(readKey),
  );
  for (let bundles = 0; !audit.done; bundles++) {
    await audit.step();
    options.onProgress?.(bundles * TILE_WIDTH);
  }
  return audit.report();
}
