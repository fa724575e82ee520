/**
 * Changes of who decides about settings. Administrators decide about people and rules, others about limits; that is worth
 * something only while administrators cannot make themselves those others. So where a roster says that settings are apart,
 * a change of the rules for settings, or of the people and keys that those rules count, needs their approvals too: by the
 * rules of before and by the new ones, as the change itself does. Taking somebody or a key away needs no more than before.
 */
import { peopleOf, ruleFor } from '../people/index.ts';
import type { Roster, RosterRule } from '../people/index.ts';
import { parseQuorum } from '../policy/index.ts';

function rulesOf(roster: Roster): readonly RosterRule[] {
  return roster.rules.filter((rule) => rule.kind === 'settings');
}

/** The rule that the lowest tier of changes of settings falls under; undefined where a roster has none. */
export function settingsRuleOf(roster: Roster): RosterRule | undefined {
  return ruleFor(roster, 'settings', 'self', 0n);
}

/** Before every end of a membership, so that one that is over counts as the end that it is. */
const EVER_MS = 0;

function endOf(...untils: readonly (string | null)[]): number {
  return Math.min(...untils.map((until) => (until === null ? Infinity : Date.parse(until))));
}

/** Every key that the rules for settings count, with the person and group that it counts for, and until when. */
function signersOf(roster: Roster): ReadonlyMap<string, number> {
  const groups = rulesOf(roster)
    .filter((rule) => rule.tier !== 'self')
    .flatMap((rule) => parseQuorum(rule.quorum).clauses)
    .filter((clause) => clause.of === null)
    .map((clause) => clause.group);
  const signers = new Map<string, number>();
  for (const group of new Set(groups)) {
    const members = peopleOf(roster, group, EVER_MS);
    for (const person of roster.people) {
      if (!members.has(person.id)) continue;
      for (const key of person.keys)
        signers.set(
          JSON.stringify([group, person.id, key.id, key.kind, key.deviceBound]),
          endOf(person.until, key.until),
        );
    }
  }
  return signers;
}

/** Whether a change lets somebody, or a key, decide about settings that could not before, or for longer. */
function growsSigners(before: Roster, next: Roster): boolean {
  const held = signersOf(before);
  return [...signersOf(next)].some(([signer, end]) => end > (held.get(signer) ?? -Infinity));
}

/**
 * The versions whose rule for settings a change needs besides the rule for changes: none where it leaves alone who decides
 * about settings.
 */
export function settingsJudges(before: Roster, next: Roster): readonly Roster[] {
  if (next.settingsApart !== true) return [];
  const written = (roster: Roster): string => JSON.stringify(rulesOf(roster));
  const touched =
    before.settingsApart !== true ||
    written(before) !== written(next) ||
    growsSigners(before, next);
  return touched ? [before, next].filter((each) => settingsRuleOf(each) !== undefined) : [];
}
