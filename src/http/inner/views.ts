/** Requests as they are answered: only what the principal may see, with what it may do and, if not, why not. */
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { emittedOf, readExportFacts, readExportInput } from '../../egress/index.ts';
import type { ExportFile, Reason } from '../../egress/index.ts';
import { readImportInput } from '../../ingress/index.ts';
import type { Principal, RosterRule } from '../../people/index.ts';
import {
  TOO_OLD,
  currentVotes,
  findVoteProblem,
  judgeRequest,
  requestErrors,
  mayDo,
  offeredEvents,
  readSubject,
  sayWaitsFor,
  sharedFilesOf,
  stateRow,
} from '../../requests/index.ts';
import type {
  Deed,
  Progress,
  Request,
  RequestNote,
  Stood,
  Verdict,
  Vote,
} from '../../requests/index.ts';
import { hideDetails, isOutside, maySeeDecision } from './outsiders.ts';
import { showPolicies, showWarnings } from './policy-view.ts';
import type { PoliciesShown } from './policy-view.ts';
import { withPolicies } from './request-can.ts';
import { maySee } from './scope.ts';
import { showShare } from './share-view.ts';
import type { ShareShown } from './share-view.ts';
import { showSubject } from './subject-view.ts';
import type { SubjectShown } from './subject-view.ts';

/** A file of an export as it is answered. */
export interface FileShown extends Omit<ExportFile, 'emitted'> {
  /** The canonical file that crosses or would cross. */
  readonly emitted: {
    index: number;
    name: string;
    type: string;
    form: string | null;
    sha256: string;
    bytes: number;
  } | null;
}

