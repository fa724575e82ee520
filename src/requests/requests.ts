/**
 * The life of requests: asked, decided, carried out, ended. Each step is a ledgered transition of the table in
 * `states.ts`; a restart takes every unfinished request up again through the same code. What people do with a held
 * request is in `approvals.ts`, what time does in `deadlines.ts`.
 */
import type { Kysely } from 'kysely';
import { newId } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import { Approvals } from './approvals.ts';
import { checkDeadlines, retryApproved } from './deadlines.ts';
import { errors } from './errors.ts';
import type { Ask, RequestsHost } from './host.ts';
import type { Effect, Progress, Releaser, RequestKind } from './kind.ts';
import type { RequestEvent } from './states.ts';
import { nextState } from './states.ts';
import { countRequests, listRequests } from './lists.ts';
import { notePublished } from './published.ts';
import { findByKey, insertRequest, moveRequest, readRequest } from './store.ts';
import type { RequestFilter } from './lists.ts';
import type { Request } from './row.ts';
import type { RequestPatch } from './store.ts';
import {
  countsAnew,
  describe,
  effectEvent,
  entryOf,
  grantEnd,
  planRequest,
  sameAsk,
  sayReleaser,
  tellStep,
} from './tell.ts';
import { checkText } from './texts.ts';
import { Turns } from './turns.ts';
import { addNote, readNotes } from './votes.ts';
import type { RequestNote } from './votes.ts';

/** The requests of one gate. */
export class Requests {
  readonly approvals: Approvals;
  readonly #host: RequestsHost;
  readonly #kinds = new Map<string, RequestKind>();
  readonly #running = new Map<string, { work: Promise<Request>; progress: Progress | null }>();
  /** What is being removed after a decision, by request; nobody who waits for the decision waits for that. */
  readonly #cleaning = new Turns();
  /** Deadlines and retries, each pass after the one before. */
  readonly #time = new Turns();
  /** Under which roster texts were looked at last, and when: by it another one shows, and a clock that was set back. */
  #looked: { rules: string | null; atMs: number } = { rules: null, atMs: 0 };

  constructor(host: RequestsHost, kinds: readonly RequestKind[]) {
    this.#host = host;
    for (const kind of kinds) this.#kinds.set(kind.name, kind);
    this.approvals = new Approvals({
      ...host,
      kind: (request) => this.kind(request),
      effect: (request, facts, releaser) => this.#effect(request, facts, releaser),
      move: (request, event, by, patch, note) => this.move(request, event, by, patch, note),
      restart: (request) => {
        this.#start(request, Promise.resolve(request));
      },
      cleanUp: (request) => {
        this.#cleanUp(request);
      },
    });
  }

