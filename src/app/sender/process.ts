/** The sender's process: guard, roster chain and outbox around the two links. */
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { systemClock } from '../../core/index.ts';
import { Guard, Outbox, guardErrors } from '../../release/index.ts';
import type { AuthoriseVerdict, Grant, GuardAsk, MeterLimits } from '../../release/index.ts';
import { readSubject } from '../../requests/index.ts';
import type { RosterLink } from '../../requests/index.ts';
import { SENDER_MIGRATIONS, openStore } from '../../store/index.ts';
import { encodeRecord } from '../../wire/index.ts';
import { Chain } from './chain.ts';
import { openDecoder } from './decoder.ts';
import { checkGrant } from './grant-check.ts';
import { checkLoan } from './loan-check.ts';
import { drained, readMessages, writeMessage } from './channel.ts';
import type { Message } from './channel.ts';

/** How a sender's process is started. Limits count only until the gate is founded, and only the first start's. */
export interface SenderOptions {
  readonly dir: string;
  readonly gate: string;
  readonly ledgerKey: string;
  readonly automatic: MeterLimits;
  readonly linkBytesPerSlot: number;
}

/** The streams of the process. */
export interface SenderLinks {
  readonly fromGate: Readable;
  readonly toGate: Writable;
  readonly wire: Writable;
  readonly intake: Readable;
}

/** Beyond this, what nobody waits for is done when somebody does. */
const LATER_MAX = 1_000;
const NOTHING = new Uint8Array(0);

/** Runs until the gate closes the channel. */
export async function runSender(options: SenderOptions, links: SenderLinks): Promise<void> {
  const store = await openStore(path.join(options.dir, 'sender.db'), {
    migrations: SENDER_MIGRATIONS,
  });
  const chain = await Chain.open(store);
  const decoder = await openDecoder(options.dir);
  const guard = new Guard({
    ...decoder,
    store,
    clock: systemClock,
    checkGrant: (subject, signatures, breakGlass) =>
      chain.roster === null
        ? { ok: false, why: 'the gate is not founded, so nobody can approve' }
        : checkGrant({
            roster: chain.roster,
            settings: chain.settings,
            digests: chain.digests,
            subject,
            signatures,
            breakGlass,
            nowMs: systemClock.nowMs(),
          }),
    path: (to) => chain.pathTo(to),
    limits: (meter) => {
      const { roster } = chain;
      if (roster === null)
        return meter === 'automatic' ? options.automatic : { burstBits: 0, bitsPerDay: 0 };
      if (meter === 'break-glass') return roster.breakGlass;
      return roster[meter];
    },
  });
  await guard.begin(options.ledgerKey, options.gate);
  const sender = new SenderProcess(guard, chain, options, links, () => {
    decoder.warm();
  });
  if (chain.roster !== null) decoder.warm();
  await sender.say({
    say: 'ready',
    rosterVersion: chain.version,
    ledgerSize: await guard.ledgerSize(),
  });
  await sender.run();
  decoder.close();
  await store.close();
}

/** Messages in, frames out. */
class SenderProcess {
  readonly #guard: Guard;
  readonly #chain: Chain;
  readonly #options: SenderOptions;
  readonly #links: SenderLinks;
  readonly #onRoster: () => void;
  readonly #outbox = new Outbox();
  /** Frames that are being checked, in their order on the wire. */
  #checking: number[] = [];
  #turn: Promise<void> = Promise.resolve();
  /** What nobody waits for, one after the other. */
  #later: Promise<void> = Promise.resolve();
  #laterCount = 0;

  constructor(
    guard: Guard,
    chain: Chain,
    options: SenderOptions,
    links: SenderLinks,
    onRoster: () => void,
  ) {
    this.#onRoster = onRoster;
    this.#guard = guard;
    this.#chain = chain;
    this.#options = options;
    this.#links = links;
  }

