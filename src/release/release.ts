/** The queue of releases: one transaction that debits, records and queues, and what can be asked about it. */
import type { Clock } from '../core/index.ts';
import { isoTime, sha256, sha256Stream } from '../core/index.ts';
import { debit as debitBuckets } from '../budget/index.ts';
import type { BucketRef } from '../budget/index.ts';
import type { EntryInput } from '../ledger/index.ts';
import type { Blobs, Store } from '../store/index.ts';
import { publicationSlot, slotStartMs } from '../wire/index.ts';
import { chargeOfShape, expectedGap } from './charge.ts';
import { entryId } from './entry-id.ts';
import { readCharges, readPrevious } from './charges.ts';
import type { ChargeLine, PreviousRelease } from './charges.ts';
import { releaseErrors } from './errors.ts';
import type { Debit, DebitRefused, DebitUse, ReleaseLedger } from './ports.ts';
import type { QueuedRelease, ReleaseDb, ReleaseFile, ReleaseState } from './store.ts';
import {
  countHistory,
  countWaiting,
  findRelease,
  historyFiles,
  historyRequests,
  insertRelease,
  lastSequence,
  readWire,
} from './store.ts';

/** What the queue stands on. */
export interface ReleaseHost {
  readonly store: Store;
  readonly ledger: ReleaseLedger;
  readonly blobs: Blobs;
  readonly clock: Clock;
  /** The budget's own debit unless a test gives another. */
  readonly debit?: Debit;
}

/** What is known about a release inside its transaction. */
export interface ReleaseFacts {
  readonly sequence: number;
  readonly chargeBits: bigint;
  readonly bodySha256: string;
}

/** A body in memory, in a file, or in the blobs already. */
export type ReleaseBody = Uint8Array | { readonly path: string } | { readonly sha256: string };

/** A body that {@link Releases.keep} made durable together with its files, hashed and measured there. */
export class KeptBody {
  readonly sha256: string;
  readonly bytes: number;

  /** Only {@link Releases.keep} makes one: the charge follows from `bytes`. */
  constructor(sha256: string, bytes: number) {
    this.sha256 = sha256;
    this.bytes = bytes;
  }
}

/** A decided release. */
export interface ReleaseInput {
  /** Releases are idempotent by this: a second call with the same body gives the first one's answer. */
  readonly requestId: string;
  /** The destination's number on the wire. */
  readonly destination: number;
  readonly historyPrefix: number;
  readonly body: ReleaseBody | KeptBody;
  /** The emitted files; one that has a `path` is taken into the blobs, the others must be there already. */
  readonly files: readonly (ReleaseFile & { readonly path?: string })[];
  readonly buckets: readonly BucketRef[];
  readonly use?: DebitUse;
  /** The ledger entry of this release. */
  readonly entry: EntryInput | ((facts: ReleaseFacts) => EntryInput);
  /** Nothing is queued when the charge at the time of queueing is above this. */
  readonly chargeBitsMax?: bigint;
  /** Runs first in the same transaction; what it throws undoes everything. */
  readonly change?: (tx: ReleaseDb, facts: ReleaseFacts) => Promise<void>;
}

/** Queued and debited, or refused by a budget or by the approved limit with nothing changed. */
export type QueueVerdict =
  | {
      readonly queued: true;
      readonly sequence: number;
      readonly chargeBits: bigint;
      readonly index: number;
      readonly receipt: string;
    }
  | { readonly queued: false; readonly debit: DebitRefused }
  | { readonly queued: false; readonly chargeBits: bigint; readonly chargeBitsMax: bigint };

/** How far a release is. */
export interface ReleaseProgress {
  readonly sequence: number;
  readonly state: ReleaseState;
  /** What was debited: at least the frame's charge. */
  readonly chargeBits: bigint;
  readonly slot?: number;
  readonly publishedSlot?: number;
  readonly publishedAtMs?: number;
}

/** The history of a destination that a body is coded against. */
export interface ReleaseHistory {
  readonly prefix: number;
  readonly files: readonly ReleaseFile[];
}

const BODY_BYTES_MAX = 512 * 1024 * 1024;
const FILE_BYTES_MAX = 1024 * 1024 * 1024;
/** Each waits for its own fsync; more than a few only queue in the disk. */
const KEPT_AT_ONCE = 8;

