/**
 * Whether signatures over a canonical request are enough to let it through. Pure: the gate asks it to show what is
 * missing, and the sender and the custodian ask it again before anything leaves or opens, with their own copy of the
 * roster, so that no row in the gate's database can stand for a signature.
 */
import { utf8 } from '../core/index.ts';
import type { JsonObject } from '../core/index.ts';
import {
  RULE_KINDS,
  findKey,
  isSettingsStep,
  ownersOf,
  peopleOf,
  peopleWithRole,
  ruleFor,
  verifySshsig,
} from '../people/index.ts';
import type { Roster, RosterKey, RosterRule, Settings } from '../people/index.ts';
import { judgeQuorum, parseQuorum, printClause } from '../policy/index.ts';
import type { Quorum, QuorumClause } from '../policy/index.ts';
import { accessOf, ownersOfTarget } from './access-input.ts';
import { readersOwners, shareOf } from './share-input.ts';
import { APPROVAL_NAMESPACE, readSubject } from './subject.ts';
import type { Subject } from './subject.ts';
import { excludedFrom, reachOfSubject, tierOfSubject } from './subject-reach.ts';

/** One signature that counts. */
export interface CheckedApproval {
  readonly ok: true;
  readonly person: string;
  readonly key: RosterKey;
}

/** Why a signature does not count, in a sentence without full stop. */
export interface RefusedApproval {
  readonly ok: false;
  readonly why: string;
}

/** Verifies one armoured SSHSIG over a subject: genuine, for approvals, by a key of the roster that is valid now. */
export function checkApproval(
  roster: Roster,
  subjectText: string,
  signature: string,
  nowMs: number,
): CheckedApproval | RefusedApproval {
  const verified = verifySshsig({
    signature,
    message: utf8(subjectText),
    namespace: APPROVAL_NAMESPACE,
    origins: roster.origins,
  });
  if (!verified.ok) return { ok: false, why: verified.sentence };
  const found = findKey(roster, verified.publicKey.fingerprint, nowMs);
  if (found === undefined) return { ok: false, why: 'its key belongs to nobody in the roster' };
  if (found.key.kind !== 'ssh' && !verified.userVerified)
    return { ok: false, why: 'its key did not check its user by PIN or biometrics' };
  return { ok: true, person: found.person.id, key: found.key };
}

/** A clause with what it is asked of, so that each model in reach has its own seats. */
interface Seat extends QuorumClause {
  readonly target: string | null;
}

/** One clause that still needs people. */
export interface MissingApproval {
  readonly clause: string;
  readonly count: number;
  readonly candidates: readonly string[];
}

/** What the approvals of a subject add up to. */
export interface ApprovalJudgement {
  readonly state: 'met' | 'open' | 'denied' | 'impossible';
  readonly rule: RosterRule;
  readonly missing: readonly MissingApproval[];
  /** Everybody whose vote the rule counts. */
  readonly voters: ReadonlySet<string>;
  /** What the rule asks of keys and is not there yet, in words. */
  readonly keysMissing: readonly string[];
  /** Signatures that do not count, and why. */
  readonly refused: readonly string[];
}

/** What is judged. */
export interface ApprovalInput {
  readonly roster: Roster;
  readonly subjectText: string;
  readonly signatures: readonly string[];
  /** People who said no. The sender knows of none: a denial only ever keeps things closed. */
  readonly denials?: readonly string[];
  /** What people signed of models: a rule then asks the owners of every one in reach, whichever the text names. */
  readonly settings?: Settings | undefined;
  readonly nowMs: number;
  /** The rule to judge by, where it is not the one that the subject falls under. */
  readonly rule?: RosterRule | undefined;
}

/** Whether what is asked for are changes of settings. Such a change holds nothing else. */
export function isAboutSettings(facts: JsonObject): boolean {
  const { steps } = facts;
  return Array.isArray(steps) && steps.some(isSettingsStep);
}

/** The name of the kind whose rules count for a subject. */
export function ruleKindOf(roster: Roster, subject: { kind: string; facts?: JsonObject }): string {
  // A window stands for the exports that it lets through.
  if (subject.kind === 'window') return 'export';
  const settings =
    subject.kind === 'policy' &&
    isAboutSettings(subject.facts ?? {}) &&
    roster.rules.some((rule) => rule.kind === 'settings');
  return settings ? 'settings' : subject.kind;
}

/** The rule that a subject falls under now; undefined when the roster has none for it. */
export function ruleOf(
  roster: Roster,
  subject: Parameters<typeof tierOfSubject>[1] & { readonly chargeBitsMax: string },
): RosterRule | undefined {
  const asked = ruleKindOf(roster, subject);
  const kind = RULE_KINDS.find((each) => each === asked);
  if (kind === undefined) return undefined;
  return ruleFor(roster, kind, tierOfSubject(roster, subject), BigInt(subject.chargeBitsMax));
}

/** What `target` means in a rule: what access is asked to, or the project that a share is for; null where it means nothing. */
function targetOf(subject: Subject): string | null {
  return accessOf(subject)?.what ?? shareOf(subject)?.to ?? null;
}

