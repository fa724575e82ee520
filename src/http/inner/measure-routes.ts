/** Routes of what the console's first page, budgets, waiting and policy pages show: sums over what one may see. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { CONTENT_TYPES } from '../../wire/index.ts';
import { countUses } from '../../egress/index.ts';
import type { Principal } from '../../people/index.ts';
import { POLICY_CHARACTERS_MAX } from '../../policy/index.ts';
import { listRequests, readWindow, sayKeyRisks } from '../../requests/index.ts';
import type { Request } from '../../requests/index.ts';
import { POLICY_BODY_BYTES_MAX, needPerson } from './ask.ts';
import { visibleBudgets } from './budget-sight.ts';
import { listForMe, showRequests } from './request-list.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { alarmsFor, chargesOf, inScope, scopeOf } from './scope.ts';
import type { Scope } from './scope.ts';

const DAY_MS = 86_400_000;
const HOME_DAYS = 30;
const HOME_REQUESTS = 50;
const days = z.coerce.number().int().min(1).max(366);
const daysQuery = z.strictObject({ days: days.optional() });

/** What left per day and per project, as far as a scope goes. */
async function sumCharges(gate: Gate, scope: Scope, count: number) {
  const nowMs = gate.clock.nowMs();
  const firstMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (count - 1) * DAY_MS;
  const byDay = new Map<string, { day: string; chargeBits: number; releases: number }>();
  const byProject = new Map<string, { project: string; chargeBits: number; releases: number }>();
  for (let i = 0; i < count; i++) {
    const day = isoTime(firstMs + i * DAY_MS).slice(0, 10);
    byDay.set(day, { day, chargeBits: 0, releases: 0 });
  }
  for (const line of await gate.releases.charges(firstMs)) {
    const { day, project } = line;
    if (!inScope(scope, project)) continue;
    const held = byProject.get(project) ?? { project, chargeBits: 0, releases: 0 };
    byProject.set(project, held);
    for (const sum of [byDay.get(day), held]) {
      if (sum === undefined) continue;
      sum.chargeBits += Number(line.chargeBits);
      sum.releases += line.releases;
    }
  }
  return {
    days: [...byDay.values()],
    byProject: [...byProject.values()].sort((a, b) => b.chargeBits - a.chargeBits),
  };
}

async function showHome(gate: Gate, principal: Principal): Promise<unknown> {
  const scope = await scopeOf(gate, principal);
  const waiting = await listForMe(gate, principal);
  const mine = await gate.requests.list({ requester: principal.id, limit: HOME_REQUESTS });
  return {
    waitingForMe: await showRequests(gate, principal, waiting.slice(0, HOME_REQUESTS)),
    mine: await showRequests(gate, principal, mine),
    counts: {
      waitingForMe: waiting.length,
      mine: await gate.requests.count({ requester: principal.id }),
    },
    alarms: [
      ...(await keyWarnings(gate, principal)),
      ...alarmsFor(gate, scope).map(({ sentence, atMs }) => ({ sentence, at: isoTime(atMs) })),
    ],
    leaving: (await sumCharges(gate, await chargesOf(gate, principal), HOME_DAYS)).days,
    budgets: await visibleBudgets(gate, principal),
  };
}

/** What the loss of one key would close for good, for those who see every person. */
async function keyWarnings(gate: Gate, principal: Principal) {
  const { current } = gate.rosters;
  if (current === null) return [];
  const seen = await gate.access.can(principal, 'people.view', { kind: 'gate' });
  if (!seen.allowed) return [];
  const { roster } = current;
  const risks = sayKeyRisks(roster, gate.clock.nowMs());
  return risks.map((sentence) => ({ sentence, at: roster.at }));
}

async function showWindow(gate: Gate, request: Request): Promise<unknown> {
  const window = readWindow(JSON.parse(request.input));
  const used = await gate.store.read((db: Kysely<unknown>) => countUses(db, request.id));
  return {
    request: request.id,
    requester: request.requester,
    project: request.project,
    destination: request.destination,
    job: window.job,
    types: window.types,
    bitsEach: window.bitsEach,
    bitsTotal: window.bitsTotal,
    usedBits: Number(used.bits),
    uses: window.uses,
    used: used.uses,
    until: isoTime(request.grantEndsMs ?? 0),
  };
}

async function listWindows(gate: Gate, principal: Principal): Promise<unknown> {
  const scope = await scopeOf(gate, principal);
  const granted = await listRequests(gate.store, {
    states: ['granted'],
    kinds: ['window'],
    limit: 1000,
  });
  const seen = granted.filter(
    (request) => request.requester === principal.id || inScope(scope, request.project),
  );
  return { windows: await Promise.all(seen.map((request) => showWindow(gate, request))) };
}

const replayBody = z.strictObject({
  days: z.number().int().min(1).max(366).default(30),
  changes: z
    .array(z.unknown())
    .max(200)
    .optional()
    .describe('steps of a change of the roster, such as `rule.set`'),
  policies: z.string().max(POLICY_CHARACTERS_MAX).optional().describe('Cedar policies'),
  automatic: z
    .strictObject({
      enabled: z.boolean().optional(),
      bitsPerRelease: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
      types: z.array(z.enum(CONTENT_TYPES)).optional(),
    })
    .optional()
    .describe('what may leave without a person'),
});

async function replay(
  gate: Gate,
  principal: Principal,
  input: z.infer<typeof replayBody>,
): Promise<unknown> {
  needPerson(principal);
  const scope = await scopeOf(gate, principal);
  const { enabled, bitsPerRelease, types } = input.automatic ?? {};
  const automatic = {
    ...(enabled === undefined ? {} : { automatic: enabled }),
    ...(bitsPerRelease === undefined ? {} : { automaticBitsMax: BigInt(bitsPerRelease) }),
    ...(types === undefined ? {} : { plainTypes: types }),
  };
  const { days: count, changes, policies } = input;
  return gate.measures.replay({ days: count, changes, policies, automatic }, scope.projects);
}

/** The routes. */
export const MEASURE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/home',
      summary: 'What waits for you, what you asked for, what leaves, your budgets, alarms',
      access: 'principal',
    },
    ({ gate, principal }) => showHome(gate, principal),
  ),
  route(
    {
      method: 'get',
      path: '/v1/charges',
      summary: 'What left, a day at a time and by project, of the projects you are read into',
      access: 'principal',
      query: daysQuery,
    },
    async ({ gate, principal, query }) =>
      sumCharges(gate, await chargesOf(gate, principal), query.days ?? 90),
  ),
  route(
    {
      method: 'get',
      path: '/v1/waiting',
      summary: 'How long requests wait and for whom, of the projects you are read into',
      access: 'principal',
      query: daysQuery,
    },
    async ({ gate, principal, query }) => {
      needPerson(principal);
      const scope = await scopeOf(gate, principal);
      return gate.measures.waiting(query.days ?? 30, scope.projects);
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/windows',
      summary: 'Open windows of the projects you are read into, and what is left of each',
      access: 'principal',
    },
    ({ gate, principal }) => listWindows(gate, principal),
  ),
  route(
    {
      method: 'post',
      path: '/v1/policy/replay',
      summary: 'The requests of the last days before proposed rules; nothing changes by it',
      access: 'principal',
      body: replayBody,
      bodyBytesMax: POLICY_BODY_BYTES_MAX,
    },
    ({ gate, principal, input }) => replay(gate, principal, input),
  ),
];
