/** The people, projects and rules of the fake door: small, but with every role. */
import type {
  KeyShown,
  PersonShown,
  PolicyShown,
  ProjectShown,
  RosterShown,
  Whoami,
} from '../../../console/src/api/types.ts';

export const NAMES: Readonly<Record<string, string>> = {
  ada: 'Ada',
  alan: 'Alan',
  barbara: 'Barbara',
  edsger: 'Edsger',
  grace: 'Grace',
  katherine: 'Katherine',
  tony: 'Tony',
};

const SPONSORED = [
  { id: 'eval-agent', name: 'Evaluation agent', kind: 'agent', sponsor: 'alan' },
  { id: 'nightly', name: 'Nightly job', kind: 'workload', sponsor: 'tony' },
] as const;

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ada: ['administrators', 'security'],
  grace: ['security'],
  barbara: ['administrators'],
  katherine: ['auditors'],
};

export const PROJECTS: readonly Omit<ProjectShown, 'can'>[] = [
  {
    id: 'protein-study',
    title: 'Protein study',
    members: ['alan', 'ada', 'grace', 'edsger', 'eval-agent'],
    models: ['falcon-70b'],
    destinations: [
      { name: 'journal', number: 1 },
      { name: 'partner-lab', number: 2 },
    ],
  },
  {
    id: 'red-team',
    title: 'Red team',
    members: ['tony', 'ada', 'nightly'],
    models: ['falcon-70b', 'heron-8b'],
    destinations: [{ name: 'regulator', number: 1 }],
  },
  {
    id: 'evaluations',
    title: 'Evaluations',
    members: ['edsger', 'ada', 'barbara'],
    models: ['heron-8b'],
    destinations: [
      { name: 'dashboard', number: 1 },
      { name: 'regulator', number: 2 },
    ],
  },
];

/** Who has which role where. */
const ROLES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'protein-study': {
    alan: ['member'],
    ada: ['member', 'reviewer'],
    grace: ['reviewer'],
    edsger: ['member', 'owner'],
    'eval-agent': ['member'],
  },
  'red-team': { tony: ['member', 'owner'], ada: ['reviewer'], nightly: ['member'] },
  evaluations: { edsger: ['member', 'owner'], ada: ['reviewer'], barbara: ['member'] },
};

export function keysOf(id: string): readonly KeyShown[] {
  const digest = Buffer.from(`${id}-key-fingerprint-of-43-characters-000000000`).toString('base64');
  return [
    {
      id: `SHA256:${digest.slice(0, 43)}`,
      label: 'laptop',
      kind: 'passkey',
      deviceBound: true,
      until: null,
      credential: Buffer.from(`credential-${id}`).toString('base64url'),
    },
    {
      id: `SHA256:${digest.slice(4, 47)}`,
      label: 'YubiKey, in the safe',
      kind: 'security-key',
      deviceBound: true,
      until: null,
      credential: null,
    },
  ];
}

function projectsOf(id: string): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(ROLES).flatMap(([project, roles]) =>
      roles[id] === undefined ? [] : [[project, roles[id]] as const],
    ),
  );
}

/** Everybody that the viewer is read into, and as many more as a test wants. */
export function listPeople(extra: number): PersonShown[] {
  const people = Object.entries(NAMES).map(([id, name]): PersonShown => ({
    id,
    name,
    kind: 'person',
    sponsor: null,
    groups: GROUPS[id] ?? [],
    projects: projectsOf(id),
    keys: keysOf(id),
    until: id === 'tony' ? '2027-03-01T00:00:00.000Z' : null,
  }));
  const sponsored = SPONSORED.map((each): PersonShown => ({
    ...each,
    groups: [],
    projects: projectsOf(each.id),
    keys: [],
    until: null,
  }));
  const more = Array.from({ length: extra }, (_, i): PersonShown => ({
    id: `person-${String(i)}`,
    name: `Person ${String(i)}`,
    kind: 'person',
    sponsor: null,
    groups: [],
    projects: { evaluations: ['member'] },
    keys: [],
    until: null,
  }));
  return [...people, ...sponsored, ...more];
}

/** Who is signed in. */
export function showSelf(
  id: string,
  keys: readonly KeyShown[] | undefined,
  settings: Whoami['can'],
): Whoami {
  const projects = projectsOf(id);
  const groups = GROUPS[id] ?? [];
  return {
    id,
    kind: 'person',
    name: NAMES[id] ?? id,
    sponsor: null,
    role: groups.includes('administrators') ? 'administrator' : 'member',
    roles: { groups, projects, models: id === 'edsger' ? { 'falcon-70b': ['owners'] } : {} },
    can: [
      groups.includes('security')
        ? { event: 'lock', allowed: true, reason: null }
        : { event: 'lock', allowed: false, reason: 'only security can do that' },
      { event: 'change', allowed: true, reason: null },
      ...settings,
    ],
    keys: keys ?? keysOf(id),
  };
}