function seatsOf(quorum: Quorum, subject: Subject, models: readonly string[]): readonly Seat[] {
  const aimed = subject.kind === 'access' || subject.kind === 'share';
  const aim = targetOf(subject);
  // What says that it lies elsewhere than what it asks for has nobody who could give it.
  if (aimed && aim === null) return [];
  return quorum.clauses.flatMap((clause): Seat[] => {
    if (clause.of === null) return [{ ...clause, target: null }];
    if (clause.of === 'target') return [{ ...clause, target: aim }];
    if (clause.of === 'project') return [{ ...clause, target: subject.project }];
    // An owner of one model cannot speak for another one.
    return models.map((target) => ({ ...clause, target }));
  });
}

function eligible(
  roster: Roster,
  subject: Subject,
  seat: Seat,
  nowMs: number,
): ReadonlySet<string> {
  if (seat.of === 'target') {
    const share = shareOf(subject);
    if (share !== null) return readersOwners(roster, share.to, subject, nowMs);
    const input = accessOf(subject);
    return input === null ? new Set() : ownersOfTarget(roster, { ...subject, input }, nowMs);
  }
  if (seat.target === null) return peopleOf(roster, seat.group, nowMs);
  return seat.of === 'model'
    ? ownersOf(roster, seat.target, nowMs)
    : peopleWithRole(roster, seat.target, seat.group, nowMs);
}

function saySeat(seat: Seat): string {
  return seat.target === null || seat.of === null
    ? printClause(seat)
    : `${String(seat.count)} of ${seat.group}(${seat.target})`;
}

/** Judges; throws `REQUEST_SUBJECT_INVALID` for a text that is none, and a `TypeError` when no rule exists. */
export function judgeApprovals(input: ApprovalInput): ApprovalJudgement {
  const { roster, nowMs } = input;
  const subject = readSubject(input.subjectText);
  const rule = input.rule ?? ruleOf(roster, subject);
  if (rule === undefined) throw new TypeError(`no rule for ${subject.kind} ${subject.tier}`);
  const checked = input.signatures.map((each) =>
    checkApproval(roster, input.subjectText, each, nowMs),
  );
  const valid = checked.filter((each) => each.ok);
  const refused = checked.flatMap((each) => (each.ok ? [] : [each.why]));
  const judged =
    rule.tier === 'self'
      ? judgeSelf(roster, subject, valid)
      : judgeOthers(input, subject, rule, valid);
  const counted = valid.filter((each) => judged.counted.has(each.person));
  const keysMissing = [
    ...(rule.deviceBound && !counted.some((each) => each.key.deviceBound)
      ? ['one approval by a key that cannot leave its device']
      : []),
    ...(rule.outOfBrowser && !counted.some((each) => each.key.kind !== 'passkey')
      ? ['one approval outside the browser, by `sallyport approve`']
      : []),
  ];
  const { missing, voters } = judged;
  const state = judged.state === 'met' && keysMissing.length > 0 ? 'open' : judged.state;
  return { state, rule, missing, voters, keysMissing, refused };
}

interface Judged {
  readonly state: ApprovalJudgement['state'];
  readonly missing: readonly MissingApproval[];
  readonly voters: ReadonlySet<string>;
  readonly counted: ReadonlySet<string>;
}

/** The requester vouches for it, with a signature; an agent has nobody who could. */
function judgeSelf(roster: Roster, subject: Subject, valid: readonly CheckedApproval[]): Judged {
  const alone = excludedFrom(roster, subject).size === 1;
  const voters = new Set(alone ? [subject.requester] : []);
  const met = valid.some((each) => voters.has(each.person));
  const missing = { clause: 'the requester', count: 1, candidates: [...voters] };
  return {
    state: met ? 'met' : voters.size === 0 ? 'impossible' : 'open',
    missing: met ? [] : [missing],
    voters,
    counted: voters,
  };
}

function judgeOthers(
  input: ApprovalInput,
  subject: Subject,
  rule: RosterRule,
  valid: readonly CheckedApproval[],
): Judged {
  const { roster, settings, nowMs } = input;
  const models = reachOfSubject(roster, settings, subject);
  const seats = seatsOf(parseQuorum(rule.quorum), subject, models);
  if (seats.length === 0)
    return { state: 'impossible', missing: [], voters: new Set(), counted: new Set() };
  const excluded = excludedFrom(roster, subject);
  const voters = new Set(
    seats
      .flatMap((seat) => [...eligible(roster, subject, seat, nowMs)])
      .filter((id) => !excluded.has(id)),
  );
  const judgement = judgeQuorum(
    { clauses: seats },
    {
      eligible: (clause) => eligible(roster, subject, clause as Seat, nowMs),
      votes: [
        ...valid.map((each) => ({ person: each.person, vote: 'approve' as const })),
        ...(input.denials ?? []).map((person) => ({ person, vote: 'deny' as const })),
      ],
      excluded,
    },
  );
  return {
    state: judgement.state,
    missing: judgement.missing.map(({ clause, count, candidates }) => ({
      clause: saySeat(clause as Seat),
      count,
      candidates,
    })),
    voters,
    // More may have signed than are needed; each of those the rule knows says something about keys.
    counted: new Set(valid.filter((each) => voters.has(each.person)).map((each) => each.person)),
  };
}
