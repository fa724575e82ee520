/**
 * Takes frames from the wire: decode, meter, store, acknowledge; strictly in the order of the wire.
 *
 * A frame that is not stored before its publication slot begins is not published at all: what was decoded is kept
 * aside, and the frame is asked for again, with a new slot inside. A frame that no encoder writes is stored as void, so
 * that the wire goes on; bytes that are no frame, and a charge above the meter, stop the wire until a person looks.
 */
import path from 'node:path';
import type { Clock } from '../core/index.ts';
import { SallyportError, sha256 } from '../core/index.ts';
import type { Blobs } from '../store/index.ts';
import {
  EMPTY_HEAD,
  FrameAssembler,
  LinkReader,
  chargeBits,
  extendHead,
  openFrame,
  publicationSlot,
  slotAt,
} from '../wire/index.ts';
import type {
  BodyLimits,
  Frame,
  LinkRecord,
  OuterState,
  SlotPlan,
  WireStatus,
} from '../wire/index.ts';
import type { DecodedFile, Decoder } from './decode.ts';
import type { Lock } from './lock.ts';
import type { Metering } from './metering.ts';
import type { Publisher } from './publisher.ts';
import { decodeToBlobs } from './staging.ts';
import type { OuterDb, StoredFrame } from './store.ts';
import { countFrames, historyFiles, insertFrame, lastFrame, lastVoids } from './store.ts';

/** Limits of one frame. */
export interface ReceiverLimits {
  readonly frameBytesMax: number;
  readonly body: BodyLimits;
  /** A frame may name a slot at most so far after the outer door's own clock. */
  readonly aheadSlotsMax: number;
  /** How often a decoder may fail on one frame before the wire is stopped. */
  readonly decodeTriesMax: number;
}

/** Limits that hold unless the configuration says otherwise. */
export const RECEIVER_LIMITS: ReceiverLimits = {
  frameBytesMax: 256 * 1024 * 1024,
  body: { membersMax: 20_000, bytesMax: 512 * 1024 * 1024 },
  aheadSlotsMax: 100,
  decodeTriesMax: 3,
};

/** What the receiver works with. */
export interface ReceiverParts {
  readonly plan: SlotPlan;
  readonly clock: Clock;
  readonly blobs: Blobs;
  readonly decoder: Decoder;
  readonly lock: Lock;
  readonly publisher: Publisher;
  readonly metering: Metering;
  /** A folder of our own for files that are not blobs yet. */
  readonly workDir: string;
  readonly limits: ReceiverLimits;
  readDb<T>(work: (db: OuterDb) => Promise<T>): Promise<T>;
  writeDb<T>(work: (tx: OuterDb) => Promise<T>): Promise<T>;
  /** Writes a status to the intake link; never waits for the inside. */
  sendStatus(status: WireStatus): void;
  /** Says something that a person must hear. */
  alarm(sentence: string): void;
}

interface Place {
  readonly next: number;
  readonly slot: number;
  readonly head: string;
}

/** A decoded body that is kept for the frame's next attempt. */
interface Staged {
  readonly key: string;
  readonly outcome: 'stored' | 'void';
  readonly files: readonly DecodedFile[];
}

