/**
 * Who may do what at the inner door: one table, from which the reference page is made and to which the real gate is held
 * by `test/scenarios/permissions.test.ts`. Roles are those of the policies. Who is in no list of a row is refused, and
 * a refusal in a foreign project is the answer of something that does not exist. The file is long because it is this one table.
 */
import { MATRIX_ROLES } from '../../policy/index.ts';
import type { MatrixRole } from '../../policy/index.ts';

/** What comes of an attempt. `held`: it is asked for, and people decide. */
export type Outcome = 'allowed' | 'held' | 'refused';

/** Where something is done: in a project (or to a model) of one's role, or in another one. */
export type Place = 'own' | 'foreign';

type Roles = Readonly<Partial<Record<Place, readonly MatrixRole[]>>>;

/** One row: a deed, and for whom it is allowed or held. */
export interface Deed {
  readonly deed: string;
  /** Actions of the policies that it stands for. */
  readonly actions: readonly string[];
  /** Routes that it stands for. */
  readonly routes: readonly string[];
  readonly allowed?: Roles;
  readonly held?: Roles;
}

const WATCH = ['security', 'auditor'] as const;
const READ_IN = ['member', 'reviewer', 'project owner'] as const;
const ASKERS = ['member', 'project owner', 'agent', 'workload'] as const;
const PROGRAMS = ['agent', 'workload'] as const;
const PEOPLE = MATRIX_ROLES.filter((role) => role !== 'agent' && role !== 'workload');
const SETUP = ['security', 'administrator', 'auditor'] as const;
const request = (...names: readonly string[]): string[] =>
  names.map((name) => name.replace('~', '/v1/requests/{id}'));
const both = (roles: readonly MatrixRole[]): Roles => ({ own: roles, foreign: roles });

