/**
 * What people do with a held request: sign, refuse, return, change, release in an emergency, review. Every step is
 * checked by the one function that also says why a button is grey (`standing.ts`), and recorded in the ledger together
 * with the change.
 */
import type { Kysely } from 'kysely';
import type { Json } from '../core/index.ts';
import { peopleOf } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { newsForActors } from './announce.ts';
import { findAgeProblem } from './approval-age.ts';
import { buildSubject } from './build-subject.ts';
import { errors } from './errors.ts';
import { firstEscalation } from './escalation.ts';
import { checkApproval } from './judge-approvals.ts';
import { KnownJudgements } from './known-judgements.ts';
import type { Decision, Effect, Releaser, RequestKind } from './kind.ts';
import type { RequestsHost } from './host.ts';
import { readLocked } from './locked-people.ts';
import type { LockedPeople } from './locked-people.ts';
import { RetrySoon } from './retry-soon.ts';
import { countedApprovals, judgeRequest, mayDo, reviewOf } from './standing.ts';
import type { Deed, Standing } from './standing.ts';
import { stateRow } from './states.ts';
import type { RequestEvent } from './states.ts';
import { noteFirstView, readRequest, setReason } from './store.ts';
import type { Request } from './row.ts';
import type { RequestPatch } from './store.ts';
import { readSubject, writeSubject } from './subject.ts';
import type { Subject } from './subject.ts';
import { checkText } from './texts.ts';
import { Turns } from './turns.ts';
import { noteReminder, readReviewers, recordComment, recordReview, recordVote } from './said.ts';
import type { GivenVote } from './said.ts';
import { addView, readVotes } from './votes.ts';
import type { Vote } from './votes.ts';

/** What approvals need of the life around them. */
export interface ApprovalsHost extends RequestsHost {
  kind(request: Request): RequestKind;
  effect(request: Request, facts: Json, releaser: Releaser): Promise<Effect>;
  move(
    request: Request,
    event: RequestEvent,
    by: string,
    patch: RequestPatch,
    note?: string,
  ): Promise<Request>;
  /** Works on a request again from the beginning. */
  restart(request: Request): void;
  /** Removes what a request worked with, in the background. */
  cleanUp(request: Request): void;
}

/** A request with its votes and how it stands. */
export interface Stood extends Standing {
  readonly votes: readonly Vote[];
  readonly locked: LockedPeople;
  readonly reviewers: readonly string[];
}

const LAPSED = 'it was approved, and not all of that counts any more';

/** Votes, and what follows from them. */
export class Approvals {
  readonly #host: ApprovalsHost;
  /** Two votes at the same moment are taken one after the other, so that only one of them finds the quorum met. */
  readonly #turns = new Turns();

  readonly #judged = new KnownJudgements();
  readonly soon: RetrySoon;

  constructor(host: ApprovalsHost) {
    this.#host = host;
    this.soon = new RetrySoon((id) => this.retry(id), host.onFault);
  }

