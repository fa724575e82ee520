/**
 * Whether a roster can still be changed: somebody has to be able to ask, and enough others with keys to approve. Whoever
 * changes people, rules and limits is in `administrators` or `security` by the shipped policies, and nobody approves their
 * own request, so that few people and few keys can lock everybody out for good. Only groups are counted, since a change of
 * the gate belongs to no project or model. Pure.
 */
import { ADMINISTRATORS, SECURITY, findKey, peopleOf, ruleFor } from '../people/index.ts';
import type { Roster, RosterKey, RosterPerson, RosterRule } from '../people/index.ts';
import { judgeQuorum, parseQuorum } from '../policy/index.ts';

const CHANGES = ['policy', 'settings'] as const;
const WORDS = { policy: 'people and rules', settings: 'budgets, models and destinations' } as const;

type Changed = (typeof CHANGES)[number];

/** The rule that changes fall under; those of settings under that of people where a roster has none of their own. */
function ruleFrom(roster: Roster, kind: Changed): RosterRule | undefined {
  const own = roster.rules.some((rule) => rule.kind === kind);
  return ruleFor(roster, own ? kind : 'policy', 'self', 0n);
}

function keysOf(roster: Roster, person: RosterPerson, nowMs: number): readonly RosterKey[] {
  return person.keys.filter((key) => findKey(roster, key.id, nowMs) !== undefined);
}

function canChange(roster: Roster, kind: Changed, nowMs: number): boolean {
  const rule = ruleFrom(roster, kind);
  if (rule === undefined) return false;
  const keys = new Map(roster.people.map((each) => [each.id, keysOf(roster, each, nowMs)]));
  const signs = (id: string): boolean => (keys.get(id)?.length ?? 0) > 0;
  const fits = (people: readonly string[]): boolean => {
    const held = people.flatMap((id) => keys.get(id) ?? []);
    const bound = !rule.deviceBound || held.some((key) => key.deviceBound);
    return bound && (!rule.outOfBrowser || held.some((key) => key.kind !== 'passkey'));
  };
  const askers = [ADMINISTRATORS, SECURITY].flatMap((group) => [...peopleOf(roster, group, nowMs)]);
  return [...new Set(askers)].filter(signs).some((asker) => {
    if (rule.tier === 'self') return fits([asker]);
    const { clauses } = parseQuorum(rule.quorum);
    const of = (clause: (typeof clauses)[number]): ReadonlySet<string> =>
      clause.of === null ? peopleOf(roster, clause.group, nowMs) : new Set();
    const all = [...new Set(clauses.flatMap((clause) => [...of(clause)]))];
    const voters = all.filter((id) => id !== asker && signs(id));
    const { state } = judgeQuorum(
      { clauses },
      {
        eligible: of,
        votes: voters.map((person) => ({ person, vote: 'approve' as const })),
        excluded: new Set([asker]),
      },
    );
    return state === 'met' && fits(voters);
  });
}

/** The sentence about what nobody could change any more after a change that can be changed now; null when all is well. */
export function findDeadEnd(before: Roster, next: Roster, nowMs: number): string | null {
  const kind = CHANGES.find(
    (each) => canChange(before, each, nowMs) && !canChange(next, each, nowMs),
  );
  if (kind === undefined) return null;
  const asked = ruleFrom(next, kind)?.quorum ?? 'nobody';
  return `after it nobody could change ${WORDS[kind]} ever again: whoever asks needs \`${asked}\` of others who have a key; add a person or a key in the same change`;
}

function withoutKey(roster: Roster, key: string): Roster {
  const people = roster.people.map((person) => ({
    ...person,
    keys: person.keys.filter((each) => each.id !== key),
  }));
  return { ...roster, people };
}

/** What the loss of one key would close for good, or what is closed already, in sentences; empty when nothing is. */
export function sayKeyRisks(roster: Roster, nowMs: number): readonly string[] {
  return CHANGES.flatMap((kind) => {
    if (!canChange(roster, kind, nowMs))
      return [`nobody can change ${WORDS[kind]}: see "A key is lost" in how-to/people.md`];
    const people = roster.people.filter((person) =>
      person.keys.some((key) => !canChange(withoutKey(roster, key.id), kind, nowMs)),
    );
    if (people.length === 0) return [];
    const named = people.slice(0, 5).map((person) => person.id);
    const names = people.length > 5 ? `${named.join(', ')}, …` : named.join(' or ');
    return [
      `if ${names} lost a key, nobody could change ${WORDS[kind]} ever again: give each of them a second key, or add an administrator`,
    ];
  });
}
