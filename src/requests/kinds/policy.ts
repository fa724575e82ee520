/**
 * The kind `policy`: changes of people, keys, roles, groups, rules and policies. Its effect is a new version of the
 * roster, put in force by the approvers of the old version and of the new one.
 */
import type { Kysely } from 'kysely';
import { canonicalJson, isoTime, sha256 } from '../../core/index.ts';
import type { Clock, Json, JsonObject } from '../../core/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import {
  ADMINISTRATORS,
  AUDITORS,
  SECURITY,
  applyChanges,
  findProject,
  isSettingsStep,
  peopleOf,
  projectRoster,
  readRoster,
  rosterDigest,
  sayChange,
  writeRoster,
} from '../../people/index.ts';
import type { Change, Roster } from '../../people/index.ts';
import { checkQuorum } from '../../policy/index.ts';
import { readChanges, stepsOf } from '../change-steps.ts';
import { findDeadEnd } from '../dead-end.ts';
import type { Demand, RequestKind } from '../kind.ts';
import { entryOf } from '../tell.ts';
import { policyOf } from '../policy-text.ts';
import type { RosterLink } from '../roster-chain.ts';
import { describeLink } from '../rosters.ts';
import type { Rosters } from '../rosters.ts';
import type { Request } from '../row.ts';
import { findAimlessRule, findUnfillableRule } from '../rule-problem.ts';
import { readSubject } from '../subject.ts';

/** What changes stand on. */
export interface PolicyHost {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly rosters: Rosters;
  /** What stands against policies that the next roster would put in force, in sentences; empty when nothing does. */
  checkPolicies(text: string, next: Roster): Promise<readonly string[]>;
  /** Makes policies ready to decide; throws when this process cannot. */
  preparePolicies(text: string): void;
  /** Writes what signed steps say about settings, in the transaction of the new roster; returns what its entry tells. */
  putSettings(tx: Kysely<unknown>, next: Roster, steps: readonly Change[]): Promise<JsonObject>;
}

interface PolicyFacts {
  /** The next version's text; null when the changes cannot be made. */
  readonly document: string | null;
  readonly problem: string | null;
  /** The problem is not told: it would say who is in the roster to somebody who may not know. */
  readonly silent: boolean;
  readonly baseSha256: string;
  readonly sentences: readonly string[];
}

const RISK_KEYS = 80;
const RISK_PEOPLE = 60;

/** The changes that a request asks for. */
export function changesOf(request: Pick<Request, 'input'>): readonly Change[] {
  const { changes } = JSON.parse(request.input) as { changes: unknown };
  return readChanges(changes);
}

/** Rules that name groups which do not exist, or that nobody could ever fill, are found before people sign. */
function findRuleProblem(roster: Roster): string | null {
  const groups = roster.groups.map((each) => each.id);
  for (const rule of roster.rules) {
    if (rule.tier === 'self') {
      if (rule.quorum !== 'requester') return 'the quorum of the tier self is `requester`';
      continue;
    }
    const checked = checkQuorum(rule.quorum, groups);
    if (!checked.ok) return checked.message;
  }
  if (!roster.rules.some((rule) => rule.kind === 'policy'))
    return 'without a rule for `policy` nothing could be changed any more';
  if (!groups.includes(roster.breakGlass.group))
    return `there is no group \`${roster.breakGlass.group}\``;
  return findAimlessRule(roster) ?? findUnfillableRule(roster);
}

/** Whether the requester may see every person, and so learn from a refusal who there is. */
function seesEverybody(roster: Roster, request: Request, nowMs: number): boolean {
  return [ADMINISTRATORS, SECURITY, AUDITORS].some((group) =>
    peopleOf(roster, group, nowMs).has(request.requester),
  );
}

/** Whether changes name somebody to whom their project has given nothing yet. */
function namesOthers(roster: Roster, changes: readonly Change[]): boolean {
  return changes.some(
    (each) =>
      each.op === 'role.give' &&
      findProject(roster, each.project)?.roles.some((role) => role.principal === each.principal) !==
        true,
  );
}

async function gather(host: PolicyHost, request: Request): Promise<PolicyFacts> {
  const { roster, sha256: baseSha256 } = host.rosters.need();
  const changes = changesOf(request);
  const sentences = changes.map(sayChange);
  const nowMs = Math.max(host.clock.nowMs(), Date.parse(roster.at));
  const silent = !seesEverybody(roster, request, nowMs) && namesOthers(roster, changes);
  const known = { baseSha256, sentences, silent };
  try {
    const next = applyChanges(roster, changes, isoTime(nowMs));
    const text = policyOf(changes);
    const policies = text === undefined ? [] : await host.checkPolicies(text, next);
    const problem =
      findRuleProblem(next) ??
      findDeadEnd(roster, next, nowMs) ??
      (policies.length === 0 ? null : policies.join('; '));
    if (problem !== null) return { document: null, problem, ...known };
    return { document: writeRoster(next), problem: null, ...known };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    return { document: null, problem, ...known };
  }
}

