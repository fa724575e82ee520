/**
 * The sender: gives queued releases their slots and hands their frames to the wire, once per slot.
 *
 * Only releases whose entry is under a durable signed checkpoint are sent; a frame that became longer than what was
 * debited waits until the difference is debited, with an entry of its own. Each frame is noted with its digest before
 * the first of its bytes leaves, so that after any crash we know every frame that the outer door can have. The outer
 * door's status is believed only as far as it agrees with these notes.
 */
import type { Clock } from '../core/index.ts';
import { isoTime, sha256 } from '../core/index.ts';
import {
  EMPTY_HEAD,
  chargeBits,
  encodeRecord,
  extendHead,
  sealFrame,
  slotAt,
} from '../wire/index.ts';
import type { SlotPlan, WireStatus } from '../wire/index.ts';
import { releaseErrors } from './errors.ts';
import type { GuardLink } from './guard-link.ts';
import { Outbox } from './outbox.ts';
import type { BucketRef } from '../budget/index.ts';
import { sayRefused } from './ports.ts';
import type { Debit, DebitUse, ReleaseLedger } from './ports.ts';
import { entryId } from './entry-id.ts';
import type { Attempt, QueuedRelease, ReleaseDb, WirePlace } from './store.ts';
import {
  findAttempt,
  insertAttempt,
  lastSequence,
  readWire,
  releasesFrom,
  setDebited,
  setState,
  writeWire,
} from './store.ts';

/** What the sender works with. */
export interface SenderParts {
  readonly ledger: ReleaseLedger;
  readonly clock: Clock;
  readonly debit: Debit;
  readDb<T>(work: (db: ReleaseDb) => Promise<T>): Promise<T>;
  writeDb<T>(work: (tx: ReleaseDb) => Promise<T>): Promise<T>;
  readBody(sha256: string): Promise<Uint8Array>;
  /** Where in the ledger an entry stands; undefined when it is not there. */
  indexOf(release: QueuedRelease): Promise<number | undefined>;
  /** Hears of requests whose frames the outer door has stored. */
  onAcked(releases: readonly QueuedRelease[]): void;
  /** Says something that a person must hear. */
  alarm(sentence: string): void;
  /** What stops a release that is charged and not yet handed over; nothing stops it where this is empty. */
  stops?(release: QueuedRelease): Promise<readonly string[]>;
  readonly limits: SenderLimits;
  /** The sender's own process; without one the frames are handed to whoever calls {@link Sender.onSlot}. */
  readonly guard?: GuardLink;
}

/** Limits of what is under way. */
export interface SenderLimits {
  /** Bytes of the link per slot. */
  readonly linkBytesPerSlot: number;
  /** Frames under way that are not acknowledged. */
  readonly framesMax: number;
}

/** Limits that hold unless the configuration says otherwise. */
export const SENDER_LIMITS: SenderLimits = { linkBytesPerSlot: 4 * 1024 * 1024, framesMax: 16 };

/** The release at which the wire stands still; everything behind it waits too, since frames go in sequence. */
export interface StoppedRelease {
  readonly sequence: number;
  readonly requestId: string;
  readonly by: readonly string[];
}

/** How the sender stands. */
export type SenderState = 'waiting-for-outer' | 'running' | 'outer-stopped' | 'refused';

const NOTHING = new Uint8Array(0);

