/**
 * The life of requests: asked, decided, carried out, ended. Each step is a ledgered transition of the table in
 * `states.ts`; a restart takes every unfinished request up again through the same code.
 */
import type { Kysely } from 'kysely';
import { newId, sha256 } from '../core/index.ts';
import type { Clock, Json, Random } from '../core/index.ts';
import type { EntryInput, Ledger } from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './errors.ts';
import type { Effect, Progress, Releaser, RequestKind } from './kind.ts';
import type { RequestEvent } from './states.ts';
import { nextState } from './states.ts';
import {
  findByKey,
  insertRequest,
  listDue,
  listRequests,
  moveRequest,
  readRequest,
} from './store.ts';
import type { Request, RequestFilter, RequestPatch } from './store.ts';

/** What somebody asks for. */
export interface Ask {
  /** The id that the request gets, when the caller has kept files under it already. */
  readonly id?: string;
  readonly kind: string;
  readonly requester: string;
  /** A second ask with the same key gives the first one's request. */
  readonly idempotencyKey: string;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  /** The kind's own input, canonical JSON. */
  readonly input: string;
}

/** What the requests of a gate stand on. */
export interface RequestsHost {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears why a request failed; the requester only learns that it did. */
  readonly onFault: (request: string, cause: unknown) => void;
  /** Hears of a request that waits past its deadline. */
  readonly onAlarm: (sentence: string) => void;
}

const TEXT_MAX = 2_000;

/** The id of the entry of one event of a request. A release has its own, made by the release queue. */
function entryOf(id: string, event: RequestEvent | 'ask'): string {
  return event === 'allow' || event === 'release' ? `rel_${id}` : `${event}_${id}`;
}

/** The requests of one gate. */
export class Requests {
  readonly #host: RequestsHost;
  readonly #kinds = new Map<string, RequestKind>();
  readonly #running = new Map<string, { work: Promise<Request>; progress: Progress | null }>();

  constructor(host: RequestsHost, kinds: readonly RequestKind[]) {
    this.#host = host;
    for (const kind of kinds) this.#kinds.set(kind.name, kind);
  }