/** The table. */
export const DEEDS: readonly Deed[] = [
  {
    deed: 'see a request',
    actions: ['request.view'],
    routes: request(
      ...['GET ~', 'GET /v1/exports/{id}', 'GET ~/receipt', 'GET ~/files/{index}'],
      ...['GET ~/release', 'GET ~/subject', 'GET ~/approvals', 'GET ~/files/{index}/preview'],
      'GET ~/difference',
    ),
    allowed: { own: [...READ_IN, ...WATCH], foreign: WATCH },
  },
  {
    deed: 'find a request in the queue',
    actions: ['request.view'],
    routes: ['GET /v1/requests'],
    allowed: { own: [...READ_IN, ...WATCH], foreign: WATCH },
  },
  {
    deed: 'note that one has looked',
    actions: ['request.view'],
    routes: request('POST ~/view'),
    allowed: { own: [...READ_IN, ...WATCH], foreign: WATCH },
  },
  {
    deed: 'discuss a request',
    actions: ['request.comment'],
    routes: request('POST ~/comments'),
    allowed: { own: READ_IN },
  },
  {
    deed: 'remind those who decide',
    actions: ['request.comment'],
    routes: request('POST ~/remind'),
    allowed: { own: READ_IN },
  },
  {
    deed: 'approve a request',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
    allowed: { own: ['reviewer'] },
  },
  {
    deed: 'approve access to a project, or more of its budget',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
    allowed: { own: ['project owner'] },
  },
  {
    deed: 'approve access to a model',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
    allowed: { own: ['model owner'] },
  },
  {
    deed: 'approve more of a shared budget',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
    allowed: both(['security']),
  },
  {
    deed: 'deny a request',
    actions: ['request.deny'],
    routes: request('POST ~/deny'),
    allowed: { own: ['reviewer'] },
  },
  {
    deed: 'return a request for changes',
    actions: ['request.deny'],
    routes: request('POST ~/return'),
    allowed: { own: ['reviewer'] },
  },
  {
    deed: 'withdraw another’s request',
    actions: ['request.withdraw'],
    routes: request('POST ~/withdraw'),
  },
  { deed: 'change another’s request', actions: [], routes: request('POST ~/edit') },
  {
    deed: 'withdraw one’s own request',
    actions: ['request.withdraw'],
    routes: request('POST ~/withdraw'),
    allowed: both(MATRIX_ROLES),
  },
  {
    deed: 'approve one’s own request',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
  },
  {
    deed: 'approve while one is locked',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
  },
  {
    deed: 'break the glass',
    actions: ['break-glass'],
    routes: request('POST ~/break-glass'),
    allowed: both(['security']),
  },
  {
    deed: 'review an emergency',
    actions: ['break-glass'],
    routes: request('POST ~/review'),
    allowed: both(['security']),
  },
  {
    deed: 'export a plain table',
    actions: ['request.ask', 'outbox.use'],
    routes: ['POST /v1/exports'],
    allowed: { own: ASKERS },
  },
  {
    deed: 'export what looks like weights',
    actions: ['request.ask', 'outbox.use'],
    routes: ['POST /v1/exports'],
    held: { own: ASKERS },
  },
  {
    deed: 'ask what an export costs',
    actions: ['request.ask'],
    routes: ['POST /v1/quotes'],
    allowed: { own: ASKERS },
  },
  {
    deed: 'ask for access',
    actions: ['request.ask'],
    routes: ['POST /v1/access'],
    held: { own: MATRIX_ROLES, foreign: PEOPLE },
  },
  {
    deed: 'ask for a window',
    actions: ['request.ask'],
    routes: ['POST /v1/windows'],
    held: { own: ASKERS },
  },
  {
    deed: 'ask to share a result with another project',
    actions: ['request.ask'],
    routes: ['POST /v1/shares'],
    held: { own: ASKERS },
  },
  {
    deed: 'approve that the project is shown a result of another one',
    actions: ['request.approve'],
    routes: request('POST ~/approvals'),
    allowed: { own: ['project owner'] },
  },
  {
    deed: 'read what was shared with a project',
    actions: ['share.read'],
    routes: [
      ...['GET /v1/shares', 'GET /v1/shares/{id}', 'GET /v1/shares/{id}/files/{index}'],
      'GET /v1/shares/{id}/files/{index}/preview',
    ],
    allowed: { own: [...READ_IN, ...WATCH, ...PROGRAMS], foreign: WATCH },
  },
  {
    deed: 'see what a project shares',
    actions: ['request.view'],
    routes: ['GET /v1/shares'],
    allowed: { own: [...READ_IN, ...WATCH], foreign: WATCH },
  },
  {
    deed: 'end what a project shares',
    actions: ['share.revoke'],
    routes: ['POST /v1/shares/{id}/revoke'],
    allowed: { own: ['project owner', 'security'], foreign: ['security'] },
  },
  {
    deed: 'begin an import',
    actions: ['request.ask'],
    routes: ['POST /v1/imports'],
    allowed: { own: ASKERS },
  },
  {
    deed: 'add a source',
    actions: ['request.ask'],
    routes: ['POST /v1/sources'],
    allowed: { own: ['member', 'project owner'] },
  },
  {
    deed: 'bind an inbox',
    actions: ['request.ask'],
    routes: ['POST /v1/inboxes'],
    allowed: { own: ['member', 'project owner'] },
  },
  {
    deed: 'unbind an inbox',
    actions: ['request.ask'],
    routes: ['DELETE /v1/inboxes/{name}'],
    allowed: { own: ['member', 'project owner'] },
  },
  {
    deed: 'see what came to an inbox',
    actions: ['project.view'],
    routes: ['GET /v1/inboxes'],
    allowed: { own: [...READ_IN, ...WATCH, ...PROGRAMS], foreign: WATCH },
  },
  {
    deed: 'see a source',
    actions: ['project.view'],
    routes: ['GET /v1/sources/{id}'],
    allowed: { own: [...READ_IN, ...SETUP, ...PROGRAMS], foreign: SETUP },
  },
  {
    deed: 'find a source in the list',
    actions: ['project.view'],
    routes: ['GET /v1/sources'],
    allowed: { own: [...READ_IN, ...WATCH, ...PROGRAMS], foreign: WATCH },
  },
  {
    deed: 'find a project in the list',
    actions: ['project.view'],
    routes: ['GET /v1/projects'],
    allowed: { own: [...READ_IN, ...WATCH, ...PROGRAMS], foreign: WATCH },
  },
  {
    deed: 'see who is read into a project',
    actions: ['people.view'],
    routes: ['GET /v1/projects/{id}/people'],
    allowed: { own: [...READ_IN, ...SETUP], foreign: SETUP },
  },
  {
    deed: 'see the budget of a project',
    actions: ['budget.view'],
    routes: ['GET /v1/budgets/{budget}', 'POST /v1/budgets/check'],
    allowed: { own: [...READ_IN, ...SETUP, ...PROGRAMS], foreign: SETUP },
  },
  {
    deed: 'see what is left of the budgets that everybody shares',
    actions: ['budget.view'],
    routes: ['GET /v1/budgets/{budget}', 'GET /v1/budgets'],
    allowed: both([...READ_IN, ...SETUP, ...PROGRAMS]),
  },
  {
    deed: 'see a model',
    actions: ['model.view'],
    routes: ['GET /v1/models'],
    allowed: { own: [...READ_IN, 'model owner', ...SETUP, ...PROGRAMS], foreign: SETUP },
  },
  {
    deed: 'ask for a change of the roles of a project',
    actions: ['people.change', 'project.change'],
    routes: ['POST /v1/changes'],
    held: {
      own: ['project owner', 'security', 'administrator'],
      foreign: ['security', 'administrator'],
    },
  },
  {
    deed: 'ask for a change of groups, rules, budgets or policies',
    actions: ['people.change', 'policy.change', 'budget.change', 'model.change'],
    routes: ['POST /v1/changes'],
    held: both(['security', 'administrator']),
  },
  {
    deed: 'see what a change of a shared budget would do',
    actions: ['budget.change'],
    routes: ['POST /v1/changes/preview'],
    allowed: both(['security', 'administrator']),
  },
  {
    deed: 'lock a project',
    actions: ['lock.set'],
    routes: ['POST /v1/locks'],
    allowed: { own: [...READ_IN, 'security'], foreign: ['security'] },
  },
  {
    deed: 'recall in a project',
    actions: ['lock.set'],
    routes: ['POST /v1/recalls'],
    allowed: { own: [...READ_IN, 'security'], foreign: ['security'] },
  },
  {
    deed: 'lock a model',
    actions: ['lock.set'],
    routes: ['POST /v1/locks'],
    allowed: { own: ['model owner', 'security'], foreign: ['security'] },
  },
  {
    deed: 'lock a lane or a principal',
    actions: ['lock.set'],
    routes: ['POST /v1/locks'],
    allowed: both(['security']),
  },
  {
    deed: 'ask to unlock a project',
    actions: ['lock.lift'],
    routes: ['POST /v1/unlocks'],
    held: { own: [...READ_IN, 'security'], foreign: ['security'] },
  },
  {
    deed: 'ask to unlock a model',
    actions: ['lock.lift'],
    routes: ['POST /v1/unlocks'],
    held: {
      own: [...READ_IN, 'model owner', 'administrator', ...WATCH],
      foreign: ['administrator', ...WATCH],
    },
  },
  {
    deed: 'read what the ledger holds of a request',
    actions: ['ledger.read'],
    routes: ['GET /v1/ledger/entries', 'GET /v1/ledger/proof/{id}'],
    allowed: { own: [...READ_IN, ...WATCH], foreign: WATCH },
  },
  {
    deed: 'read in the ledger how the gate was set up',
    actions: ['ledger.read'],
    routes: ['GET /v1/ledger/entries', 'GET /v1/ledger/proof/{id}'],
    allowed: both(SETUP),
  },
  {
    deed: 'see every person and the roster',
    actions: ['people.view'],
    routes: ['GET /v1/roster', 'POST /v1/policy/explain'],
    allowed: both(SETUP),
  },
  {
    deed: 'read the policy',
    actions: ['policy.read'],
    routes: ['GET /v1/policy', 'POST /v1/policy/check'],
    allowed: both(PEOPLE),
  },
  {
    deed: 'make a token of an agent that somebody else sponsors, who has to confirm it',
    actions: [],
    routes: ['POST /v1/tokens'],
    allowed: both(['administrator']),
  },
  {
    deed: 'confirm a token of an agent that somebody else sponsors',
    actions: [],
    routes: ['POST /v1/tokens/{id}/confirm'],
  },
  {
    deed: 'revoke a token of an agent that somebody else sponsors',
    actions: [],
    routes: ['DELETE /v1/tokens/{id}'],
    allowed: both(['administrator']),
  },
  {
    deed: 'set the gate up by hand',
    actions: [],
    routes: [
      ...['GET /v1/founding', 'PUT /v1/budgets/{budget}', 'POST /v1/models'],
      ...['PATCH /v1/models/{id}', 'POST /v1/models/{id}/state', 'GET /v1/principals'],
      ...[
        'POST /v1/principals',
        'POST /v1/projects',
        'POST /v1/projects/{id}/members',
        'POST /v1/projects/{id}/models',
      ],
      ...['POST /v1/projects/{id}/destinations', 'GET /v1/posture', 'POST /v1/posture/records'],
    ],
    allowed: both(['administrator']),
  },
];

