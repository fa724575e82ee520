/**
 * The gate's side of the sender's process: starts it together with the outer process, with the wire between those two
 * and nothing else, and speaks to it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { takeOsUser } from '../../core/index.ts';
import type { OsUser } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { SENDER_LIMITS, guardErrors } from '../../release/index.ts';
import type {
  AuthoriseInput,
  AuthoriseVerdict,
  GuardLink,
  LookAheadInput,
  MeterLimits,
  Offer,
  Releases,
} from '../../release/index.ts';
import type { RosterLink, Rosters, SignedSubject } from '../../requests/index.ts';
import { writeSettings } from '../../people/index.ts';
import { readMessages, writeMessage } from './channel.ts';
import type { SenderOptions } from './process.ts';

/** How a sender is started. */
export interface SenderSpawn {
  readonly dir: string;
  /** As which user it runs where we may choose and there is one of that name. */
  readonly user?: string;
  readonly gate: string;
  readonly automatic: MeterLimits;
  readonly ledger: Ledger;
  readonly releases: Releases;
  readonly rosters: Rosters;
  /** What was taken from each budget until now, by name; none where it is left out. */
  readonly spent?: () => Promise<ReadonlyMap<string, bigint>>;
  readonly onAlarm: (sentence: string) => void;
}

/** A started sender, before it is joined to the outer process. */
export interface SpawnedSender extends GuardLink {
  /** The ends that belong to the outer process; the gate lets go of them. */
  readonly wire: Duplex;
  readonly intakeIn: Duplex;
  /** Status bytes that the sender relays. */
  readonly intake: AsyncIterable<Uint8Array>;
  readonly pid: number;
  /** The user that it runs as, when that is not ours. */
  readonly user: OsUser | null;
  readonly exited: Promise<string>;
  authorise(input: AuthoriseInput): Promise<AuthoriseVerdict>;
  /** Resolves when the sender is done with it, or will not do it. */
  lookAhead(input: LookAheadInput): Promise<void>;
  /** Tells of bits that people lent to a budget; it checks the signatures itself. */
  lend(signed: SignedSubject): Promise<AuthoriseVerdict>;
  sendRosters(from: number): Promise<void>;
  stop(): Promise<void>;
}

const REFUSED_MS = 5_000;
const MAIN = fileURLToPath(new URL(`./main${path.extname(import.meta.url)}`, import.meta.url));

/** Chunks that arrive whenever they do, as an iterable. */
class Chunks implements AsyncIterable<Uint8Array> {
  #held: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  push(chunk: Uint8Array): void {
    this.#held.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#held.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function gone(): AuthoriseVerdict {
  const { code, message } = guardErrors.refuse('GONE');
  return { ok: false, code, why: message };
}

/** Starts the process and resolves when it is ready and knows the newest roster. */
export async function startSenderProcess(options: SenderSpawn): Promise<SpawnedSender> {
  const dir = path.resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const settings: SenderOptions = {
    dir,
    gate: options.gate,
    ledgerKey: options.ledger.vkey,
    automatic: options.automatic,
    linkBytesPerSlot: SENDER_LIMITS.linkBytesPerSlot,
  };
  const user = options.user === undefined ? undefined : takeOsUser(options.user, MAIN, dir);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, JSON.stringify(settings)],
    {
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      cwd: dir,
      env: {},
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    },
  );
  const link = new SenderLink(child, options, user ?? null);
  const first = await Promise.race([link.ready, link.exited]);
  if (typeof first === 'string') throw guardErrors.error('START_FAILED', { reason: first });
  try {
    const known = options.rosters.links.at(-1)?.version ?? 0;
    if (known < first.rosterVersion) {
      // Under rules and policies that people have ended since, nothing may be decided at all.
      const reason = `its roster is of version ${String(first.rosterVersion)} and the database of the gate has only ${String(known)}: the database is an older one, or was cut`;
      throw guardErrors.error('START_FAILED', { reason });
    }
    await link.sendRosters(first.rosterVersion);
    await link.sendBase();
    await link.sendSpent();
  } catch (cause) {
    child.kill('SIGKILL');
    throw cause;
  }
  return link;
}

