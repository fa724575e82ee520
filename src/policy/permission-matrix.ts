/**
 * What each role may do, in its own and in a foreign project, by asking the policies themselves. The reference page and
 * a test are made from it, so that neither can say something else than the gate does.
 */
import type { PrincipalFacts } from './cedar-entities.ts';
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
import type { Policy, PolicyEntity, PolicyValue } from './cedar-policy.ts';

/** Who asks. */
export const MATRIX_ROLES = [
  'member',
  'reviewer',
  'project owner',
  'model owner',
  'security',
  'administrator',
  'auditor',
  'person',
  'agent',
  'workload',
] as const;

/** One of {@link MATRIX_ROLES}. */
export type MatrixRole = (typeof MATRIX_ROLES)[number];

/** One row: an action on a kind of thing, and who may do it where. */
export interface MatrixRow {
  readonly action: string;
  readonly on: string;
  readonly cells: Readonly<
    Record<MatrixRole, { readonly own: boolean; readonly foreign: boolean }>
  >;
}

interface Question {
  readonly action: string;
  /** What is asked about, in words. */
  readonly on: string;
  readonly type: 'project' | 'model' | 'request' | 'share' | 'gate';
  readonly context?: Readonly<Record<string, PolicyValue>>;
  /** For requests: it belongs to who asks, or to an agent that who asks sponsors. */
  readonly by?: 'self' | 'sponsored';
  /** For shares: the project of the question is the one that shares, or the one that reads. */
  readonly side?: 'from' | 'to';
}

const QUESTIONS: readonly Question[] = [
  { action: 'request.ask', on: 'a project', type: 'project', context: { kind: 'export' } },
  {
    action: 'request.ask',
    on: 'access to a project',
    type: 'project',
    context: { kind: 'access' },
  },
  {
    action: 'request.ask',
    on: 'unlocking of a project',
    type: 'project',
    context: { kind: 'unlock' },
  },
  ...['view', 'comment', 'withdraw', 'approve', 'deny'].flatMap((verb): Question[] => {
    const action = `request.${verb}`;
    // For deciding on one's own, even a quorum that names the person must not help.
    const context = { eligible: verb === 'approve' || verb === 'deny' };
    const one = { action, type: 'request' } as const;
    const rows: Question[] = [
      { ...one, on: 'another’s request', context: { eligible: false } },
      { ...one, on: 'another’s request, named by its quorum', context: { eligible: true } },
      { ...one, on: 'the own request', context, by: 'self' },
      {
        ...one,
        on: 'a request of an agent one sponsors',
        context,
        by: 'sponsored',
      },
    ];
    return rows;
  }),
  ...['project.view', 'project.change', 'people.view', 'people.change', 'budget.view'].map(
    (action): Question => ({ action, on: 'a project', type: 'project' }),
  ),
  ...['budget.change', 'ledger.read', 'outbox.use', 'lock.set', 'lock.lift', 'break-glass'].map(
    (action): Question => ({ action, on: 'a project', type: 'project' }),
  ),
  ...['model.view', 'model.change', 'budget.view', 'budget.change', 'lock.set', 'lock.lift'].map(
    (action): Question => ({ action, on: 'a model', type: 'model' }),
  ),
  ...['share.read', 'share.revoke'].flatMap((action): Question[] => [
    { action, on: 'a result that was shared with the project', type: 'share', side: 'to' },
    { action, on: 'a result that the project shares', type: 'share', side: 'from' },
  ]),
  ...['project.change', 'people.view', 'people.change', 'budget.view', 'budget.change'].map(
    (action): Question => ({ action, on: 'the gate', type: 'gate' }),
  ),
  ...['model.change', 'ledger.read', 'policy.read', 'policy.change', 'lock.set', 'lock.lift'].map(
    (action): Question => ({ action, on: 'the gate', type: 'gate' }),
  ),
];

const HERE = 'here';
const THERE = 'there';
/** The other side of a share, in which nobody of the table is. */
const ELSEWHERE = 'elsewhere';
const WHO = 'who';

function principalFor(role: MatrixRole): PrincipalFacts {
  const read = { member: [HERE], touches: [HERE] };
  switch (role) {
    case 'member':
      return { kind: 'person', id: WHO, ...read };
    case 'reviewer':
      return { kind: 'person', id: WHO, reviewer: [HERE] };
    case 'project owner':
      return { kind: 'person', id: WHO, owner: [HERE] };
    case 'model owner':
      return { kind: 'person', id: WHO, owns: [HERE] };
    case 'security':
      return { kind: 'person', id: WHO, security: true };
    case 'administrator':
      return { kind: 'person', id: WHO, administrator: true };
    case 'auditor':
      return { kind: 'person', id: WHO, auditor: true };
    case 'person':
      return { kind: 'person', id: WHO };
    case 'agent':
    case 'workload':
      return { kind: role, id: WHO, sponsor: 'sponsor', ...read };
  }
}

function resourceFor(question: Question, place: string): PolicyEntity {
  switch (question.type) {
    case 'project':
      return projectEntity({ id: place });
    case 'model':
      return modelEntity({ id: place });
    case 'gate':
      return gateEntity();
    case 'share': {
      const sides = { from: ELSEWHERE, to: ELSEWHERE, [question.side ?? 'to']: place };
      return shareEntity({ id: place, ...sides });
    }
    case 'request': {
      const facts = { id: 'request', kind: 'export', project: place };
      if (question.by === 'self') return requestEntity({ ...facts, requester: WHO });
      if (question.by === 'sponsored') {
        return requestEntity({ ...facts, requester: 'bot', sponsor: WHO });
      }
      return requestEntity({ ...facts, requester: 'other' });
    }
  }
}

function ask(policy: Policy, role: MatrixRole, question: Question, place: string): boolean {
  const facts = principalFor(role);
  const id = question.type === 'request' ? 'request' : place;
  return policy.authorise({
    principal: principalRef(facts.kind, WHO),
    action: question.action,
    resource: resourceRef(question.type, id),
    context: question.context ?? {},
    entities: [
      principalEntity(facts),
      resourceFor(question, place),
      ...(question.type === 'share'
        ? [HERE, THERE, ELSEWHERE].map((each) => projectEntity({ id: each }))
        : []),
    ],
  }).allow;
}

/** One row of the matrix at a time: each is some twenty questions, and a server has others to answer in between. */
export function* permissionRows(policy: Policy): Generator<MatrixRow> {
  for (const question of QUESTIONS) {
    const cells = MATRIX_ROLES.map((role) => [
      role,
      { own: ask(policy, role, question, HERE), foreign: ask(policy, role, question, THERE) },
    ]);
    yield {
      action: question.action,
      on: question.on,
      cells: Object.fromEntries(cells) as MatrixRow['cells'],
    };
  }
}

/** Asks the policies about every role and action. The whole gate is neither own nor foreign: both cells say the same. */
export function permissionMatrix(policy: Policy): readonly MatrixRow[] {
  return [...permissionRows(policy)];
}

/** Writes the matrix as a Markdown table: `●` everywhere, `○` in the own project or model only, nothing for never. */
export function printMatrix(rows: readonly MatrixRow[]): string {
  const sign = ({ own, foreign }: { own: boolean; foreign: boolean }): string =>
    foreign ? '●' : own ? '○' : '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['action', 'on', ...MATRIX_ROLES]),
    line(['---', '---', ...MATRIX_ROLES.map(() => ':-:')]),
    ...rows.map((row) =>
      line([`\`${row.action}\``, row.on, ...MATRIX_ROLES.map((role) => sign(row.cells[role]))]),
    ),
  ].join('\n');
}
