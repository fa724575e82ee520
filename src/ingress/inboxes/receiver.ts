/**
 * The inner end of the delivery link. Everything that arrives is hostile: a record is believed only as far as the manifest
 * whose digest it names, and an object only when its own digest is right.
 *
 * Guaranteed: it never throws for what arrives, and never stops reading; it holds one record in memory, one unfinished
 * object and one unfinished manifest on disk, and no more of whole ones than the room it was given. What there is no room
 * for is dropped with an alarm, and is taken when it comes again. What it has survives a crash, and comes but once.
 */
import path from 'node:path';
import type { Kysely } from 'kysely';
import type { Clock, Random, RareAlarm } from '../../core/index.ts';
import { makeDirDurable, openRareAlarm, readChunks, systemFiles } from '../../core/index.ts';
import { ArrivingFile, freeBytes, openBlobs } from '../../store/index.ts';
import type { Blobs, Store } from '../../store/index.ts';
import { DELIVERY_LIMITS, DeliveryReader, readDeliveryManifest } from '../../wire/index.ts';
import type { DeliveryHead, DeliveryRecord } from '../../wire/index.ts';
import {
  OPEN_STATES,
  DELIVERY_STATES,
  changeDelivery,
  countDeliveries,
  countNoted,
  countObjects,
  deleteDelivery,
  deleteObjects,
  deleteOrphans,
  findDelivery,
  findObject,
  insertDelivery,
  insertObjects,
  listDeliveries,
  markHeld,
} from './inbox-store.ts';
import type { DeliveryState } from './inbox-store.ts';

/** What the receiver stands on. */
export interface ReceiverHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Its own folder, on the file system of the quarantine. */
  readonly dir: string;
  readonly limits: ReceiverLimits;
  /** Says what a person inside should hear; each sentence at most once a minute. */
  readonly onAlarm: (sentence: string) => void;
  /** Hears that a delivery is whole. */
  readonly onWhole: () => void;
}

/** How much may wait. */
export interface ReceiverLimits {
  /** Bytes of deliveries that are not imported yet. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** Files that deliveries name which are not imported yet. */
  readonly files: number;
  /** Deliveries whose files are kept. */
  readonly deliveries: number;
  /** Deliveries that are remembered. */
  readonly known: number;
}

const PAGE = 1_000;
/** What the gate itself needs of its disk. */
const FREE_BYTES_MIN = 256 * 1024 * 1024;

/** The delivery that records are about at the moment. */
interface Current {
  readonly id: string;
  readonly state: DeliveryState | 'unknown';
  missing: number;
}

/** Takes records, one after the other. */
export class DeliveryReceiver {
  readonly #host: ReceiverHost;
  readonly #alarm: RareAlarm;
  #current: Current | undefined;
  #manifest: { readonly id: string; readonly file: ArrivingFile } | undefined;
  /** The object that is arriving; without a file it is one that is not wanted. */
  #object: { readonly sha256: string; readonly file: ArrivingFile | null } | undefined;
  #usedBytes = 0;
  #stopped = false;

