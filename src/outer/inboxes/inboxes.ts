/**
 * Inboxes outside: watched folders whose content goes inside. What is put into one is taken when it stands still, copied
 * to the spool, and answered with one constant file; nothing else is ever said about it.
 *
 * What holds if we die: a delivery is noted, durable, before it is answered and moved away; one that was not moved is
 * found again and is the same delivery. What is refused was refused for what it is, and is moved aside with the reason.
 */
import { constants, existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import type { Clock, Random, RareAlarm } from '../../core/index.ts';
import {
  FolderWatch,
  isRefusal,
  isoTime,
  openRareAlarm,
  utf8,
  writeFileDurable,
} from '../../core/index.ts';
import { isInboxName } from '../../wire/index.ts';
import { outerErrors } from '../errors.ts';
import type { Publisher } from '../publisher.ts';
import type { InboxSettings } from '../settings.ts';
import type { OuterDb } from '../store.ts';
import { DeliverySender } from './delivery-sender.ts';
import { findDelivery, listDeliveries, listInboxes, putDelivery } from './delivery-store.ts';
import type { Delivery, Inbox } from './delivery-store.ts';
import { Spool, pathOfHandle } from './spool.ts';
import type { FoundDelivery } from './spool.ts';

/** The answer to every delivery that is taken: a function of nothing. */
const ACKNOWLEDGEMENT = `${JSON.stringify({ taken: true })}\n`;

const RESULT_FOLDERS = ['taken', 'refused'] as const;
const DAY_MS = 86_400_000;
const EXPIRE_MS = 60_000;

/** What inboxes stand on. */
export interface InboxParts {
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly publisher: Publisher;
  readonly settings: InboxSettings;
  readonly readDb: <T>(work: (db: OuterDb) => Promise<T>) => Promise<T>;
  readonly writeDb: <T>(work: (tx: OuterDb) => Promise<T>) => Promise<T>;
  readonly alarm: (sentence: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** The inboxes of one outer door. */
export class Inboxes {
  readonly #parts: InboxParts;
  readonly #spool: Spool;
  readonly #alarm: RareAlarm;
  readonly #watches = new Map<string, FolderWatch>();
  /** What is taken is taken one after the other, so that the room of the spool is shared. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();
  #sender: DeliverySender | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(parts: InboxParts, spool: Spool) {
    this.#parts = parts;
    this.#spool = spool;
    this.#alarm = openRareAlarm(parts.clock, parts.alarm);
  }

  static async open(parts: InboxParts): Promise<Inboxes> {
    const kept = await parts.readDb(listDeliveries);
    const ids = kept.map(({ id }) => id);
    const spool = await Spool.open(path.join(parts.dir, 'deliveries'), parts.random, ids);
    return new Inboxes(parts, spool);
  }

  /** Begins to watch, and sends everything that is kept. */
  async start(link: Writable | undefined): Promise<void> {
    const { readDb, settings, onFault } = this.#parts;
    const { bytesPerSecond } = settings;
    if (link !== undefined)
      this.#sender = new DeliverySender({ spool: this.#spool, link, bytesPerSecond, onFault });
    await this.#expire();
    for (const { id } of await readDb(listDeliveries)) this.#sender?.send(id);
    for (const inbox of await readDb(listInboxes)) await this.#watch(inbox);
    this.#timer = setInterval(() => {
      this.#expire().catch(onFault);
    }, EXPIRE_MS);
  }

  /** Inboxes and what is kept of their deliveries. How far they are is known to nobody outside. */
  async list(): Promise<{ inboxes: readonly Inbox[]; deliveries: readonly Delivery[] }> {
    const { readDb } = this.#parts;
    return { inboxes: await readDb(listInboxes), deliveries: await readDb(listDeliveries) };
  }

  /** Adds an inbox; without a folder it gets one of its own in the outer door's data. */
  async add(name: string, given?: string): Promise<Inbox> {
    const { clock, publisher, readDb, dir: data } = this.#parts;
    if (!isInboxName(name))
      throw outerErrors.error('INBOX_NAME_INVALID', { name: name.slice(0, 80) });
    const dir = path.resolve(data, given ?? path.join('inbox', name));
    const all = await readDb(listInboxes);
    if (all.some((each) => each.name === name || each.dir === dir))
      throw outerErrors.error('INBOX_EXISTS', { name });
    await makeFolders(dir);
    const inbox = { name, dir, addedAt: isoTime(clock.nowMs()) };
    const entry = { kind: 'inbox.added', at: inbox.addedAt, by: 'outer', name };
    await publisher.recordOutside(entry, async (tx) => {
      await tx.insertInto('outer_inboxes').values({ name, dir, added_at: inbox.addedAt }).execute();
    });
    await this.#watch(inbox);
    return inbox;
  }

  /** Ends an inbox; what it took is kept and its folder stays. */
  async remove(name: string): Promise<void> {
    const { clock, publisher, readDb } = this.#parts;
    if (!(await readDb(listInboxes)).some((each) => each.name === name))
      throw outerErrors.error('INBOX_UNKNOWN', { name: name.slice(0, 80) });
    const at = isoTime(clock.nowMs());
    await publisher.recordOutside({ kind: 'inbox.removed', at, by: 'outer', name }, async (tx) => {
      await tx.deleteFrom('outer_inboxes').where('name', '=', name).execute();
    });
    await this.#watches.get(name)?.close();
    this.#watches.delete(name);
  }

  /** Sends a delivery that is kept once more. */
  async resend(id: string): Promise<void> {
    const found = await this.#parts.readDb((db) => findDelivery(db, id));
    if (found === undefined) throw outerErrors.error('DELIVERY_UNKNOWN', { id: id.slice(0, 80) });
    this.#sender?.send(id);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
    await this.#turn;
    await this.#sender?.stop();
  }

  async #watch({ name: inbox, dir }: Inbox): Promise<void> {
    const { clock, settings } = this.#parts;
    const problem = (): void => {
      this.#alarm(`the folder of the inbox ${inbox} cannot be read`);
    };
    await makeFolders(dir).catch(problem);
    const found = (entry: string, isFolder: boolean): Promise<void> =>
      this.#inTurn(() => this.#take({ inbox, dir, found: entry, isFolder }));
    const watch = new FolderWatch({
      ...{ dir, clock, stableMs: settings.stableMs, rescanMs: settings.rescanMs },
      onFile: (file) => found(file, false),
      onFolder: (folder) => found(folder, true),
      foldersExcept: RESULT_FOLDERS,
      onFault: problem,
    });
    this.#watches.set(inbox, watch);
    // Only a look of the whole folder tells what is there, so nothing that came while we were away is missed.
    watch.start();
  }

  async #take(found: FoundDelivery): Promise<void> {
    const { clock, settings, readDb, writeDb } = this.#parts;
    try {
      const kept = await readDb(listDeliveries);
      if (kept.length >= settings.deliveriesMax) throw outerErrors.error('DELIVERY_WAITS');
      const used = kept.reduce((sum, { bytes }) => sum + bytes, 0);
      const taken = await this.#spool.take(found, {
        roomBytes: settings.spoolBytesMax - used,
        signal: this.#stopping.signal,
      });
      await writeDb((tx) => putDelivery(tx, { ...taken, takenMs: clock.nowMs() }));
      this.#sender?.send(taken.id);
    } catch (cause) {
      // What was not taken to its end is found again at the next start.
      if (this.#stopping.signal.aborted) return;
      if (!isRefusal(cause)) {
        const why = cause instanceof Error ? cause.message : String(cause);
        this.#alarm(`the inbox ${found.inbox} waits`, why);
        this.#watches.get(found.inbox)?.forget(found.found);
        return;
      }
      const result = `${JSON.stringify({ taken: false, reason: cause.message })}\n`;
      await this.#move(found, 'refused', result);
      return;
    }
    await this.#move(found, 'taken', ACKNOWLEDGEMENT);
  }

  /**
   * Answers, then moves what was found beside the answer. Nothing is ever removed for a depositor, and nothing is put
   * where a depositor made one of the two folders lead.
   */
  async #move(
    { inbox, dir, found }: FoundDelivery,
    folder: (typeof RESULT_FOLDERS)[number],
    answer: string,
  ): Promise<void> {
    try {
      await makeFolders(dir);
      await inFolder(path.join(dir, folder), async (results) => {
        const plain = path.basename(found);
        let target = path.join(results, plain);
        for (let next = 2; existsSync(target); next++)
          target = path.join(results, `${String(next)}-${plain}`);
        await writeFileDurable(`${target}.sallyport-result.json`, utf8(answer));
        await rename(found, target);
      });
    } catch {
      this.#alarm(`the inbox ${inbox} holds something that cannot be moved away`);
    }
  }

  async #expire(): Promise<void> {
    const { clock, settings, readDb, writeDb } = this.#parts;
    const before = clock.nowMs() - settings.keepDays * DAY_MS;
    for (const { id, takenMs } of await readDb(listDeliveries)) {
      if (takenMs >= before) continue;
      await writeDb(async (tx) => {
        await tx.deleteFrom('outer_deliveries').where('id', '=', id).execute();
      });
      await this.#spool.remove(id);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Works in a folder by a path that leads to it alone, whatever becomes of its name; throws when that is a link. */
async function inFolder(folder: string, work: (same: string) => Promise<void>): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const handle = await open(folder, flags);
  try {
    await work(pathOfHandle(handle) ?? folder);
  } finally {
    await handle.close();
  }
}

async function makeFolders(dir: string): Promise<void> {
  try {
    for (const each of RESULT_FOLDERS)
      await mkdir(path.join(dir, each), { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw outerErrors.error('INBOX_UNREADABLE', { dir, reason });
  }
}