/** Routes of no row, by the beginning of their names, and why. */
export const ROUTES_OF_EVERYBODY: readonly {
  readonly routes: readonly string[];
  readonly why: string;
}[] = [
  {
    routes: ['GET /v1/whoami', 'POST /v1/sign-out', 'POST /v1/keys', 'GET /v1/home'],
    why: 'are about who calls and nobody else',
  },
  {
    routes: [
      ...['GET /v1/people', 'GET /v1/budgets', 'GET /v1/charges', 'GET /v1/waiting'],
      ...['GET /v1/windows', 'GET /v1/locks', 'GET /v1/events', 'POST /v1/policy/replay'],
      'GET /v1/tokens',
    ],
    why: 'list or count only what the rows let one see',
  },
  {
    routes: [
      ...['GET /v1/imports', 'PUT /v1/imports', 'POST /v1/imports/', 'DELETE /v1/imports'],
      ...['GET /v1/rescans', 'GET /v1/admissions', 'POST /v1/sources/cards'],
      ...['GET /v1/lineage', 'POST /v1/lineage', 'GET /v1/recalls'],
      ...['GET /v1/screenings', 'GET /v1/monitors', 'POST /v1/monitors'],
    ],
    why: 'are about an import, which is seen and worked on like its source',
  },
  {
    routes: [
      ...['GET /v1/ledger/key', 'GET /v1/ledger/checkpoint', 'GET /v1/ledger/witnesses'],
      ...['GET /v1/ledger/consistency', 'GET /v1/posture/board', 'GET /v1/scenarios'],
      'POST /v1/scenarios',
    ],
    why: 'say nothing of a compartment',
  },
];

