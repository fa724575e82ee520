/** Questions to a roster: who somebody is, who is in a group, whose key this is. Pure; time is an argument. */
import type { Roster, RosterKey, RosterPerson, RosterProject, RosterRule } from './document.ts';

function isCurrent(until: string | null, nowMs: number): boolean {
  return until === null || Date.parse(until) > nowMs;
}

const ends = new WeakMap<Roster, readonly number[]>();

/** When time alone changes the next answer about a roster: a membership, a key or a role ends. Infinity for never. */
export function changesAt(roster: Roster, nowMs: number): number {
  let known = ends.get(roster);
  if (known === undefined) {
    const untils = [
      ...roster.people.flatMap((person) => [person, ...person.keys]),
      ...roster.projects.flatMap((project) => project.roles),
    ].flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
    known = [...new Set(untils)].sort((a, b) => a - b);
    ends.set(roster, known);
  }
  return known.find((atMs) => atMs > nowMs) ?? Infinity;
}

/** The person, while the membership lasts. */
export function findPerson(roster: Roster, id: string, nowMs: number): RosterPerson | undefined {
  return roster.people.find((each) => each.id === id && isCurrent(each.until, nowMs));
}

/** Whose key this is and the key itself, while both are valid. */
export function findKey(
  roster: Roster,
  fingerprint: string,
  nowMs: number,
): { readonly person: RosterPerson; readonly key: RosterKey } | undefined {
  for (const person of roster.people) {
    if (!isCurrent(person.until, nowMs)) continue;
    const key = person.keys.find((each) => each.id === fingerprint);
    if (key !== undefined && isCurrent(key.until, nowMs)) return { person, key };
  }
  return undefined;
}

/** The people of a group, groups within it included; a group that contains itself adds nobody twice. */
export function peopleOf(roster: Roster, group: string, nowMs: number): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const add = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const member of roster.groups.find((each) => each.id === id)?.members ?? []) {
      if (member.startsWith('@')) add(member.slice(1));
      else if (findPerson(roster, member, nowMs) !== undefined) found.add(member);
    }
  };
  add(group);
  return found;
}

/** A project of the roster. */
export function findProject(roster: Roster, id: string): RosterProject | undefined {
  return roster.projects.find((each) => each.id === id);
}

/** Who has a role in a project; `owners` and `owner` are one role, `members` and `member` too. */
export function peopleWithRole(
  roster: Roster,
  project: string,
  role: string,
  nowMs: number,
): ReadonlySet<string> {
  const one = singular(role);
  const found = findProject(roster, project)?.roles ?? [];
  return new Set(
    found
      .filter((each) => singular(each.role) === one && isCurrent(each.until, nowMs))
      .filter((each) => findPerson(roster, each.principal, nowMs) !== undefined)
      .map((each) => each.principal),
  );
}

function singular(role: string): string {
  return role.replace(/s$/, '');
}

/** The roles of a principal in a project, while they last. */
export function rolesIn(
  roster: Roster,
  project: string,
  principal: string,
  nowMs: number,
): readonly string[] {
  return (findProject(roster, project)?.roles ?? [])
    .filter((each) => each.principal === principal && isCurrent(each.until, nowMs))
    .map((each) => singular(each.role));
}

/** The owners of a model. */
export function ownersOf(roster: Roster, model: string, nowMs: number): ReadonlySet<string> {
  const owners = roster.models.find((each) => each.id === model)?.owners ?? [];
  return new Set(owners.filter((owner) => findPerson(roster, owner, nowMs) !== undefined));
}

/** Groups that a person is in, directly or through another group. */
export function groupsOf(roster: Roster, person: string, nowMs: number): readonly string[] {
  return roster.groups
    .filter((group) => peopleOf(roster, group.id, nowMs).has(person))
    .map((group) => group.id);
}

const TIERS = ['self', 'one', 'quorum'] as const;

/** A tier in which people approve. */
export type Tier = (typeof TIERS)[number];

/**
 * The rule for a request: the lowest tier from `tier` on that has a rule and whose limit the charge does not pass.
 * Undefined when there is none.
 */
export function ruleFor(
  roster: Roster,
  kind: RosterRule['kind'],
  tier: Tier,
  chargeBits: bigint,
): RosterRule | undefined {
  for (const each of TIERS.slice(TIERS.indexOf(tier))) {
    const rule = roster.rules.find((one) => one.kind === kind && one.tier === each);
    if (rule === undefined) continue;
    if (rule.chargeBitsMax === null || chargeBits <= BigInt(rule.chargeBitsMax)) return rule;
  }
  return undefined;
}