interface Ready {
  readonly rosterVersion: number;
  readonly ledgerSize: number;
}

class SenderLink implements SpawnedSender {
  readonly wire: Duplex;
  readonly intakeIn: Duplex;
  readonly intake = new Chunks();
  readonly exited: Promise<string>;
  readonly user: OsUser | null;
  readonly ready: Promise<Ready>;
  readonly #child: ChildProcess;
  readonly #options: SenderSpawn;
  readonly #toSender: Writable;
  readonly #answers = new Map<number, (verdict: AuthoriseVerdict) => void>();
  #nextId = 1;
  /** Grows when everything offered is forgotten. */
  #generation = 0;
  #ended = false;
  #rosterVersion = 0;
  #ledgerSize = 0;
  /** Frames that were offered and are not on the wire yet. */
  #waiting = new Set<number>();
  #order: Promise<void> = Promise.resolve();

  constructor(child: ChildProcess, options: SenderSpawn, user: OsUser | null) {
    this.user = user;
    this.#child = child;
    this.#options = options;
    const [toSender, fromSender, stderr, wire, intakeIn] = child.stdio as unknown as [
      Writable,
      Readable,
      Readable,
      Duplex,
      Duplex,
    ];
    this.#toSender = toSender;
    this.wire = wire;
    this.intakeIn = intakeIn;
    for (const stream of [toSender, fromSender, wire, intakeIn])
      stream.on('error', () => undefined);
    let said = '';
    stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-500);
    });
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      child.once('close', (code, signal) => {
        const last = said.trim().split('\n').at(-1) ?? '';
        resolve(signal ?? (code === 0 ? 'it ended' : last || `status ${String(code)}`));
        this.#end();
      });
    });
    const { promise, resolve } = Promise.withResolvers<Ready>();
    this.ready = promise;
    this.#read(fromSender, resolve).catch(() => {
      child.kill('SIGKILL');
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get idle(): boolean {
    return this.#waiting.size === 0;
  }

  clear(): void {
    this.#waiting.clear();
    this.#generation += 1;
    this.#send({ do: 'clear' });
  }

  offer(offer: Offer): void {
    this.#waiting.add(offer.sequence);
    const generation = this.#generation;
    // Each proof starts where the one before ended, so they are made one after the other.
    this.#order = this.#order
      .then(() => this.#offerUntilTaken(offer, generation))
      .catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        this.#options.onAlarm(`cannot offer a frame: ${why}`);
      });
  }

  async #offerUntilTaken(offer: Offer, generation: number): Promise<void> {
    const { ledger, onAlarm } = this.#options;
    while (generation === this.#generation && !this.#ended) {
      const size = Number(
        /\n([0-9]+)\n[A-Za-z0-9+/=]+\n\n/.exec(offer.receipt)?.[1] ?? ledger.size,
      );
      const from = this.#ledgerSize;
      const proof = from > 0 && size > from ? await ledger.consistency(from, size) : [];
      const { attempt, sequence, requestId, receipt } = offer;
      const consistency = proof.map((hash) => Buffer.from(hash).toString('base64'));
      const verdict = await this.#ask(
        { do: 'offer', attempt, sequence, requestId, receipt, consistency },
        offer.frame,
      );
      if (verdict.ok) return;
      // A meter refills; everything else needs a person, who hears of it here.
      onAlarm(`release ${String(sequence)} waits: ${verdict.why}`);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, REFUSED_MS).unref();
      });
    }
  }

  async slot(attempt: number, cursor: number): Promise<void> {
    await writeMessage(this.#toSender, { do: 'slot', attempt, cursor });
  }

  async authorise(input: AuthoriseInput): Promise<AuthoriseVerdict> {
    const { requestId, destination, historyPrefix, grant } = input;
    const body = input.body instanceof Uint8Array ? input.body : await readFile(input.body.path);
    const history = await this.#options.releases.historyRequests(destination, historyPrefix);
    return this.#ask(
      {
        do: 'authorise',
        requestId,
        destination,
        historyPrefix,
        grant,
        history,
        chargeBitsMax: String(input.chargeBitsMax),
      },
      body,
    );
  }

  async lookAhead({ destination, historyPrefix, body: given }: LookAheadInput): Promise<void> {
    const body = given instanceof Uint8Array ? given : await readFile(given.path);
    const history = await this.#options.releases.historyRequests(destination, historyPrefix);
    await this.#ask({ do: 'look', destination, historyPrefix, history }, body);
  }

  /** Sends the versions that the sender does not have; it checks each of them itself. */
  async sendRosters(from: number): Promise<void> {
    const before = (this.#rosterVersion = Math.max(this.#rosterVersion, from));
    const missing = this.#options.rosters.links.filter(
      (link) => link.version > this.#rosterVersion,
    );
    for (const [i, link] of missing.entries()) {
      const { document, subject, signatures }: RosterLink = link;
      const told = { document, subject, signatures };
      const more = i < missing.length - 1;
      const verdict = await this.#ask({ do: 'roster', link: told, more });
      if (!verdict.ok) throw guardErrors.error('START_FAILED', { reason: verdict.why });
      this.#rosterVersion = link.version;
    }
    // A version may be the first that holds budgets; what left before is not forgotten.
    if (this.#rosterVersion > before) await this.sendSpent();
  }

  /** Sends what was taken from budgets; the sender takes it for those that it has not used itself. */
  async sendSpent(): Promise<void> {
    const spent = await this.#options.spent?.();
    if (spent === undefined || spent.size === 0) return;
    const told = Object.fromEntries([...spent].map(([name, bits]) => [name, String(bits)]));
    await this.#ask({ do: 'spent', spent: told });
  }

  /** Sends the settings that a gate was brought up to date with. The sender keeps the first that it is told. */
  async sendBase(): Promise<void> {
    const { base } = this.#options.rosters;
    if (base === null) return;
    const verdict = await this.#ask({ do: 'base', document: writeSettings(base) });
    if (!verdict.ok) throw guardErrors.error('START_FAILED', { reason: verdict.why });
  }

  lend({ subject, signatures }: SignedSubject): Promise<AuthoriseVerdict> {
    return this.#ask({ do: 'lend', subject, signatures });
  }

  async stop(): Promise<void> {
    this.#toSender.end();
    await this.exited;
  }

  #ask(header: object, payload?: Uint8Array): Promise<AuthoriseVerdict> {
    // Nobody would ever answer what is asked after the end.
    if (this.#ended) return Promise.resolve(gone());
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<AuthoriseVerdict>();
    this.#answers.set(id, resolve);
    void writeMessage(this.#toSender, { ...header, id }, payload);
    return promise;
  }

  #send(header: object): void {
    void writeMessage(this.#toSender, header);
  }

  async #read(stream: Readable, onReady: (ready: Ready) => void): Promise<void> {
    for await (const { header, payload } of readMessages(stream)) {
      switch (header['say']) {
        case 'ready':
          this.#ledgerSize = Number(header['ledgerSize']);
          onReady(header as unknown as Ready);
          break;
        case 'intake':
          this.intake.push(payload);
          break;
        case 'answer': {
          const id = Number(header['id']);
          if (typeof header['ledgerSize'] === 'number') this.#ledgerSize = header['ledgerSize'];
          this.#answers.get(id)?.(header['verdict'] as AuthoriseVerdict);
          this.#answers.delete(id);
          break;
        }
        case 'idle':
          if (header['checking'] === 0) this.#waiting.clear();
          break;
        default:
          throw new TypeError('the sender says something unknown');
      }
    }
  }

  #end(): void {
    this.#ended = true;
    this.intake.end();
    for (const resolve of this.#answers.values()) resolve(gone());
    this.#answers.clear();
  }
}