/** The receiving end of the wire. */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #reader = new LinkReader();
  readonly #assembler: FrameAssembler;
  #place: Place;
  #voids: number[];
  #staged: Staged | undefined;
  #failures = 0;
  #stopped = false;
  #skippedBytes = 0;

  private constructor(parts: ReceiverParts, attempt: number, place: Place, voids: number[]) {
    this.#parts = parts;
    this.#place = place;
    this.#voids = voids;
    const { frameBytesMax } = parts.limits;
    this.#assembler = new FrameAssembler({ attempt, nextSequence: place.next, frameBytesMax });
  }

  /** Continues where the stored frames end. `attempt` is any number that the last run did not use. */
  static async open(parts: ReceiverParts, attempt: number): Promise<Receiver> {
    const last = await parts.readDb(lastFrame);
    const voids = await parts.readDb((db) => lastVoids(db, 16));
    const place: Place =
      last === undefined
        ? { next: 1, slot: 0, head: EMPTY_HEAD }
        : { next: last.sequence + 1, slot: last.slot, head: last.head };
    return new Receiver(parts, attempt, place, voids);
  }

  /** What is stored, for the sender. */
  status(): WireStatus {
    const { plan, clock, metering } = this.#parts;
    return {
      attempt: this.#assembler.attempt,
      nextSequence: this.#place.next,
      lastSlot: this.#place.slot,
      head: this.#place.head,
      nowMs: Math.max(0, Math.floor(clock.nowMs())),
      plan,
      state: metering.state,
      voids: this.#voids,
    };
  }

  /** Sends the status once more; called from time to time, because any of them may be lost. */
  announce(): void {
    this.#parts.sendStatus(this.status());
  }

  /** Asks for everything that is not stored once more. */
  askAgain(): void {
    this.#assembler.rewind(this.#place.next);
    this.announce();
  }

  /** Takes nothing more; a frame that is being decoded is left to the next start. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes the next bytes of the wire; resolves when they are dealt with, which holds the sender back. */
  async push(bytes: Uint8Array): Promise<void> {
    for (const record of this.#reader.push(bytes)) await this.#take(record);
    if (this.#reader.skippedBytes > this.#skippedBytes) {
      this.#skippedBytes = this.#reader.skippedBytes;
      this.#parts.alarm('the wire carried bytes that belong to no record');
    }
  }

  async #take(record: LinkRecord): Promise<void> {
    if (this.#stopped) return;
    // Attempt 0 is never asked for: a sender that has just started says so that it wants to begin.
    if (record.kind === 'tick' && record.attempt === 0) {
      this.askAgain();
      return;
    }
    const result = this.#assembler.accept(record);
    if (result.outcome === 'lost') this.askAgain();
    if (result.outcome !== 'frame') return;
    if (this.#parts.metering.state !== 'running') return;
    await this.#accept(result.sequence, result.frame);
  }

  async #accept(sequence: number, bytes: Uint8Array): Promise<void> {
    const { parts, frame, slot } = { parts: this.#parts, ...this.#open(sequence, bytes) };
    if (frame === undefined) {
      await this.#stop('stopped-by-fault', `record ${String(sequence)} of the wire is no frame`);
      return;
    }
    if (slot > slotAt(parts.plan, parts.clock.nowMs()) + parts.limits.aheadSlotsMax) {
      parts.alarm(`frame ${String(sequence)} names a slot that is too far ahead`);
      this.askAgain();
      return;
    }
    const charge = chargeBits(bytes);
    const refusal = parts.metering.refuses(slot, charge);
    if (refusal !== undefined) {
      await this.#stop('stopped-by-meter', refusal);
      return;
    }
    const staged = await this.#decode(sequence, bytes, frame);
    if (staged === undefined) return;
    const emittedBytes = staged.files.reduce((sum, file) => sum + file.bytes, 0);
    await this.#store(staged, {
      sequence,
      destination: frame.destination,
      historyPrefix: frame.historyPrefix,
      slot,
      publishedSlot: publicationSlot(parts.plan, slot, emittedBytes),
      chargeBits: charge,
      sha256: sha256(bytes),
      head: extendHead(this.#place.head, bytes),
      outcome: staged.outcome,
      logIndex: undefined,
    });
  }

  #open(sequence: number, bytes: Uint8Array): { frame: Frame | undefined; slot: number } {
    try {
      const frame = openFrame(bytes, this.#parts.limits.frameBytesMax);
      return { frame, slot: this.#place.slot + frame.slotGap };
    } catch (error) {
      if (!(error instanceof SallyportError)) throw error;
      this.#parts.alarm(`frame ${String(sequence)}: ${error.message}`);
      return { frame: undefined, slot: 0 };
    }
  }

  /** The emitted files as blobs; undefined when the decoder failed in a way that says nothing about the frame. */
  async #decode(sequence: number, bytes: Uint8Array, frame: Frame): Promise<Staged | undefined> {
    const { destination, historyPrefix, body } = frame;
    const key = `${String(destination)} ${String(historyPrefix)} ${sha256(body)}`;
    if (this.#staged?.key === key) return this.#staged;
    await this.#parts.blobs.put([bytes], bytes.length);
    const stored = await this.#parts.readDb((db) => countFrames(db, destination));
    if (historyPrefix > stored) return { key, outcome: 'void', files: [] };
    const history = await this.#parts.readDb((db) => historyFiles(db, destination, historyPrefix));
    try {
      const framePath = this.#parts.blobs.pathOf(sha256(bytes));
      const outDir = path.join(this.#parts.workDir, `frame-${String(sequence)}`);
      const result = await decodeToBlobs(this.#parts, { framePath, history, outDir });
      this.#failures = 0;
      if (result.ok) return { key, outcome: 'stored', files: result.files };
      this.#parts.alarm(`frame ${String(sequence)} cannot be decoded: ${result.code}`);
      return { key, outcome: 'void', files: [] };
    } catch (error) {
      await this.#decoderFailed(sequence, error);
      return undefined;
    }
  }

  async #decoderFailed(sequence: number, error: unknown): Promise<void> {
    if (this.#stopped) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.alarm(`frame ${String(sequence)}: ${reason}`);
    this.#failures += 1;
    if (this.#failures >= this.#parts.limits.decodeTriesMax) {
      await this.#stop('stopped-by-fault', `frame ${String(sequence)} ends the decoder`);
    } else {
      this.askAgain();
    }
  }

  async #store(staged: Staged, frame: StoredFrame): Promise<void> {
    const { lock, metering, publisher } = this.#parts;
    if (this.#stopped) return;
    const outcome = await lock.run(async () => {
      // The lock keeps the publication slot from beginning between this line and the end of the commit.
      if (frame.publishedSlot <= publisher.slotNow()) return 'late';
      // Decoding took a while, and an operator may have changed the meter meanwhile.
      if (metering.refuses(frame.slot, frame.chargeBits) !== undefined) return 'late';
      const after = metering.spend(frame.slot, frame.chargeBits);
      publisher.expect(frame.publishedSlot);
      await this.#parts.writeDb(async (tx) => {
        await insertFrame(tx, frame, staged.files);
        await metering.write(tx, after);
      });
      // From here on the frame is acknowledged; dying before the status is sent makes the sender send it again, and
      // the number says that we have it.
      metering.set(after);
      publisher.add(frame);
      return 'stored';
    });
    if (outcome === 'late') {
      this.#staged = staged;
      this.askAgain();
      return;
    }
    this.#staged = undefined;
    this.#place = { next: frame.sequence + 1, slot: frame.slot, head: frame.head };
    if (frame.outcome === 'void') this.#voids = [frame.sequence, ...this.#voids].slice(0, 16);
    this.announce();
  }

  async #stop(state: Exclude<OuterState, 'running'>, sentence: string): Promise<void> {
    await this.#parts.writeDb((tx) => this.#parts.metering.stop(tx, state, sentence));
    this.#parts.alarm(`the wire is stopped: ${sentence}`);
    this.askAgain();
  }
}