/** Undoes a transaction with an answer that is no fault. */
class Undone extends Error {
  readonly verdict: QueueVerdict;
  constructor(verdict: QueueVerdict) {
    super('the release was refused');
    this.verdict = verdict;
  }
}

/** The queue of one wire. */
export class Releases {
  readonly #host: ReleaseHost;
  readonly #debit: Debit;

  constructor(host: ReleaseHost) {
    this.#host = host;
    this.#debit = host.debit ?? ((tx, ...rest) => debitBuckets(tx as never, ...rest));
  }

  /** Debits, records and queues a release in one transaction. */
  async queueRelease(input: ReleaseInput): Promise<QueueVerdict> {
    const body = input.body instanceof KeptBody ? input.body : await this.keep(input);
    const again = await this.#findAgain(input, body.sha256);
    if (again !== undefined) return again;
    const nowMs = this.#host.clock.nowMs();
    try {
      const recorded = await this.#host.ledger.record(
        (facts: ReleaseFacts) =>
          typeof input.entry === 'function' ? input.entry(facts) : input.entry,
        (tx) => this.#change(tx, input, body, nowMs),
        { id: entryId(input.requestId) },
      );
      const { value, index, receipt } = recorded;
      const { sequence, chargeBits } = value;
      return { queued: true, sequence, chargeBits, index, receipt };
    } catch (error) {
      if (error instanceof Undone) return error.verdict;
      // Two calls for one request at the same moment: one of them was first, and its answer is everybody's. Both may be
      // in one group of commits, so it is looked for after that group.
      await this.#host.store.write(() => Promise.resolve());
      const first = await this.#findAgain(input, body.sha256);
      if (first !== undefined) return first;
      throw error;
    }
  }

  /** Everything that was ever queued for a destination: what the next body may be coded against. */
  async history(destination: number): Promise<ReleaseHistory> {
    return this.#host.store.read(async (db: ReleaseDb) => {
      const prefix = await countHistory(db, destination);
      return { prefix, files: await historyFiles(db, destination, prefix) };
    });
  }

  /** The history as it was when it had `prefix` frames. */
  async historyAt(destination: number, prefix: number): Promise<ReleaseHistory> {
    const files = await this.#host.store.read((db: ReleaseDb) =>
      historyFiles(db, destination, prefix),
    );
    return { prefix, files };
  }

  /** The requests that a destination was queued before, in order: the history behind a prefix. */
  async historyRequests(destination: number, prefix: number): Promise<readonly string[]> {
    return this.#host.store.read((db: ReleaseDb) => historyRequests(db, destination, prefix));
  }

  /** What a destination had before a request; null when that is nothing. */
  async previous(request: string, destination: number | null): Promise<PreviousRelease | null> {
    if (destination === null) return null;
    return this.#host.store.read((db: ReleaseDb) => readPrevious(db, request, destination));
  }

  /** What left per day and project since a time. */
  async charges(sinceMs: number): Promise<readonly ChargeLine[]> {
    return this.#host.store.read((db: ReleaseDb) => readCharges(db, isoTime(sinceMs)));
  }

  /** How far a request's release is; undefined when it was never queued. */
  async releaseState(requestId: string): Promise<ReleaseProgress | undefined> {
    return this.#host.store.read(async (db: ReleaseDb) => {
      const release = await findRelease(db, requestId);
      if (release === undefined) return undefined;
      const { sequence, state, debitedBits: chargeBits, slot } = release;
      const { plan } = await readWire(db);
      if (slot === undefined || plan === undefined) return { sequence, state, chargeBits };
      const publishedSlot = publicationSlot(plan, slot, release.emittedBytes);
      const publishedAtMs = slotStartMs(plan, publishedSlot);
      return { sequence, state, chargeBits, slot, publishedSlot, publishedAtMs };
    });
  }

  async #change(
    tx: ReleaseDb,
    input: ReleaseInput,
    body: { sha256: string; bytes: number },
    nowMs: number,
  ): Promise<ReleaseFacts> {
    const wire = await readWire(tx);
    const outlook = { plan: wire.plan, lastSlot: wire.slot, waiting: await countWaiting(tx) };
    const chargeBits = chargeOfShape({
      slotGap: expectedGap(outlook, nowMs),
      destination: input.destination,
      historyPrefix: input.historyPrefix,
      bodyBytes: body.bytes,
    });
    if (input.chargeBitsMax !== undefined && chargeBits > input.chargeBitsMax) {
      const { chargeBitsMax } = input;
      throw new Undone({ queued: false, chargeBits, chargeBitsMax });
    }
    const sequence = (await lastSequence(tx)) + 1;
    const facts = { sequence, chargeBits, bodySha256: body.sha256 };
    await input.change?.(tx, facts);
    if (input.historyPrefix > (await countHistory(tx, input.destination))) {
      throw releaseErrors.error('INPUT_INVALID', {
        reason: 'it names a history that is not there',
      });
    }
    const verdict = await this.#debit(tx, input.buckets, chargeBits, nowMs, input.use);
    if (!verdict.ok) throw new Undone({ queued: false, debit: verdict });
    const emittedBytes = input.files.reduce((sum, file) => sum + file.bytes, 0);
    const row = {
      sequence: BigInt(sequence),
      request_id: input.requestId,
      entry_id: entryId(input.requestId),
      destination: BigInt(input.destination),
      history_prefix: BigInt(input.historyPrefix),
      body_sha256: body.sha256,
      body_bytes: BigInt(body.bytes),
      emitted_bytes: BigInt(emittedBytes),
      buckets: JSON.stringify({ path: input.buckets, use: input.use }),
      debited_bits: chargeBits,
      queued_at: isoTime(nowMs),
    };
    await insertRelease(tx, row, input.files);
    return facts;
  }

  /**
   * Makes body and files durable before anything refers to them; {@link queueRelease} does it unless it was done before.
   * What is kept and then not released is only space: nothing is decided here.
   */
  async keep(input: {
    readonly body: ReleaseBody;
    readonly files: ReleaseInput['files'];
  }): Promise<KeptBody> {
    const files = [...input.files];
    const keepFiles = async (): Promise<void> => {
      for (let file = files.shift(); file !== undefined; file = files.shift())
        await this.#keepFile(file);
    };
    const [body] = await Promise.all([
      this.#keepBody(input.body),
      ...Array.from({ length: KEPT_AT_ONCE }, keepFiles),
    ]);
    return new KeptBody(body.sha256, body.bytes);
  }

  async #keepFile(file: ReleaseInput['files'][number]): Promise<void> {
    const { blobs } = this.#host;
    if (file.path === undefined || (await blobs.has(file.sha256))) return;
    const stored = await blobs.putFile(file.path, FILE_BYTES_MAX);
    if (stored.sha256 !== file.sha256) {
      throw releaseErrors.error('INPUT_INVALID', {
        reason: `\`${file.name}\` has another digest`,
      });
    }
  }

  async #keepBody(body: ReleaseBody): Promise<{ sha256: string; bytes: number }> {
    const { blobs } = this.#host;
    if (body instanceof Uint8Array) {
      const digest = sha256(body);
      if (await blobs.has(digest)) return { sha256: digest, bytes: body.length };
      return blobs.put([body], BODY_BYTES_MAX);
    }
    if ('path' in body) return blobs.putFile(body.path, BODY_BYTES_MAX);
    // The charge follows from what is really there, not from what somebody noted about it.
    const state = sha256Stream();
    let bytes = 0;
    for await (const chunk of await blobs.open(body.sha256)) {
      state.update(chunk);
      bytes += chunk.length;
    }
    if (state.hex() !== body.sha256)
      throw releaseErrors.error('INPUT_INVALID', {
        reason: 'its body is not the one that was kept',
      });
    return { sha256: body.sha256, bytes };
  }

  async #findAgain(input: ReleaseInput, bodySha256: string): Promise<QueueVerdict | undefined> {
    const release = await this.#host.store.read((db: ReleaseDb) =>
      findRelease(db, input.requestId),
    );
    if (release === undefined) return undefined;
    if (!isSame(release, input, bodySha256)) {
      throw releaseErrors.error('DIFFERENT', { request: input.requestId });
    }
    const id = entryId(input.requestId);
    const shown = await this.#host.ledger.show(id);
    return {
      queued: true,
      sequence: release.sequence,
      chargeBits: release.debitedBits,
      index: shown?.index ?? -1,
      receipt: await this.#host.ledger.proof(id),
    };
  }
}

function isSame(release: QueuedRelease, input: ReleaseInput, bodySha256: string): boolean {
  return (
    release.bodySha256 === bodySha256 &&
    release.destination === input.destination &&
    release.historyPrefix === input.historyPrefix
  );
}
