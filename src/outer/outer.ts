/** Puts the parts of an outer door together: log, meter, publisher, roster, receiver and what may be served. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Random } from '../core/index.ts';
import { isoTime } from '../core/index.ts';
import type { Signer } from '../ledger/index.ts';
import type { Blobs, Store } from '../store/index.ts';
import { slotAt, slotStartMs } from '../wire/index.ts';
import type { SlotPlan, WireStatus } from '../wire/index.ts';
import type { Decoder } from './decode.ts';
import { Inboxes } from './inboxes/index.ts';
import { Lock } from './lock.ts';
import type { OuterLog } from './log.ts';
import { openOuterLog } from './log.ts';
import { Metering } from './metering.ts';
import type { MeterPolicy } from './meter.ts';
import { Publisher, manifestOf } from './publisher.ts';
import type { ReceiverLimits } from './receiver.ts';
import { RECEIVER_LIMITS, Receiver } from './receiver.ts';
import { Roster } from './roster.ts';
import { DEFAULT_INBOXES } from './settings.ts';
import type { InboxSettings } from './settings.ts';
import type { OuterDb, StoredFrame } from './store.ts';
import { filesOf, publishedFrames } from './store.ts';
import type { OuterView, PublishedRelease } from './view.ts';

/** Everything that comes from outside: the replay of a wire is given the same. */
export interface OuterParts {
  readonly dir: string;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly decoder: Decoder;
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: SlotPlan;
  readonly key: Signer;
  readonly saltSecret: Uint8Array;
  readonly limits?: ReceiverLimits;
  readonly inboxes?: InboxSettings;
  sendStatus(status: WireStatus): void;
  alarm(sentence: string): void;
  readonly onFault: (error: unknown) => void;
}

/** An open outer door, without its listeners. */
export class Outer {
  readonly view: OuterView;
  readonly roster: Roster;
  readonly receiver: Receiver;
  readonly metering: Metering;
  readonly inboxes: Inboxes;
  readonly plan: SlotPlan;
  readonly #parts: OuterParts;
  readonly #log: OuterLog;
  readonly #lock: Lock;
  readonly #publisher: Publisher;

  private constructor(
    parts: OuterParts,
    open: {
      log: OuterLog;
      lock: Lock;
      publisher: Publisher;
      metering: Metering;
      receiver: Receiver;
      inboxes: Inboxes;
    },
  ) {
    this.#parts = parts;
    this.#log = open.log;
    this.#lock = open.lock;
    this.#publisher = open.publisher;
    this.metering = open.metering;
    this.inboxes = open.inboxes;
    this.receiver = open.receiver;
    this.plan = parts.plan;
    this.roster = new Roster({
      publisher: open.publisher,
      clock: parts.clock,
      random: parts.random,
      readDb: (work) => parts.store.read(work),
    });
    this.view = this.#makeView();
  }

  /** Opens an outer door on its data; also the recovery after any crash. */
  static async open(parts: OuterParts): Promise<Outer> {
    const { store, clock, plan } = parts;
    const workDir = path.join(parts.dir, 'work');
    await mkdir(workDir, { recursive: true });
    // The folder itself stays: the decoder that is just starting was given it.
    for (const name of await readdir(workDir)) {
      await rm(path.join(workDir, name), { recursive: true, force: true });
    }
    const readDb = <T>(work: (db: OuterDb) => Promise<T>): Promise<T> => store.read(work);
    const writeDb = <T>(work: (tx: OuterDb) => Promise<T>): Promise<T> => store.write(work);
    const log = await openOuterLog({ ...parts, dir: path.join(parts.dir, 'log') });
    const lock = new Lock();
    const metering = await readDb((db) => Metering.open(db, plan.slotMs));
    const publisher = new Publisher({ log, lock, clock, plan, readDb, onFault: parts.onFault });
    await publisher.start();
    const common = { lock, publisher, metering, workDir, readDb, writeDb };
    const limits = parts.limits ?? RECEIVER_LIMITS;
    const [high = 0, low = 0] = new Uint16Array(parts.random.bytes(4).slice().buffer);
    const attempt = Math.max(1, high * 0x1_0000 + low);
    const receiver = await Receiver.open({ ...parts, ...common, limits }, attempt);
    const inboxes = await Inboxes.open({
      ...{ ...parts, publisher, readDb, writeDb },
      settings: parts.inboxes ?? DEFAULT_INBOXES,
    });
    return new Outer(parts, { log, lock, publisher, metering, receiver, inboxes });
  }

