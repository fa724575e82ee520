/**
 * Whether the rules of a roster could ever be filled by its people. Counted are distinct people over all the groups that a
 * rule names. Not counted are keys and the ends of memberships, so that a lost key can always be revoked and a member who
 * comes back is still one; the requester is not taken off, since whoever asks need not be in the groups. Owners and
 * reviewers are of a project or model, which may get theirs later.
 */
import { peopleOf } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import { judgeQuorum, parseQuorum, printClause } from '../policy/index.ts';

/** Before every end of a membership. */
const EVER_MS = 0;

/** The sentence about the first rule that nobody can fill; null when there is none. The rules have to be well-formed. */
export function findUnfillableRule(roster: Roster): string | null {
  for (const rule of roster.rules) {
    if (rule.tier === 'self') continue;
    const clauses = parseQuorum(rule.quorum).clauses.filter((clause) => clause.of === null);
    if (clauses.length === 0) continue;
    const everybody = new Set(
      clauses.flatMap(({ group }) => [...peopleOf(roster, group, EVER_MS)]),
    );
    const { state } = judgeQuorum(
      { clauses },
      {
        eligible: (clause) => peopleOf(roster, clause.group, EVER_MS),
        votes: [...everybody].map((person) => ({ person, vote: 'approve' as const })),
        excluded: new Set(),
      },
    );
    if (state === 'met') continue;
    const asked = clauses.map(printClause).join(', ');
    const there = String(everybody.size);
    return `nobody could fill the rule for ${rule.kind}, tier ${rule.tier}: \`${asked}\` of ${there} ${everybody.size === 1 ? 'person' : 'people'} in all; add people or lower the rule in the same change`;
  }
  return null;
}

const DAY_MS = 86_400_000;

/** What a new gate asks for, of kinds that there were not yet when the first gates were founded. */
const LATER_KINDS: Readonly<Record<string, string>> = {
  import: '1 of reviewers(project)',
  share: '1 of owners(project), 1 of owners(target)',
};

/** The step that gives a roster from before a kind the rule that new gates have; null for a kind that was always there. */
export function missingRuleStep(kind: string): string | null {
  const quorum = LATER_KINDS[kind];
  if (quorum === undefined) return null;
  const clocks = { waitMs: 7 * DAY_MS, approvalsValidMs: 3 * DAY_MS };
  return JSON.stringify({ op: 'rule.set', kind, tier: 'one', quorum, ...clocks });
}

/** That no rule of the roster says who approves a kind, and how one is added. */
export function sayMissingRule(kind: string): string {
  const step = missingRuleStep(kind);
  const how =
    step === null ? '' : `; an administrator adds one with \`sallyport change '${step}'\``;
  return `a rule: none says who approves requests of the kind ${kind}${how}`;
}

const TARGETED: ReadonlySet<string> = new Set(['access', 'share']);

/** The sentence about a rule that asks the owners of a target of a kind that has none; null when there is no such rule. */
export function findAimlessRule(roster: Roster): string | null {
  for (const { kind, tier, quorum } of roster.rules) {
    if (tier === 'self' || TARGETED.has(kind)) continue;
    const clause = parseQuorum(quorum).clauses.find(({ of }) => of === 'target');
    if (clause === undefined) continue;
    return `the rule for ${kind}, tier ${tier}, asks for \`${printClause(clause)}\`, and only requests of the kinds access and share have a target; say \`${clause.group}(project)\``;
  }
  return null;
}