  say(header: object, payload: Uint8Array = NOTHING): Promise<void> {
    return writeMessage(this.#links.toGate, header, payload);
  }

  async run(): Promise<void> {
    const relay = async (): Promise<void> => {
      for await (const chunk of this.#links.intake) {
        await this.say({ say: 'intake' }, chunk as Uint8Array);
      }
    };
    relay().catch(() => undefined);
    for await (const message of readMessages(this.#links.fromGate)) {
      if (message.header['do'] === 'slot') await this.#slot(message);
      else this.#queue(message);
    }
    await this.#turn;
  }

  /** Adds work that nobody waits for; false when too much waits already. */
  #addLater(work: () => Promise<void>): boolean {
    if (this.#chain.roster === null || this.#laterCount >= LATER_MAX) return false;
    this.#laterCount += 1;
    this.#later = this.#later
      .then(work)
      .catch(() => undefined)
      .then(() => {
        this.#laterCount -= 1;
      });
    return true;
  }

  /** Decodes what left automatically; what is missed is decoded when it is needed. */
  #decodeLater({ requestId, destination, history }: GuardAsk): void {
    this.#addLater(() => this.#guard.decodeAhead({ requestId, destination, history }));
  }

  /** Decodes what people are asked to approve; the answer only says that it is over. */
  #lookAhead({ header, payload }: Message): void {
    const ask = {
      destination: Number(header['destination']),
      historyPrefix: Number(header['historyPrefix']),
      history: header['history'] as string[],
      body: payload,
    };
    const answer = (): Promise<void> =>
      this.say({ say: 'answer', id: header['id'], verdict: { ok: true } });
    const added = this.#addLater(() =>
      this.#guard
        .lookAhead(ask)
        .catch(() => undefined)
        .then(answer),
    );
    if (!added) void answer();
  }

  /** Everything but slots is done one after the other; a slot never waits for a check. */
  #queue(message: Message): void {
    const { header } = message;
    if (header['do'] === 'offer') {
      const sequence = Number(header['sequence']);
      if (!this.#checking.includes(sequence)) this.#checking.push(sequence);
    }
    if (header['do'] === 'clear') {
      this.#outbox.clear();
      this.#checking = [];
      return;
    }
    if (header['do'] === 'look') {
      this.#lookAhead(message);
      return;
    }
    this.#turn = this.#turn
      .then(() => this.#do(message))
      .catch(async (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        await this.say({
          say: 'answer',
          id: header['id'],
          verdict: { ok: false, code: 'SENDER_FAULT', why },
        });
      });
  }

  async #do(message: Message): Promise<void> {
    const { header, payload } = message;
    // Nothing is done under a history that is still being told.
    if (header['do'] !== 'roster') await this.#chain.settle();
    switch (header['do']) {
      case 'authorise': {
        const ask: GuardAsk = {
          requestId: String(header['requestId']),
          destination: Number(header['destination']),
          historyPrefix: Number(header['historyPrefix']),
          chargeBitsMax: BigInt(String(header['chargeBitsMax'])),
          grant: header['grant'] as Grant,
          history: header['history'] as string[],
          body: payload,
        };
        const verdict = await this.#guard.authorise(ask);
        await this.say({ say: 'answer', id: header['id'], verdict });
        if (verdict.ok && ask.grant.tier === 'automatic') this.#decodeLater(ask);
        return;
      }
      case 'offer': {
        await this.#offer(message);
        return;
      }
      case 'roster': {
        // What was earned under the old rules stays earned, and nothing is earned twice.
        await this.#guard.settleBudgets(this.#chain.buckets());
        const link = header['link'] as RosterLink;
        await this.#chain.add(link, header['more'] === true, systemClock.nowMs());
        this.#onRoster();
        await this.say({ say: 'answer', id: header['id'], verdict: { ok: true } });
        return;
      }
      case 'base': {
        await this.#chain.keepBase(String(header['document']));
        await this.say({ say: 'answer', id: header['id'], verdict: { ok: true } });
        return;
      }
      case 'spent': {
        await this.#guard.beginBudgets(this.#chain.buckets(), readSpent(header['spent']));
        await this.say({ say: 'answer', id: header['id'], verdict: { ok: true } });
        return;
      }
      case 'lend': {
        const verdict = await this.#lend(
          String(header['subject']),
          header['signatures'] as string[],
        );
        await this.say({ say: 'answer', id: header['id'], verdict });
        return;
      }
      default:
        throw new TypeError('nobody knows this message');
    }
  }

  async #lend(subject: string, signatures: readonly string[]): Promise<AuthoriseVerdict> {
    const { roster, digests } = this.#chain;
    const refuse = (why: string): AuthoriseVerdict => {
      const { code, message } = guardErrors.refuse('NOT_APPROVED', { why });
      return { ok: false, code, why: message };
    };
    if (roster === null) return refuse('the gate is not founded, so nobody can lend');
    const nowMs = systemClock.nowMs();
    const loan = checkLoan({ roster, digests, subject, signatures, nowMs });
    // What was lent is told again at each start, also when its approvals are no longer good for lending it anew.
    if (!loan.ok)
      return (await this.#guard.knowsLoan(idOf(subject))) ? { ok: true } : refuse(loan.why);
    const bucket = this.#chain.buckets().find((each) => each.name === loan.budget);
    // A budget that nobody signed is held by the gate alone.
    if (bucket !== undefined) await this.#guard.lend(bucket, loan);
    return { ok: true };
  }

  async #offer({ header, payload }: Message): Promise<void> {
    const sequence = Number(header['sequence']);
    const verdict = await this.#guard.admit({
      sequence,
      requestId: String(header['requestId']),
      receipt: String(header['receipt']),
      consistency: header['consistency'] as string[],
      frame: payload,
    });
    // Unless it was cleared while it was checked: then the outer door begins again elsewhere.
    if (verdict.ok && this.#checking.includes(sequence)) {
      this.#checking = this.#checking.filter((each) => each !== sequence);
      this.#outbox.add(Number(header['attempt']), sequence, payload);
    }
    const ledgerSize = await this.#guard.ledgerSize();
    await this.say({ say: 'answer', id: header['id'], verdict, ledgerSize });
  }

  async #slot({ header }: Message): Promise<void> {
    const attempt = Number(header['attempt']);
    for (const record of this.#outbox.take(this.#options.linkBytesPerSlot))
      await this.#write(record);
    // The tick names the first frame that is not fully written, also while it is still being checked.
    const first = this.#outbox.first ?? this.#checking[0] ?? Number(header['cursor']);
    await this.#write(
      encodeRecord({
        kind: 'tick',
        attempt,
        sequence: first,
        offset: 0,
        total: 0,
        payload: NOTHING,
      }),
    );
    if (this.#outbox.empty) await this.say({ say: 'idle', checking: this.#checking.length });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { wire } = this.#links;
    if (wire.destroyed || wire.writableEnded) return;
    if (!wire.write(bytes)) await drained(wire);
  }
}

/** The id in a text; of what is no canonical request, one that nothing has. */
function idOf(subject: string): string {
  try {
    return readSubject(subject).id;
  } catch {
    return '';
  }
}

/** What the gate says was taken from each budget; whatever is no count of bits is left out. */
function readSpent(value: unknown): ReadonlyMap<string, bigint> {
  const told = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new Map(
    told.flatMap(([name, bits]): [string, bigint][] =>
      typeof bits === 'string' && /^[0-9]{1,18}$/.test(bits) ? [[name, BigInt(bits)]] : [],
    ),
  );
}
