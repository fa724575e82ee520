/** Measures over many requests: waiting and policy replay. Wired here because they need several rooms. */
import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { isoTime } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import { decideAgain } from '../egress/index.ts';
import type { ExportHost, ExportPolicy } from '../egress/index.ts';
import { applyChanges } from '../people/index.ts';
import type { Change, People, Principal } from '../people/index.ts';
import { tryPolicy } from '../policy/index.ts';
import {
  decidedSince,
  judgeRequest,
  listRequests,
  listWaitingRows,
  measureWaiting,
  policyOf,
  readAccess,
  readChanges,
  readVotesOf,
  replayRequests,
  viewsSince,
  votesSince,
  waitsOf,
  waitsSince,
  writeShipped,
} from '../requests/index.ts';
import type {
  Locks,
  PolicyAnswer,
  Replay,
  ReplayRow,
  Request,
  Requests,
  Rosters,
  Stood,
  Waited,
  Waiting,
  WaitingInput,
} from '../requests/index.ts';
import type { Store } from '../store/index.ts';
import { openAccess } from './access.ts';
import type { Access } from './access.ts';
import type { News } from './news.ts';

/** What is proposed; what is left out stays as it is. */
export interface ReplayAsk {
  readonly days: number;
  /** Steps of a change of the roster, such as `rule.set`. */
  readonly changes?: readonly unknown[] | undefined;
  /** Cedar policies. */
  readonly policies?: string | undefined;
  readonly automatic?: Partial<ExportPolicy> | undefined;
}

/** The measures of one gate. `projects` says whose requests count; null for everybody's. */
export interface Measures {
  waiting(days: number, projects: readonly string[] | null): Promise<Waiting>;
  replay(ask: ReplayAsk, projects: readonly string[] | null): Promise<Replay>;
  /**
   * How held and unreviewed requests stand, the gravest first: a copy that everybody shares, made anew at every news and
   * after {@link HELD_MS}. The same list is given as long as it is the same copy.
   */
  held(): Promise<readonly Stood[]>;
}

/** What the measures stand on. */
export interface MeasuresHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly requests: Requests;
  readonly rosters: Rosters;
  readonly access: Access;
  readonly people: People;
  readonly locks: Locks;
  readonly exports: ExportHost;
  readonly news: News;
}

const DAY_MS = 86_400_000;
/** Every change is news, and ends the copy before. */
const HELD_MS = 5_000;
const WAITING_MS = 10_000;
const PERIODS_MAX = 20;
const SCOPES_MAX = 200;
const HELD_MAX = 1_000;
const KNOWN_WAITS_MAX = 20_000;
const RECKONED_AT_ONCE = 50;

/** What the waiting of a period is measured from, of every project. */
interface Period extends Omit<WaitingInput, 'held' | 'decided'> {
  /** On whom each request waited that was decided in it. */
  readonly waits: ReadonlyMap<string, readonly Waited[]>;
}

/** The waits of what was decided never change; they are reckoned once. */
type KnownWaits = Map<string, readonly Waited[]>;

async function readWaits(
  { store, rosters }: MeasuresHost,
  sinceMs: number,
  known: KnownWaits,
): Promise<Period['waits']> {
  const roster = rosters.current?.roster;
  const votes = await store.read((db: Kysely<unknown>) => decidedSince(db, sinceMs));
  const waits = new Map<string, readonly Waited[]>();
  if (known.size > KNOWN_WAITS_MAX) known.clear();
  let reckoned = 0;
  for (const [id, of] of Map.groupBy(votes, (vote) => vote.request)) {
    const last = of.at(-1);
    if (roster === undefined || last === undefined) continue;
    const key = `${id} ${String(last.atMs)}`;
    const found = known.get(key) ?? waitsOf(roster, last.subject, of);
    // Of thousands at once nobody else waits for all of them.
    if (!known.has(key) && ++reckoned % RECKONED_AT_ONCE === 0) await setImmediate();
    known.set(key, found);
    waits.set(id, found);
  }
  return waits;
}

