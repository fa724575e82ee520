/** Starts the sender of a wire on a pair of streams. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { debit as debitBuckets } from '../budget/index.ts';
import type { LinkLoop } from './link-loop.ts';
import { startLinkLoop } from './link-loop.ts';
import { entryId } from './entry-id.ts';
import type { GuardLink } from './guard-link.ts';
import type { ReleaseHost } from './release.ts';
import { SENDER_LIMITS, Sender } from './sender.ts';
import type { SenderLimits, SenderState, StoppedRelease } from './sender.ts';
import { readStagedOrBlob } from './staging.ts';

/** What a sender is started with. */
export interface SenderHost extends ReleaseHost {
  /** The wire: what is written here is all that leaves. Absent when a process of its own holds it. */
  readonly wire?: Writable;
  /** The intake link, on which the outer door says what it has. */
  readonly intake: AsyncIterable<Uint8Array>;
  readonly limits?: SenderLimits;
  /** The sender's own process, which then holds the wire. */
  readonly guard?: GuardLink;
  /** Hears of requests whose frames the outer door has stored durably. */
  readonly onAcked?: (requestIds: readonly string[]) => void;
  /** Says something that a person must hear. */
  readonly onAlarm?: (sentence: string) => void;
  /** What stops a request whose release is charged and not yet handed over. */
  readonly stops?: (requestId: string) => Promise<readonly string[]>;
}

/** A running sender. */
export interface RunningSender {
  readonly state: SenderState;
  /** Where the wire stands still; null while it does not. */
  readonly stopped: StoppedRelease | null;
  /** The first release that was not handed over. */
  readonly next: number;
  /** Stops at the next slot; what is queued stays queued. */
  stop(): Promise<void>;
}

const FIRST_SLOT_MS = 100;

/** Waits until a stream takes more, or is gone. */
async function writeTo(wire: Writable, bytes: Uint8Array): Promise<void> {
  if (wire.destroyed || wire.writableEnded) return;
  if (wire.write(bytes)) return;
  await Promise.race([once(wire, 'drain'), once(wire, 'close')]).catch(() => undefined);
}

/** Starts sending. Nothing leaves before the outer door has said what it has, and that agrees with the queue. */
export async function startSender(host: SenderHost): Promise<RunningSender> {
  const alarm = host.onAlarm ?? (() => undefined);
  const { stops } = host;
  const sender = await Sender.open({
    ledger: host.ledger,
    clock: host.clock,
    debit: host.debit ?? ((tx, ...rest) => debitBuckets(tx as never, ...rest)),
    readDb: (work) => host.store.read(work),
    writeDb: (work) => host.store.write(work),
    readBody: (sha256) => readStagedOrBlob(host, sha256),
    indexOf: async (release) =>
      (await host.ledger.show(entryId(release.requestId)))?.index ?? undefined,
    onAcked: (releases) => host.onAcked?.(releases.map((release) => release.requestId)),
    alarm,
    ...(stops === undefined ? {} : { stops: (release) => stops(release.requestId) }),
    limits: host.limits ?? SENDER_LIMITS,
    ...(host.guard === undefined ? {} : { guard: host.guard }),
  });
  // A pipe whose reader is gone reports it once more for every write; the loop's end is decided by its owner.
  host.wire?.on('error', () => undefined);
  const loop: LinkLoop = startLinkLoop({
    sender,
    write: async (bytes) => {
      if (host.wire !== undefined) await writeTo(host.wire, bytes);
    },
    intake: host.intake,
    firstSlotMs: FIRST_SLOT_MS,
    onFault: (error) => {
      alarm(error instanceof Error ? error.message : String(error));
    },
  });
  return {
    get state() {
      return sender.state;
    },
    get stopped() {
      return sender.stopped;
    },
    get next() {
      return sender.next;
    },
    stop: () => loop.stop(),
  };
}
