/** Whether whoever asked for something still belongs to where they asked it. */
import type { Clock } from '../core/index.ts';
import { SallyportError } from '../core/index.ts';
import { rolesIn } from '../people/index.ts';
import type { People } from '../people/index.ts';
import type { Request, Rosters } from '../requests/index.ts';
import type { Access } from './access.ts';

/** Kinds that are asked in a project by those who are read into it. */
const OF_MEMBERS: ReadonlySet<string> = new Set(['export', 'window', 'import', 'share']);

/**
 * Why whoever asked may no longer ask for it, as the end of a sentence; null while they may. Whoever works in the project
 * by the roster may; of everybody else the policies are asked, since people also come in by a request.
 */
export async function findGone(
  host: { people: People; access: Access; rosters: Rosters; clock: Clock },
  { kind, project, requester }: Request,
): Promise<string | null> {
  const roster = host.rosters.current?.roster;
  if (roster === undefined || !OF_MEMBERS.has(kind)) return null;
  const roles = rolesIn(roster, project, requester, host.clock.nowMs());
  if (roles.some((role) => role !== 'reviewer')) return null;
  try {
    const principal = await host.people.principal(requester);
    const resource = { kind: 'project', id: project } as const;
    if ((await host.access.can(principal, 'request.ask', resource, kind)).allowed) return null;
  } catch (cause) {
    // Who is not there any more can ask for nothing.
    if (!(cause instanceof SallyportError)) throw cause;
  }
  return `\`${requester}\`, who asked, may no longer ask for that in \`${project}\``;
}
