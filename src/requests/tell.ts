/** How a request is told: to the ledger, to whoever asks twice, and in words. Pure. */
import { sha256 } from '../core/index.ts';
import type { Json } from '../core/index.ts';
import type { EntryInput } from '../ledger/index.ts';
import { errors } from './errors.ts';
import type { Ask } from './host.ts';
import type { Releaser, RequestKind } from './kind.ts';
import type { Request } from './row.ts';
import type { RequestEvent } from './states.ts';
import type { RequestPatch } from './store.ts';

/** The id of the entry of one event of a request. A release has its own, made by the release queue. */
export function entryOf(
  request: Pick<Request, 'id' | 'edition'>,
  event: RequestEvent | 'ask',
): string {
  if (event === 'allow' || event === 'release' || event === 'break-glass')
    return `rel_${request.id}`;
  const edition = request.edition > 1 ? `_${String(request.edition)}` : '';
  return `${event}_${request.id}${edition}`;
}

/** Which event of the table lets a request through. One that waits for people may be let through by a window too. */
export function effectEvent(
  kind: RequestKind,
  releaser: Releaser,
  state: Request['state'],
): RequestEvent {
  if (releaser.tier === 'window' && state === 'held') return kind.through;
  if (releaser.tier === 'automatic' || releaser.tier === 'window') return 'allow';
  return releaser.tier === 'break-glass' ? 'break-glass' : kind.through;
}

/** The clocks of what is granted now: at the moment that was asked for, or after the time that was signed. */
export function grantEnd(
  kind: RequestKind,
  request: Request,
  nowMs: number,
): Pick<RequestPatch, 'grantEndsMs' | 'waitMs'> {
  if (kind.endsMs !== undefined) {
    const endsMs = kind.endsMs(request);
    return endsMs === null ? { waitMs: null } : { grantEndsMs: endsMs, waitMs: endsMs - nowMs };
  }
  if (request.subject === null) return {};
  const { grantMs } = JSON.parse(request.subject) as { grantMs: number | null };
  return grantMs === null ? {} : { grantEndsMs: nowMs + grantMs, waitMs: grantMs };
}

/** What let a request through, in words. */
export function sayReleaser(releaser: Releaser, sentence: string): string {
  switch (releaser.tier) {
    case 'automatic':
      return sentence;
    case 'window':
      return `let through by the approved window ${releaser.window}`;
    case 'break-glass':
      return `released in an emergency by ${releaser.by.join(', ')}`;
    case 'approvals':
      return `approved by ${releaser.by.join(', ')}`;
  }
}

/** Whether approvals that are there may count anew after this: another rule is in force, or a person is unlocked. */
export function countsAnew({ kind }: Pick<Request, 'kind'>): boolean {
  return kind === 'policy' || kind === 'unlock';
}

/** A request as each of its entries tells it. */
export function describe(request: {
  id: string;
  project: string;
  destination: string;
  why: string;
  input: string;
}): Readonly<Record<string, Json>> {
  const { id, project, destination, why, input } = request;
  return { request: id, project, destination, why, inputSha256: sha256(input) };
}

/** The entry of one step of a request. An edit says the new words: its edition may leave without ever being held. */
export function tellStep(
  kind: RequestKind,
  request: Request,
  event: RequestEvent,
  by: string,
  patch: RequestPatch,
): EntryInput {
  const text = patch.facts ?? request.facts;
  // What an edit asks for is not looked at yet.
  const facts = text === null || event === 'edit' ? null : (JSON.parse(text) as Json);
  const said = { ...request, why: patch.why ?? request.why, input: patch.input ?? request.input };
  return {
    kind: `${request.kind}.${event}`,
    by,
    ...describe(said),
    ...kind.describe(said, facts),
    ...(patch.edition === undefined ? {} : { edition: patch.edition }),
    reason: patch.reason ?? '',
    ...(patch.chargeBits === undefined ? {} : { chargeBits: String(patch.chargeBits) }),
    ...(patch.subject === undefined || patch.subject === null
      ? {}
      : { subjectSha256: sha256(patch.subject), tier: patch.tier ?? '' }),
  };
}

/** The request of a key, if it asks for the same; throws `REQUEST_KEY_REUSED`. */
export function sameAsk(before: Request, ask: Ask): Request {
  const same =
    before.kind === ask.kind &&
    before.project === ask.project &&
    before.destination === ask.destination &&
    before.input === ask.input;
  if (!same) throw errors.error('KEY_REUSED');
  return before;
}

/** A request as it will be stored, before it is. */
export function planRequest(
  ask: Ask & { id: string; sponsor: string | null; title: string },
  nowMs: number,
): Request {
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
    edition: 1,
    tier: null,
    subject: null,
    risk: 0,
    escalations: 0,
    escalatedTo: null,
    escalatesMs: null,
    firstViewMs: null,
    quorumMs: null,
    job: ask.job ?? null,
    grantEndsMs: null,
    releasedAs: null,
  };
}