function demand(host: PolicyHost, request: Request, facts: PolicyFacts): Demand {
  // What cannot be made has no text. Whoever does not know the roster cannot tell this digest from that of a new version.
  const document =
    facts.document ?? canonicalJson([host.rosters.need().text, request.id, request.edition]);
  const keys = changesOf(request).some((each) =>
    /key|rule|break|policy|meter|budget|model\.set|destination|caps/.test(each.op),
  );
  return {
    destination: null,
    models: [],
    chargeBitsMax: 0n,
    grantMs: null,
    risk: keys ? RISK_KEYS : RISK_PEOPLE,
    // The steps themselves: what the next roster is follows from them, and words are made from them by who signs.
    facts: { rosterSha256: rosterDigest(document), steps: changesOf(request) as unknown as Json },
  };
}

/** What an entry tells of the steps: it has little room, and the signed text has all of it. */
function listSentences(sentences: readonly string[]): readonly string[] {
  return sentences.slice(0, 50).map((each) => each.slice(0, 400));
}

/** The kind `policy`. */
export function policyKind(host: PolicyHost): RequestKind {
  const read = (facts: Json): PolicyFacts => facts as unknown as PolicyFacts;
  return {
    name: 'policy',
    through: 'carry-out',
    title: ({ input }) => {
      const sentences = changesOf({ input }).map(sayChange);
      const [first = 'change the roster'] = sentences;
      return sentences.length < 2 ? first : `${first} and ${String(sentences.length - 1)} more`;
    },
    gather: async (request) => (await gather(host, request)) as unknown as Json,
    decide: (request, facts) => {
      const { problem, silent } = read(facts);
      if (problem !== null && !silent) return Promise.resolve({ verdict: 'deny', reason: problem });
      const about = changesOf(request).some(isSettingsStep);
      const reason = `${about ? 'budgets, models and destinations' : 'people and rules'} change only by a quorum`;
      // A gate with a single administrator has a rule `self`; everybody else goes on to the quorum.
      return Promise.resolve({ verdict: 'hold', reason, tier: 'self' });
    },
    demand: (request, facts) => Promise.resolve(demand(host, request, read(facts))),
    keep: () => Promise.resolve(),
    effect: async (request, json, releaser, moveOn) => {
      const facts = read(json);
      if (facts.document === null) {
        const reason = 'somebody whom it names is not in the roster, or cannot have that role';
        return { done: false, verdict: 'hold', reason };
      }
      if (!('signatures' in releaser))
        return { done: false, verdict: 'deny', reason: 'nobody signed it' };
      if (host.rosters.need().sha256 !== facts.baseSha256) {
        const reason =
          'the roster has changed in the meantime; edit the request to base it on the new one';
        return { done: false, verdict: 'hold', reason };
      }
      const link: RosterLink = {
        document: facts.document,
        subject: releaser.subject,
        signatures: releaser.signatures,
      };
      // Also the approvers of the new version must have signed; that is a reason to wait, not a fault.
      let next: Roster;
      const steps = stepsOf(readSubject(releaser.subject));
      try {
        next = host.rosters.checkNext(link);
        // Once it is written it is in force, so it must be able to decide before.
        const text = policyOf(steps);
        if (text !== undefined) host.preparePolicies(text);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        return { done: false, verdict: 'hold', reason };
      }
      await host.ledger.record(
        (settings: JsonObject) => ({
          kind: 'roster.changed',
          by: 'by' in releaser ? releaser.by.join(', ') : 'gate',
          request: request.id,
          changes: listSentences(facts.sentences),
          ...describeLink(link, next),
          ...settings,
        }),
        async (tx: Kysely<unknown>) => {
          await moveOn(tx, 0n);
          await host.rosters.insert(tx, link, next);
          await projectRoster(tx, next, host.clock.nowMs());
          return host.putSettings(tx, next, steps);
        },
        { id: entryOf(request, 'carry-out') },
      );
      await host.rosters.adopt(link, readRoster(facts.document));
      return { done: true };
    },
    describe: (_request, facts) => {
      if (facts === null) return {};
      const { document, sentences } = read(facts);
      return {
        rosterSha256: document === null ? null : sha256(document),
        changes: listSentences(sentences),
      };
    },
    cleanUp: () => Promise.resolve(),
  };
}