  /** Asks. The request is durable when this resolves, and being worked on; see {@link settle}. */
  async ask(ask: Ask): Promise<Request> {
    const { store, clock, random } = this.#host;
    const why = checkText(ask.why, 'WHY_NEEDED');
    const before = await store.read((db: Kysely<unknown>) =>
      findByKey(db, ask.requester, ask.idempotencyKey),
    );
    if (before !== undefined) return sameAsk(before, ask);
    const kind = this.#kinds.get(ask.kind);
    if (kind === undefined) throw new TypeError(`no such kind of request: ${ask.kind}`);
    const sponsor = ask.sponsor ?? null;
    const draft = {
      ...ask,
      why,
      sponsor,
      job: ask.job ?? null,
      title: kind.title(ask),
      id: ask.id ?? newId('req', random),
    };
    const planned = planRequest(draft, clock.nowMs());
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
      async (tx) => {
        const first = await findByKey(tx, ask.requester, ask.idempotencyKey);
        if (first !== undefined) return first;
        await this.#note(tx, draft.id, 'ask', ask.requester, `asked: ${why}`);
        return insertRequest(tx, draft, clock.nowMs());
      },
      { id: entryOf({ id: draft.id, edition: 1 }, 'ask') },
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

  /** Requests, newest first unless the filter says otherwise. */
  list(filter: RequestFilter): Promise<readonly Request[]> {
    return listRequests(this.#host.store, filter);
  }

  /** How many there are. */
  count(filter: RequestFilter): Promise<number> {
    return countRequests(this.#host.store, filter);
  }

  /** What happened to a request, in words. */
  notes(id: string): Promise<readonly RequestNote[]> {
    return this.#host.store.read((db: Kysely<unknown>) => readNotes(db, id));
  }

  /** The receipt of a request's newest decision; null before there is one. */
  async receipt(request: Request): Promise<string | null> {
    return request.entry === null ? null : this.#host.ledger.proof(request.entry);
  }

  /** The kind of a request. */
  kind(request: Pick<Request, 'kind'>): RequestKind {
    const kind = this.#kinds.get(request.kind);
    if (kind === undefined) throw new TypeError(`no such kind of request: ${request.kind}`);
    return kind;
  }

  /** The requester, or whoever answers for it, takes a request back, or gives back what was granted. */
  async withdraw(id: string, by: string): Promise<Request> {
    const request = await this.get(id);
    const { state } = request;
    const event = state === 'granted' ? 'give-back' : 'withdraw';
    if (nextState(state, event) === undefined)
      throw errors.error('STATE_WRONG', { id, event, state });
    const { requester, sponsor } = request;
    if (requester !== by && sponsor !== by)
      throw errors.error('OWN_REQUEST', { id, event: 'withdraw', owner: requester });
    const who = requester === by ? 'its requester' : `${by}, who answers for ${requester}`;
    return this.#end(request, event, by, `taken back by ${who}`);
  }

  /** Ends at once what was granted, by somebody other than its requester; whoever calls this asked whether they may. */
  async revoke(id: string, by: string, reason: string): Promise<Request> {
    const said = checkText(reason, 'REASON_NEEDED');
    const request = await this.get(id);
    if (nextState(request.state, 'end') === undefined)
      throw errors.error('STATE_WRONG', { id, event: 'revoke', state: request.state });
    return this.#end(request, 'end', by, said);
  }

  /** The outer door has the frames of these requests. */
  published(ids: readonly string[]): Promise<void> {
    return notePublished(this.#host, ids);
  }

  /** Ends, escalates, retries or announces what time has come for. Called now and then. */
  checkDeadlines(): Promise<void> {
    return this.#time.take('deadlines', async () => {
      const { rosters, clock } = this.#host;
      const looked = { rules: rosters.current?.sha256 ?? null, atMs: clock.nowMs() };
      await checkDeadlines({
        ...this.#host,
        isAnew: looked.rules !== this.#looked.rules || looked.atMs < this.#looked.atMs,
        approvals: this.approvals,
        kind: (request) => this.kind(request),
        isRunning: (id) => this.#running.has(id),
        end: (request, event, reason) => this.#end(request, event, 'gate', reason),
      });
      this.#looked = looked;
    });
  }

  /** Tries at once, in the background, what was approved and stopped: something that was in the way may be gone. */
  retryApproved(which: 'approved' | 'signed' = 'approved', after?: Request): void {
    const { store, onFault } = this.#host;
    const host = { store, onFault, approvals: this.approvals };
    void this.#time.take('retry', () => retryApproved(host, which, after));
  }

  /** Takes up what an earlier process left unfinished, and says which requests those are. */
  async resume(): Promise<readonly string[]> {
    const unfinished = await this.list({ states: ['quoting'], limit: 1000 });
    for (const request of unfinished) this.#start(request, Promise.resolve(request));
    // The process may have ended between the last signature and what it was for.
    this.retryApproved('signed');
    return unfinished.map((request) => request.id);
  }

  /** Waits for everything that is being worked on. */
  async idle(): Promise<void> {
    this.approvals.soon.stop();
    await Promise.allSettled([...this.#running.values()].map((each) => each.work));
    await this.#time.allIdle();
    await this.#cleaning.allIdle();
  }

  /** Moves a request by one event of the table, with its entry and a note in the same transaction. */
  async move(
    request: Request,
    event: RequestEvent,
    by: string,
    patch: RequestPatch,
    note?: string,
  ): Promise<Request> {
    const entry = tellStep(this.kind(request), request, event, by, patch);
    const id = entryOf(request, event);
    const held = { ...patch, entry: id };
    const recorded = await this.#host.ledger.record<Request, unknown>(
      entry,
      async (tx) => {
        const moved = await moveRequest(tx, request.id, event, held, this.#host.clock.nowMs());
        if (event === 'end' || event === 'give-back')
          await this.kind(request).end?.(tx, moved, JSON.parse(moved.facts ?? 'null') as Json);
        await this.#note(tx, request.id, event, by, note ?? patch.reason ?? event);
        return moved;
      },
      { id },
    );
    this.#host.onNews?.({ request: recorded.value, event, to: [] });
    return recorded.value;
  }

  #note(
    tx: Kysely<unknown>,
    request: string,
    event: string,
    by: string,
    sentence: string,
  ): Promise<void> {
    const { clock, random } = this.#host;
    const atMs = clock.nowMs();
    return addNote(tx, { id: newId('evt', random), request, atMs, event, by, sentence });
  }

  #start(request: Request, asked: Promise<Request>): void {
    const running = { progress: null as Progress | null, work: Promise.resolve(request) };
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
    const kind = this.kind(request);
    // A changed request works in the same place as the edition before it.
    const gathering = this.#cleaning.idle(request.id).then(() => kind.gather(request, onProgress));
    gathering.catch(() => undefined);
    // Without a durable request of this id there is nothing to decide.
    const durable = await asked;
    if (durable.id !== request.id) {
      await gathering.catch(() => undefined);
      this.#cleanUp(request);
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
      this.#cleanUp(request);
    }
  }

  /** Removes what a request worked with, after what is being removed for it already. */
  #cleanUp(request: Request): void {
    const { id } = request;
    this.#cleaning
      .take(id, () => this.kind(request).cleanUp(request))
      .catch((cause: unknown) => {
        this.#host.onFault(id, cause);
      });
  }

  async #decide(request: Request, facts: Json): Promise<Request> {
    const kind = this.kind(request);
    let decision = await kind.decide(request, facts);
    if (decision.verdict === 'allow') {
      const effect = await this.#effect(request, facts, { tier: 'automatic' }, decision.reason);
      if (effect.done) return this.get(request.id);
      decision = effect;
    }
    const event = decision.verdict === 'hold' ? 'hold' : 'deny';
    const { reason, chargeBits } = decision;
    if (event === 'hold') await kind.keep(request, facts);
    const window = event === 'hold' ? await kind.window?.(request, facts) : null;
    if (window !== null && window !== undefined) {
      const effect = await this.#effect(request, facts, { tier: 'window', ...window }, reason);
      if (effect.done) return this.get(request.id);
    }
    const prepared = event === 'hold' ? await this.approvals.prepare(request, facts, decision) : {};
    const held = await this.move(request, event, request.requester, {
      facts: JSON.stringify(facts),
      verdict: event,
      reason,
      chargeBits,
      ...prepared,
    });
    if (event === 'hold') {
      this.approvals.lookAhead(held);
      await this.approvals.announce(held.id);
    }
    return held;
  }

