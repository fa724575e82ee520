/** The entities of the shipped schema, built from plain facts, so that nobody writes Cedar's JSON by hand. */
import type { PolicyEntity } from './cedar-policy.ts';
import type { TypeAndId } from './cedar-engine.ts';

/**
 * A principal for policy; lists hold ids of projects and models. Left out means none or no. Lists may be cut to the
 * projects and models that a question is about: each further one costs about a hundredth of a millisecond.
 */
export interface PrincipalFacts {
  readonly kind: 'person' | 'agent' | 'workload';
  readonly id: string;
  readonly locked?: boolean;
  /** Of agents and workloads: the person who answers for them. */
  readonly sponsor?: string;
  readonly member?: readonly string[];
  /** Models that the principal's projects may touch. */
  readonly touches?: readonly string[];
  /** The rest is for persons only. */
  readonly reviewer?: readonly string[];
  readonly owner?: readonly string[];
  readonly owns?: readonly string[];
  readonly security?: boolean;
  readonly administrator?: boolean;
  readonly auditor?: boolean;
}

/** A request for policy. */
export interface RequestFacts {
  readonly id: string;
  readonly kind: string;
  readonly project: string;
  readonly requester: string;
  /** The requester's sponsor, when the requester is an agent or a workload. */
  readonly sponsor?: string;
}

const TYPES = { person: 'Person', agent: 'Agent', workload: 'Workload' } as const;

/** With a schema the engine reads this short form of a reference, and reads it faster than the long one. */
const references = (type: string, ids: readonly string[] = []) => ids.map((id) => ({ type, id }));

/** The name of a principal for policy. */
export function principalRef(kind: PrincipalFacts['kind'], id: string): TypeAndId {
  return { type: TYPES[kind], id };
}

/** The name of a project, model or request for policy; the gate as a whole has one name. */
export function resourceRef(
  type: 'project' | 'model' | 'request' | 'share' | 'gate',
  id = '',
): TypeAndId {
  const types = {
    project: 'Project',
    model: 'Model',
    request: 'Request',
    share: 'Share',
    gate: 'Gate',
  } as const;
  return { type: types[type], id: type === 'gate' ? 'gate' : id };
}

/** A principal with its roles. */
export function principalEntity(facts: PrincipalFacts): PolicyEntity {
  const common = {
    id: facts.id,
    locked: facts.locked ?? false,
    member: references('Project', facts.member),
    touches: references('Model', facts.touches),
  };
  const uid = principalRef(facts.kind, facts.id);
  if (facts.kind !== 'person') {
    const sponsor = { type: 'Person', id: facts.sponsor ?? '' };
    return { uid, attrs: { ...common, sponsor }, parents: [] };
  }
  const attrs = {
    ...common,
    reviewer: references('Project', facts.reviewer),
    owner: references('Project', facts.owner),
    owns: references('Model', facts.owns),
    security: facts.security ?? false,
    administrator: facts.administrator ?? false,
    auditor: facts.auditor ?? false,
  };
  return { uid, attrs, parents: [] };
}

/** A project. */
export function projectEntity(facts: { id: string; locked?: boolean }): PolicyEntity {
  const uid = resourceRef('project', facts.id);
  return { uid, attrs: { locked: facts.locked ?? false }, parents: [] };
}

/** A model. */
export function modelEntity(facts: { id: string; locked?: boolean }): PolicyEntity {
  const uid = resourceRef('model', facts.id);
  return { uid, attrs: { locked: facts.locked ?? false }, parents: [] };
}

/** A request. */
export function requestEntity(facts: RequestFacts): PolicyEntity {
  const { id, kind, project, requester, sponsor } = facts;
  const reference = { ...resourceRef('project', project) };
  const attrs = {
    kind,
    project: reference,
    requester,
    ...(sponsor === undefined ? {} : { sponsor }),
  };
  return { uid: resourceRef('request', id), attrs, parents: [] };
}

/** A result of one project that another one may read. */
export function shareEntity(facts: { id: string; from: string; to: string }): PolicyEntity {
  const attrs = {
    from: { ...resourceRef('project', facts.from) },
    to: { ...resourceRef('project', facts.to) },
  };
  return { uid: resourceRef('share', facts.id), attrs, parents: [] };
}

/** The gate as a whole. */
export function gateEntity(): PolicyEntity {
  return { uid: resourceRef('gate'), attrs: {}, parents: [] };
}
