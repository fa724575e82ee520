/**
 * Need-to-know of lists and sums: the projects that a person is read into, or everything for those who watch. Programs work in
 * a project and see its budget; what others ask for there and what goes wrong is for people.
 */
import type { Alarm, Gate } from '../../app/index.ts';
import type { Principal } from '../../people/index.ts';
import type { Request } from '../../requests/index.ts';

/** What a principal may have counted. */
export interface Scope {
  /** Null for those who watch everything: security and auditors. */
  readonly projects: readonly string[] | null;
}

/** The scope of a principal. */
export async function scopeOf(gate: Gate, principal: Principal): Promise<Scope> {
  if (principal.kind !== 'person') return { projects: [] };
  const facts = await gate.access.factsOf(principal);
  if (facts.security === true || facts.auditor === true) return { projects: null };
  return { projects: (await gate.access.projectsOf(principal)).map((project) => project.id) };
}

/** The same of what leaves, which budgets show to programs too. */
export async function chargesOf(gate: Gate, principal: Principal): Promise<Scope> {
  if (principal.kind === 'person') return scopeOf(gate, principal);
  return { projects: (await gate.access.projectsOf(principal)).map((project) => project.id) };
}

/** Whether something of a project may be told. What belongs to no project is for those who watch. */
export function inScope(scope: Scope, project: string | null): boolean {
  if (scope.projects === null) return true;
  return project !== null && project !== '' && scope.projects.includes(project);
}

/** The alarms that a principal may hear. */
export function alarmsFor(gate: Gate, scope: Scope): readonly Alarm[] {
  return gate.news.alarms.filter((alarm) => inScope(scope, alarm.project));
}

/** Whether a principal may see a request; for whoever asked, always. */
export async function maySee(
  gate: Gate,
  principal: Principal,
  request: Request,
  eligible: boolean,
): Promise<boolean> {
  if (request.requester === principal.id) return true;
  const resource = { kind: 'request', request, eligible } as const;
  return (await gate.access.can(principal, 'request.view', resource)).allowed;
}
