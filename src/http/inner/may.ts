/** Whether somebody may do something, and if not, in the very words in which the door would refuse it. */
import type { Gate, Resource } from '../../app/index.ts';
import { SallyportError } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import type { CanShown } from './views.ts';

/** Asks the policies for a deed that a button stands for. */
export async function showMay(
  gate: Gate,
  principal: Principal,
  event: string,
  action: string,
  resource: Resource,
): Promise<CanShown> {
  try {
    await gate.access.need(principal, action, resource);
    return { event, allowed: true, reason: null };
  } catch (cause) {
    if (!(cause instanceof SallyportError)) throw cause;
    return { event, allowed: false, reason: cause.message };
  }
}