  /** Changes what the outer meter allows; an entry of the outer log says so. */
  async declareMeter(policy: MeterPolicy): Promise<void> {
    const entry = {
      kind: 'meter.declared',
      at: isoTime(this.#parts.clock.nowMs()),
      by: 'outer',
      burstBits: String(policy.burstBits),
      bitsPerDay: String(policy.bitsPerDay),
      lifetimeBits: policy.lifetimeBits === undefined ? null : String(policy.lifetimeBits),
    };
    const slot = Math.max(0, slotAt(this.plan, this.#parts.clock.nowMs()));
    await this.#publisher.recordOutside(entry, (tx) => this.metering.declare(tx, policy, slot));
  }

  /** Lets a stopped wire go on, after a person has looked. */
  async resume(): Promise<void> {
    const at = isoTime(this.#parts.clock.nowMs());
    const stopped = this.metering.stopped?.sentence ?? null;
    const entry = { kind: 'wire.resumed', at, by: 'outer', stopped };
    await this.#publisher.recordOutside(entry, (tx) => this.metering.resume(tx));
    this.receiver.askAgain();
  }

  /** Waits for what is under way and closes; the wire must have been stopped before. */
  async close(): Promise<void> {
    await this.inboxes.close();
    this.#publisher.close();
    this.#parts.decoder.close();
    await this.#lock.run(() => Promise.resolve());
    await this.#log.close();
    await this.#parts.store.close();
  }

  #makeView(): OuterView {
    const { store, blobs } = this.#parts;
    const find = async (destination: number, release?: number): Promise<PublishedRelease[]> => {
      const logSize = this.#publisher.shownSize;
      const where = { destination, logSize, ...(release === undefined ? {} : { release }) };
      return store.read(async (db: OuterDb) => {
        const frames = await publishedFrames(db, where);
        const files = await filesOf(
          db,
          frames.map((frame) => frame.sequence),
        );
        return frames.map((frame) => this.#show(frame, files.get(frame.sequence) ?? []));
      });
    };
    return {
      settle: () => this.#publisher.settle(),
      findRecipient: (token) => this.roster.findRecipient(token),
      listReleases: (destination) => find(destination),
      findRelease: async (destination, release) => (await find(destination, release))[0],
      openFile: (sha256) => Promise.resolve(createReadStream(blobs.pathOf(sha256))),
      receiptOf: (release) => this.#log.receipt(release.logIndex),
      manifestOf: (release) => manifestOf(release.files),
      checkpoint: () => Promise.resolve(this.#publisher.checkpoint),
      tile: (name) => this.#log.tile(name),
      verifierKey: this.#log.verifierKey,
    };
  }

  #show(
    frame: StoredFrame,
    files: readonly Omit<PublishedRelease['files'][number], 'release'>[],
  ): PublishedRelease {
    return {
      release: frame.sequence,
      slot: frame.slot,
      publishedSlot: frame.publishedSlot,
      publishedAt: isoTime(slotStartMs(this.plan, frame.publishedSlot)),
      chargeBits: frame.chargeBits,
      frameSha256: frame.sha256,
      outcome: frame.outcome,
      logIndex: frame.logIndex ?? -1,
      files: files.map((file) => ({ ...file, release: frame.sequence })),
    };
  }
}
