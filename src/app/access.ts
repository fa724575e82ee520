/**
 * May this principal do this here? One place that turns the roster, locks and grants into the facts of a policy
 * question. Before the founding the roles of the tables count, and the administrator may do everything.
 */
import type { Clock } from '../core/index.ts';
import {
  ADMINISTRATORS,
  AUDITORS,
  SECURITY,
  findPerson,
  groupsOf,
  peopleErrors,
} from '../people/index.ts';
import type { People, Principal, Project, Roster } from '../people/index.ts';
import {
  explain,
  gateEntity,
  modelEntity,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  shareEntity,
} from '../policy/index.ts';
import type { Policy, PrincipalFacts } from '../policy/index.ts';
import type { Lock, Locks, Request, Rosters } from '../requests/index.ts';
import { listGrants, requestErrors } from '../requests/index.ts';
import type { Store } from '../store/index.ts';

/** What something is done to. */
export type Resource =
  | { readonly kind: 'gate' }
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'model'; readonly id: string }
  | { readonly kind: 'share'; readonly id: string; readonly from: string; readonly to: string }
  | { readonly kind: 'request'; readonly request: Request; readonly eligible: boolean };

/** The answer, with the sentences of the policies that decided. */
export interface AccessDecision {
  readonly allowed: boolean;
  readonly reasons: readonly string[];
}

/** Access decisions of one gate. */
export interface Access {
  /** The policies in force at this moment. */
  readonly policy: Policy;
  can(
    principal: Principal,
    action: string,
    resource: Resource,
    kind?: string,
  ): Promise<AccessDecision>;
  /** Throws the answer of something that does not exist, so that a refusal tells nothing about what is there. */
  need(principal: Principal, action: string, resource: Resource, kind?: string): Promise<void>;
  /** Projects that a principal is read into, by role or by grant. */
  projectsOf(principal: Principal): Promise<readonly Project[]>;
  /** The facts that decide about a principal. */
  factsOf(principal: Principal): Promise<PrincipalFacts>;
}

