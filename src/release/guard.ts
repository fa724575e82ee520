/**
 * The guard: decides, in the sender's own process, whether a frame may pass to the wire.
 *
 * Guaranteed, whatever the gate's process and database say: beyond the automatic share, which is metered here, nothing
 * passes unless people of the roster signed these very files for this destination; the roster is the chain that begins
 * with the founded version; every budget that people signed is held in buckets of its own; a request passes once; its entry
 * is in a ledger that only ever grew. Assumed: this process, its folder and its clock are its own. Not decided here:
 * findings, verdicts.
 */
import { sha256 } from '../core/index.ts';
import { chargeBits, openFrame } from '../wire/index.ts';
import { guardErrors } from './guard-errors.ts';
import type { AuthoriseVerdict } from './guard-link.ts';
import { STAGED_BYTES_MAX } from './staging.ts';
import {
  Refused,
  beginBudgets,
  lendBits,
  refused,
  sayRefused,
  settleBudgets,
  settleRelease,
  takeBudgets,
  takeMeter,
} from './guard-budgets.ts';
import { insertBody, readSmallBody } from './guard-bodies.ts';
import { hasLoan } from './guard-loans.ts';
import { digestHistory, sameFiles, untold } from './guard-history.ts';
import { checkLedger } from './guard-ledger.ts';
import type { GuardAsk, GuardBucket, GuardOffer, GuardParts, SignedGrant } from './guard-parts.ts';
import type { EmittedDigest, GuardDb, GuardRelease, MeterName } from './guard-store.ts';
import {
  findByRequest,
  findByRequests,
  historyOf,
  insertRelease,
  noteEmitted,
  noteSequence,
  readState,
  readWindow,
  replaceRelease,
  topUpRelease,
  writeHead,
  writeState,
  writeWindow,
} from './guard-store.ts';

/** Room for the gap in front of the frame, which is known only when it is sealed. */
const GAP_BITS_MAX = 64n;

function no(name: Parameters<typeof guardErrors.refuse>[0], why: string): AuthoriseVerdict {
  const { code, message } = guardErrors.refuse(name, { why });
  return { ok: false, code, why: message };
}

/** The guard of one wire. Calls that decide must not overlap; the process sees to that. */
export class Guard {
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Pins the ledger's key and the gate's name at the first start, and refuses others from then on. */
  async begin(ledgerKey: string, gate: string): Promise<void> {
    const held = await this.#parts.store.read((db: GuardDb) => readState(db));
    if (held === null) {
      await this.#parts.store.write((tx: GuardDb) => writeState(tx, ledgerKey, gate));
    } else if (held.ledgerKey !== ledgerKey || held.gate !== gate) {
      throw guardErrors.error('OTHER_GATE', { gate: held.gate });
    }
  }

