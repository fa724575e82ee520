/**
 * Publishes stored frames at their slots: one leaf each in the outer log, in the order of slot and number.
 *
 * A frame is shown to nobody before its slot has begun, and everybody who asks from then on sees it: whoever asks
 * first waits until the log has it. So what is shown depends on the slot of the question and not on how long storing,
 * signing or decoding took.
 */
import type { Clock } from '../core/index.ts';
import { canonicalJson, isoTime, sha256 } from '../core/index.ts';
import { slotAt, slotStartMs } from '../wire/index.ts';
import type { SlotPlan } from '../wire/index.ts';
import type { DecodedFile } from './decode.ts';
import type { Lock } from './lock.ts';
import type { OuterLog } from './log.ts';
import type { OuterDb, StoredFrame } from './store.ts';
import { filesOf, setLogIndex, unpublishedFrames } from './store.ts';

/** Entries name their files up to this many characters; longer lists are named by their digest. */
const INLINE_CHARACTERS_MAX = 40_000;

/** What the publisher works with. */
export interface PublisherParts {
  readonly log: OuterLog;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly plan: SlotPlan;
  readDb<T>(work: (db: OuterDb) => Promise<T>): Promise<T>;
  /** Hears of a failure at a slot at which nobody asked. */
  readonly onFault: (error: unknown) => void;
}

/** The list of a release's files as receipts name it when it is too long for an entry. */
export function manifestOf(files: readonly DecodedFile[]): string {
  return canonicalJson(
    files.map(({ name, sha256: digest, bytes }) => ({ name, sha256: digest, bytes })),
  );
}

/** The log entry of a frame: a function of the wire's bytes. */
export function frameEntry(plan: SlotPlan, frame: StoredFrame, files: readonly DecodedFile[]) {
  const manifest = manifestOf(files);
  const listed =
    manifest.length <= INLINE_CHARACTERS_MAX
      ? { files: files.map(({ name, sha256: digest, bytes }) => ({ name, sha256: digest, bytes })) }
      : { manifest: { files: files.length, sha256: sha256(manifest) } };
  return {
    kind: 'frame.published',
    at: isoTime(slotStartMs(plan, frame.publishedSlot)),
    by: 'wire',
    release: frame.sequence,
    destination: frame.destination,
    slot: frame.slot,
    publishedSlot: frame.publishedSlot,
    chargeBits: String(frame.chargeBits),
    frame: frame.sha256,
    outcome: frame.outcome,
    ...listed,
  };
}

/** Keeps the log in step with the slot clock. */
export class Publisher {
  readonly #parts: PublisherParts;
  #pending: StoredFrame[] = [];
  #shownSize = 0;
  #checkpoint = '';
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #closing = false;
  #latestSlot = -1;
  #expected = Infinity;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /** How many entries of the log are shown. */
  get shownSize(): number {
    return this.#shownSize;
  }

  /** The signed checkpoint over what is shown. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** Reads what was stored and not published before the process last ended; the same path as in normal running. */
  async start(): Promise<void> {
    this.#pending = await this.#parts.readDb(unpublishedFrames);
    await this.#parts.lock.run(() => this.#show());
    await this.settle();
  }

  /** The slot of the moment. A clock that is set back does not open a slot again whose frames were shown. */
  slotNow(): number {
    const { clock, plan } = this.#parts;
    this.#latestSlot = Math.max(this.#latestSlot, slotAt(plan, clock.nowMs()));
    return this.#latestSlot;
  }

  /** Says that a frame is being stored that will be shown at a slot; called under the lock, ended by {@link add}. */
  expect(publishedSlot: number): void {
    this.#expected = publishedSlot;
  }

  /** Takes a frame that was just stored; called under the lock. */
  add(frame: StoredFrame): void {
    this.#expected = Infinity;
    this.#pending.push(frame);
    this.#pending.sort((a, b) => a.publishedSlot - b.publishedSlot || a.sequence - b.sequence);
    this.#arm();
  }

  /** Resolves when everything that the current slot shows is in the log. */
  async settle(): Promise<void> {
    const { lock } = this.#parts;
    const slot = this.slotNow();
    // Whoever asks waits only for what the slot of the question shows, not for a frame that is stored for later.
    if (this.#closing || this.#expected <= slot || this.#isDue(slot)) {
      await lock.run(() => this.#closeThrough(slot));
    }
    this.#arm();
  }

  /** Appends an entry about something that happened outside, between two publications. */
  async recordOutside(
    entry: Parameters<OuterLog['record']>[0],
    change: (tx: OuterDb) => Promise<void>,
  ) {
    await this.#parts.lock.run(async () => {
      await this.#closeThrough(this.slotNow());
      await this.#parts.log.record(entry, change);
      await this.#show();
    });
  }

  /** Stops the timer; the caller waits for the lock. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #isDue(slot: number): boolean {
    const first = this.#pending[0];
    return first !== undefined && first.publishedSlot <= slot;
  }

  async #closeThrough(slot: number): Promise<void> {
    this.#closing = true;
    try {
      await this.#publishThrough(slot);
    } finally {
      this.#closing = false;
    }
  }

  async #publishThrough(slot: number): Promise<void> {
    const { log, plan } = this.#parts;
    while (this.#isDue(slot)) {
      const [frame] = this.#pending;
      if (frame === undefined) break;
      const files = await this.#parts.readDb((db) => filesOf(db, [frame.sequence]));
      const entry = frameEntry(plan, frame, files.get(frame.sequence) ?? []);
      const index = log.size();
      // Entry and place are one transaction: dying here shows the frame exactly once, now or after the restart.
      await log.record(entry, (tx) => setLogIndex(tx, frame.sequence, index));
      this.#pending.shift();
    }
    await this.#show();
  }

  /** Only now, all frames of the slot together: nobody sees half a slot. */
  async #show(): Promise<void> {
    const { log } = this.#parts;
    if (log.size() === this.#shownSize && this.#checkpoint !== '') return;
    await log.publish();
    this.#shownSize = log.size();
    this.#checkpoint = log.checkpoint();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const first = this.#pending[0];
    if (first === undefined || this.#closed) return;
    const { clock, plan } = this.#parts;
    const waitMs = slotStartMs(plan, first.publishedSlot) - clock.nowMs();
    this.#timer = setTimeout(
      () => {
        this.settle().catch(this.#parts.onFault);
      },
      Math.min(Math.max(waitMs, 1), 2 ** 30),
    );
  }
}
