/**
 * Small bodies and files, durable with the transaction that releases them instead of with file syncs before it.
 *
 * A durable file costs two syncs one after the other, and a person waits for both. Here the bytes go into the transaction
 * that debits, records and queues; the files are put in their places right after its commit, and made durable a moment
 * later by a few syncs for many; only then the bytes are taken out of the database.
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
   * Runs a transaction that calls {@link note} with these blobs, and puts them in their places when it is durable. They are
   * forgotten when it says that it did not keep them, or fails.
   */
  async during<T>(
    blobs: readonly StagedBlob[],
    work: () => Promise<{ readonly value: T; readonly kept: boolean }>,
  ): Promise<T> {
    if (blobs.length === 0) return (await work()).value;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const coming = promise.then(() => undefined);
    this.#coming.set(coming, new Set(blobs.map((blob) => blob.sha256)));
    try {
      const { value, kept } = await work();
      if (kept) {
        // If this fails the bytes stay in the database, and the next start puts them in their places.
        for (const blob of blobs) {
          await blob.place();
          this.#placed.add(blob.sha256);
        }
        this.#settleSoon();
      }
      return value;
    } finally {
      for (const blob of blobs) await blob.drop().catch(() => undefined);
      this.#coming.delete(coming);
      resolve(undefined);
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
    await this.settle().catch(() => undefined);
  }

  #settleSoon(): void {
    if (this.#settling !== undefined || this.#closing.signal.aborted) return;
    this.#settling = pause(SETTLE_MS, undefined, { signal: this.#closing.signal, ref: false })
      .then(() => this.settle())
      .catch(() => undefined)
      .then(() => {
        this.#settling = undefined;
        if (this.#placed.size > 0) this.#settleSoon();
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