async function readPeriod(host: MeasuresHost, days: number, known: KnownWaits): Promise<Period> {
  const { store, clock } = host;
  const nowMs = clock.nowMs();
  // Whole days, as what left is counted.
  const sinceMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;
  const requests = await listWaitingRows(store, sinceMs);
  const votes = await store.read((db: Kysely<unknown>) => votesSince(db, sinceMs));
  const views = await store.read((db: Kysely<unknown>) => viewsSince(db, sinceMs));
  const waits = await readWaits(host, sinceMs, known);
  return { requests, votes, views, waits, sinceMs, nowMs };
}

/**
 * Whether those who decide about a request may be named to somebody of these projects: a share is decided on two sides, and
 * access by the owners of what is asked for, who may be of another compartment.
 */
function namesDeciders(
  {
    kind,
    project,
    destination,
    input,
  }: Pick<Request, 'kind' | 'project' | 'destination' | 'input'>,
  projects: readonly string[] | null,
): boolean {
  if (projects === null) return true;
  if (kind === 'share') return projects.includes(project) && projects.includes(destination);
  if (kind !== 'access') return true;
  const { target, what } = readAccess(JSON.parse(input));
  if (target === 'project') return projects.includes(what);
  if (target === 'tool') return projects.includes(project);
  return what.startsWith('project:') && projects.includes(what.slice('project:'.length));
}

/** On whom a request waits, as if nobody had voted: the difference would name those who have. */
function withoutVotes({ request, judgement, roster, nowMs }: Stood): Stood['judgement'] {
  return judgement?.state === 'open' ? judgeRequest(request, [], roster, { nowMs }) : judgement;
}

/** Measures as much of a period as some projects are. */
function measureScope(
  period: Period,
  stoods: readonly Stood[],
  projects: readonly string[] | null,
): Waiting {
  const inScope = (project: string): boolean => projects?.includes(project) ?? true;
  const requests = period.requests.filter((request) => inScope(request.project));
  const named = requests.filter((request) => namesDeciders(request, projects));
  const ids = new Set(named.map((request) => request.id));
  const isOpen = ({ request }: Stood): boolean =>
    request.state === 'held' && inScope(request.project);
  const held = stoods.filter(isOpen).map((stood) => ({
    sinceMs: sinceOf(stood.request),
    judgement: namesDeciders(stood.request, projects) ? withoutVotes(stood) : null,
  }));
  // What is decided blind is measured when it is decided.
  const open = new Set(
    stoods.flatMap(({ request }) => (request.state === 'held' ? [request.id] : [])),
  );
  const votes = period.votes.filter((vote) => ids.has(vote.request) && !open.has(vote.request));
  const decided = [...period.waits].flatMap(([id, waits]) => (ids.has(id) ? [waits] : []));
  return measureWaiting({ ...period, requests, votes, held, decided });
}

const sinceOf = ({ subject, askedMs }: Request): number =>
  subject === null ? askedMs : waitsSince(subject);

async function standHeld({ store, requests }: MeasuresHost): Promise<readonly Stood[]> {
  const states = ['held', 'unreviewed'] as const;
  const held = await requests.list({ states, sort: 'risk', limit: HELD_MAX });
  const ids = held.map((request) => request.id);
  const votes = await store.read((db: Kysely<unknown>) => readVotesOf(db, ids));
  const locked = await requests.approvals.locked();
  return held.map((request) =>
    requests.approvals.standSoon(request, votes.get(request.id) ?? [], locked),
  );
}

function readProposal(changes: readonly unknown[]): readonly Change[] {
  return changes.length === 0 ? [] : readChanges(writeShipped(changes));
}

