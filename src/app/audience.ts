/** Who is told by a notice that something is locked or wrong: whoever has to act, and nobody else. */
import { ADMINISTRATORS, SECURITY, peopleOf, peopleWithRole } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import type { NewsItem } from './news.ts';

/** People to tell of an alarm or a lock; nobody before the founding. */
export function audienceOf(
  item: NewsItem,
  roster: Roster | undefined,
  nowMs: number,
): readonly string[] {
  if (roster === undefined) return [];
  const people = new Set(peopleOf(roster, SECURITY, nowMs));
  const add = (ids: Iterable<string>): void => {
    for (const id of ids) people.add(id);
  };
  const addOwners = (project: string): void => {
    add(peopleWithRole(roster, project, 'owner', nowMs));
  };
  if (item.type === 'alarm') {
    // What is wrong with the gate itself is put right by whoever runs it.
    if (item.project === null || item.project === '') add(peopleOf(roster, ADMINISTRATORS, nowMs));
    else addOwners(item.project);
    return [...people];
  }
  if (item.type !== 'lock') return [];
  const { kind, id } = item.lock.target;
  if (kind === 'project') addOwners(id);
  if (kind === 'model') add(roster.models.find((each) => each.id === id)?.owners ?? []);
  if (kind === 'principal') {
    const sponsor = roster.sponsored.find((each) => each.id === id)?.sponsor;
    add([sponsor ?? id]);
  }
  const known = new Set(roster.people.map((person) => person.id));
  return [...people].filter((id) => known.has(id));
}
