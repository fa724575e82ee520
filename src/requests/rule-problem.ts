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
