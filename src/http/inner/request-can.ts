/** What may be done with a request by the policies too: a button says beforehand what the door would refuse. */
import type { Gate } from '../../app/index.ts';
import { SallyportError } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import type { Request } from '../../requests/index.ts';
import { needNotForbidden } from './request-needs.ts';
import type { CanShown } from './views.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  approve: 'request.approve',
  refuse: 'request.deny',
  return: 'request.deny',
  review: 'request.deny',
};

/** The same list, where what the policies forbid is no longer allowed. */
export async function withPolicies(
  gate: Gate,
  principal: Principal,
  request: Request,
  can: readonly CanShown[],
): Promise<readonly CanShown[]> {
  const need = async ({ event }: CanShown): Promise<void> => {
    const action = ACTIONS[event];
    if (event === 'break-glass')
      await needNotForbidden(gate, principal, event, { kind: 'project', id: request.project });
    // One who vouches for the own request decides nothing, and the door asks no policy then either.
    else if (action !== undefined && request.requester !== principal.id)
      await gate.access.need(principal, action, { kind: 'request', request, eligible: true });
  };
  const asked: CanShown[] = [];
  for (const each of can) {
    try {
      if (each.allowed) await need(each);
      asked.push(each);
    } catch (cause) {
      if (!(cause instanceof SallyportError)) throw cause;
      asked.push({ ...each, allowed: false, reason: cause.message });
    }
  }
  return asked;
}
