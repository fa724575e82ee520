/**
 * What a roster says about a request, whatever the text that was signed says of itself: the models in reach, who answers
 * for its requester, the lowest tier that may let it through, whether its requester is still there. The gate writes the
 * text; whoever verifies approvals holds it to this. Pure.
 */
import { findPerson, findProject, modelsInReach } from '../people/index.ts';
import type { Roster, Settings, Tier } from '../people/index.ts';
import type { JsonObject } from '../core/index.ts';
import type { Subject } from './subject.ts';

/** Kinds of requests by which bits of a project leave, and with them what its models know. */
const LEAVING: ReadonlySet<string> = new Set(['export', 'window']);

/** The models whose owners a rule asks: those that were signed, and every one that its project may have touched. */
export function reachOfSubject(
  roster: Roster,
  settings: Settings | undefined,
  subject: Pick<Subject, 'kind' | 'project' | 'models'>,
): readonly string[] {
  if (settings === undefined || !LEAVING.has(subject.kind)) return subject.models;
  const project = findProject(roster, subject.project) ?? { models: [] };
  return [...new Set([...subject.models, ...modelsInReach(settings, project)])];
}

/** Who answers for an agent or workload, by the roster. */
function sponsorOf(roster: Roster, principal: string): string | undefined {
  return roster.sponsored.find((each) => each.id === principal)?.sponsor;
}

/** People who never count: who asks, and whoever answers for it by the text or by the roster. */
export function excludedFrom(
  roster: Roster,
  { requester, sponsor }: Pick<Subject, 'requester' | 'sponsor'>,
): ReadonlySet<string> {
  const known = sponsorOf(roster, requester);
  return new Set([
    requester,
    ...(sponsor === null ? [] : [sponsor]),
    ...(known === undefined ? [] : [known]),
  ]);
}

const TIERS = ['self', 'one', 'quorum'] as const satisfies readonly Tier[];

function higher(a: Tier, b: Tier): Tier {
  return TIERS.indexOf(a) > TIERS.indexOf(b) ? a : b;
}

/** Whether a finding is one that one pair of eyes is not enough for, by its code. */
export function isGraveCode(code: string): boolean {
  return /KEY|SECRET/.test(code);
}

/** The lowest tier that may let something through in which this was found. */
export function tierOfFindings(codes: readonly string[]): Tier {
  if (codes.some(isGraveCode)) return 'quorum';
  return codes.length === 0 ? 'self' : 'one';
}

/** The codes in the facts of an export: what whoever signs them is told was found. */
export function findingsOf(facts: JsonObject | undefined): readonly string[] {
  const found = facts?.['findings'];
  return Array.isArray(found) ? found.map(String) : [];
}

/**
 * The tier that counts: never lower than what the findings in the text itself ask for, and never `self` for an agent or
 * workload, which cannot vouch for anything.
 */
export function tierOfSubject(
  roster: Roster,
  subject: {
    readonly kind: string;
    readonly tier: Tier;
    readonly facts?: JsonObject;
    readonly requester?: string;
    readonly sponsor?: string | null;
  },
): Tier {
  const { kind, requester, sponsor = null } = subject;
  const found = kind === 'export' ? tierOfFindings(findingsOf(subject.facts)) : 'self';
  const sponsored =
    sponsor !== null || (requester !== undefined && sponsorOf(roster, requester) !== undefined);
  return higher(subject.tier, higher(found, sponsored ? 'one' : 'self'));
}

/**
 * Why nothing is carried out any more for whoever asked, as the end of a sentence: they left the roster, or nobody answers
 * for them. Null while all is well. Whether they still belong to the project is not told by a roster alone, since people
 * also come in by requests.
 */
export function findRequesterProblem(
  roster: Roster,
  { requester }: Pick<Subject, 'requester'>,
  nowMs: number,
): string | null {
  const answers = sponsorOf(roster, requester);
  if (answers === undefined) {
    if (findPerson(roster, requester, nowMs) === undefined)
      return `\`${requester}\`, who asked, is no longer in the roster`;
  } else if (findPerson(roster, answers, nowMs) === undefined) {
    return `\`${answers}\`, who answers for \`${requester}\`, is no longer in the roster`;
  }
  return null;
}