  get #roster(): Roster | undefined {
    return this.#host.rosters.current?.roster;
  }

  /** How a request stands now. */
  async stand(id: string): Promise<Stood> {
    const { store } = this.#host;
    const { request, votes, locked, reviewers } = await store.read(async (db: Kysely<unknown>) => {
      const read = await readRequest(db, id);
      return {
        request: read,
        votes: await readVotes(db, id),
        locked: await readLocked(db),
        reviewers: read.state === 'unreviewed' ? await readReviewers(db, id) : [],
      };
    });
    const gone = request.state === 'held' ? await this.#host.findGone?.(request) : null;
    const nowMs = this.#host.clock.nowMs();
    const roster = this.#roster;
    const judgement = judgeRequest(request, votes, roster, { nowMs, locked, gone });
    return { request, votes, roster, locked, gone, reviewers, nowMs, judgement };
  }

  /** Who is locked now, for {@link standSoon}. */
  locked(): Promise<LockedPeople> {
    return this.#host.store.read((db: Kysely<unknown>) => readLocked(db));
  }

  /**
   * The same for lists: a judgement counts until something is voted, locked, edited or changed in the roster, or until time
   * itself changes it. Only what is shown comes from here; what is done is judged anew.
   */
  standSoon(request: Request, votes: readonly Vote[], locked: LockedPeople): Stood {
    const nowMs = this.#host.clock.nowMs();
    const roster = this.#roster;
    const judgement = this.#judged.of({ request, votes, roster, locked, nowMs }, () =>
      judgeRequest(request, votes, roster, { nowMs, locked }),
    );
    return { request, votes, roster, locked, reviewers: [], nowMs, judgement };
  }

  /** The canonical request that approvals sign, and the clocks of its rule. Empty before the founding. */
  async prepare(request: Request, facts: Json, decision: Decision): Promise<RequestPatch> {
    const demand = await this.#host.kind(request).demand(request, facts);
    const tier = decision.tier ?? 'one';
    // Before the founding there is nothing to sign; the tier is kept for then.
    return {
      risk: demand.risk,
      ...(buildSubject(this.#host, request, demand, tier) ?? { tier }),
    };
  }

  /** Takes a person's signature over the newest edition. Carries the request out when it was the last one needed. */
  approve(id: string, person: string, signature: string): Promise<Request> {
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      const { request, roster } = stood;
      this.#need(stood, 'approve', person);
      if (request.subject === null || roster === undefined)
        throw errors.error('NO_APPROVERS', { id, why: 'the gate is not founded' });
      const age = findAgeProblem(roster, readSubject(request.subject), stood.nowMs);
      if (age !== null) throw errors.error('SIGNATURE_REFUSED', { id, why: age });
      const checked = checkApproval(roster, request.subject, signature, stood.nowMs);
      if (!checked.ok) throw errors.error('SIGNATURE_REFUSED', { id, why: checked.why });
      if (checked.person !== person)
        throw errors.error('SIGNATURE_REFUSED', { id, why: 'its key belongs to somebody else' });
      const { key } = checked;
      await this.#vote(request, person, { vote: 'approve', key: key.id, signature, reason: null });
      return this.#carryOut(id);
    });
  }

  /** A person who could approve refuses; that ends it. */
  async deny(id: string, person: string, reason: string): Promise<Request> {
    const said = checkText(reason, 'REASON_NEEDED');
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      this.#need(stood, 'refuse', person);
      const { request } = stood;
      await this.#vote(request, person, { vote: 'deny', key: null, signature: null, reason: said });
      const patch = { reason: said, decidedBy: person, escalatesMs: null };
      const ended = await this.#host.move(request, 'refuse', person, patch);
      this.#host.cleanUp(ended);
      return ended;
    });
  }

  /** A person who could approve asks the requester to change it. */
  async return(id: string, person: string, reason: string): Promise<Request> {
    const said = checkText(reason, 'REASON_NEEDED');
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      this.#need(stood, 'return', person);
      const { deadlineMs = 0 } = stateRow('returned').waits ?? {};
      const patch = { reason: said, escalatesMs: firstEscalation(stood.nowMs, deadlineMs) };
      const moved = await this.#host.move(stood.request, 'return', person, patch);
      this.#host.onNews?.({ request: moved, event: 'return', to: [moved.requester] });
      return moved;
    });
  }

  /** The requester changes it: a new edition, which nobody has approved yet. */
  edit(id: string, person: string, change: { why?: string; input?: string }): Promise<Request> {
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      this.#need(stood, 'edit', person);
      const { request } = stood;
      const patch: RequestPatch = {
        edition: request.edition + 1,
        subject: null,
        quorumMs: null,
        escalatesMs: null,
        ...(change.why === undefined ? {} : { why: checkText(change.why, 'WHY_NEEDED') }),
        ...(change.input === undefined ? {} : { input: change.input }),
      };
      const note = `changed; approvals of edition ${String(request.edition)} count no longer`;
      const moved = await this.#host.move(request, 'edit', person, patch, note);
      this.#host.restart(moved);
      return moved;
    });
  }

  /** The text that somebody signs who lets a held request out in an emergency. */
  async emergencySubject(id: string): Promise<string> {
    const { request } = await this.stand(id);
    if (request.subject === null || request.facts === null)
      throw errors.error('NO_APPROVERS', { id, why: 'there is nothing to sign yet' });
    // The same text with one word changed, so that it cannot be mistaken for an approval.
    return writeSubject({ ...(JSON.parse(request.subject) as Subject), breakGlass: true });
  }

  /** Releases at once, by one signature of the emergency group, within that group's own bits; reviewed afterwards. */
  async breakGlass(
    id: string,
    person: string,
    reason: string,
    signature: string,
  ): Promise<Request> {
    const said = checkText(reason, 'REASON_NEEDED');
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      this.#need(stood, 'break-glass', person);
      const { request, roster, nowMs } = stood;
      const subject = await this.emergencySubject(id);
      if (roster === undefined)
        throw errors.error('NO_APPROVERS', { id, why: 'the gate is not founded' });
      const checked = checkApproval(roster, subject, signature, nowMs);
      if (!checked.ok) throw errors.error('SIGNATURE_REFUSED', { id, why: checked.why });
      if (checked.person !== person)
        throw errors.error('SIGNATURE_REFUSED', { id, why: 'its key belongs to somebody else' });
      const facts = JSON.parse(request.facts ?? 'null') as Json;
      const effect = await this.#host.effect(request, facts, {
        tier: 'break-glass',
        by: [person],
        subject,
        signatures: [signature],
      });
      if (!effect.done) throw errors.error('NOT_RELEASED', { id, why: effect.reason });
      this.#host.onAlarm(`${person} broke the glass for ${id}: ${said}`, request.project);
      this.#host.cleanUp(request);
      const released = await this.#read(id);
      const to = [...peopleOf(roster, roster.breakGlass.group, nowMs)].filter(
        (each) => each !== person,
      );
      if (to.length > 0) this.#host.onNews?.({ request: released, event: 'break-glass', to });
      return released;
    });
  }

  /** Reviews an emergency. The last review that the rule asks for closes it. */
  async review(id: string, person: string, reason: string): Promise<Request> {
    const said = checkText(reason, 'REASON_NEEDED');
    return this.#turns.take(id, async () => {
      const stood = await this.stand(id);
      this.#need(stood, 'review', person);
      const { request } = stood;
      const reviewers = [...stood.reviewers, person];
      if (reviewOf({ ...stood, reviewers })?.state === 'met')
        return this.#host.move(request, 'review', person, { reason: said, escalatesMs: null });
      await recordReview(this.#host, request, person, said);
      this.#host.onNews?.({ request, event: 'review', to: [] });
      return request;
    });
  }

  /** Notes that somebody looked, for the measures of waiting. */
  async view(id: string, person: string): Promise<void> {
    const stood = await this.stand(id);
    const { store, clock } = this.#host;
    const approver = stood.judgement?.voters.has(person) === true;
    // Whoever looks may sign next. What was looked ahead of since the hold is there already, unless the gate was restarted.
    if (approver) this.lookAhead(stood.request);
    await store.write(async (tx: Kysely<unknown>) => {
      const first = await addView(tx, id, person, clock.nowMs());
      if (first && approver) await noteFirstView(tx, id, clock.nowMs());
    });
  }

  /** Adds a remark to the discussion. */
  async comment(id: string, person: string, text: string): Promise<void> {
    const said = checkText(text, 'REASON_NEEDED');
    const request = await this.#read(id);
    await recordComment(this.#host, request, person, said);
    this.#host.onNews?.({ request, event: 'comment', to: [request.requester] });
  }

  /** Has a kind do beforehand what it can. */
  lookAhead(request: Request): void {
    if (request.state !== 'held' || request.facts === null) return;
    const facts = JSON.parse(request.facts) as Json;
    // It only saves time: whatever fails here is done, or fails, when the request is carried out.
    this.#host
      .kind(request)
      .lookAhead?.(request, facts)
      .catch(() => undefined);
  }

  /** Tells whoever has to act now. */
  async announce(id: string, event = 'hold'): Promise<void> {
    const news = newsForActors(await this.stand(id), event);
    if (news !== null) this.#host.onNews?.(news);
  }

  /** Tells them once more, once an hour. */
  async remind(id: string, person: string): Promise<void> {
    const stood = await this.stand(id);
    this.#need(stood, 'remind', person);
    await noteReminder(this.#host, stood.request, person);
    await this.announce(id, 'remind');
  }

  /** Tries again to carry out what is approved already: a budget may have refilled. */
  retry(id: string): Promise<Request> {
    return this.#turns.take(id, () => this.#carryOut(id));
  }

  /** Lets a held request out through a window, if one is open that it fits. */
  tryWindow(id: string): Promise<void> {
    return this.#turns.take(id, async () => {
      const request = await this.#read(id);
      if (request.state !== 'held' || request.facts === null) return;
      const facts = JSON.parse(request.facts) as Json;
      const window = (await this.#host.kind(request).window?.(request, facts)) ?? null;
      if (window === null) return;
      const effect = await this.#host.effect(request, facts, { tier: 'window', ...window });
      if (effect.done) this.#host.cleanUp(request);
    });
  }

  #need(stood: Stood, event: Deed, person: string): void {
    const may = mayDo(stood, event, person);
    if (may.ok) return;
    const { id } = stood.request;
    const wrong = stood.request.state !== 'held' && event !== 'review' && event !== 'edit';
    if (wrong) throw errors.error('STATE_WRONG', { id, event, state: stood.request.state });
    const said = event === 'refuse' ? 'refuse' : event;
    throw errors.error('NOT_APPROVER', { id, event: said, why: may.why });
  }

  async #vote(request: Request, person: string, vote: GivenVote): Promise<void> {
    await recordVote(this.#host, request, person, vote);
    this.#host.onNews?.({ request, event: vote.vote, to: [request.requester] });
  }

  async #carryOut(id: string): Promise<Request> {
    const stood = await this.stand(id);
    const { request, judgement } = stood;
    if (request.state !== 'held' || request.subject === null) return request;
    if (judgement?.state !== 'met') return this.#lapse(request);
    const signed = countedApprovals(stood, judgement);
    const facts = JSON.parse(request.facts ?? 'null') as Json;
    const effect = await this.#host.effect(request, facts, {
      tier: 'approvals',
      by: signed.map((vote) => vote.person),
      subject: request.subject,
      signatures: signed.map((vote) => vote.signature ?? ''),
    });
    if (effect.done) {
      this.#host.cleanUp(request);
      return this.#read(id);
    }
    // Everybody has agreed and something else is in the way: the request says so and is tried again.
    const { passesAtMs = null } = effect;
    this.soon.after(id, passesAtMs === null ? null : passesAtMs - stood.nowMs);
    const reason = `approved, but ${effect.reason}`;
    if (reason === request.reason && request.quorumMs !== null) return request;
    await this.#host.store.write((tx: Kysely<unknown>) =>
      setReason(tx, id, reason, request.quorumMs ?? stood.nowMs),
    );
    return this.#read(id);
  }

  /** What everybody had approved waits for approvals again: one got too old, or no longer counts. It says so, and not the old reason. */
  async #lapse(request: Request): Promise<Request> {
    const { id, quorumMs } = request;
    if (quorumMs === null) return request;
    await this.#host.store.write((tx: Kysely<unknown>) => setReason(tx, id, LAPSED, null));
    return this.#read(id);
  }

  #read(id: string): Promise<Request> {
    return this.#host.store.read((db: Kysely<unknown>) => readRequest(db, id));
  }
}