  /** How much of the ledger was seen; the next receipt comes with a proof from here on. */
  async ledgerSize(): Promise<number> {
    return (await this.#parts.store.read((db: GuardDb) => readState(db)))?.ledgerSize ?? 0;
  }

  /** Decides whether a request may leave, and takes it from the meters. Idempotent for the same body. */
  async authorise(ask: GuardAsk): Promise<AuthoriseVerdict> {
    const bodySha256 = sha256(ask.body);
    const before = await this.#parts.store.read((db: GuardDb) => findByRequest(db, ask.requestId));
    if (before !== null && before.sequence !== null)
      return before.bodySha256 === bodySha256
        ? { ok: true }
        : no('REPLAYED', `request ${ask.requestId} left already with other files`);
    const checked = await this.#checkGrant(ask);
    if ('ok' in checked) return checked;
    // A small body is in the transaction. Of another, dying between the two leaves a row without its body, or the other way
    // round, of an ask that nobody has an answer to: it is asked again, and then both are there.
    const isSmall = ask.body.length <= STAGED_BYTES_MAX;
    const [verdict] = await Promise.all([
      this.#take(ask, bodySha256, checked, before),
      isSmall ? undefined : this.#parts.keepBody(bodySha256, ask.body),
    ]);
    return verdict;
  }

  async #checkGrant(ask: GuardAsk): Promise<
    | AuthoriseVerdict
    | {
        meter: MeterName | null;
        window: Extract<SignedGrant, { ok: true }> | null;
        emitted: readonly EmittedDigest[] | null;
        buckets: readonly GuardBucket[];
      }
  > {
    const { destination, grant } = ask;
    if (grant.tier === 'automatic') {
      const path = this.#parts.path({ destination, requester: null, automatic: true });
      if (!path.ok) return no('NOT_AUTHORISED', path.why);
      return { meter: 'automatic', window: null, emitted: null, buckets: path.buckets };
    }
    const signed = this.#parts.checkGrant(
      grant.subject,
      grant.signatures,
      grant.tier === 'break-glass',
    );
    if (!signed.ok) return no('NOT_APPROVED', signed.why);
    const { meter, requester, project, place } = signed;
    if (signed.destination !== destination)
      return no('NOT_APPROVED', 'it was approved for another destination');
    const path = this.#parts.path({ destination, requester, automatic: false });
    if (!path.ok) return no('NOT_AUTHORISED', path.why);
    // Who signed read whose destination it is and its name; the wire knows its number alone, and budgets follow that.
    if (project !== path.project || place !== path.place)
      return no(
        'NOT_APPROVED',
        `it was approved for \`${place}\` of \`${project}\`, and destination number ${String(destination)} is another one`,
      );
    if ((signed.window !== null) !== (grant.tier === 'window'))
      return no('NOT_APPROVED', 'the signatures are about something else');
    const limit = signed.window?.bitsEach ?? signed.chargeBitsMax;
    if (ask.chargeBitsMax > limit)
      return no(
        'NOT_APPROVED',
        `it would charge more than the ${String(limit)} bits that were approved`,
      );
    if (signed.window === null && signed.requestId !== ask.requestId)
      return no('NOT_APPROVED', 'another request was approved');
    if (signed.historyPrefix !== null && signed.historyPrefix !== ask.historyPrefix)
      return no('NOT_APPROVED', 'it was approved against another history');
    // What was approved is what crosses: the body is decoded here, with nothing but what this process let pass before.
    const history = await this.#emittedBefore(ask);
    if (history === null) return no('NOT_APPROVED', 'its history is not the one that left here');
    const emitted = await this.#parts.decode(ask, history).catch(() => null);
    if (emitted === null) return no('NOT_APPROVED', 'its frame cannot be decoded');
    if (signed.files !== null && !sameFiles(signed.files, emitted))
      return no('NOT_APPROVED', 'its frame holds other files than were approved');
    const types = signed.window?.types;
    if (types !== undefined && !emitted.every((file) => types.includes(file.type)))
      return no('NOT_APPROVED', 'the window is not for files of this type');
    if (emitted.some(({ findings }) => findings === undefined))
      return no('NOT_APPROVED', 'nobody looked at its files here');
    const hidden = untold(emitted, signed.findings);
    if (hidden.length > 0)
      return no(
        'NOT_APPROVED',
        `${hidden.join(' and ')} was found in its files, and whoever signed was not told so`,
      );
    return {
      meter,
      window: signed.window === null ? null : signed,
      emitted,
      buckets: path.buckets,
    };
  }

