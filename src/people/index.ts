/**
 * Principals with tokens, projects as compartments, destinations, and people's keys and signatures (`signature/`).
 *
 * Guaranteed: a token is shown once and stored only as a digest; agents and workloads have a person as sponsor and never
 * administrate, and their tokens count only while their sponsor has agreed to them; every change is ledgered. Assumed: TLS or loopback between client and gate. Not yet offered: sign-in
 * and the roster.
 */
export {
  PRINCIPAL_KINDS,
  findDestination,
  isMember,
  needAdministrator,
  needMember,
} from './people.ts';
export type { Destination, Principal, PrincipalKind, Project, Role } from './people.ts';
export {
  listDestinations,
  listProjectModels,
  openPeople,
  putDestination,
  removeDestination,
} from './store.ts';
export type { People } from './store.ts';
export { confirmFoundingTokens } from './tokens.ts';
export type { TokenShown } from './tokens.ts';
export * from './signature/index.ts';
export * from './roster/index.ts';
export { principalsOf, projectRoster, projectsOf } from './project-roster.ts';
export { checkPeopleTables } from './table-check.ts';
export { errors as peopleErrors } from './errors.ts';