/** One wire's sender. Calls of {@link onSlot} and {@link onStatus} must not overlap; the link loop sees to that. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #outbox = new Outbox();
  #state: SenderState = 'waiting-for-outer';
  #wire: WirePlace;
  #plan: SlotPlan | undefined;
  #attempt = 0;
  /** The next release to be sent, and what the frame before it was. */
  #cursor = 1;
  #base: { slot: number; head: string } = { slot: 0, head: EMPTY_HEAD };
  #offsetMs = 0;
  #underWay: { sequence: number; bytes: number }[] = [];
  #lastAlarm = '';
  #stopped: StoppedRelease | null = null;

  private constructor(parts: SenderParts, wire: WirePlace) {
    this.#parts = parts;
    this.#wire = wire;
  }

  /** Reads where the wire stands; nothing is sent before the outer door has said what it has. */
  static async open(parts: SenderParts): Promise<Sender> {
    return new Sender(parts, await parts.readDb(readWire));
  }

  get state(): SenderState {
    return this.#state;
  }

  /** Where the wire stands still, as of the last time that something could have been handed over. */
  get stopped(): StoppedRelease | null {
    return this.#stopped;
  }

  /** The first release that was not handed over. */
  get next(): number {
    return this.#cursor;
  }

  /** The slot plan, once the outer door has been heard. */
  get plan(): SlotPlan | undefined {
    return this.#plan;
  }

  /** The outer door's clock, as far as we know it. */
  nowMs(): number {
    return this.#parts.clock.nowMs() + this.#offsetMs;
  }

  /** Takes a status of the outer door. Throws when the two doors do not belong to the same wire any more. */
  async onStatus(status: WireStatus): Promise<void> {
    if (this.#state === 'refused') return;
    try {
      await this.#believe(status);
    } catch (error) {
      this.#state = 'refused';
      this.#clear();
      throw error;
    }
    this.#offsetMs = status.nowMs - this.#parts.clock.nowMs();
    this.#plan = status.plan;
    if (status.attempt !== this.#attempt) {
      this.#attempt = status.attempt;
      this.#cursor = status.nextSequence;
      this.#base = { slot: status.lastSlot, head: status.head };
      this.#clear();
      this.#underWay = [];
    }
    this.#underWay = this.#underWay.filter(({ sequence }) => sequence >= status.nextSequence);
    this.#state = status.state === 'running' ? 'running' : 'outer-stopped';
    if (status.state !== 'running')
      this.#alarmOnce(`the outer door takes no frames: ${status.state}`);
  }

  /** What goes on the wire at the begin of a slot: frames, or nothing, and always one tick. */
  async onSlot(): Promise<Uint8Array[]> {
    const { guard } = this.#parts;
    if (this.#state === 'waiting-for-outer') {
      if (guard === undefined) return [this.#tick(0, 0)];
      await guard.slot(0, 0);
      return [];
    }
    const idle = guard?.idle ?? this.#outbox.empty;
    if (this.#state === 'running' && idle) await this.#fill();
    if (guard !== undefined) {
      await guard.slot(this.#attempt, this.#cursor);
      return [];
    }
    const records = this.#outbox.take(this.#parts.limits.linkBytesPerSlot);
    return [...records, this.#tick(this.#attempt, this.#outbox.first ?? this.#cursor)];
  }

  #clear(): void {
    this.#outbox.clear();
    this.#parts.guard?.clear();
  }

  #tick(attempt: number, sequence: number): Uint8Array {
    return encodeRecord({ kind: 'tick', attempt, sequence, offset: 0, total: 0, payload: NOTHING });
  }

  async #believe(status: WireStatus): Promise<void> {
    const { plan } = this.#wire;
    if (plan !== undefined && JSON.stringify(plan) !== JSON.stringify(status.plan)) {
      throw releaseErrors.error('PLAN_CHANGED');
    }
    const { nextSequence: next, head } = status;
    if (next < this.#wire.next) {
      throw releaseErrors.error('OUTER_OLDER', { next, stored: this.#wire.next - 1 });
    }
    const acked = await this.#walkBack(status);
    if (next === this.#wire.next && head !== this.#wire.head) {
      throw releaseErrors.error('WIRE_FORKED', { sequence: next - 1 });
    }
    if (acked.length === 0 && plan !== undefined) return;
    const place = { plan: status.plan, next, slot: status.lastSlot, head };
    const releases = await this.#parts.writeDb(async (tx) => {
      for (const attempt of acked) await setState(tx, attempt, 'acked');
      await writeWire(tx, place);
      return releasesFrom(tx, this.#wire.next, acked.length);
    });
    this.#wire = place;
    if (releases.length > 0) this.#parts.onAcked(releases);
  }

  /** The attempts that the outer door's chain is made of, from what was acknowledged before up to its head. */
  async #walkBack(status: WireStatus): Promise<Attempt[]> {
    const found: Attempt[] = [];
    let { head } = status;
    for (let sequence = status.nextSequence - 1; sequence >= this.#wire.next; sequence--) {
      const wanted = head;
      const attempt = await this.#parts.readDb((db) => findAttempt(db, sequence, wanted));
      if (attempt === undefined) {
        const known = await this.#parts.readDb(lastSequence);
        if (known < status.nextSequence - 1) {
          throw releaseErrors.error('DATABASE_OLDER', { stored: status.nextSequence - 1, known });
        }
        throw releaseErrors.error('WIRE_FORKED', { sequence });
      }
      found.unshift(attempt);
      head = attempt.previousHead;
    }
    if (head !== this.#wire.head) {
      throw releaseErrors.error('WIRE_FORKED', { sequence: this.#wire.next - 1 });
    }
    return found;
  }

  /** Gives slots to as many releases as may be under way. */
  async #fill(): Promise<void> {
    const plan = this.#plan;
    if (plan === undefined) return;
    const slot = Math.max(slotAt(plan, this.nowMs()), this.#base.slot);
    const { framesMax } = this.#parts.limits;
    const releases = await this.#parts.readDb((db) => releasesFrom(db, this.#cursor, framesMax));
    const attempts: { attempt: Attempt; frame: Uint8Array; bytes: number; requestId: string }[] =
      [];
    let { slot: lastSlot, head } = this.#base;
    this.#stopped = null;
    for (const release of releases) {
      if (!this.#hasRoom(plan, release, attempts)) break;
      if (await this.#isStopped(release)) break;
      const index = await this.#parts.indexOf(release);
      if (index === undefined || index >= this.#parts.ledger.size) {
        this.#alarmOnce(`release ${String(release.sequence)} has no entry under a checkpoint`);
        break;
      }
      const frame = sealFrame({
        slotGap: slot - lastSlot,
        destination: release.destination,
        historyPrefix: release.historyPrefix,
        body: await this.#parts.readBody(release.bodySha256),
      });
      if (!(await this.#topUp(release, chargeBits(frame)))) break;
      const attempt: Attempt = {
        sequence: release.sequence,
        previousHead: head,
        head: extendHead(head, frame),
        slot,
        chargeBits: chargeBits(frame),
        frameSha256: sha256(frame),
      };
      attempts.push({
        attempt,
        frame,
        bytes: release.emittedBytes,
        requestId: release.requestId,
      });
      ({ slot: lastSlot, head } = attempt);
    }
    if (attempts.length === 0) return;
    await this.#parts.writeDb(async (tx) => {
      for (const { attempt } of attempts) await insertAttempt(tx, attempt);
    });
    // Dying before this line sends nothing; dying after it, the outer door's status says how far it came.
    for (const { attempt, frame, bytes, requestId } of attempts) {
      const { sequence } = attempt;
      const { guard } = this.#parts;
      if (guard === undefined) this.#outbox.add(this.#attempt, sequence, frame);
      else {
        const receipt = await this.#parts.ledger.proof(entryId(requestId));
        guard.offer({ attempt: this.#attempt, sequence, requestId, receipt, frame });
      }
      this.#underWay.push({ sequence: attempt.sequence, bytes });
    }
    this.#cursor += attempts.length;
    this.#base = { slot: lastSlot, head };
  }

  /** Asked at each try, so that it goes on by itself once nothing stops it. */
  async #isStopped(release: QueuedRelease): Promise<boolean> {
    const by = (await this.#parts.stops?.(release)) ?? [];
    const { sequence, requestId } = release;
    if (by.length > 0) this.#stopped = { sequence, requestId, by };
    return by.length > 0;
  }

  /** Keeps so little under way that the outer door can store all of it before the first must be published. */
  #hasRoom(plan: SlotPlan, release: QueuedRelease, chosen: readonly { bytes: number }[]): boolean {
    const all = [...this.#underWay, ...chosen];
    if (all.length === 0) return true;
    const bytes = all.reduce((sum, each) => sum + each.bytes, release.emittedBytes);
    return (
      all.length < this.#parts.limits.framesMax && bytes <= (plan.lagSlots * plan.bytesPerSlot) / 2
    );
  }

  /** Debits what a frame is longer than expected; false when the budget does not allow it now. */
  async #topUp(release: QueuedRelease, charge: bigint): Promise<boolean> {
    const missing = charge - release.debitedBits;
    if (missing <= 0n) return true;
    const { path, use } = JSON.parse(release.buckets) as { path: BucketRef[]; use?: DebitUse };
    const nowMs = this.#parts.clock.nowMs();
    try {
      await this.#parts.ledger.record(
        () => ({
          kind: 'release.topped-up',
          at: isoTime(nowMs),
          by: 'sender',
          request: release.requestId,
          release: release.sequence,
          addedBits: String(missing),
          chargeBits: String(charge),
        }),
        async (tx) => {
          const verdict = await this.#parts.debit(tx, path, missing, nowMs, use);
          if (!verdict.ok) throw new Blocked(sayRefused(verdict));
          await setDebited(tx, release.sequence, charge);
        },
      );
      return true;
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      this.#alarmOnce(`release ${String(release.sequence)} waits: ${error.message}`);
      return false;
    }
  }

  #alarmOnce(sentence: string): void {
    if (sentence === this.#lastAlarm) return;
    this.#lastAlarm = sentence;
    this.#parts.alarm(sentence);
  }
}

/** Undoes a transaction whose debit did not pass. */
class Blocked extends Error {}
