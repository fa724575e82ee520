/** What somebody needs before a step with a request is tried: each throws its refusal. */
import type { Gate } from '../../app/index.ts';
import type { Resource } from '../../app/index.ts';
import { readBucket } from '../../budget/index.ts';
import { isSettingsStep, peopleErrors } from '../../people/index.ts';
import type { Change, Principal } from '../../people/index.ts';
import { NO_POLICY } from '../../policy/index.ts';
import type { Deed, Request, Stood } from '../../requests/index.ts';

/** Who is locked may look and do nothing. What else stands against a step is said by the step itself. */
export async function needUnlocked(gate: Gate, principal: Principal): Promise<void> {
  const locks = await gate.locks.on([{ kind: 'principal', id: principal.id }]);
  if (locks.length > 0)
    throw peopleErrors.error('POLICY_FORBIDS', {
      why: 'a locked principal may look and do nothing',
    });
}

/** Who watches a gate sees what is discussed and has no part in it. */
export async function needTalk(gate: Gate, principal: Principal, stood: Stood): Promise<void> {
  await needUnlocked(gate, principal);
  const { request } = stood;
  if (request.requester === principal.id) return;
  const eligible = stood.judgement?.voters.has(principal.id) === true;
  await gate.access.need(principal, 'request.comment', { kind: 'request', request, eligible });
}

/**
 * Nobody holds a gate alone by locks. Whoever is locked still approves the end of other people's locks, and of the lock on
 * themselves where only the one who set it could otherwise; and whoever set a lock has no veto over its end.
 */
async function needFree(
  gate: Gate,
  principal: Principal,
  request: Request,
  { action, voters }: { readonly action: string; readonly voters: ReadonlySet<string> },
): Promise<void> {
  const { by, target } = await gate.locks.get((JSON.parse(request.input) as { lock: string }).lock);
  if (action !== 'request.approve') {
    if (by === principal.id)
      throw peopleErrors.error('POLICY_FORBIDS', {
        why: 'whoever set a lock has no veto over its end',
      });
    await needUnlocked(gate, principal);
    return;
  }
  const own = target.kind === 'principal' && target.id === principal.id;
  const others = [...voters].filter((person) => person !== principal.id && person !== by);
  if (own && others.length > 0)
    throw peopleErrors.error('POLICY_FORBIDS', {
      why: 'the end of a lock on oneself is approved by others while there are any',
    });
}

/**
 * Whom the rules name may decide unless the policies forbid it. Whom they do not name is refused by the decision itself,
 * and so is who asked; one who alone vouches for the own request decides nothing.
 */
async function needDecide(
  gate: Gate,
  principal: Principal,
  { request, judgement }: Stood,
  action: 'request.approve' | 'request.deny',
): Promise<void> {
  const voters = judgement?.voters ?? new Set();
  if (request.kind === 'unlock') await needFree(gate, principal, request, { action, voters });
  else await needUnlocked(gate, principal);
  const named = voters.has(principal.id);
  if (!named || request.requester === principal.id) return;
  await gate.access.need(principal, action, { kind: 'request', request, eligible: true });
}

/**
 * Whom the roster names may do it unless the policies forbid it. No policy that says yes is asked for, since the roster's
 * group is that; one that fails to evaluate forbids, and so does an answer that is no decision.
 */
export async function needNotForbidden(
  gate: Gate,
  principal: Principal,
  action: string,
  resource: Resource,
): Promise<void> {
  const { allowed, reasons } = await gate.access.can(principal, action, resource);
  if (allowed || (reasons.length === 1 && reasons[0] === NO_POLICY)) return;
  const why = reasons[0]?.replace(/^denied by \S+: /, '') ?? 'the policies gave no answer';
  throw peopleErrors.error('POLICY_FORBIDS', { why });
}

/**
 * What somebody needs for a deed beyond what the request's own standing says: the door asks it before the deed, and the button
 * says it beforehand.
 */
export async function needFor(
  gate: Gate,
  principal: Principal,
  stood: Stood,
  deed: Deed,
): Promise<void> {
  switch (deed) {
    case 'approve':
      return needDecide(gate, principal, stood, 'request.approve');
    case 'refuse':
    case 'return':
    case 'review':
      return needDecide(gate, principal, stood, 'request.deny');
    case 'break-glass': {
      await needUnlocked(gate, principal);
      const place = { kind: 'project', id: stood.request.project } as const;
      return needNotForbidden(gate, principal, 'break-glass', place);
    }
    case 'edit':
      return needUnlocked(gate, principal);
    case 'remind':
      return needTalk(gate, principal, stood);
    case 'withdraw':
    case 'give-back':
      // To take back keeps things closed.
      return;
    case 'allow':
    case 'hold':
    case 'deny':
    case 'release':
    case 'grant':
    case 'carry-out':
    case 'end':
    case 'expire':
    case 'fail':
    case 'publish':
    case 'publish-unreviewed':
      // The gate does that by itself.
      return;
  }
}

const GATE: Resource = { kind: 'gate' };

/** What a step about settings, as somebody wrote it, is done to, and what that is called in the policies. */
function deedOf(step: Readonly<Record<string, unknown>>): { action: string; resource: Resource } {
  const text = (member: string): string => {
    const value = step[member];
    return typeof value === 'string' ? value : '';
  };
  switch (step['op']) {
    case 'budget.set': {
      const { scope, id } = readBucket(text('budget'));
      const own = scope === 'model' || scope === 'project';
      return { action: 'budget.change', resource: own ? { kind: scope, id } : GATE };
    }
    case 'model.set':
    case 'model.activate':
      return { action: 'model.change', resource: { kind: 'model', id: text('id') } };
    case 'destination.add':
      return { action: 'project.change', resource: { kind: 'project', id: text('project') } };
    default:
      return { action: 'budget.change', resource: GATE };
  }
}

/** Whoever may change a budget, a model or a project asks for its settings. */
export async function needSettings(
  gate: Gate,
  principal: Principal,
  steps: readonly unknown[],
): Promise<void> {
  const settings = steps.filter(isSettingsStep);
  for (const step of settings) {
    const { action, resource } = deedOf(step);
    await gate.access.need(principal, action, resource);
  }
  // The first of all such changes is signed together with every setting that there is.
  if (settings.length > 0 && gate.rosters.need().roster.settings === undefined)
    await gate.access.need(principal, 'budget.change', GATE);
}

/** Whoever may change the people of a project asks for its roles; everything else is a change of the gate. */
export async function needChange(
  gate: Gate,
  principal: Principal,
  changes: readonly Change[],
): Promise<void> {
  const others = changes.filter((each) => !isSettingsStep(each));
  if (others.length === 0) return;
  const projects = new Set(
    others.map((each) =>
      each.op === 'role.give' || each.op === 'role.take' ? each.project : null,
    ),
  );
  const own = [...projects].filter((project) => project !== null);
  if (own.length === projects.size && own.length === 1) {
    const [id = ''] = own;
    const resource = { kind: 'project', id } as const;
    if ((await gate.access.can(principal, 'people.change', resource)).allowed) return;
  }
  const policies = others.filter((each) => each.op === 'policy.set').length;
  if (policies > 0) await gate.access.need(principal, 'policy.change', { kind: 'gate' });
  if (policies < others.length)
    await gate.access.need(principal, 'people.change', { kind: 'gate' });
}