/** Facts of one principal from a roster; null for somebody who is not in it, or no longer. */
export function rosterFacts(
  roster: Roster,
  principal: Principal,
  nowMs: number,
): Omit<PrincipalFacts, 'kind' | 'id'> | null {
  const { id } = principal;
  if (principal.kind === 'person' && findPerson(roster, id, nowMs) === undefined) return null;
  const member: string[] = [];
  const reviewer: string[] = [];
  const owner: string[] = [];
  const touches = new Set<string>();
  for (const project of roster.projects) {
    for (const role of project.roles) {
      if (role.principal !== id) continue;
      if (role.until !== null && Date.parse(role.until) <= nowMs) continue;
      const name = role.role.replace(/s$/, '');
      if (name === 'reviewer') reviewer.push(project.id);
      else if (name === 'owner') owner.push(project.id);
      // Whoever owns or works in a project may ask in it; a reviewer only decides.
      if (name !== 'reviewer') member.push(project.id);
      for (const model of project.models) touches.add(model);
    }
  }
  if (principal.kind !== 'person') {
    const held = roster.sponsored.find((each) => each.id === id);
    if (held === undefined) return null;
    return { sponsor: held.sponsor, member: unique(member), touches: [...touches] };
  }
  const groups = groupsOf(roster, id, nowMs);
  return {
    member: unique(member),
    reviewer: unique(reviewer),
    owner: unique(owner),
    owns: roster.models.filter((each) => each.owners.includes(id)).map((each) => each.id),
    touches: [...touches],
    security: groups.includes(SECURITY),
    administrator: groups.includes(ADMINISTRATORS),
    auditor: groups.includes(AUDITORS),
  };
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

/** Facts of one principal before the founding. */
function tableFacts(
  principal: Principal,
  projects: readonly Project[],
): Omit<PrincipalFacts, 'kind' | 'id'> {
  const all = principal.role === 'administrator';
  const own = projects.filter((each) => all || each.members.includes(principal.id));
  const member = own.map((each) => each.id);
  const touches = unique(own.flatMap((each) => each.models));
  if (principal.kind !== 'person') return { sponsor: principal.sponsor ?? '', member, touches };
  return {
    member,
    touches,
    ...(all ? { owner: member, owns: touches, security: true, administrator: true } : {}),
  };
}

/** A lock on a person stops no end of a lock: otherwise one session could lock everybody who might lift it. */
function endsLock(action: string, resource: Resource, kind: string): boolean {
  if (resource.kind === 'request')
    return action === 'request.approve' && resource.request.kind === 'unlock';
  return action === 'lock.lift' || (action === 'request.ask' && kind === 'unlock');
}

const NO_LOCKS = { principal: false, project: false } as const;

/** A lock as the end of a refusal: who reads it may see what is locked, and needs its id to ask for its end. */
function sayLock({ id, target, reason }: Lock): string {
  return `${target.kind} \`${target.id}\` is locked by ${id}: ${reason}`;
}

/** Opens the access decisions of a gate. */
export function openAccess(host: {
  rosters: Rosters;
  people: People;
  locks: Locks;
  store: Store;
  clock: Clock;
  /** The policies in force; asked anew for every decision. */
  readonly policyNow: () => Policy;
}): Access {
  const { rosters, people, locks, store, clock, policyNow } = host;

  const factsOf = async (principal: Principal): Promise<PrincipalFacts> => {
    const { kind, id } = principal;
    const roster = rosters.current?.roster;
    const held =
      roster === undefined
        ? tableFacts(principal, await people.projects())
        : rosterFacts(roster, principal, clock.nowMs());
    if (held === null) return { kind, id };
    const grants = await listGrants(store, { principal: id });
    const now = grants.filter((grant) => grant.untilMs > clock.nowMs());
    const granted = now.filter((grant) => grant.input.target === 'project');
    const models = now.filter((grant) => grant.input.target === 'model');
    return {
      kind,
      id,
      ...held,
      member: unique([...(held.member ?? []), ...granted.map((grant) => grant.input.what)]),
      touches: unique([...(held.touches ?? []), ...models.map((grant) => grant.input.what)]),
    };
  };

  const locksOn = (principal: Principal, resource: Resource): Promise<readonly Lock[]> => {
    // What is shared is locked with the project that shares it.
    const project =
      resource.kind === 'project' ? resource.id : resource.kind === 'share' ? resource.from : '';
    const model = resource.kind === 'model' ? resource.id : '';
    return locks.on([
      { kind: 'principal', id: principal.id },
      { kind: 'project', id: project },
      { kind: 'model', id: model },
    ]);
  };

  const lockState = async (
    principal: Principal,
    resource: Resource,
  ): Promise<{ principal: boolean; project: boolean }> => {
    const held = await locksOn(principal, resource);
    if (held.length === 0) return NO_LOCKS;
    return {
      principal: held.some((lock) => lock.target.kind === 'principal'),
      project: held.some((lock) => lock.target.kind !== 'principal'),
    };
  };

  const can: Access['can'] = async (principal, action, resource, kind = '') => {
    const facts = await factsOf(principal);
    const locked = await lockState(principal, resource);
    const stopped = locked.principal && !endsLock(action, resource, kind);
    const entities = [principalEntity({ ...facts, locked: stopped })];
    const asks = action === 'request.ask' ? { kind } : {};
    const ask = (
      target: { type: string; id: string },
      context: Readonly<Record<string, string | boolean>>,
    ): AccessDecision => {
      const policy = policyNow();
      const decision = policy.authorise({
        principal: principalRef(facts.kind, facts.id),
        action,
        resource: target,
        context,
        entities,
      });
      return { allowed: decision.allow, reasons: explain(policy, decision) };
    };
    switch (resource.kind) {
      case 'gate':
        entities.push(gateEntity());
        return ask(resourceRef('gate'), asks);
      case 'project':
        entities.push(projectEntity({ id: resource.id, locked: locked.project }));
        return ask(resourceRef('project', resource.id), asks);
      case 'model':
        entities.push(modelEntity({ id: resource.id, locked: locked.project }));
        return ask(resourceRef('model', resource.id), asks);
      case 'share': {
        const { id, from, to } = resource;
        entities.push(
          projectEntity({ id: from, locked: locked.project }),
          projectEntity({ id: to }),
          shareEntity({ id, from, to }),
        );
        return ask(resourceRef('share', id), {});
      }
      case 'request': {
        const { id, kind: requestKind, project, requester, sponsor } = resource.request;
        entities.push(
          projectEntity({ id: project }),
          requestEntity({
            id,
            kind: requestKind,
            project,
            requester,
            ...(sponsor === null ? {} : { sponsor }),
          }),
        );
        return ask(resourceRef('request', id), { eligible: resource.eligible });
      }
    }
  };

  return {
    get policy() {
      return policyNow();
    },
    can,
    factsOf,
    need: async (principal, action, resource, kind) => {
      const decision = await can(principal, action, resource, kind);
      if (decision.allowed) return;
      // Whoever may see it learns why it may not be changed; everybody else gets the answer of nothing there.
      const view = VIEWS[resource.kind];
      const seen = view !== action && (await can(principal, view, resource)).allowed;
      if (seen || resource.kind === 'gate') {
        const [forbidden] = decision.reasons.filter((reason) => reason.startsWith('denied by '));
        if (forbidden !== undefined) {
          const why = forbidden.replace(/^denied by \S+: /, '');
          const locked = /^denied by locked-project/.test(forbidden);
          const held = locked ? await locksOn(principal, resource) : [];
          throw peopleErrors.error('POLICY_FORBIDS', {
            why: [
              why,
              ...held.filter(({ target }) => target.kind !== 'principal').map(sayLock),
            ].join('; '),
          });
        }
        const where = resource.kind === 'project' ? ` in the project \`${resource.id}\`` : '';
        const needed = `principal who may ${action}${where}`;
        throw where === ''
          ? peopleErrors.error('NOT_ALLOWED', { principal: principal.id, needed })
          : peopleErrors.error('NOT_IN_PROJECT', { principal: principal.id, needed });
      }
      // The very answer of a request that is not there, code and all.
      if (resource.kind === 'request')
        throw requestErrors.error('NOT_FOUND', { id: resource.request.id });
      throw peopleErrors.error('NOT_FOUND', { what: resource.kind, name: resource.id });
    },
    projectsOf: async (principal) => {
      const facts = await factsOf(principal);
      const read = new Set([
        ...(facts.member ?? []),
        ...(facts.reviewer ?? []),
        ...(facts.owner ?? []),
      ]);
      const all = facts.security === true || facts.auditor === true;
      return (await people.projects()).filter((project) => all || read.has(project.id));
    },
  };
}

const VIEWS = {
  gate: 'people.view',
  project: 'project.view',
  model: 'model.view',
  request: 'request.view',
  share: 'share.read',
} as const;