export const POLICY: PolicyShown = {
  sha256: '5b1d8b0f6f7d1c7c2b4a1f0e9d8c7b6a594837261504f3e2d1c0bfaeb9d8c7a6',
  rules: [
    {
      kind: 'export',
      tier: 'automatic',
      when: 'the type is plain, nothing was found and the charge is at most 64,000 bits',
      quorum: 'none',
      words: 'leaves at once, within a budget of its own',
    },
    {
      kind: 'export',
      tier: 'self',
      when: 'the charge is at most 200,000 bits and nothing was found',
      quorum: 'requester',
      words: 'the requester vouches for it with a reason',
    },
    {
      kind: 'export',
      tier: 'one',
      when: 'the charge is at most 40,000,000 bits',
      quorum: '1 of reviewers(project)',
      words: 'one reviewer of the project',
    },
    {
      kind: 'export',
      tier: 'quorum',
      when: 'a weight-shaped finding, a locked model, or a larger charge',
      quorum: '2 of security, 1 of reviewers(project)',
      words: 'two of security and one reviewer of the project, one of them outside of the browser',
    },
    {
      kind: 'access',
      tier: 'one',
      when: 'always',
      quorum: '1 of owners(target)',
      words: 'one owner of the project',
    },
    {
      kind: 'unlock',
      tier: 'one',
      when: 'always, within 8 hours',
      quorum: '1 of security',
      words: 'one of security',
    },
    {
      kind: 'policy',
      tier: 'quorum',
      when: 'always',
      quorum: '2 of administrators',
      words: 'two administrators, under the old and under the new rules',
    },
  ],
  inForce: {
    shipped: false,
    version: 7,
    since: '2026-11-20T09:14:00.000Z',
    request: 'req_0042',
    by: ['barbara', 'grace'],
  },
  shipped: {
    cedar: '// The shipped policies.\n',
    sha256: 'f968923494cd8c809d6028ffaf528d76df81890668d50c2882dbd2a19907b3f0',
    difference: {
      summary: '2 lines added, 1 line removed',
      hunks: [
        { kind: 'same', text: 'forbid (' },
        { kind: 'removed', text: '  principal is Agent,' },
        { kind: 'added', text: '  principal,' },
        { kind: 'added', text: '  action == Action::"approve",' },
      ],
    },
  },
  sentences: [
    { id: 'rule-1', says: 'a member of a project may ask for exports to its destinations' },
    {
      id: 'rule-2',
      says: 'nobody approves what they asked for, and a sponsor never approves for its agent',
    },
    {
      id: 'rule-3',
      says: 'one denial ends a request, and reviewers vote blind until all that are needed have voted',
    },
    {
      id: 'rule-4',
      says: 'weights, optimiser states and whatever no parser understands never leave',
    },
    { id: 'rule-5', says: 'an error while deciding is a denial' },
  ],
  cedar: `// A member asks for exports to the destinations of its project.
permit (
  principal,
  action == Action::"ask",
  resource is Destination
) when {
  principal in resource.project.members
};

// Nobody approves what they asked for; a sponsor never approves for its agent.
forbid (
  principal,
  action == Action::"approve",
  resource is Request
) when {
  principal == resource.requester || principal == resource.requester.sponsor
};
`,
  matrix: ['ask', 'read', 'approve', 'comment', 'lock', 'change', 'read ledger'].map((action) => ({
    action,
    on: action === 'read ledger' ? 'the ledger' : 'a project',
    cells: Object.fromEntries(
      ['member', 'reviewer', 'owner', 'security', 'administrator', 'auditor'].map((role) => [
        role,
        {
          own:
            {
              ask: role === 'member' || role === 'owner',
              read: true,
              approve: ['reviewer', 'owner', 'security'].includes(role),
              comment: role !== 'auditor',
              lock: role === 'security',
              change: role === 'administrator' || role === 'owner',
              'read ledger': role === 'auditor' || role === 'administrator',
            }[action] ?? false,
          foreign:
            (action === 'lock' && role === 'security') ||
            (action === 'read ledger' && role === 'auditor'),
        },
      ]),
    ),
  })),
};

export const ROSTER: RosterShown = {
  version: 3,
  sha256: '9f2c4d7e8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c0d',
  chain: [
    {
      version: 1,
      sha256: '7d9e1f2a4b6c8d0e2f4a6b8c0d1a3b5c9f2c4d7e8a1b3c5d7e9f0a2b4c6d8e0f',
      at: '2026-11-10T08:00:00.000Z',
      signatures: 3,
      changes: ['the gate is founded by ada, barbara and grace'],
    },
    {
      version: 2,
      sha256: '1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c0d9f2c4d7e8a1b3c5d7e9f0a2b4c6d8e0f',
      at: '2026-11-12T15:40:00.000Z',
      signatures: 2,
      changes: ['katherine joins the group auditors', 'the project evaluations is added'],
    },
    {
      version: 3,
      sha256: '9f2c4d7e8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c0d',
      at: '2026-11-20T09:12:00.000Z',
      signatures: 2,
      changes: ['tony becomes an owner of the project red-team until 2027-03-01'],
    },
  ],
};
