/** Asking for something that is no export: one way for every kind. */
import type { Gate } from '../../app/index.ts';
import { newId, systemRandom } from '../../core/index.ts';
import { peopleErrors } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { requestErrors, scopeOfAccess, writeAccess } from '../../requests/index.ts';
import type { AccessInput } from '../../requests/index.ts';
import { showDetails } from './views.ts';
import type { RequestDetails } from './views.ts';

/** A body with a text of policies: at most 256 Ki characters, which JSON may spell with several bytes each. */
export const POLICY_BODY_BYTES_MAX = 2 * 1024 * 1024;

/** Refuses agents and workloads. */
export function needPerson(principal: Principal): void {
  if (principal.kind !== 'person')
    throw peopleErrors.error('NOT_ALLOWED', { principal: principal.id, needed: 'person' });
}

/** Asks and waits for the verdict. */
export async function askShown(
  gate: Gate,
  principal: Principal,
  asked: { kind: string; project: string; destination?: string; why: string; input: string },
): Promise<RequestDetails> {
  const { kind, project } = asked;
  // What is asked for in no project, such as a change of the roster, was looked at by whoever calls this.
  if (project !== '' && kind !== 'unlock' && kind !== 'access') {
    await gate.access.need(principal, 'request.ask', { kind: 'project', id: project }, kind);
  }
  const request = await gate.requests.ask({
    requester: principal.id,
    sponsor: principal.sponsor,
    idempotencyKey: newId('key', systemRandom),
    destination: '',
    ...asked,
  });
  const { request: settled } = await gate.requests.settle(request.id, 10_000);
  return showDetails(gate, principal, settled);
}

/**
 * Asks for access. The request lies where what is asked for lies, so that nobody chooses who decides by naming another
 * project; and it is held whether or not there is such a thing.
 */
export async function askAccess(
  gate: Gate,
  principal: Principal,
  asked: { project: string; why: string; wanted: AccessInput },
): Promise<RequestDetails> {
  const { wanted, why } = asked;
  const { project } = scopeOfAccess(wanted, asked.project);
  if (wanted.target === 'project' && asked.project !== '' && asked.project !== project) {
    const said = 'access to a project is asked for in that project; leave `--project` out';
    throw requestErrors.error('INPUT_INVALID', { why: said });
  }
  const where = principal.kind === 'person' ? project : project || asked.project;
  const home = { kind: 'project', id: where } as const;
  // A lock of a project that one is not read into does not show: it would say that there is such a project.
  const readIn = (await gate.access.can(principal, 'project.view', home)).allowed;
  const place = principal.kind === 'person' && !readIn ? { ...home, id: '' } : home;
  await gate.access.need(principal, 'request.ask', place, 'access');
  return askShown(gate, principal, { kind: 'access', project, why, input: writeAccess(wanted) });
}
