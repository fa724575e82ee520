/**
 * What must hold under every set of policies, asked as a fixed list of questions. A set that answers one of them with yes is
 * refused before anybody is asked to sign it. That nobody decides on the own request and that programs never decide is
 * enforced beside the policies too: by the judgement of signatures, which the sender makes again, and by the schema.
 *
 * Questions are samples: a set that allows a forbidden thing only for somebody named in it is not found by them. People
 * read the text that they sign.
 */
import {
  gateEntity,
  modelEntity,
  principalEntity,
  principalRef,
  projectEntity,
  requestEntity,
  resourceRef,
  shareEntity,
} from './cedar-entities.ts';
import type { PrincipalFacts, RequestFacts } from './cedar-entities.ts';
import type { Policy, PolicyEntity, PolicyValue } from './cedar-policy.ts';

/** One question that must be answered with no. */
interface Asked {
  readonly who: PrincipalFacts;
  readonly action: string;
  readonly on: 'project' | 'model' | 'share' | 'gate' | RequestFacts;
  readonly locked?: boolean;
  readonly context?: Readonly<Record<string, PolicyValue>>;
}

const HERE = 'here';
/** The other side of a share. */
const ELSEWHERE = 'elsewhere';
const KINDS = ['export', 'import', 'share', 'access'] as const;

/** Somebody with every role there is; what is denied to this person is denied to all. */
const EVERYTHING: PrincipalFacts = {
  kind: 'person',
  id: 'who',
  member: [HERE],
  reviewer: [HERE],
  owner: [HERE],
  owns: [HERE],
  touches: [HERE],
  security: true,
  administrator: true,
  auditor: true,
};
const STRANGER: PrincipalFacts = { kind: 'person', id: 'who', member: ['there'] };
const PROGRAMS = (['agent', 'workload'] as const).map((kind): PrincipalFacts => {
  return { kind, id: 'who', sponsor: 'sponsor', member: [HERE], touches: [HERE] };
});
const request = (facts: Partial<RequestFacts> = {}): RequestFacts => {
  return { id: 'request', kind: 'export', project: HERE, requester: 'other', ...facts };
};

const PROMISES: readonly { readonly says: string; readonly never: readonly Asked[] }[] = [
  {
    says: 'nobody decides on their own request, or on one of a program they sponsor',
    never: (['export', 'access', 'policy'] as const).flatMap((kind) =>
      (['request.approve', 'request.deny'] as const).flatMap((action): Asked[] => {
        const one = { who: EVERYTHING, action, context: { eligible: true } };
        return [
          { ...one, on: request({ kind, requester: 'who' }) },
          { ...one, on: request({ kind, requester: 'bot', sponsor: 'who' }) },
        ];
      }),
    ),
  },
  {
    says: 'a locked principal does nothing',
    never: lockedPrincipal(),
  },
  {
    says: 'nothing but its unlocking is asked in a locked project',
    never: [
      ...[...KINDS, 'policy'].map((kind): Asked => {
        return {
          who: EVERYTHING,
          action: 'request.ask',
          on: 'project',
          locked: true,
          context: { kind },
        };
      }),
      { who: EVERYTHING, action: 'outbox.use', on: 'project', locked: true },
    ],
  },
  {
    says: 'agents and workloads ask neither for unlocking nor for a change of policy',
    never: PROGRAMS.flatMap((who) =>
      ['unlock', 'policy'].map((kind): Asked => {
        return { who, action: 'request.ask', on: 'project', context: { kind } };
      }),
    ),
  },
  {
    says: 'no project is open to somebody who is not read into it and has no role for the whole gate',
    never: [
      STRANGER,
      ...PROGRAMS.map((who) => ({ ...who, member: ['there'], touches: [] })),
    ].flatMap(stranger),
  },
];

function lockedPrincipal(): Asked[] {
  const who = { ...EVERYTHING, locked: true };
  const programs = PROGRAMS.map((program) => ({ ...program, locked: true }));
  return [
    ...[who, ...programs].flatMap((each): Asked[] => [
      ...KINDS.map((kind): Asked => {
        return { who: each, action: 'request.ask', on: 'project', context: { kind } };
      }),
      { who: each, action: 'outbox.use', on: 'project' },
    ]),
    { who, action: 'share.revoke', on: 'share' },
    ...['request.approve', 'request.deny'].map((action): Asked => {
      return { who, action, on: request(), context: { eligible: true } };
    }),
    ...['lock.set', 'lock.lift', 'break-glass', 'project.change', 'people.change'].map(
      (action): Asked => ({ who, action, on: 'project' }),
    ),
    ...['people.change', 'policy.change', 'budget.change', 'model.change', 'lock.set'].map(
      (action): Asked => ({ who, action, on: 'gate' }),
    ),
  ];
}

function stranger(who: PrincipalFacts): Asked[] {
  const person = who.kind === 'person';
  return [
    { who, action: 'project.view', on: 'project' },
    { who, action: 'budget.view', on: 'project' },
    { who, action: 'outbox.use', on: 'project' },
    { who, action: 'request.ask', on: 'project', context: { kind: 'export' } },
    { who, action: 'request.view', on: request(), context: { eligible: false } },
    { who, action: 'request.withdraw', on: request(), context: { eligible: false } },
    { who, action: 'model.view', on: 'model' },
    { who, action: 'share.read', on: 'share' },
    ...(person
      ? [
          ...['people.view', 'ledger.read', 'lock.set', 'break-glass', 'people.change'].map(
            (action): Asked => ({ who, action, on: 'project' }),
          ),
          { who, action: 'request.approve', on: request(), context: { eligible: false } } as const,
          { who, action: 'share.revoke', on: 'share' } as const,
          { who, action: 'people.view', on: 'gate' } as const,
          { who, action: 'policy.change', on: 'gate' } as const,
        ]
      : []),
  ];
}

function resourceOf({ on, locked = false }: Asked): { id: string; entities: PolicyEntity[] } {
  if (on === 'gate') return { id: '', entities: [gateEntity()] };
  if (on === 'project') return { id: HERE, entities: [projectEntity({ id: HERE, locked })] };
  if (on === 'model') return { id: HERE, entities: [modelEntity({ id: HERE, locked })] };
  if (on === 'share') {
    const projects = [HERE, ELSEWHERE].map((id) => projectEntity({ id }));
    return {
      id: HERE,
      entities: [...projects, shareEntity({ id: HERE, from: HERE, to: ELSEWHERE })],
    };
  }
  return { id: on.id, entities: [projectEntity({ id: on.project }), requestEntity(on)] };
}

function isAllowed(policy: Policy, asked: Asked): boolean {
  const { who, action, on, context = {} } = asked;
  const { id, entities } = resourceOf(asked);
  return policy.authorise({
    principal: principalRef(who.kind, who.id),
    action,
    resource: resourceRef(typeof on === 'string' ? on : 'request', id),
    context,
    entities: [principalEntity(who), ...entities],
  }).allow;
}

/**
 * The promises that a set of policies would break, each with an action that it would allow. Some hundred questions; others
 * are served in between.
 */
export async function findBrokenPromises(policy: Policy): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { says, never } of PROMISES) {
    for (const asked of never) {
      if (isAllowed(policy, asked)) {
        const { who, action } = asked;
        broken.push(`${says}: it would allow \`${action}\` to such a ${who.kind}`);
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return broken;
}