/** Something that may be done with a request, or the sentence why not. */
export interface CanShown<Event extends string = string> {
  readonly event: Event;
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** A request as it is answered. */
export interface RequestShown {
  readonly id: string;
  readonly title: string;
  /** Null while it is being quoted. */
  readonly verdict: Verdict | null;
  readonly chargeBits: number;
  readonly reason: string | null;
  /** Where its receipt is; null before there is a decision, and where it would name a decider who is hidden. */
  readonly receipt: string | null;
  readonly kind: string;
  readonly state: string;
  readonly stateSentence: string;
  readonly tier: string | null;
  readonly edition: number;
  readonly risk: number;
  /** Who has to act, in words, and until when; null when it is over. */
  readonly waitsFor: string | null;
  readonly deadline: string | null;
  readonly escalation: {
    readonly level: number;
    readonly sentence: string;
    readonly nextAt: string | null;
  } | null;
  readonly votes: { readonly approved: number; readonly needed: number; readonly denied: number };
  readonly can: readonly CanShown<Deed>[];
  readonly requester: string;
  readonly sponsor: string | null;
  readonly project: string;
  readonly destination: string;
  readonly why: string;
  readonly decidedBy: string | null;
  readonly releasedAs: string | null;
  readonly askedAt: string;
  readonly changedAt: string;
  readonly firstViewedAt: string | null;
  readonly quorumAt: string | null;
  readonly grantEndsAt: string | null;
  readonly files: number;
  readonly job: string | null;
  readonly progress: Progress | null;
}

/** A vote as it is answered. */
export interface VoteShown {
  readonly person: string;
  readonly vote: 'approve' | 'deny';
  readonly at: string;
  readonly key: string | null;
  /** Why it was refused, or why an approval does not count now. */
  readonly reason: string | null;
  readonly own: boolean;
}

/** A request with everything that was found out. */
export interface RequestDetails extends RequestShown {
  readonly reasons: readonly Reason[];
  readonly fileList: readonly FileShown[];
  readonly history: readonly { at: string; event: string; by: string; sentence: string }[];
  readonly comments: readonly { id: string; at: string; by: string; text: string }[];
  readonly quorum: {
    readonly rule: string;
    /** The same with what it asks of keys. */
    readonly words: string;
    readonly state: string;
    readonly missing: readonly { clause: string; count: number; candidates: readonly string[] }[];
    readonly keysMissing: readonly string[];
    readonly votes: readonly VoteShown[];
    /** Others' votes stay hidden until one has voted, or all required have. */
    readonly blind: boolean;
  } | null;
  /** What an approval signs; null while there is nothing to approve. */
  readonly subject: SubjectShown | null;
  readonly changes: readonly string[];
  /** Cedar policies that it would put in force, and how they differ from those that are. */
  readonly policies: PoliciesShown | null;
  /** What rules would ask for after it and nobody could give, for those who see every person. */
  readonly warnings: readonly string[];
  /** Kept apart: how long it waits, how long an approval counts, how long a grant lasts, until when it may leave. */
  readonly clocks: {
    readonly waitUntil: string | null;
    readonly approvalsValidMs: number | null;
    readonly grantMs: number | null;
    readonly releaseBy: string | null;
  } | null;
  /** What it shares; null for a request of another kind. */
  readonly share: ShareShown | null;
  /** The release before it at the same destination. */
  readonly previous: { readonly request: string; readonly at: string } | null;
  /** The bits that an emergency may take; null where there can be none. */
  readonly breakGlass: { readonly burstBits: number; readonly bitsPerDay: number } | null;
}

/** The request, if the principal may see it; otherwise the answer of a request that does not exist. */
export async function readVisible(gate: Gate, principal: Principal, id: string): Promise<Request> {
  const stood = await gate.requests.approvals.stand(id);
  const eligible = stood.judgement?.voters.has(principal.id) === true;
  const { request } = stood;
  if (await maySee(gate, principal, request, eligible)) return request;
  // The very answer of a request that is not there.
  throw requestErrors.error('NOT_FOUND', { id: id.slice(0, 80) });
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

function countNeeded(stood: Stood): number {
  const rule = stood.judgement?.rule;
  if (rule === undefined) return 0;
  if (rule.tier === 'self') return 1;
  return [...rule.quorum.matchAll(/(\d+) of/g)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** What programs do too. */
const ASKERS_DEEDS: ReadonlySet<Deed> = new Set(['withdraw', 'give-back', 'edit', 'remind']);

function showCan(stood: Stood, principal: Principal): readonly CanShown<Deed>[] {
  return offeredEvents(stood.request.state).map((event) => {
    const may =
      principal.kind === 'person' || ASKERS_DEEDS.has(event)
        ? mayDo(stood, event, principal.id)
        : ({ ok: false, why: 'agents and workloads ask, and never decide' } as const);
    return { event, allowed: may.ok, reason: may.ok ? null : may.why };
  });
}

/** Shows a request in a line. */
export function showStood(
  known: Stood,
  principal: Principal,
  progress: Progress | null,
): RequestShown {
  const stood = isBlind(known, principal) ? blindfold(known) : known;
  const { request } = stood;
  const votes = currentVotes(request, stood.votes);
  return {
    id: request.id,
    title: request.title ?? request.kind,
    verdict: request.verdict ?? (request.state === 'failed' ? 'deny' : null),
    chargeBits: request.chargeBits === null ? 0 : Number(request.chargeBits),
    reason: request.reason,
    receipt: request.entry === null ? null : `/v1/requests/${request.id}/receipt`,
    kind: request.kind,
    state: request.state,
    stateSentence: stateRow(request.state).sentence,
    tier: request.tier,
    edition: request.edition,
    risk: request.risk,
    waitsFor: sayWaitsFor(stood),
    deadline: isoOrNull(request.deadlineMs),
    escalation:
      request.escalatedTo === null
        ? null
        : {
            level: request.escalations,
            sentence: `told ${request.escalatedTo}`,
            nextAt: isoOrNull(request.escalatesMs),
          },
    votes: {
      approved: votes.filter((vote) => vote.vote === 'approve' && sayStale(stood, vote) === null)
        .length,
      needed: countNeeded(stood),
      denied: votes.filter((vote) => vote.vote === 'deny').length,
    },
    can: showCan(stood, principal),
    requester: request.requester,
    sponsor: request.sponsor,
    project: request.project,
    destination: request.destination,
    why: request.why,
    decidedBy: request.decidedBy,
    releasedAs: request.releasedAs,
    askedAt: isoTime(request.askedMs),
    changedAt: isoTime(request.changedMs),
    firstViewedAt: isoOrNull(request.firstViewMs),
    quorumAt: isoOrNull(request.quorumMs),
    grantEndsAt: isoOrNull(request.grantEndsMs),
    files: countRequestFiles(request),
    job: request.job,
    progress,
  };
}

function countRequestFiles(request: Request): number {
  if (request.kind === 'export') return readExportInput(request).files.length;
  if (request.kind === 'share') return sharedFilesOf(request).length;
  return request.kind === 'import' ? readImportInput(request).files : 0;
}

/** Reviewers vote blind until all that are needed have voted: whoever has not voted sees nothing of the votes there are. */
export function isBlind({ request, judgement, votes }: Stood, principal: Principal): boolean {
  // Also of what nobody can bring to an end: another rule or person may make it open again.
  const undecided = judgement?.state === 'open' || judgement?.state === 'impossible';
  const open = request.state === 'held' && undecided;
  return open && !currentVotes(request, votes).some((vote) => vote.person === principal.id);
}

/** The request as if nobody had voted: how many have, and who is still asked, are part of the secret. */
function blindfold(stood: Stood): Stood {
  const { request, roster, locked, gone, nowMs } = stood;
  const judgement = judgeRequest(request, [], roster, { nowMs, locked, gone });
  return { ...stood, votes: [], judgement };
}

/** Why an approval does not count now; of a request that is over, what counted then stands. */
function sayStale(stood: Stood, vote: Vote): string | null {
  return stood.request.state === 'held' ? findVoteProblem(stood, stood.judgement, vote) : null;
}

function showVotes(stood: Stood, principal: Principal): readonly VoteShown[] {
  return currentVotes(stood.request, stood.votes).map((vote) => ({
    person: vote.person,
    vote: vote.vote,
    at: isoTime(vote.atMs),
    key: vote.key,
    reason: vote.reason ?? sayStale(stood, vote),
    own: vote.person === principal.id,
  }));
}

const VOTE_EVENTS: ReadonlySet<string> = new Set(['approve', 'deny', TOO_OLD]);

function showHistory(notes: readonly RequestNote[], blind: boolean): RequestDetails['history'] {
  return notes
    .filter((note) => note.event !== 'comment' && !(blind && VOTE_EVENTS.has(note.event)))
    .map(({ atMs, event, by, sentence }) => ({
      at: isoTime(atMs),
      event,
      by,
      sentence: blind && event === 'escalate' ? hideReminded(sentence) : sentence,
    }));
}

/** Who is reminded is who has not voted. */
function hideReminded(sentence: string): string {
  return sentence.replace(/^reminded .*(?= and told )/, 'reminded those who decide');
}

/** Shows a request with its files, reasons, votes and the text to sign. */
export async function showDetails(
  gate: Gate,
  principal: Principal,
  request: Request,
  progress: Progress | null = null,
): Promise<RequestDetails> {
  const stood = await gate.requests.approvals.stand(request.id);
  const facts = request.kind === 'export' ? readExportFacts(request) : null;
  const notes = await gate.requests.notes(request.id);
  const emitted = facts === null ? [] : emittedOf(facts).map((file) => file.name);
  const blind = isBlind(stood, principal);
  const seen = blind ? blindfold(stood) : stood;
  const { judgement } = seen;
  const shown = showStood(stood, principal, progress);
  const details: RequestDetails = {
    ...shown,
    can: await withPolicies(gate, principal, stood, shown.can),
    waitsFor: (await gate.wireLocks.reasons())(request) ?? shown.waitsFor,
    reasons: facts?.reasons ?? [],
    fileList: (facts?.files ?? []).map((file) => ({
      ...file,
      emitted:
        file.emitted === null
          ? null
          : {
              index: emitted.indexOf(file.emitted.name),
              name: file.emitted.name,
              type: file.emitted.type,
              form: file.emitted.form,
              sha256: file.emitted.sha256,
              bytes: file.emitted.bytes,
            },
    })),
    history: showHistory(notes, blind),
    comments: notes
      .filter((note) => note.event === 'comment')
      .map(({ id, atMs, by, sentence }) => ({ id, at: isoTime(atMs), by, text: sentence })),
    quorum:
      judgement === null
        ? null
        : {
            rule: judgement.rule.quorum,
            words: sayRule(judgement.rule),
            state: judgement.state,
            missing: judgement.missing,
            keysMissing: judgement.keysMissing,
            votes: showVotes(seen, principal),
            blind,
          },
    subject: request.subject === null ? null : showSubject(request.subject),
    changes: readSentences(request),
    policies: showPolicies(gate, request),
    warnings: await showWarnings(gate, principal, request),
    clocks: showClocks(stood),
    previous: request.kind === 'export' ? await gate.looks.previous(request) : null,
    share: await showShare(gate, principal, request),
    breakGlass: showBreakGlass(stood),
  };
  if (!(await isOutside(gate, principal, stood))) return details;
  const receipt = (await maySeeDecision(gate, principal, request)) ? details.receipt : null;
  return { ...hideDetails(details, principal), receipt };
}

function showClocks({ request, judgement }: Stood): RequestDetails['clocks'] {
  if (request.subject === null) return null;
  const { grantMs, releaseBy } = readSubject(request.subject);
  const waits = request.state === 'held' || request.state === 'returned';
  return {
    waitUntil: waits ? isoOrNull(request.deadlineMs) : null,
    approvalsValidMs: judgement?.rule.approvalsValidMs ?? null,
    grantMs,
    releaseBy,
  };
}

function showBreakGlass({ request, roster }: Stood): RequestDetails['breakGlass'] {
  if (roster === undefined || request.kind !== 'export' || request.state !== 'held') return null;
  const { burstBits, bitsPerDay } = roster.breakGlass;
  return { burstBits, bitsPerDay };
}

/** A rule in words: who has to approve, and with which keys. */
export function sayRule(
  rule: Pick<RosterRule, 'tier' | 'quorum' | 'deviceBound' | 'outOfBrowser'>,
): string {
  const keys = [
    ...(rule.deviceBound ? ['one of them with a key that cannot leave its device'] : []),
    ...(rule.outOfBrowser ? ['one of them outside the browser'] : []),
  ];
  const who = rule.tier === 'self' ? 'the requester, with a signature' : rule.quorum;
  return [who, ...keys].join(', ');
}

function readSentences(request: Request): readonly string[] {
  if (request.kind !== 'policy' || request.facts === null) return [];
  return (JSON.parse(request.facts) as { sentences?: string[] }).sentences ?? [];
}
