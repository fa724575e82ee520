/** The first start: an administrator, budgets under which a first file passes, and a project to send it from. */
import { AUTOMATIC, ENCLAVE } from '../budget/index.ts';
import type { Budgets, Declaration } from '../budget/index.ts';
import type { People } from '../people/index.ts';

/** What the first start made; the token is never shown again. */
export interface FirstStart {
  readonly administrator: string;
  readonly token: string;
  readonly project: string;
  readonly destination: string;
}

/**
 * Until a model is declared nobody knows what is thin: 1 MB at once and 13 MB a year make 1 % of the effective size of a model with 70
 * billion parameters.
 */
export const DEFAULT_ENCLAVE: Declaration = { rate: '13 MB/year', burst: '1 MB', lifetime: null };
/** What may leave in a day without a person. */
export const DEFAULT_AUTOMATIC: Declaration = {
  rate: '500 kB/day',
  burst: '500 kB',
  lifetime: null,
};
const ADMINISTRATOR = 'admin';
const PROJECT = 'main';
const DESTINATION = 'results';

/** Makes what is missing; null when the gate is not new. Each step can be repeated after a crash between two of them. */
export async function bootstrap(host: {
  people: People;
  budgets: Budgets;
}): Promise<FirstStart | null> {
  const { people, budgets } = host;
  const held = await budgets.list();
  const has = (scope: string): boolean => held.some((bucket) => bucket.ref.scope === scope);
  if (!has('enclave')) await budgets.declare(ENCLAVE, DEFAULT_ENCLAVE, 'gate');
  if (!has('automatic')) await budgets.declare(AUTOMATIC, DEFAULT_AUTOMATIC, 'gate');
  const principals = await people.principals();
  if (!principals.some((principal) => principal.id === ADMINISTRATOR) && principals.length === 0) {
    const id = ADMINISTRATOR;
    const admin = {
      id,
      kind: 'person',
      name: 'Administrator',
      sponsor: null,
      role: 'administrator',
    } as const;
    await people.addPrincipal(admin, 'gate');
  }
  const projects = await people.projects();
  if (projects.length === 0) await people.addProject(PROJECT, 'First project', 'gate');
  if (projects.length === 0 || (projects.length === 1 && projects[0]?.destinations.length === 0)) {
    const project = projects[0]?.id ?? PROJECT;
    await people.addDestination(project, DESTINATION, 'gate');
  }
  // The token is last: whoever saw one has everything above.
  if ((await people.tokens()).length > 0) return null;
  const { token } = await people.addToken(ADMINISTRATOR, 'gate');
  return { administrator: ADMINISTRATOR, token, project: PROJECT, destination: DESTINATION };
}
