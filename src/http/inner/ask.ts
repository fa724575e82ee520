/** Asking for something that is no export: one way for every kind. */
import type { Gate } from '../../app/index.ts';
import { newId, systemRandom } from '../../core/index.ts';
import { peopleErrors } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { showDetails } from './views.ts';
import type { RequestDetails } from './views.ts';

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
  if (project !== '' && kind !== 'unlock') {
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