  async #effect(
    request: Request,
    facts: Json,
    releaser: Releaser,
    sentence = 'released',
  ): Promise<Effect> {
    const kind = this.kind(request);
    const event = effectEvent(kind, releaser, request.state);
    const by = 'by' in releaser ? releaser.by.join(', ') : 'gate';
    const reason = sayReleaser(releaser, sentence);
    let after: Request | undefined;
    const effect = await kind.effect(request, facts, releaser, async (tx, chargeBits) => {
      const nowMs = this.#host.clock.nowMs();
      const ends = event === 'grant' ? grantEnd(kind, request, nowMs) : {};
      const patch: RequestPatch = {
        facts: JSON.stringify(facts),
        verdict: 'allow' as const,
        reason,
        chargeBits,
        decidedBy: by,
        entry: entryOf(request, event),
        escalatesMs: null,
        releasedAs: releaser.tier,
        ...(releaser.tier === 'automatic' ? {} : { quorumMs: nowMs }),
        ...ends,
      };
      const moved = await moveRequest(tx, request.id, event, patch, nowMs);
      await this.#note(tx, request.id, event, by, reason);
      after = moved;
    });
    // Told only when it is durable.
    if (effect.done && after !== undefined) this.#host.onNews?.({ request: after, event, to: [] });
    // A lock was lifted, a budget grew, the roster changed, or a window is open.
    if (effect.done && (event === 'carry-out' || event === 'grant'))
      this.retryApproved(countsAnew(request) ? 'signed' : 'approved', request);
    return effect;
  }

  async #end(request: Request, event: RequestEvent, by: string, reason: string): Promise<Request> {
    const ended = await this.move(request, event, by, {
      reason,
      decidedBy: by,
      escalatesMs: null,
    });
    this.#cleanUp(ended);
    return ended;
  }
}