/** What the table says. */
export function outcomeOf(row: Deed, role: MatrixRole, place: Place): Outcome {
  if (row.allowed?.[place]?.includes(role) === true) return 'allowed';
  return row.held?.[place]?.includes(role) === true ? 'held' : 'refused';
}

const EVERYWHERE: Readonly<Record<Outcome, string>> = { allowed: '●', held: '■', refused: '' };
const OWN_ONLY: Readonly<Record<Outcome, string>> = { allowed: '○', held: '□', refused: '' };

/** Writes the table in Markdown: `●` allowed everywhere, `○` in the own project only, `■` and `□` held there. */
export function printDeeds(): string {
  const cell = (row: Deed, role: MatrixRole): string => {
    const own = outcomeOf(row, role, 'own');
    const foreign = outcomeOf(row, role, 'foreign');
    if (own === foreign) return EVERYWHERE[own];
    if (foreign === 'refused') return OWN_ONLY[own];
    throw new TypeError(`${row.deed}: a ${role} can do more in a foreign project than refused`);
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['deed', ...MATRIX_ROLES]),
    line(['---', ...MATRIX_ROLES.map(() => ':-:')]),
    ...DEEDS.map((row) => line([row.deed, ...MATRIX_ROLES.map((role) => cell(row, role))])),
  ].join('\n');
}
