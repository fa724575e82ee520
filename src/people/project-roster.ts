/**
 * The tables of principals and projects after a new version of the roster: a copy for queries. What the roster says is
 * what counts; `ledger verify` holds this copy to it.
 */
import type { Kysely } from 'kysely';
import type { Principal, Project } from './people.ts';
import { ADMINISTRATORS, peopleOf } from './roster/index.ts';
import type { Roster } from './roster/index.ts';
import type { PeopleTables } from './store.ts';

/** The principals that a roster makes. */
export function principalsOf(roster: Roster, nowMs: number): readonly Principal[] {
  const administrators = peopleOf(roster, ADMINISTRATORS, nowMs);
  return [
    ...roster.people.map(({ id, name }): Principal => ({
      id,
      kind: 'person',
      name,
      sponsor: null,
      role: administrators.has(id) ? 'administrator' : 'member',
    })),
    ...roster.sponsored.map(({ id, kind, name, sponsor }): Principal => ({
      id,
      kind,
      name,
      sponsor,
      role: 'member',
    })),
  ];
}

/** The projects that a roster makes, without their destinations. */
export function projectsOf(roster: Roster): readonly Omit<Project, 'destinations'>[] {
  return roster.projects.map(({ id, title, models, roles }) => ({
    id,
    title,
    models,
    members: [...new Set(roles.map((each) => each.principal))].sort(),
  }));
}

/** Writes the copy. Tokens of people, and sessions of people or keys that are gone, end with it. */
export async function projectRoster(
  tx: Kysely<unknown>,
  roster: Roster,
  nowMs: number,
): Promise<void> {
  const db = tx as unknown as Kysely<PeopleTables>;
  const principals = principalsOf(roster, nowMs);
  const ids = principals.map((each) => each.id);
  // People sign in with a key; a token of a person would be a key that nobody registered.
  const programs = ['', ...roster.sponsored.map((each) => each.id)];
  await db.deleteFrom('principals').execute();
  await db.deleteFrom('project_members').execute();
  await db.deleteFrom('project_models').execute();
  for (const principal of principals) {
    await db
      .insertInto('principals')
      .values({ ...principal, added_ms: BigInt(nowMs) })
      .execute();
  }
  const held = new Set(
    (await db.selectFrom('projects').select('id').execute()).map((each) => each.id),
  );
  for (const { id, title, members, models } of projectsOf(roster)) {
    if (held.has(id))
      await db.updateTable('projects').set({ title }).where('id', '=', id).execute();
    else
      await db
        .insertInto('projects')
        .values({ id, title, added_ms: BigInt(nowMs) })
        .execute();
    for (const principal of members)
      await db.insertInto('project_members').values({ project: id, principal }).execute();
    for (const model of models)
      await db.insertInto('project_models').values({ project: id, model }).execute();
  }
  await db
    .updateTable('tokens')
    .set({ revoked_ms: BigInt(nowMs) })
    .where('revoked_ms', 'is', null)
    .where('principal', 'not in', programs)
    .execute();
  const keys = new Set(roster.people.flatMap((person) => person.keys.map((key) => key.id)));
  const sessions = await db.selectFrom('sessions').selectAll().execute();
  for (const { hash, principal, key } of sessions) {
    if (ids.includes(principal) && keys.has(key)) continue;
    await db.deleteFrom('sessions').where('hash', '=', hash).execute();
  }
}