  constructor(host: ReceiverHost) {
    this.#host = host;
    this.#alarm = openRareAlarm(host.clock, (text) => {
      host.onAlarm(`inboxes: ${text}`);
    });
  }

  /** Finds out what is here; also the recovery after any crash. */
  async open(): Promise<void> {
    const { store, dir } = this.#host;
    await makeDirDurable(dir);
    await store.write((tx: Kysely<unknown>) => deleteOrphans(tx));
    const open = await store.read((db: Kysely<unknown>) =>
      listDeliveries(db, OPEN_STATES, Number.MAX_SAFE_INTEGER),
    );
    const kept = new Set(open.map(({ id }) => id));
    for (const name of await systemFiles.list(dir))
      if (!kept.has(name) && name !== 'arriving') await systemFiles.remove(path.join(dir, name));
    await this.recount();
  }

  /** Counts anew what is used of the room; called when a delivery's files were removed. */
  async recount(): Promise<void> {
    const { store } = this.#host;
    const { heldBytes } = await store.read((db: Kysely<unknown>) => countObjects(db, null));
    this.#usedBytes = heldBytes;
    this.#current = undefined;
  }

  manifestOf(id: string): string {
    return path.join(this.#host.dir, id, 'manifest');
  }

  blobsOf(id: string): Blobs {
    return openBlobs(path.join(this.#host.dir, id, 'files'), this.#host.random);
  }

  /** Removes the files of a delivery. */
  async remove(id: string): Promise<void> {
    await systemFiles.remove(path.join(this.#host.dir, id));
  }

  /** Reads a link to its end. */
  async read(link: AsyncIterable<Uint8Array>): Promise<void> {
    const reader = new DeliveryReader();
    let skipped = 0;
    for await (const chunk of link) {
      for (const record of reader.push(chunk)) if (!this.#stopped) await this.accept(record);
      if (this.#stopped) break;
      if (reader.skippedBytes > skipped) this.#alarm('bytes that are no records came from outside');
      skipped = reader.skippedBytes;
    }
    await this.#drop();
  }

  /** Takes nothing any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes one record; what fails is told, and the next one is taken. */
  async accept(record: DeliveryRecord): Promise<void> {
    try {
      if (record.kind === 'manifest') await this.#takeManifest(record);
      else await this.#takeFile(record);
    } catch (cause) {
      await this.#drop().catch(() => undefined);
      this.#current = undefined;
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#alarm('what came from outside could not be kept', why);
    }
  }

  /** Lets go of what is unfinished; it stays on disk until another one begins. */
  async #drop(): Promise<void> {
    const [manifest, object] = [this.#manifest, this.#object];
    this.#manifest = undefined;
    this.#object = undefined;
    await manifest?.file.close();
    await object?.file?.close();
  }

  async #look(id: string): Promise<Current> {
    if (this.#current?.id === id) return this.#current;
    await this.#drop();
    const { store } = this.#host;
    const [known, counts] = await store.read(async (db: Kysely<unknown>) => [
      await findDelivery(db, id),
      await countObjects(db, id),
    ]);
    this.#current = { id, state: known?.state ?? 'unknown', missing: counts.missing };
    return this.#current;
  }

  /** One file in the folder of what arrives: whatever else is there was left behind. */
  async #openArriving(name: string, total: number): Promise<ArrivingFile> {
    const dir = path.join(this.#host.dir, 'arriving');
    const kind = name.slice(0, 1);
    for (const other of await systemFiles.list(dir))
      if (other.startsWith(kind) && other !== name) await systemFiles.remove(path.join(dir, other));
    return ArrivingFile.open(path.join(dir, name), total);
  }

  async #isFull(bytes: number): Promise<boolean> {
    const { dir, limits } = this.#host;
    const free = await freeBytes(dir);
    if (this.#usedBytes + bytes <= limits.bytes && bytes + FREE_BYTES_MIN <= free) return false;
    this.#alarm('there is no room for what comes, it is dropped until it is sent again');
    return true;
  }

  async #takeManifest(record: DeliveryRecord): Promise<void> {
    const { delivery: id, object, offset, total, payload } = record;
    const current = await this.#look(id);
    if (current.state === 'expired' && offset === 0) {
      // Somebody outside sends again what nobody wanted in time.
      await this.#host.store.write((tx: Kysely<unknown>) => deleteDelivery(tx, id));
      this.#current = { ...current, state: 'unknown' };
    } else if (current.state !== 'unknown') return;
    if (object !== id || total > DELIVERY_LIMITS.manifestBytes) {
      this.#alarm('a manifest that cannot be one came from outside');
      return;
    }
    if (this.#manifest?.id !== id || this.#manifest.file.total !== total) {
      await this.#drop();
      if (await this.#isFull(total)) return;
      this.#manifest = { id, file: await this.#openArriving(`m-${id}`, total) };
    }
    const { file } = this.#manifest;
    await file.append(offset, payload);
    if (!file.isWhole) return;
    await this.#drop();
    await this.#noteManifest(id, file.file);
  }

  async #noteManifest(id: string, file: string): Promise<void> {
    const { store, clock, dir, limits } = this.#host;
    const blobs = openBlobs(path.join(dir, 'arriving', 'whole'), this.#host.random);
    if (!(await blobs.adopt(file, id))) {
      await systemFiles.remove(file);
      this.#alarm('a manifest that is not what it is called came from outside');
      return;
    }
    const whole = blobs.pathOf(id);
    try {
      const [open, known] = await store.read(async (db: Kysely<unknown>) => [
        await countDeliveries(db, OPEN_STATES),
        await countDeliveries(db, DELIVERY_STATES),
      ]);
      if (open >= limits.deliveries || known >= limits.known) {
        this.#alarm('there are too many deliveries, those that come are dropped');
        return;
      }
      const read = await this.#readManifest(id, whole);
      if (read === null) {
        this.#alarm('there are too many files in deliveries, those that come are dropped');
        return;
      }
      const { head, refusal } = read;
      const nowMs = clock.nowMs();
      const state = refusal === null ? 'receiving' : 'refused';
      if (refusal === null) {
        await makeDirDurable(path.join(dir, id));
        await systemFiles.rename(whole, this.manifestOf(id));
        await systemFiles.syncDir(path.join(dir, id));
      } else await store.write((tx: Kysely<unknown>) => deleteObjects(tx, id));
      await store.write((tx: Kysely<unknown>) =>
        insertDelivery(tx, {
          ...{ ...head, id, state, reason: refusal, project: null, import: null },
          ...{ firstMs: nowMs, touchedMs: nowMs },
        }),
      );
      this.#current = undefined;
    } finally {
      await systemFiles.remove(whole);
    }
  }

  /** Notes the objects that a manifest names, a page at a time; null when there is no room for so many. */
  async #readManifest(
    id: string,
    file: string,
  ): Promise<{ head: DeliveryHead; refusal: string | null } | null> {
    const { store, limits } = this.#host;
    const noted = await store.read((db: Kysely<unknown>) => countNoted(db));
    let head: DeliveryHead | undefined;
    let refusal: string | null = null;
    try {
      for await (const page of readDeliveryManifest(readChunks(file), PAGE)) {
        ({ head } = page);
        if (noted + head.files > limits.files) return null;
        const { files } = page;
        if (files.some(({ bytes }) => bytes > limits.fileBytes))
          refusal = `a file is larger than ${String(limits.fileBytes)} bytes`;
        if (head.bytes > limits.bytes)
          refusal = `it is larger than ${String(limits.bytes)} bytes, the room for deliveries`;
        if (refusal !== null) break;
        await store.write((tx: Kysely<unknown>) => insertObjects(tx, id, files));
      }
    } catch (cause) {
      await store.write((tx: Kysely<unknown>) => deleteObjects(tx, id));
      throw cause;
    }
    if (head === undefined) throw new TypeError('a manifest without a head was read');
    return { head, refusal };
  }

  async #takeFile(record: DeliveryRecord): Promise<void> {
    const { delivery: id, object, offset, total, payload } = record;
    const current = await this.#look(id);
    if (current.state !== 'receiving') {
      if (current.state === 'unknown')
        this.#alarm('a file whose manifest is not here came from outside');
      return;
    }
    if (this.#object?.sha256 !== object) await this.#beginObject(id, object, total);
    const file = this.#object?.file ?? null;
    if (file === null || file.total !== total) return;
    await file.append(offset, payload);
    if (!file.isWhole) return;
    await this.#drop();
    await this.#noteObject(current, object, file);
  }

  async #beginObject(id: string, sha256: string, total: number): Promise<void> {
    await this.#drop();
    const { store } = this.#host;
    const known = await store.read((db: Kysely<unknown>) => findObject(db, id, sha256));
    const wrong = known === undefined || known.bytes !== total;
    if (wrong) this.#alarm('a file that its manifest does not name came from outside');
    const unwanted = wrong || known.held || (await this.#isFull(total));
    const name = `o-${id}-${sha256}`;
    this.#object = { sha256, file: unwanted ? null : await this.#openArriving(name, total) };
  }

  async #noteObject(current: Current, sha256: string, file: ArrivingFile): Promise<void> {
    const { store, clock, onWhole } = this.#host;
    const { id } = current;
    if (!(await this.blobsOf(id).adopt(file.file, sha256))) {
      await systemFiles.remove(file.file);
      this.#alarm('a file that is not what its manifest says came from outside');
      return;
    }
    const missing = current.missing - 1;
    const state = missing === 0 ? { state: 'waiting' as const } : {};
    const noted = await store.write(async (tx: Kysely<unknown>) => {
      if ((await findDelivery(tx, id))?.state !== 'receiving') return false;
      await markHeld(tx, id, sha256);
      await changeDelivery(tx, id, state, clock.nowMs());
      return true;
    });
    if (!noted) {
      // It was given up while these bytes came; nothing of them stays.
      await this.remove(id);
      this.#current = undefined;
      return;
    }
    this.#usedBytes += file.total;
    current.missing = missing;
    if (missing > 0) return;
    this.#current = undefined;
    onWhole();
  }
}
