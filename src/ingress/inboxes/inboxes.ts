/**
 * Inboxes on the inner side: people bind the name of an inbox to a project and a source, and what arrives whole becomes an
 * import of theirs, exactly as if they had sent it. Everything after that is the life of an import.
 *
 * What holds if we die: a delivery has one import, which is opened under a key that follows from the delivery; every step
 * is done again until it is noted, and doing it twice does nothing.
 */
import type { Kysely } from 'kysely';
import { isRefusal, readChunks, sayCount } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { isInboxName, readDeliveryManifest } from '../../wire/index.ts';
import type { DeliveryFile } from '../../wire/index.ts';
import type { Imports } from '../imports/index.ts';
import { sourceErrors } from '../sources/index.ts';
import type { Proof, Sources } from '../sources/index.ts';
import { inboxErrors } from './errors.ts';
import {
  DELIVERY_STATES,
  changeDelivery,
  countObjects,
  deleteBinding,
  deleteDelivery,
  deleteObjects,
  findBinding,
  findDelivery,
  insertBinding,
  listBindings,
  listDeliveries,
  listOlder,
} from './inbox-store.ts';
import type { Binding, Delivery, DeliveryPatch } from './inbox-store.ts';
import { DeliveryReceiver } from './receiver.ts';
import type { ReceiverHost } from './receiver.ts';

/** What inboxes stand on. */
export interface InboxesHost extends Omit<ReceiverHost, 'onWhole'> {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly imports: Imports;
  /** Days after which what nobody wants, or what never becomes whole, is given up. */
  readonly waitMs: number;
  /** Whether a person may, at this moment, import to a project. */
  readonly mayImport: (person: string, project: string) => Promise<boolean>;
  readonly onFault: (sentence: string, cause: unknown) => void;
}

/** A delivery with what is missing of it. */
export interface DeliveryShown extends Delivery {
  readonly missing: number;
  readonly heldBytes: number;
}

const PAGE = 500;
const SHOWN_MAX = 200;
const AT_ONCE = 100;
const LOOK_MS = 60_000;
/** Longer than an outer door keeps a delivery, so that nothing that was taken comes as something new. */
const REMEMBERED_MS = 100 * 86_400_000;
const SUMS = 'SHA256SUMS';
const SIGNATURE = 'SHA256SUMS.sig';
const BUNDLE = 'model.sig';
const PROOF_FILES: readonly string[] = [SUMS, SIGNATURE, BUNDLE];

/** The inboxes of one gate. */
export class Inboxes {
  readonly #host: InboxesHost;
  readonly #receiver: DeliveryReceiver;
  #working: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #opened: Promise<void>;
  #links: Promise<void>;

