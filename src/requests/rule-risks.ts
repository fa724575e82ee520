/**
 * What rules ask for and nobody can give as things are: a kind of key that no approver has, more people than there are with
 * a key, a role that nobody has in a project or for a model. Such a rule is no fault, since people and keys can be added later; but a
 * request that falls under it waits until then, so that it is told before. Pure.
 */
import { findKey, ownersOf, peopleOf, peopleWithRole } from '../people/index.ts';
import type { Roster, RosterKey, RosterRule } from '../people/index.ts';
import { parseQuorum } from '../policy/index.ts';
import type { QuorumClause } from '../policy/index.ts';

const NAMED_MAX = 3;

/** A place in which a clause is filled: a project or a model; empty for a group, which is everywhere the same. */
interface Seats {
  readonly place: string;
  readonly people: ReadonlySet<string>;
}

function seatsOf(roster: Roster, { of, group }: QuorumClause, nowMs: number): readonly Seats[] {
  switch (of) {
    case null:
      return [{ place: '', people: peopleOf(roster, group, nowMs) }];
    case 'model':
      return roster.models.map(({ id }) => ({ place: id, people: ownersOf(roster, id, nowMs) }));
    case 'project':
    case 'target':
      return roster.projects.map(({ id }) => ({
        place: id,
        people: peopleWithRole(roster, id, group, nowMs),
      }));
  }
}

function listPlaces(places: readonly string[]): string {
  const named = places.slice(0, NAMED_MAX).map((place) => `\`${place}\``);
  const more = places.length - named.length;
  return more === 0 ? named.join(', ') : `${named.join(', ')} and ${String(more)} more`;
}

function sayCountRisk(
  { count, group, of }: QuorumClause,
  seats: readonly Seats[],
  signs: (id: string) => boolean,
): string | null {
  const asked = `\`${String(count)} of ${group}${of === null ? '' : `(${of})`}\``;
  const few = seats.filter(({ people }) => [...people].filter(signs).length < count);
  const [first] = few;
  if (first === undefined) return null;
  if (of !== null)
    return `${asked}, and ${listPlaces(few.map(({ place }) => place))} has fewer who have a key`;
  const there = [...first.people].filter(signs).length;
  const held =
    there === 0
      ? 'nobody there has'
      : `only ${String(there)} there ${there === 1 ? 'has' : 'have'}`;
  return `${asked}, and ${held} a key`;
}

function sayRuleRisks(roster: Roster, rule: RosterRule, nowMs: number): readonly string[] {
  const keysOf = (id: string): readonly RosterKey[] =>
    (roster.people.find((person) => person.id === id)?.keys ?? []).filter(
      (key) => findKey(roster, key.id, nowMs) !== undefined,
    );
  const signs = (id: string): boolean => keysOf(id).length > 0;
  const clauses = rule.tier === 'self' ? [] : parseQuorum(rule.quorum).clauses;
  const asked = clauses.map((clause) => ({ clause, seats: seatsOf(roster, clause, nowMs) }));
  const voters =
    rule.tier === 'self'
      ? roster.people.map(({ id }) => id)
      : asked.flatMap(({ seats }) => seats.flatMap(({ people }) => [...people]));
  const keys = voters.flatMap(keysOf);
  const bound = keys.some((key) => key.deviceBound);
  const outside = keys.some((key) => key.kind !== 'passkey');
  return [
    ...asked.flatMap(({ clause, seats }) => sayCountRisk(clause, seats, signs) ?? []),
    ...(rule.deviceBound && !bound
      ? ['a key that cannot leave its device, and nobody who may approve has one']
      : []),
    ...(rule.outOfBrowser && !outside
      ? ['an approval outside the browser, and nobody who may approve has an SSH key']
      : []),
  ];
}

/** What nobody could give now of what the rules ask for, in sentences; empty when everything can be given. */
export function listRuleRisks(roster: Roster, nowMs: number): readonly string[] {
  return roster.rules.flatMap((rule) =>
    sayRuleRisks(roster, rule, nowMs).map(
      (risk) =>
        `the rule for ${rule.kind}, tier ${rule.tier}, asks for ${risk}: what falls under it waits until then`,
    ),
  );
}

/** What a change would add to that. */
export function listNewRuleRisks(before: Roster, next: Roster, nowMs: number): readonly string[] {
  const known = new Set(listRuleRisks(before, nowMs));
  return listRuleRisks(next, nowMs).filter((risk) => !known.has(risk));
}
