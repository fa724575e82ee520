/** What may be done with a request by locks and policies too: a button says beforehand what the door would refuse. */
import type { Gate } from '../../app/index.ts';
import { SallyportError } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import type { Deed, Stood } from '../../requests/index.ts';
import { needFor } from './request-needs.ts';
import type { CanShown } from './views.ts';

/** The same list, where what the door would refuse is no longer allowed, in the door's words. */
export async function withPolicies(
  gate: Gate,
  principal: Principal,
  stood: Stood,
  can: readonly CanShown<Deed>[],
): Promise<readonly CanShown<Deed>[]> {
  const asked: CanShown<Deed>[] = [];
  for (const each of can) {
    try {
      // In the order of the door, which says the first thing that stands against it.
      if (each.allowed || principal.kind === 'person')
        await needFor(gate, principal, stood, each.event);
      asked.push(each);
    } catch (cause) {
      if (!(cause instanceof SallyportError)) throw cause;
      asked.push({ ...each, allowed: false, reason: cause.message });
    }
  }
  return asked;
}
