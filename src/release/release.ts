/** The queue of releases: one transaction that debits, records and queues, and what can be asked about it. */
import type { Clock } from '../core/index.ts';
import { isoTime } from '../core/index.ts';
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
import { STAGED_BYTES_MAX, Staging } from './staging.ts';
import { KeptBody, takeIn } from './take-in.ts';
import type { ReleaseBody, ReleaseContent, TakenFile } from './take-in.ts';
import type { QueuedRelease, ReleaseDb, ReleaseFile, ReleaseState } from './store.ts';
import {
  countHistory,
  countWaiting,
  findRelease,
  historyFiles,
  historyRequests,
  insertRelease,
  lastSequence,
  listUnacked,
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

/** A decided release. */
export interface ReleaseInput {
  /** Releases are idempotent by this: a second call with the same body gives the first one's answer. */
  readonly requestId: string;
  /** The destination's number on the wire. */
  readonly destination: number;
  readonly historyPrefix: number;
  readonly body: ReleaseBody | KeptBody;
  readonly files: readonly TakenFile[];
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
  readonly #staging: Staging;

  constructor(host: ReleaseHost) {
    this.#host = host;
    this.#staging = new Staging(host.store, host.blobs);
    this.#debit = host.debit ?? ((tx, ...rest) => debitBuckets(tx as never, ...rest));
  }

  /** Puts in place what an earlier process committed and did not get to. Called before anything else. */
  recover(): Promise<void> {
    return this.#staging.recover();
  }

  /** Makes durable files of what is left. Without it the next {@link recover} does. */
  close(): Promise<void> {
    return this.#staging.close();
  }

  /** Debits, records and queues a release in one transaction. */
  async queueRelease(input: ReleaseInput): Promise<QueueVerdict> {
    const body =
      input.body instanceof KeptBody
        ? input.body
        : await this.stage({ body: input.body, files: input.files });
    return this.#staging.during(body.staged, () => this.#queue(input, body));
  }

  /** Also says whether its own transaction was the one that kept what is staged. */
  async #queue(
    input: ReleaseInput,
    body: KeptBody,
  ): Promise<{ readonly value: QueueVerdict; readonly kept: boolean }> {
    const again = await this.#findAgain(input, body.sha256);
    if (again !== undefined) return { value: again, kept: false };
    const nowMs = this.#host.clock.nowMs();
    try {
      const recorded = await this.#host.ledger.record(
        (facts: ReleaseFacts) =>
          typeof input.entry === 'function' ? input.entry(facts) : input.entry,
        (tx) => this.#change(tx, input, body, nowMs),
        { id: entryId(input.requestId) },
      );
      const { index, receipt } = recorded;
      const { sequence, chargeBits } = recorded.value;
      return { value: { queued: true, sequence, chargeBits, index, receipt }, kept: true };
    } catch (error) {
      if (error instanceof Undone) return { value: error.verdict, kept: false };
      // Two calls for one request at the same moment: one of them was first, and its answer is everybody's. Both may be
      // in one group of commits, so it is looked for after that group.
      await this.#host.store.write(() => Promise.resolve());
      const first = await this.#findAgain(input, body.sha256);
      if (first !== undefined) return { value: first, kept: false };
      throw error;
    }
  }

  /** Releases from a place on that the outer door is not known to have, the first of them. */
  unacked(
    from: number,
    limit: number,
  ): Promise<readonly { readonly sequence: number; readonly requestId: string }[]> {
    return this.#host.store.read((db: ReleaseDb) => listUnacked(db, from, limit));
  }

  /** Everything that was ever queued for a destination: what the next body may be coded against. */
  async history(destination: number): Promise<ReleaseHistory> {
    const history = await this.#host.store.read(async (db: ReleaseDb) => {
      const prefix = await countHistory(db, destination);
      return { prefix, files: await historyFiles(db, destination, prefix) };
    });
    await this.#staging.placed(history.files.map((file) => file.sha256));
    return history;
  }

  /** The history as it was when it had `prefix` frames. */
  async historyAt(destination: number, prefix: number): Promise<ReleaseHistory> {
    const files = await this.#host.store.read((db: ReleaseDb) =>
      historyFiles(db, destination, prefix),
    );
    await this.#staging.placed(files.map((file) => file.sha256));
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
    body: KeptBody,
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
    await this.#staging.note(tx, body.staged);
    return facts;
  }

  /**
   * Makes body and files durable before anything refers to them. What is kept and then not released is only space:
   * nothing is decided here.
   */
  keep(input: ReleaseContent): Promise<KeptBody> {
    return takeIn(this.#host.blobs, input, null);
  }

  /**
   * The same for {@link queueRelease} alone: what is small becomes durable with its transaction, so nobody waits for
   * a file's syncs. Nothing is kept until it is queued.
   */
  stage(input: ReleaseContent): Promise<KeptBody> {
    return takeIn(this.#host.blobs, input, STAGED_BYTES_MAX);
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
