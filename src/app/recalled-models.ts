/**
 * Which guarded models a recall stops. Whoever records a run types the names of its results, so that a name alone says
 * nothing: it counts only from a compartment that administrators have let touch that model, now or under any roster before.
 */
import type { Kysely } from 'kysely';
import type { FindRecalledModels } from '../ingress/index.ts';
import { listModels } from '../models/index.ts';
import { listProjectModels } from '../people/index.ts';
import type { Roster } from '../people/index.ts';
import type { StoredLink } from '../requests/index.ts';

function touchedBefore(links: readonly StoredLink[], project: string, name: string): boolean {
  return links.some(({ document }) => {
    // Most versions of a long chain need no reading.
    if (!document.includes(`"${name}"`)) return false;
    const { projects } = JSON.parse(document) as Roster;
    return projects.some((each) => each.id === project && each.models.includes(name));
  });
}

/** The guarded models among what a recall took. */
export async function findOwnModels(
  tx: Kysely<unknown>,
  find: FindRecalledModels,
  links: readonly StoredLink[],
): Promise<readonly string[]> {
  const guarded = await listModels(tx);
  const taken = await find(guarded.map((model) => model.id));
  const touching = new Set(
    (await listProjectModels(tx)).map(({ project, model }) => `${project} ${model}`),
  );
  const own = taken.filter(
    ({ project, name }) =>
      touching.has(`${project} ${name}`) || touchedBefore(links, project, name),
  );
  return [...new Set(own.map((each) => each.name))];
}
