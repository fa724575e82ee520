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
  findPerson,
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
import type { LockedPeople } from './locked-people.ts';
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
export interface Seat extends QuorumClause {
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
  /** What the rule asks of keys and is not there yet, with everybody who could give it. */
  readonly keys: readonly MissingApproval[];
  /** The same in words. */
  readonly keysMissing: readonly string[];
  /** Why nobody can bring it to an end any more and who has to do what; null unless it is impossible. */
  readonly obstacle: string | null;
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
  /** People who are locked: their approvals count only again when that is over. The sender knows of no locks. */
  readonly locked?: LockedPeople | undefined;
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

/** The seats that a rule asks of a subject. */
export function seatsOf(
  quorum: Quorum,
  subject: Subject,
  models: readonly string[],
): readonly Seat[] {
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

/** Who may sit on a seat. */
export function eligibleFor(
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

/** A seat in words. */
export function saySeat(seat: Seat): string {
  return seat.target === null || seat.of === null
    ? printClause(seat)
    : `${String(seat.count)} of ${seat.group}(${seat.target})`;
}

/** Everybody who could bring a judgement further now. */
export function peopleWaitedFor(judgement: ApprovalJudgement | null): readonly string[] {
  if (judgement === null) return [];
  const { missing, keys } = judgement;
  return [...new Set([...missing, ...keys].flatMap((each) => each.candidates))];
}

/** What rules may ask of keys. */
const KEY_DEMANDS = [
  {
    asks: (rule: RosterRule) => rule.deviceBound,
    fits: (key: RosterKey) => key.deviceBound,
    clause: 'one approval by a key that cannot leave its device',
    nobody: 'has a key that cannot leave its device',
  },
  {
    asks: (rule: RosterRule) => rule.outOfBrowser,
    fits: (key: RosterKey) => key.kind !== 'passkey',
    clause: 'one approval outside the browser, by `sallyport approve`',
    nobody: 'has a key for `sallyport approve`',
  },
] as const;

type KeyDemand = (typeof KEY_DEMANDS)[number];

function keysWanted(
  { roster, nowMs }: Pick<ApprovalInput, 'roster' | 'nowMs'>,
  rule: RosterRule,
  judged: Judged,
  counted: readonly CheckedApproval[],
): readonly (MissingApproval & Pick<KeyDemand, 'nobody'>)[] {
  return KEY_DEMANDS.filter(
    (demand) => demand.asks(rule) && !counted.some((each) => demand.fits(each.key)),
  ).map(({ fits, clause, nobody }) => {
    const holds = (id: string): boolean =>
      findPerson(roster, id, nowMs)?.keys.some(
        (key) => fits(key) && findKey(roster, key.id, nowMs) !== undefined,
      ) === true;
    return { clause, nobody, count: 1, candidates: [...judged.voters].filter(holds).sort() };
  });
}

function sayNobodyLeft(rule: RosterRule, judged: Judged): string {
  const away =
    judged.locked.length === 0
      ? 'an administrator has to add an approver'
      : `${judged.locked.join(', ')} ${judged.locked.length === 1 ? 'is' : 'are'} locked, and an administrator has to add an approver unless that ends`;
  return `nobody left can fill ${rule.quorum}; ${away}`;
}

/** Judges; throws `REQUEST_SUBJECT_INVALID` for a text that is none, and a `TypeError` when no rule exists. */
export function judgeApprovals(input: ApprovalInput): ApprovalJudgement {
  const { roster, nowMs, locked } = input;
  const subject = readSubject(input.subjectText);
  const rule = input.rule ?? ruleOf(roster, subject);
  if (rule === undefined) throw new TypeError(`no rule for ${subject.kind} ${subject.tier}`);
  const checked = input.signatures
    .map((each) => checkApproval(roster, input.subjectText, each, nowMs))
    .map((each): CheckedApproval | RefusedApproval => {
      const lock = each.ok ? locked?.get(each.person) : undefined;
      if (!each.ok || lock === undefined) return each;
      const { person } = each;
      return {
        ok: false,
        why: `what ${person} signed does not count while ${lock} locks ${person}`,
      };
    });
  const valid = checked.filter((each) => each.ok);
  const refused = checked.flatMap((each) => (each.ok ? [] : [each.why]));
  const judged =
    rule.tier === 'self'
      ? judgeSelf(input, subject, valid)
      : judgeOthers(input, subject, rule, valid);
  const counted = valid.filter((each) => judged.counted.has(each.person));
  const wanted = keysWanted(input, rule, judged, counted);
  const { missing, voters } = judged;
  const ending = judged.state === 'open' || judged.state === 'met';
  const nowhere = ending ? wanted.find((each) => each.candidates.length === 0) : undefined;
  const met = judged.state === 'met' && wanted.length > 0 ? 'open' : judged.state;
  const state = nowhere === undefined ? met : 'impossible';
  const nobody =
    nowhere === undefined
      ? sayNobodyLeft(rule, judged)
      : `nobody who may approve it ${nowhere.nobody}; one of them has to get one, added by \`sallyport change\``;
  return {
    ...{ state, rule, missing, voters, refused },
    keys: wanted.map(({ clause, count, candidates }) => ({ clause, count, candidates })),
    keysMissing: wanted.map((each) => each.clause),
    obstacle: state === 'impossible' ? nobody : null,
  };
}

interface Judged {
  readonly state: ApprovalJudgement['state'];
  readonly missing: readonly MissingApproval[];
  readonly voters: ReadonlySet<string>;
  readonly counted: ReadonlySet<string>;
  /** Who could approve it but for a lock. */
  readonly locked: readonly string[];
}

/** The requester vouches for it, with a signature; an agent has nobody who could. */
function judgeSelf(
  { roster, locked }: ApprovalInput,
  subject: Subject,
  valid: readonly CheckedApproval[],
): Judged {
  const { requester } = subject;
  const alone = excludedFrom(roster, subject).size === 1;
  const away = locked?.has(requester) === true;
  const voters = new Set(alone && !away ? [requester] : []);
  const met = valid.some((each) => voters.has(each.person));
  const missing = { clause: 'the requester', count: 1, candidates: [...voters] };
  return {
    state: met ? 'met' : voters.size === 0 ? 'impossible' : 'open',
    missing: met ? [] : [missing],
    voters,
    counted: voters,
    locked: away ? [requester] : [],
  };
}

function judgeOthers(
  input: ApprovalInput,
  subject: Subject,
  rule: RosterRule,
  valid: readonly CheckedApproval[],
): Judged {
  const { roster, settings, nowMs, locked } = input;
  const models = reachOfSubject(roster, settings, subject);
  const seats = seatsOf(parseQuorum(rule.quorum), subject, models);
  if (seats.length === 0)
    return {
      ...{ state: 'impossible', missing: [], voters: new Set(), counted: new Set(), locked: [] },
    };
  const excluded = excludedFrom(roster, subject);
  const named = new Set(seats.flatMap((seat) => [...eligibleFor(roster, subject, seat, nowMs)]));
  for (const person of excluded) named.delete(person);
  const away = [...named].filter((person) => locked?.has(person) === true).sort();
  const voters = new Set([...named].filter((person) => !away.includes(person)));
  const judgement = judgeQuorum(
    { clauses: seats },
    {
      eligible: (clause) => eligibleFor(roster, subject, clause as Seat, nowMs),
      votes: [
        ...valid.map((each) => ({ person: each.person, vote: 'approve' as const })),
        ...(input.denials ?? []).map((person) => ({ person, vote: 'deny' as const })),
      ],
      excluded: new Set([...excluded, ...away]),
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
    locked: away,
  };
}
