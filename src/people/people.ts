/** Who may ask for what: principals, projects and destinations, and the rules between them. */
import { errors } from './errors.ts';

/** What a principal is. Agents and workloads may request, never decide. */
export type PrincipalKind = 'person' | 'agent' | 'workload';
/** The kinds in the order in which they are shown. */
export const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['person', 'agent', 'workload'];

/** What a principal may do besides asking. */
export type Role = 'administrator' | 'member';

/** Someone or something with a token. */
export interface Principal {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  /** The person who answers for an agent or workload. */
  readonly sponsor: string | null;
  readonly role: Role;
}

/** A compartment. */
export interface Project {
  readonly id: string;
  readonly title: string;
  readonly members: readonly string[];
  /** Models that the project may touch; empty means that nobody said, which counts as all of them. */
  readonly models: readonly string[];
  readonly destinations: readonly Destination[];
}

/** Where a project's exports go outside. The number is all that the wire says. */
export interface Destination {
  readonly project: string;
  readonly name: string;
  readonly number: number;
}

/** Throws unless a name is short and plain. */
export function checkName(what: string, name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))
    throw errors.error('NAME_UNUSABLE', { what, name });
}

/** Throws unless the principal may exist: agents need a person as sponsor, only persons administrate. */
export function checkPrincipal(principal: Principal, sponsor: Principal | undefined): void {
  checkName('principal', principal.id);
  const { id: name, kind } = principal;
  if (kind !== 'person' && sponsor?.kind !== 'person') {
    throw errors.error('SPONSOR_NEEDED', { kind, name });
  }
  if (kind !== 'person' && principal.role === 'administrator') {
    throw errors.error('ROLE_NOT_ALLOWED', { kind, name });
  }
}

/** Throws unless the principal is an administrator, who is always a person. */
export function needAdministrator(principal: Principal): void {
  if (principal.role !== 'administrator' || principal.kind !== 'person') {
    throw errors.error('NOT_ALLOWED', { principal: principal.id, needed: 'administrator' });
  }
}

/** Whether a principal may see and use a project. */
export function isMember(principal: Principal, project: Project): boolean {
  return principal.role === 'administrator' || project.members.includes(principal.id);
}

/** Throws unless {@link isMember}. The same answer as for a project that is not there. */
export function needMember(principal: Principal, project: Project): void {
  if (!isMember(principal, project))
    throw errors.error('NOT_FOUND', { what: 'project', name: project.id });
}

/** A project's destination by name; throws `PEOPLE_NOT_FOUND`. */
export function findDestination(project: Project, name: string): Destination {
  const found = project.destinations.find((place) => place.name === name);
  if (found === undefined) throw errors.error('NOT_FOUND', { what: 'destination', name });
  return found;
}