  constructor(host: InboxesHost) {
    this.#host = host;
    this.#receiver = new DeliveryReceiver({
      ...host,
      onWhole: () => {
        this.wake();
      },
    });
    this.#opened = this.#receiver.open();
    this.#opened.catch(() => undefined);
    this.#links = this.#opened;
  }

  /** Begins to import what is whole. */
  start(): void {
    this.#timer = setInterval(() => {
      this.wake();
    }, LOOK_MS);
    this.wake();
  }

  /** Reads a delivery link to its end. */
  async receive(link: AsyncIterable<Uint8Array>): Promise<void> {
    // One that ended is read to its end before the next one begins.
    const turn = this.#links.then(() => this.#receiver.read(link));
    this.#links = turn.catch(() => undefined);
    await turn;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#receiver.stop();
    clearInterval(this.#timer);
    await this.#working;
  }

  /** Binds an inbox; whoever binds it answers for what comes. */
  async bind(wish: Omit<Binding, 'boundMs'>): Promise<Binding> {
    const { ledger, clock, sources } = this.#host;
    const { inbox, project, person, why } = wish;
    if (!isInboxName(inbox)) throw inboxErrors.error('NAME_INVALID', { name: inbox.slice(0, 80) });
    const source = await sources.get(wish.source, project);
    if (source.recalledMs !== null) throw sourceErrors.error('RECALLED', { source: source.name });
    const binding = { inbox, project, source: source.id, why, person, boundMs: clock.nowMs() };
    await ledger.record(
      { kind: 'inbox.bound', by: person, inbox, project, source: source.id, why },
      async (tx: Kysely<unknown>) => {
        if ((await findBinding(tx, inbox)) !== undefined)
          throw inboxErrors.error('BOUND', { inbox });
        await insertBinding(tx, binding);
      },
    );
    this.wake();
    return binding;
  }

  /** What an inbox is bound to; throws `INBOX_NOT_BOUND`. */
  async binding(inbox: string): Promise<Binding> {
    const found = await this.#host.store.read((db: Kysely<unknown>) => findBinding(db, inbox));
    if (found === undefined) throw inboxErrors.error('NOT_BOUND', { inbox: inbox.slice(0, 80) });
    return found;
  }

  /** Ends a binding; imports that were opened under it go on. */
  async unbind(inbox: string, by: string): Promise<void> {
    const { project } = await this.binding(inbox);
    await this.#host.ledger.record(
      { kind: 'inbox.unbound', by, inbox, project },
      (tx: Kysely<unknown>) => deleteBinding(tx, inbox),
    );
  }

  /** All bindings. */
  bindings(): Promise<readonly Binding[]> {
    return this.#host.store.read((db: Kysely<unknown>) => listBindings(db));
  }

  /** The newest deliveries, with what is missing of each. */
  deliveries(): Promise<readonly DeliveryShown[]> {
    return this.#host.store.read(async (db: Kysely<unknown>) => {
      const found = await listDeliveries(db, DELIVERY_STATES, SHOWN_MAX);
      const shown: DeliveryShown[] = [];
      for (const each of found) shown.push({ ...each, ...(await countObjects(db, each.id)) });
      return shown;
    });
  }

  /** Looks for something to import. */
  wake(): void {
    this.#again = true;
    if (this.#working !== undefined || this.#stopped) return;
    this.#working = this.#work()
      .catch((cause: unknown) => {
        this.#host.onFault('cannot look for what came from inboxes', cause);
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #work(): Promise<void> {
    await this.#opened;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#expire();
      // All of them, so that none stands behind others that wait for somebody to bind their inbox.
      const { deliveries } = this.#host.limits;
      const whole = await this.#host.store.read((db: Kysely<unknown>) =>
        listDeliveries(db, ['waiting', 'importing'], deliveries, 'asc'),
      );
      await this.#takeUpAll(whole);
    }
  }

  /** Takes up one after the other; what fails is tried again at the next look, and the others still go. */
  async #takeUpAll(whole: readonly Delivery[]): Promise<void> {
    const faults: unknown[] = [];
    for (const delivery of whole) {
      if (this.#isStopped()) break;
      await this.#takeUp(delivery).catch((cause: unknown) => faults.push(cause));
    }
    if (faults.length === 0) return;
    const many = sayCount(faults.length, 'delivery', 'deliveries');
    this.#host.onFault(`cannot import ${many} from inboxes`, faults[0]);
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  async #takeUp(delivery: Delivery): Promise<void> {
    try {
      const opened = await this.#openImport(delivery);
      if (opened !== null) await this.#fill(delivery, opened);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const now = await this.#host.store.read((db: Kysely<unknown>) =>
        findDelivery(db, delivery.id),
      );
      const reason = `${cause.message}; ${cause.hint}`;
      // Before there is an import, what stands against it may pass; after that it is the delivery that is wrong.
      if (now === undefined) return;
      if (now.import === null) {
        if (now.reason !== reason) await this.#change(delivery.id, { reason });
        return;
      }
      await this.#host.imports.withdraw(now.import, 'gate').catch((problem: unknown) => {
        if (!isRefusal(problem)) throw problem;
      });
      await this.#end(delivery.id, { state: 'refused', reason });
    }
  }

  /** The import of a delivery; null while it has to wait. */
  async #openImport(delivery: Delivery): Promise<string | null> {
    if (delivery.import !== null) return delivery.import;
    const { store, imports, ledger, mayImport } = this.#host;
    const { id, inbox, name } = delivery;
    const binding = await store.read((db: Kysely<unknown>) => findBinding(db, inbox));
    const wait = async (reason: string): Promise<null> => {
      if (delivery.reason !== reason) await this.#change(id, { reason });
      return null;
    };
    if (binding === undefined) return wait('nobody has bound its inbox to a project');
    const { project, source, why, person } = binding;
    if (!(await mayImport(person, project)))
      return wait(`${person}, who answers for its inbox, may not import to the project any more`);
    const opened = await imports.open({
      ...{ project, source, requester: person, sponsor: null, skipRefused: false },
      ...{ why: `${why} (${name} from the inbox ${inbox})`.slice(0, 4_000), key: `inbox_${id}` },
    });
    await ledger.record(
      { kind: 'inbox.taken-up', by: person, inbox, delivery: id, project, import: opened.id },
      (tx: Kysely<unknown>) =>
        changeDelivery(tx, id, { state: 'importing', import: opened.id, project, reason: null }),
    );
    return opened.id;
  }

  /** Gives the files to the import. */
  async #fill(delivery: Delivery, opened: string): Promise<void> {
    const { imports } = this.#host;
    const { id } = delivery;
    const blobs = this.#receiver.blobsOf(id);
    if ((await imports.get(opened)).state === 'receiving') {
      const proofs = new Map<string, DeliveryFile>();
      const pages = readDeliveryManifest(readChunks(this.#receiver.manifestOf(id)), PAGE);
      for await (const { files } of pages) {
        const data = files.filter(({ name }) => !PROOF_FILES.includes(name));
        for (const file of files) if (PROOF_FILES.includes(file.name)) proofs.set(file.name, file);
        if (data.length === 0) continue;
        const sha256s = new Map(data.map(({ name, sha256 }) => [name, sha256]));
        for (const { name, position, done } of await imports.announce(opened, data)) {
          // The rest is given at the next start.
          if (this.#isStopped()) return;
          if (!done) await imports.take(opened, position, blobs.pathOf(sha256s.get(name) ?? ''));
        }
      }
      const proof = await readProof(proofs, (sha256) => blobs.read(sha256));
      if (proof !== null) await imports.prove(opened, proof);
      await imports.complete(opened);
    }
    await this.#end(id, { state: 'imported' });
  }

  /** Notes the end of a delivery, then removes its files. */
  async #end(id: string, patch: DeliveryPatch): Promise<void> {
    const { store, clock } = this.#host;
    await store.write(async (tx: Kysely<unknown>) => {
      await changeDelivery(tx, id, patch, clock.nowMs());
      await deleteObjects(tx, id);
    });
    await this.#receiver.remove(id);
    await this.#receiver.recount();
  }

  #change(id: string, patch: DeliveryPatch): Promise<void> {
    return this.#host.store.write((tx: Kysely<unknown>) => changeDelivery(tx, id, patch));
  }

  async #expire(): Promise<void> {
    const { store, clock, waitMs } = this.#host;
    const older = (states: Parameters<typeof listOlder>[1], ms: number) =>
      store.read((db: Kysely<unknown>) => listOlder(db, states, clock.nowMs() - ms, AT_ONCE));
    for (const { id } of await older(['receiving', 'waiting'], waitMs))
      await this.#end(id, { state: 'expired', reason: 'nothing of it came, or nobody wanted it' });
    for (const { id } of await older(['imported', 'refused', 'expired'], REMEMBERED_MS))
      await store.write((tx: Kysely<unknown>) => deleteDelivery(tx, id));
  }
}

const PROOF_BYTES_MAX = 64 * 1024 * 1024;

/** What the source signed, if it is among the files. */
async function readProof(
  files: ReadonlyMap<string, DeliveryFile>,
  read: (sha256: string) => Promise<Uint8Array>,
): Promise<Proof | null> {
  const text = async (name: string): Promise<string | null> => {
    const file = files.get(name);
    if (file === undefined || file.bytes > PROOF_BYTES_MAX) return null;
    return new TextDecoder().decode(await read(file.sha256));
  };
  const [sums, signature, bundle] = [await text(SUMS), await text(SIGNATURE), await text(BUNDLE)];
  if (sums !== null && signature !== null) return { kind: 'sums', text: sums, signature };
  return bundle === null ? null : { kind: 'oms', bundle };
}
