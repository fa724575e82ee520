/** What somebody needs before a step with a request is tried: each throws its refusal. */
import type { Gate } from '../../app/index.ts';
import { peopleErrors } from '../../people/index.ts';
import type { Change, Principal } from '../../people/index.ts';
import type { Request } from '../../requests/index.ts';

/** Who is locked may look and do nothing. What else stands against a step is said by the step itself. */
export async function needUnlocked(gate: Gate, principal: Principal): Promise<void> {
  const locks = await gate.locks.on([{ kind: 'principal', id: principal.id }]);
  if (locks.length > 0)
    throw peopleErrors.error('POLICY_FORBIDS', {
      why: 'a locked principal may look and do nothing',
    });
}

/** Who watches a gate sees what is discussed and has no part in it. */
export async function needTalk(gate: Gate, principal: Principal, request: Request): Promise<void> {
  await needUnlocked(gate, principal);
  if (request.requester === principal.id) return;
  const stood = await gate.requests.approvals.stand(request.id);
  const eligible = stood.judgement?.voters.has(principal.id) === true;
  await gate.access.need(principal, 'request.comment', { kind: 'request', request, eligible });
}

/**
 * Whom the rules name may decide unless the policies forbid it. Whom they do not name is refused by the decision itself,
 * and so is who asked; one who alone vouches for the own request decides nothing.
 */
export async function needDecide(
  gate: Gate,
  principal: Principal,
  request: Request,
  action: 'request.approve' | 'request.deny',
): Promise<void> {
  await needUnlocked(gate, principal);
  const { judgement } = await gate.requests.approvals.stand(request.id);
  const named = judgement?.voters.has(principal.id) === true;
  if (!named || request.requester === principal.id) return;
  await gate.access.need(principal, action, { kind: 'request', request, eligible: true });
}

/** Whoever may change the people of a project asks for its roles; everything else is a change of the gate. */
export async function needChange(
  gate: Gate,
  principal: Principal,
  changes: readonly Change[],
): Promise<void> {
  const projects = new Set(
    changes.map((each) =>
      each.op === 'role.give' || each.op === 'role.take' ? each.project : null,
    ),
  );
  const own = [...projects].filter((project) => project !== null);
  if (own.length === projects.size && own.length === 1) {
    const [id = ''] = own;
    const resource = { kind: 'project', id } as const;
    if ((await gate.access.can(principal, 'people.change', resource)).allowed) return;
  }
  const policies = changes.filter((each) => each.op === 'policy.set').length;
  if (policies > 0) await gate.access.need(principal, 'policy.change', { kind: 'gate' });
  if (policies < changes.length)
    await gate.access.need(principal, 'people.change', { kind: 'gate' });
}
