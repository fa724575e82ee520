/**
 * Small bodies and files, durable with the transaction that releases them instead of with file syncs before it.
 *
 * A durable file costs two syncs one after the other, and a person waits for both. Here the bytes go into the transaction
 * that debits, records and queues; the files are put in their places after its commit, while the answer goes out already,
 * and made durable a moment later by a few syncs for many; only then the bytes are taken out of the database.
 *
 * Guaranteed: what a committed release refers to is there after a power cut, once {@link Staging.recover} ran; a file that
 * is in its place is whole, or its bytes are in the database and are put there again. Assumed: one process at a time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sha256 } from '../core/index.ts';
import type { Blobs, StagedBlob, Store } from '../store/index.ts';

/** Up to this a body or file is kept in the transaction; a longer one costs the database more than its own syncs. */
export const STAGED_BYTES_MAX = 64 * 1024;
/** How long placed files wait for others to be synced with. */
const SETTLE_MS = 250;

interface StagedTables {
  release_staged: { sha256: string; bytes: Uint8Array };
}

/** The staged blobs of one gate. */
export class Staging {
  readonly #store: Store;
  readonly #blobs: Blobs;
  /** What is staged and not yet in its place, by the promise that it will be. Its rows stay. */
  readonly #coming = new Map<Promise<void>, ReadonlySet<string>>();
  /** Placed and not yet durable. */
  #placed = new Set<string>();
  /** Committed, and not in their places because that failed; tried again with the next {@link settle}. */
  #unplaced = new Map<string, StagedBlob>();
  #settling: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(store: Store, blobs: Blobs) {
    this.#store = store;
    this.#blobs = blobs;
  }

  /** Puts what an earlier process left back in place. Called before anything is read or released. */
  async recover(): Promise<void> {
    const rows = await this.#store.read((db: Kysely<StagedTables>) =>
      db.selectFrom('release_staged').select('sha256').execute(),
    );
    for (const { sha256: digest } of rows) {
      const bytes = await readRow(this.#store, digest);
      // Bytes under another digest than their own are nobody's, whoever put them there.
      if (bytes === null || sha256(bytes) !== digest) continue;
      const blob = await this.#blobs.stage([bytes], bytes.length);
      await blob?.place();
      this.#placed.add(digest);
    }
    await this.settle();
  }

  /**
   * Runs a transaction that calls {@link note} with these blobs, and begins to put them in their places when it is durable:
   * who reads them waits for that ({@link placed}, {@link Blobs}), who released them does not. They are forgotten when it
   * says that it did not keep them, or fails.
   */
  async during<T>(
    blobs: readonly StagedBlob[],
    work: () => Promise<{ readonly value: T; readonly kept: boolean }>,
  ): Promise<T> {
    if (blobs.length === 0) return (await work()).value;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const coming = promise.then(() => undefined);
    this.#coming.set(coming, new Set(blobs.map((blob) => blob.sha256)));
    const arrived = (): void => {
      this.#coming.delete(coming);
      resolve(undefined);
    };
    try {
      const { value, kept } = await work();
      if (kept) void this.#place(blobs).then(arrived);
      else arrived();
      return value;
    } catch (cause) {
      arrived();
      throw cause;
    }
  }

  /** Keeps the bytes in this transaction. */
  async note(tx: unknown, blobs: readonly StagedBlob[]): Promise<void> {
    const db = tx as Kysely<StagedTables>;
    for (const { sha256: digest, bytes } of blobs)
      await db
        .insertInto('release_staged')
        .values({ sha256: digest, bytes })
        .onConflict((conflict) => conflict.column('sha256').doNothing())
        .execute();
  }

  /** Resolves when these are in their places, if they are coming. */
  async placed(digests: readonly string[]): Promise<void> {
    for (const [coming, theirs] of [...this.#coming])
      if (digests.some((digest) => theirs.has(digest))) await coming;
  }

  /** Makes durable what is in its place, and takes its bytes out of the database. */
  async settle(): Promise<void> {
    for (const [digest, blob] of [...this.#unplaced]) {
      this.#unplaced.delete(digest);
      await this.#placeOne(blob);
    }
    const digests = [...this.#placed];
    if (digests.length === 0) return;
    this.#placed = new Set();
    // After a failed sync nobody knows what is on the disk: the rows stay, and the next start begins from them.
    await this.#blobs.settle(digests);
    await this.#store.write(async (tx: Kysely<StagedTables>) => {
      // Another release may have the same bytes, and have put its own copy in place or be about to.
      const coming = [...this.#coming.values()];
      const done = digests.filter(
        (each) => !this.#placed.has(each) && !coming.some((theirs) => theirs.has(each)),
      );
      for (const digest of done)
        await tx.deleteFrom('release_staged').where('sha256', '=', digest).execute();
    });
  }

  /** Settles what is left. What that does not reach is in the database for the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#settling;
    await Promise.all(this.#coming.keys());
    await this.settle().catch(() => undefined);
  }

  async #place(blobs: readonly StagedBlob[]): Promise<void> {
    await Promise.all(blobs.map((blob) => this.#placeOne(blob)));
    this.#settleSoon();
  }

  /** If this fails the bytes stay in the database, for the next try or the next start. */
  async #placeOne(blob: StagedBlob): Promise<void> {
    try {
      await blob.place();
      this.#placed.add(blob.sha256);
    } catch {
      this.#unplaced.set(blob.sha256, blob);
    }
  }

  #settleSoon(): void {
    if (this.#settling !== undefined || this.#closing.signal.aborted) return;
    this.#settling = pause(SETTLE_MS, undefined, { signal: this.#closing.signal, ref: false })
      .then(() => this.settle())
      .catch(() => undefined)
      .then(() => {
        this.#settling = undefined;
        if (this.#placed.size + this.#unplaced.size > 0) this.#settleSoon();
      });
  }
}

async function readRow(store: Store, digest: string): Promise<Uint8Array | null> {
  const row = await store.read((db: Kysely<StagedTables>) =>
    db.selectFrom('release_staged').select('bytes').where('sha256', '=', digest).executeTakeFirst(),
  );
  return row === undefined ? null : new Uint8Array(row.bytes);
}

/** A body wherever it is: its file may be a moment behind its commit. Throws `STORE_BLOB_MISSING`. */
export async function readStagedOrBlob(
  host: { readonly store: Store; readonly blobs: Blobs },
  digest: string,
): Promise<Uint8Array> {
  const staged = await readRow(host.store, digest);
  return staged !== null && sha256(staged) === digest ? staged : host.blobs.read(digest);
}