/** Whether the requester could still ask, under other policies. */
async function mayAsk(
  access: Access,
  known: Map<string, boolean>,
  principal: Principal | undefined,
  request: Request,
): Promise<boolean> {
  if (principal === undefined || request.kind === 'policy' || request.project === '') return true;
  const key = `${principal.id} ${request.project} ${request.kind}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const resource = { kind: 'project', id: request.project } as const;
  const { allowed } = await access.can(principal, 'request.ask', resource, request.kind);
  known.set(key, allowed);
  return allowed;
}

function answer(request: Request, policy: ExportPolicy): PolicyAnswer | null {
  if (request.kind === 'export') return decideAgain(request, policy);
  if (request.verdict === null) return null;
  // Other kinds are held or denied for what they ask, which no proposal changes.
  const { verdict, tier, reason } = request;
  const held = verdict === 'allow' && tier !== null ? 'hold' : verdict;
  return { verdict: held, tier: tier as PolicyAnswer['tier'], reason: reason ?? '' };
}

async function replay(
  host: MeasuresHost,
  ask: ReplayAsk,
  projects: readonly string[] | null,
): Promise<Replay> {
  const { clock, rosters } = host;
  const nowMs = clock.nowMs();
  const { roster } = rosters.need();
  const changes = readProposal(ask.changes ?? []);
  const proposed = changes.length === 0 ? roster : applyChanges(roster, changes, isoTime(nowMs));
  const policies = ask.policies ?? policyOf(changes);
  const rows = (access: Access | null): Promise<readonly ReplayRow[]> =>
    answerAgain(host, ask, access, projects);
  const answered =
    policies === undefined
      ? await rows(null)
      : await tryPolicy({ policies }, (policy) =>
          rows(openAccess({ ...host, policyNow: () => policy })),
        );
  return replayRequests(answered, { now: roster, proposed }, nowMs);
}

/** Every request of the days with its answer now and as proposed. `access` is that of the proposed policies. */
async function answerAgain(
  host: MeasuresHost,
  ask: ReplayAsk,
  access: Access | null,
  projects: readonly string[] | null,
): Promise<readonly ReplayRow[]> {
  const { store, clock, people } = host;
  const nowMs = clock.nowMs();
  const requests = await listRequests(store, {
    sinceMs: nowMs - ask.days * DAY_MS,
    limit: Number.MAX_SAFE_INTEGER,
    ...(projects === null ? {} : { projects }),
  });
  const principals = new Map((await people.principals()).map((each) => [each.id, each]));
  const models = new Map((await people.projects()).map((each) => [each.id, each.models]));
  const known = new Map<string, boolean>();
  const rows: ReplayRow[] = [];
  for (const request of requests) {
    const now = answer(request, host.exports.policy);
    const then = answer(request, { ...host.exports.policy, ...ask.automatic });
    if (now === null || then === null) continue;
    const may =
      access === null || (await mayAsk(access, known, principals.get(request.requester), request));
    const after: PolicyAnswer = may
      ? then
      : { verdict: 'deny', tier: null, reason: 'its requester may not ask for it' };
    rows.push({ request, models: models.get(request.project) ?? [], now, proposed: after });
  }
  return rows;
}

/** Opens the measures. */
export function openMeasures(host: MeasuresHost): Measures {
  const knownWaits: KnownWaits = new Map();
  const periods = new Map<number, { atMs: number; period: Promise<Period> }>();
  const measured = new Map<string, { of: Promise<Period>; waiting: Promise<Waiting> }>();
  let copy: { atMs: number; held: Promise<readonly Stood[]> } | undefined;
  host.news.listen(() => {
    copy = undefined;
  });
  const held = (): Promise<readonly Stood[]> => {
    const nowMs = host.clock.nowMs();
    if (copy === undefined || nowMs - copy.atMs >= HELD_MS)
      copy = { atMs: nowMs, held: standHeld(host) };
    return copy.held;
  };
  const periodOf = (days: number): Promise<Period> => {
    const nowMs = host.clock.nowMs();
    const known = periods.get(days);
    if (known !== undefined && nowMs - known.atMs < WAITING_MS) return known.period;
    const period = readPeriod(host, days, knownWaits);
    if (periods.size >= PERIODS_MAX) periods.clear();
    periods.set(days, { atMs: nowMs, period });
    period.catch(() => periods.delete(days));
    return period;
  };
  return {
    held,
    waiting: (days, projects) => {
      const key = JSON.stringify([days, projects]);
      const period = periodOf(days);
      const known = measured.get(key);
      if (known?.of === period) return known.waiting;
      if (measured.size >= SCOPES_MAX) measured.clear();
      const waiting = Promise.all([period, held()]).then(([of, stoods]) =>
        measureScope(of, stoods, projects),
      );
      measured.set(key, { of: period, waiting });
      waiting.catch(() => measured.delete(key));
      return waiting;
    },
    replay: (ask, projects) => replay(host, ask, projects),
  };
}
