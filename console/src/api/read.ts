/**
 * Brings answers into the one shape that pages rely on. The gate may leave out what it has not, and says some things in
 * a shorter way than pages show them; what is missing becomes empty here, so that no page has to ask twice.
 */
import type * as T from './types.ts';

type Loose = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list<D>(value: unknown): readonly D[] {
  return Array.isArray(value) ? (value as D[]) : [];
}

/** A principal, also where only its id is told. */
function readPrincipal(value: unknown, sponsor: unknown): T.PrincipalRef {
  if (isRecord(value)) return value as unknown as T.PrincipalRef;
  const id = String(value as string);
  const known = typeof sponsor === 'string' ? sponsor : null;
  return { id, name: id, kind: known === null ? 'person' : 'agent', sponsor: known };
}

/** A request in a line. */
export function readRequest(raw: Loose): T.RequestShown {
  const shown = raw as unknown as T.RequestShown;
  return {
    ...shown,
    requester: readPrincipal(raw['requester'], raw['sponsor']),
    tier: shown.tier ?? null,
    votes: shown.votes ?? null,
    risk: shown.risk ?? 0,
    escalation: shown.escalation ?? null,
    progress: shown.progress ?? null,
    firstViewedAt: shown.firstViewedAt ?? null,
    quorumAt: shown.quorumAt ?? null,
    can: list(raw['can']),
    brokenGlass: shown.brokenGlass ?? ['unreviewed', 'reviewed'].includes(shown.state),
  };
}

function readMissing(raw: Loose): T.MissingApproval {
  return {
    clause: String(raw['clause'] as string),
    count: Number(raw['count'] ?? 1),
    candidates: list<unknown>(raw['candidates']).map((each) =>
      isRecord(each)
        ? (each as unknown as { id: string; name: string })
        : { id: String(each), name: String(each) },
    ),
  };
}

function readQuorum(raw: unknown): T.Quorum | null {
  if (!isRecord(raw)) return null;
  const quorum = raw as unknown as T.Quorum;
  return {
    ...quorum,
    words: quorum.words ?? quorum.rule,
    missing: list<Loose>(raw['missing']).map(readMissing),
    keysMissing: list(raw['keysMissing']),
    votes: list(raw['votes']),
  };
}

/** A request with everything that its page shows. */
export function readDetails(raw: Loose): T.RequestDetails {
  const details = raw as unknown as T.RequestDetails;
  return {
    ...details,
    ...readRequest(raw),
    reasons: list(raw['reasons']),
    fileList: list(raw['fileList']),
    history: list(raw['history']),
    comments: list(raw['comments']),
    quorum: readQuorum(raw['quorum']),
    subject: details.subject ?? null,
    clocks: details.clocks ?? null,
    previous: details.previous ?? null,
    changes: list<unknown>(raw['changes']).map((each) =>
      isRecord(each) ? (each as unknown as T.ChangeShown) : { op: '', sentence: String(each) },
    ),
  };
}

/** A page of the queue. */
export function readRequestPage(raw: Loose): T.RequestPage {
  const page = raw as unknown as T.RequestPage;
  return {
    ...page,
    requests: list<Loose>(raw['requests']).map(readRequest),
    next: page.next ?? null,
    counts: page.counts ?? { forMe: 0, mine: 0, held: 0 },
  };
}

/** The first page. */
export function readHome(raw: Loose): T.Home {
  const home = raw as unknown as T.Home;
  return {
    ...home,
    waitingForMe: list<Loose>(raw['waitingForMe']).map(readRequest),
    mine: list<Loose>(raw['mine']).map(readRequest),
    alarms: list(raw['alarms']),
    leaving: list(raw['leaving']),
    budgets: list(raw['budgets']),
  };
}

/** Who is signed in. */
export function readWhoami(raw: Loose): T.Whoami {
  const self = raw as unknown as T.Whoami;
  return {
    ...self,
    roles: self.roles ?? { groups: [], projects: {}, models: {} },
    can: self.can ?? {},
    keys: list(raw['keys']),
    session: self.session ?? null,
  };
}

/** A person; projects are told as names or with the roles in each. */
export function readPerson(raw: Loose): T.PersonShown {
  const person = raw as unknown as T.PersonShown;
  const projects = raw['projects'];
  return {
    ...person,
    sponsor: person.sponsor ?? null,
    groups: list(raw['groups']),
    projects: isRecord(projects) ? Object.keys(projects) : list(projects),
    keys: list(raw['keys']),
    until: person.until ?? null,
  };
}

/** A project; members are told as ids or with their roles. */
export function readProject(raw: Loose): T.ProjectShown {
  const project = raw as unknown as T.ProjectShown;
  return {
    ...project,
    title: project.title ?? project.id,
    members: list<unknown>(raw['members']).map((each) =>
      isRecord(each)
        ? (each as unknown as T.ProjectShown['members'][number])
        : { id: String(each), roles: [], until: null },
    ),
    models: list(raw['models']),
    destinations: list(raw['destinations']),
  };
}

interface MatrixRow {
  readonly action: string;
  readonly on?: string;
  readonly cells: Readonly<Record<string, { readonly own: boolean; readonly foreign: boolean }>>;
}

/** The policy; the table of permissions is told cell by cell or row by row. */
export function readPolicy(raw: Loose): T.PolicyShown {
  const policy = raw as unknown as T.PolicyShown;
  const matrix = list<T.PolicyShown['matrix'][number] | MatrixRow>(raw['matrix']);
  return {
    ...policy,
    rules: list<T.RuleShown>(raw['rules']).map((rule) => ({ ...rule, when: rule.when ?? '' })),
    sentences: list<unknown>(raw['sentences']).map((each) =>
      isRecord(each) ? String(each['sentence'] ?? each['id'] ?? '') : String(each),
    ),
    matrix: matrix.flatMap((row) =>
      'cells' in row
        ? Object.entries(row.cells).map(([role, cell]) => ({
            role,
            action: row.on === undefined ? row.action : `${row.action} (${row.on})`,
            ...cell,
          }))
        : [row],
    ),
  };
}

/** The roster with its chain, the newest version first. */
export function readRoster(raw: Loose): T.RosterShown {
  const roster = raw as unknown as T.RosterShown;
  return {
    ...roster,
    chain: list<Loose>(raw['chain'])
      .map((each) => ({
        ...(each as unknown as T.RosterShown['chain'][number]),
        by: list<string>(each['by']),
        signatures: Number(each['signatures'] ?? list(each['by']).length),
        changes: list<string>(each['changes']),
      }))
      .sort((a, b) => b.version - a.version),
  };
}

/** The founding as it stands; before everybody has a key there is nothing to sign. */
export function readFounding(raw: Loose): T.FoundingState {
  const founding = raw as unknown as T.FoundingState;
  const text = founding.request ?? founding.document ?? null;
  return {
    ...founding,
    request: text,
    document: founding.document ?? null,
    digest: founding.digest ?? null,
    challenge: founding.challenge ?? null,
    namespace: founding.namespace ?? 'sallyport-approval@v1',
  };
}