  async #take(
    ask: GuardAsk,
    bodySha256: string,
    checked: {
      meter: MeterName | null;
      window: Extract<SignedGrant, { ok: true }> | null;
      emitted: readonly EmittedDigest[] | null;
      buckets: readonly GuardBucket[];
    },
    before: GuardRelease | null,
  ): Promise<AuthoriseVerdict> {
    const { meter, window, emitted, buckets } = checked;
    const nowMs = this.#parts.clock.nowMs();
    return this.#parts.store
      .write(async (tx: GuardDb): Promise<AuthoriseVerdict> => {
        // Asked again with another body before it was sent: only what is missing is taken, nothing is given back.
        const paid = before !== null && before.meter === meter ? before.meteredBits : 0n;
        const missing = ask.chargeBitsMax > paid ? ask.chargeBitsMax - paid : 0n;
        if (meter !== null) {
          const taken = await takeMeter(tx, this.#parts, meter, missing, nowMs);
          if (taken !== null) return no('METER_EMPTY', taken);
        }
        if (window !== null && window.window !== null) {
          const held = (await readWindow(tx, window.requestId)) ?? {
            openedMs: nowMs,
            uses: 0,
            bits: 0n,
          };
          const { uses, bitsTotal, durationMs } = window.window;
          const again = before !== null;
          if (nowMs > held.openedMs + durationMs) return no('NOT_APPROVED', 'the window is closed');
          if (!again && held.uses >= uses) return no('NOT_APPROVED', 'the window is used up');
          if (held.bits + missing > bitsTotal) return no('NOT_APPROVED', 'the window is used up');
          await writeWindow(tx, window.requestId, {
            openedMs: held.openedMs,
            uses: held.uses + (again ? 0 : 1),
            bits: held.bits + missing,
          });
        }
        const budgets = await takeBudgets(
          tx,
          buckets,
          ask.chargeBitsMax,
          before?.budgeted ?? {},
          nowMs,
        );
        if (!budgets.ok) throw new Refused(sayRefused(budgets));
        const row = {
          budgeted: budgets.budgeted,
          requestId: ask.requestId,
          bodySha256,
          destination: ask.destination,
          historyPrefix: ask.historyPrefix,
          historySha256: digestHistory(ask.history),
          chargeBitsMax: ask.chargeBitsMax,
          tier: ask.grant.tier,
          meter,
          meteredBits: meter === null ? 0n : paid > ask.chargeBitsMax ? paid : ask.chargeBitsMax,
          sequence: null,
          emitted,
        };
        if (before === null) await insertRelease(tx, row);
        else await replaceRelease(tx, row);
        if (ask.body.length <= STAGED_BYTES_MAX) await insertBody(tx, bodySha256, ask.body);
        return { ok: true };
      })
      .catch(refused);
  }

  /**
   * Decodes a release that was let pass without, and what came before it, so that nobody waits for that after the last
   * signature. May overlap with every other call. Decides nothing.
   */
  async decodeAhead(ask: Pick<GuardAsk, 'requestId' | 'destination' | 'history'>): Promise<void> {
    const history = [...ask.history, ask.requestId];
    const all = { ...ask, history, historyPrefix: history.length };
    await this.#emittedBefore(all, (...job) => this.#parts.decodeLater(...job));
  }

  /**
   * Decodes a body that people are asked to approve, while they read. May overlap with every other call. Decides
   * nothing: whether it may pass is looked at when it is asked for, whatever was looked at here.
   */
  async lookAhead(
    ask: Pick<GuardAsk, 'destination' | 'history' | 'historyPrefix' | 'body'>,
  ): Promise<void> {
    const history = await this.#emittedBefore(ask, (...job) => this.#parts.decodeLater(...job));
    if (history !== null) await this.#parts.lookAhead(ask, history);
  }

  /** The emitted files of what the destination will have before, decoded where that was not needed until now. */
  async #emittedBefore(
    ask: Pick<GuardAsk, 'destination' | 'history' | 'historyPrefix'>,
    decode: GuardParts['decode'] = (...job) => this.#parts.decode(...job),
  ): Promise<readonly EmittedDigest[] | null> {
    if (ask.history.length !== ask.historyPrefix) return null;
    const files: EmittedDigest[] = [];
    const counts: number[] = [];
    const held = await this.#parts.store.read((db: GuardDb) => findByRequests(db, ask.history));
    for (const requestId of ask.history) {
      const release = held.get(requestId);
      if (release?.destination !== ask.destination) return null;
      let { emitted } = release;
      if (emitted === null) {
        const upTo = counts.slice(0, release.historyPrefix).reduce((sum, count) => sum + count, 0);
        if (release.historyPrefix > counts.length) return null;
        const body = await this.#readBody(release.bodySha256);
        const { destination, historyPrefix } = release;
        const frame = { destination, historyPrefix, body };
        const decoded = await decode(frame, files.slice(0, upTo)).catch(() => null);
        // What fails here fails outside too and gives no files; it is tried again, because a process may just have died.
        emitted = decoded ?? [];
        if (decoded !== null)
          await this.#parts.store.write((tx: GuardDb) => noteEmitted(tx, release, decoded));
      }
      counts.push(emitted.length);
      files.push(...emitted);
    }
    return files;
  }

  async #readBody(digest: string): Promise<Uint8Array> {
    const small = await this.#parts.store.read((db: GuardDb) => readSmallBody(db, digest));
    return small ?? this.#parts.readBody(digest);
  }

  /** Decides whether this frame may be written to the wire now. */
  async admit(offer: GuardOffer): Promise<AuthoriseVerdict> {
    const { store, clock } = this.#parts;
    const release = await store.read((db: GuardDb) => findByRequest(db, offer.requestId));
    if (release === null) return no('NOT_AUTHORISED', 'nobody asked for it before');
    const frame = openFrame(offer.frame);
    if (
      sha256(frame.body) !== release.bodySha256 ||
      frame.destination !== release.destination ||
      frame.historyPrefix !== release.historyPrefix
    )
      return no('NOT_AUTHORISED', 'the frame is not the one that was asked for');
    if (release.sequence !== null && release.sequence !== offer.sequence)
      return no(
        'REPLAYED',
        `request ${offer.requestId} left already as number ${String(release.sequence)}`,
      );
    const ledger = checkLedger(await store.read((db: GuardDb) => readState(db)), offer);
    if ('problem' in ledger) return no('NOT_RECORDED', ledger.problem);
    const { head } = ledger;
    const charge = chargeBits(offer.frame);
    return store
      .write(async (tx: GuardDb): Promise<AuthoriseVerdict> => {
        if (head !== null) await writeHead(tx, head.size, head.root);
        if (!(await this.#followsHistory(tx, release, offer.sequence)))
          return no('NOT_AUTHORISED', 'another frame was asked for in its place');
        const extra = charge - release.chargeBitsMax;
        if (extra > GAP_BITS_MAX)
          return no('NOT_AUTHORISED', 'the frame is longer than what was asked for');
        if (release.meter !== null && charge > release.meteredBits) {
          const taken = await takeMeter(
            tx,
            this.#parts,
            release.meter,
            charge - release.meteredBits,
            clock.nowMs(),
          );
          if (taken !== null) return no('METER_EMPTY', taken);
          await topUpRelease(tx, release.requestId, charge);
        }
        if (release.sequence === null) {
          const budgets = await settleRelease(tx, this.#parts, release, charge);
          if (budgets !== null) throw new Refused(sayRefused(budgets));
        }
        await noteSequence(tx, release.requestId, offer.sequence);
        return { ok: true };
      })
      .catch(refused);
  }

  /** Settles every budget under the rules of the moment; called before they change. */
  async settleBudgets(buckets: readonly GuardBucket[]): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    await this.#parts.store.write((tx: GuardDb) => settleBudgets(tx, buckets, nowMs));
  }

  /** Begins budgets that were never used here with what was taken from them before. */
  async beginBudgets(
    buckets: readonly GuardBucket[],
    spent: ReadonlyMap<string, bigint>,
  ): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    await this.#parts.store.write((tx: GuardDb) => beginBudgets(tx, buckets, spent, nowMs));
  }

  /** Whether bits were lent here by a request; says nothing of who asks now. */
  knowsLoan(id: string): Promise<boolean> {
    return this.#parts.store.read((db: GuardDb) => hasLoan(db, id));
  }

  /** Lends bits to a budget until a time. The caller has verified that people signed that. */
  async lend(
    bucket: GuardBucket,
    loan: { id: string; bits: bigint; durationMs: number },
  ): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const { durationMs, ...rest } = loan;
    await this.#parts.store.write((tx: GuardDb) =>
      lendBits(tx, bucket, { ...rest, untilMs: nowMs + durationMs }, nowMs),
    );
  }

  /** A frame decodes against the first frames of its destination: those must be what they were taken for. */
  async #followsHistory(tx: GuardDb, release: GuardRelease, sequence: number): Promise<boolean> {
    // Nothing was decoded of what left automatically: its charge is a bound whatever it holds.
    if (release.tier === 'automatic') return true;
    const before = await historyOf(tx, release.destination, sequence);
    return digestHistory(before.slice(0, release.historyPrefix)) === release.historySha256;
  }
}