  /** Asks. The request is durable when this resolves, and being worked on; see {@link settle}. */
  async ask(ask: Ask): Promise<Request> {
    const { store, clock, random } = this.#host;
    const why = ask.why.trim();
    if (why === '') throw errors.error('WHY_NEEDED');
    if (why.length > TEXT_MAX) throw errors.error('TEXT_TOO_LONG', { limit: TEXT_MAX });
    const before = await store.read((db: Kysely<unknown>) =>
      findByKey(db, ask.requester, ask.idempotencyKey),
    );
    if (before !== undefined) return sameAsk(before, ask);
    const draft = { ...ask, why, id: ask.id ?? newId('req', random) };
    const planned = planRequest(draft, clock.nowMs());
    const kind = this.#kind(planned);
    const recorded = this.#host.ledger.record<Request, unknown>(
      (request) =>
        request.id !== draft.id
          ? null
          : {
              kind: 'request.asked',
              by: ask.requester,
              ...describe(draft),
              ...kind.describe(planned, null),
            },
      // Two asks with one key at the same moment: the first one is everybody's.
      async (tx) =>
        (await findByKey(tx, ask.requester, ask.idempotencyKey)) ??
        (await insertRequest(tx, draft, clock.nowMs())),
      { id: entryOf(draft.id, 'ask') },
    );
    const asked = recorded.then(({ value }) => value);
    // The slow work begins while the entry is being made durable; its result is used only when it is.
    this.#start(planned, asked);
    const request = await asked;
    return request.id === draft.id ? request : sameAsk(request, ask);
  }

  /** Waits until a request is decided, or until `waitMs` have passed. */
  async settle(
    id: string,
    waitMs: number,
  ): Promise<{ request: Request; progress: Progress | null }> {
    const running = this.#running.get(id);
    if (running !== undefined) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => {
          resolve(undefined);
        }, waitMs);
      });
      const done = await Promise.race([running.work.catch(() => undefined), late]);
      clearTimeout(timer);
      if (done !== undefined) return { request: done, progress: null };
    }
    return { request: await this.get(id), progress: running?.progress ?? null };
  }

  /** One request. */
  get(id: string): Promise<Request> {
    return this.#host.store.read((db: Kysely<unknown>) => readRequest(db, id));
  }

  /** Requests, newest first. */
  list(filter: RequestFilter): Promise<readonly Request[]> {
    return listRequests(this.#host.store, filter);
  }

  /** The receipt of a request's newest decision; null before there is one. */
  async receipt(request: Request): Promise<string | null> {
    return request.entry === null ? null : this.#host.ledger.proof(request.entry);
  }

  /** An administrator lets a held request through. Budgets still have the last word. */
  async release(id: string, by: string, reason: string): Promise<Request> {
    const said = checkReason(reason);
    const request = this.#expect(await this.get(id), 'release');
    const facts = JSON.parse(request.facts ?? 'null') as Json;
    const releaser: Releaser = { tier: 'administrator', by, reason: said };
    const effect = await this.#effect(request, facts, releaser);
    if (!effect.done) {
      throw errors.error('NOT_RELEASED', { id, why: effect.reason });
    }
    await this.#kind(request).cleanUp(request);
    return this.get(id);
  }

  /** An administrator refuses a held request. */
  async refuse(id: string, by: string, reason: string): Promise<Request> {
    const said = checkReason(reason);
    return this.#end(this.#expect(await this.get(id), 'refuse'), 'refuse', by, said);
  }

  /** The requester takes a request back. */
  async withdraw(id: string, by: string): Promise<Request> {
    const request = this.#expect(await this.get(id), 'withdraw');
    if (request.requester !== by) {
      throw errors.error('OWN_REQUEST', { id, event: 'withdraw', owner: request.requester });
    }
    return this.#end(request, 'withdraw', by, 'taken back by its requester');
  }

  /** The outer door has the frames of these requests. */
  async published(ids: readonly string[]): Promise<void> {
    const { store, clock } = this.#host;
    await store.write(async (tx: Kysely<unknown>) => {
      for (const id of ids) {
        const request = await readRequest(tx, id);
        // The outer door may say so twice, after a restart of either side.
        if (request.state === 'queued') await moveRequest(tx, id, 'publish', {}, clock.nowMs());
      }
    });
  }

  /** Ends or announces what waits past its deadline. Called now and then. */
  async checkDeadlines(): Promise<void> {
    const { store, clock, onAlarm } = this.#host;
    for (const request of await listDue(store, clock.nowMs())) {
      if (this.#running.has(request.id)) continue;
      if (request.state === 'held') {
        await this.#end(request, 'expire', 'gate', 'nobody decided before its deadline');
      } else if (request.state === 'quoting') {
        await this.#end(request, 'fail', 'gate', 'the gate could not finish it in time');
      } else {
        onAlarm(`request ${request.id} is charged but the outer door has not confirmed it yet`);
      }
    }
  }

  /** Takes up what an earlier process left unfinished, and says which requests those are. */
  async resume(): Promise<readonly string[]> {
    const unfinished = await this.list({ states: ['quoting'], limit: 1000 });
    for (const request of unfinished) this.#start(request, Promise.resolve(request));
    return unfinished.map((request) => request.id);
  }

  /** Waits for everything that is being worked on. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map((each) => each.work));
  }

  #kind(request: Request): RequestKind {
    const kind = this.#kinds.get(request.kind);
    if (kind === undefined) throw new TypeError(`no such kind of request: ${request.kind}`);
    return kind;
  }

  #expect(request: Request, event: RequestEvent): Request {
    if (nextState(request.state, event) === undefined) {
      throw errors.error('STATE_WRONG', { id: request.id, event, state: request.state });
    }
    return request;
  }

  #start(request: Request, asked: Promise<Request>): void {
    const running = {
      progress: null as Progress | null,
      work: Promise.resolve(request),
    };
    running.work = this.#work(request, asked, (progress) => {
      running.progress = progress;
    }).finally(() => {
      this.#running.delete(request.id);
    });
    this.#running.set(request.id, running);
    // Whoever settles hears of a failure through the request's state.
    running.work.catch(() => undefined);
  }

  async #work(
    request: Request,
    asked: Promise<Request>,
    onProgress: (progress: Progress) => void,
  ): Promise<Request> {
    const kind = this.#kind(request);
    const gathering = kind.gather(request, onProgress);
    gathering.catch(() => undefined);
    // Without a durable request of this id there is nothing to decide.
    const durable = await asked;
    if (durable.id !== request.id) {
      await gathering.catch(() => undefined);
      await kind.cleanUp(request);
      return durable;
    }
    try {
      const facts = await gathering;
      return await this.#decide(request, facts);
    } catch (cause) {
      this.#host.onFault(request.id, cause);
      return await this.#end(
        request,
        'fail',
        'gate',
        'the gate could not finish it; send it again',
      );
    } finally {
      await kind.cleanUp(request).catch((cause: unknown) => {
        this.#host.onFault(request.id, cause);
      });
    }
  }

  async #decide(request: Request, facts: Json): Promise<Request> {
    const kind = this.#kind(request);
    let decision = await kind.decide(request, facts);
    if (decision.verdict === 'allow') {
      const effect = await this.#effect(request, facts, { tier: 'automatic' }, decision.reason);
      if (effect.done) return this.get(request.id);
      decision = effect;
    }
    const event = decision.verdict === 'hold' ? 'hold' : 'deny';
    if (event === 'hold') await kind.keep(request, facts);
    const { reason, chargeBits } = decision;
    return this.#move(request, event, request.requester, {
      facts: JSON.stringify(facts),
      verdict: event,
      reason,
      chargeBits,
    });
  }

  #effect(
    request: Request,
    facts: Json,
    releaser: Releaser,
    sentence = 'released by an administrator',
  ): Promise<Effect> {
    const event = releaser.tier === 'automatic' ? 'allow' : 'release';
    const reason = releaser.tier === 'automatic' ? sentence : releaser.reason;
    return this.#kind(request).effect(request, facts, releaser, async (tx, chargeBits) => {
      const patch = {
        facts: JSON.stringify(facts),
        verdict: 'allow' as const,
        reason,
        chargeBits,
        decidedBy: releaser.tier === 'automatic' ? 'gate' : releaser.by,
        entry: entryOf(request.id, event),
      };
      await moveRequest(tx, request.id, event, patch, this.#host.clock.nowMs());
    });
  }

  async #end(request: Request, event: RequestEvent, by: string, reason: string): Promise<Request> {
    const ended = await this.#move(request, event, by, { reason, decidedBy: by });
    await this.#kind(request).cleanUp(ended);
    return ended;
  }

  #move(request: Request, event: RequestEvent, by: string, patch: RequestPatch): Promise<Request> {
    const facts = patch.facts ?? request.facts;
    const entry: EntryInput = {
      kind: `${request.kind}.${event}`,
      by,
      ...describe(request),
      ...this.#kind(request).describe(request, facts === null ? null : (JSON.parse(facts) as Json)),
      reason: patch.reason ?? '',
      ...(patch.chargeBits === undefined ? {} : { chargeBits: String(patch.chargeBits) }),
    };
    const held = { ...patch, entry: entryOf(request.id, event) };
    return this.#record(entry, request.id, event, (tx) =>
      moveRequest(tx, request.id, event, held, this.#host.clock.nowMs()),
    );
  }

  async #record(
    entry: EntryInput,
    id: string,
    event: RequestEvent,
    change: (tx: Kysely<unknown>) => Promise<Request>,
  ): Promise<Request> {
    const options = { id: entryOf(id, event) };
    return (await this.#host.ledger.record<Request, unknown>(entry, change, options)).value;
  }
}

function checkReason(reason: string): string {
  const said = reason.trim();
  if (said === '') throw errors.error('REASON_NEEDED');
  if (said.length > TEXT_MAX) throw errors.error('TEXT_TOO_LONG', { limit: TEXT_MAX });
  return said;
}

function describe(request: Ask & { id: string }): Readonly<Record<string, Json>> {
  const { id, project, destination, why, input } = request;
  return { request: id, project, destination, why, inputSha256: sha256(input) };
}

function sameAsk(before: Request, ask: Ask): Request {
  const same =
    before.kind === ask.kind &&
    before.project === ask.project &&
    before.destination === ask.destination &&
    before.input === ask.input;
  if (!same) throw errors.error('KEY_REUSED');
  return before;
}

function planRequest(ask: Ask & { id: string }, nowMs: number): Request {
  return {
    ...ask,
    state: 'quoting',
    facts: null,
    verdict: null,
    reason: null,
    chargeBits: null,
    decidedBy: null,
    entry: null,
    askedMs: nowMs,
    changedMs: nowMs,
    deadlineMs: null,
  };
}
