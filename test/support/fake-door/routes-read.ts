/** Reading routes of the fake door. */
import type { Hono } from 'hono';
import type { RequestShown } from '../../../console/src/api/types.ts';
import { DIFFERENCE } from './files.ts';
import { listCharges, listWindows, showWaiting } from './numbers.ts';
import { POLICY, PROJECTS, ROSTER, listPeople, showSelf } from './people.ts';
import { mountSettings, settingsCan } from './settings.ts';
import type { FakeState } from './state.ts';

const ROUTE_UNKNOWN = { code: 'HTTP_ROUTE_UNKNOWN', title: 'there is nothing here', hint: '' };

type Query = Readonly<Record<string, string>>;

function matches(request: RequestShown, query: Query, viewer: string): boolean {
  const { state, kind, project, job, text } = query;
  if (query['for'] === 'me' && !request.can.some((can) => can.event === 'approve' && can.allowed)) {
    return false;
  }
  if (query['for'] === 'mine' && request.requester !== viewer) return false;
  if (state && request.state !== state) return false;
  if (kind && request.kind !== kind) return false;
  if (project && request.project !== project) return false;
  if (job && request.job !== job) return false;
  if (!text) return true;
  const all = `${request.title} ${request.why} ${request.requester}`.toLowerCase();
  return all.includes(text.toLowerCase());
}

function compare(sort: string | undefined): (a: RequestShown, b: RequestShown) => number {
  if (sort === 'age') return (a, b) => (a.askedAt < b.askedAt ? -1 : 1);
  if (sort === 'newest') return (a, b) => (a.askedAt > b.askedAt ? -1 : 1);
  return (a, b) => b.risk - a.risk || (a.askedAt < b.askedAt ? -1 : 1);
}

function listPage(state: FakeState, query: Query): object {
  const all = state.requests();
  const found = all
    .filter((each) => matches(each, query, state.viewer))
    .sort(compare(query['sort']));
  const from = Number(query['cursor'] ?? 0);
  const to = from + Number(query['limit'] ?? 100);
  const count = (filter: Query) => all.filter((each) => matches(each, filter, state.viewer)).length;
  return {
    requests: found.slice(from, to),
    next: to < found.length ? String(to) : null,
    total: found.length,
    counts: {
      forMe: count({ for: 'me' }),
      mine: count({ for: 'mine' }),
      held: count({ state: 'held' }),
    },
  };
}

function showHome(state: FakeState): object {
  const empty = state.mode === 'empty';
  const all = state.requests();
  return {
    waitingForMe: all.filter((each) => matches(each, { for: 'me' }, state.viewer)).slice(0, 9),
    mine: all.filter((each) => matches(each, { for: 'mine' }, state.viewer)).slice(0, 7),
    counts: {
      waitingForMe: all.filter((each) => matches(each, { for: 'me' }, state.viewer)).length,
      mine: all.filter((each) => matches(each, { for: 'mine' }, state.viewer)).length,
    },
    alarms: empty
      ? []
      : [
          {
            at: new Date(state.now - 40 * 60_000).toISOString(),
            sentence: 'tony approved 6 requests in under 5 seconds this week',
          },
        ],
    leaving: empty ? [] : listCharges(30, state.now).days,
    budgets: empty ? [] : state.settings.budgets(),
  };
}

function mountRequests(app: Hono, state: FakeState): void {
  app.get('/v1/requests', (c) => c.json(listPage(state, c.req.query())));
  app.get('/v1/requests/:id', async (c) => {
    const found = await state.find(c.req.param('id'));
    return found === null ? c.json(ROUTE_UNKNOWN, 404) : c.json(found);
  });
  app.get('/v1/requests/:id/difference', (c) => c.json(DIFFERENCE));
  app.get('/v1/requests/:id/approvals', async (c) => {
    const details = await state.find(c.req.param('id'));
    const approvals = (details?.quorum?.votes ?? []).map((vote) => ({
      ...vote,
      key: 'SHA256:2yCk0kSGn5MyWQGnE2fjsdMrmsX4cbo1sJHqtVmxXGM',
      signature: '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n',
      allowedSigners: `${vote.person.toLowerCase()} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample`,
    }));
    return c.json({ approvals, subject: details?.subject?.text ?? null });
  });
  app.get('/v1/requests/:id/files/:index/preview', (c) => {
    const file = state.files[Number(c.req.param('index'))];
    return file === undefined ? c.json(ROUTE_UNKNOWN, 404) : c.json(file.preview);
  });
  app.get('/v1/requests/:id/files/:index', (c) => {
    const file = state.files[Number(c.req.param('index'))];
    if (file === undefined) return c.json(ROUTE_UNKNOWN, 404);
    return new Response(new Uint8Array(file.bytes), {
      headers: { 'content-type': 'application/octet-stream' },
    });
  });
}

/** The routes that change nothing. */
export function mountReading(app: Hono, state: FakeState): void {
  const full = <T>(list: readonly T[]): readonly T[] => (state.mode === 'empty' ? [] : list);
  app.get('/v1/whoami', (c) =>
    state.person === null
      ? c.json({ code: 'PEOPLE_UNKNOWN', title: 'nobody is signed in', hint: 'sign in' }, 401)
      : c.json(
          showSelf(state.person, state.keysOf(state.person), [
            settingsCan(state.viewer, 'budget', 'budget.change'),
            settingsCan(state.viewer, 'model', 'model.change'),
          ]),
        ),
  );
  mountRequests(app, state);
  app.get('/v1/home', (c) => c.json(showHome(state)));
  mountSettings(app, state);
  app.get('/v1/charges', (c) => {
    const days = Number(c.req.query('days') ?? 90);
    return c.json(
      state.mode === 'empty' ? { days: [], byProject: [] } : listCharges(days, state.now),
    );
  });
  app.get('/v1/waiting', (c) => {
    const waiting = showWaiting(Number(c.req.query('days') ?? 30), state.now);
    return c.json(
      state.mode === 'empty'
        ? {
            ...waiting,
            tiers: [],
            byDay: [],
            bottlenecks: [],
            fastApprovals: [],
            automaticShare: 0,
          }
        : waiting,
    );
  });
  app.get('/v1/tokens', (c) => c.json({ tokens: [] }));
  app.get('/v1/people', (c) => c.json({ people: full(listPeople(state.peopleExtra)) }));
  app.get('/v1/projects/:id/people', (c) =>
    c.json({
      people: full(listPeople(0))
        .filter((each) => c.req.param('id') in each.projects)
        .map((each) => ({ ...each, grantedUntil: null })),
    }),
  );
  app.get('/v1/projects', (c) => {
    const can = [settingsCan(state.viewer, 'destination', 'project.change')];
    return c.json({ projects: full(PROJECTS).map((each) => ({ ...each, can })) });
  });
  app.get('/v1/shares', (c) =>
    c.json(state.mode === 'empty' ? { withUs: [], byUs: [] } : state.shares),
  );
  app.get(
    '/v1/shares/:id/files/:index',
    () => new Response('a,b\n1,2\n', { headers: { 'content-type': 'application/octet-stream' } }),
  );
  app.get('/v1/policy', (c) =>
    c.json(state.mode === 'empty' ? { ...POLICY, rules: [], sentences: [], matrix: [] } : POLICY),
  );
  app.get('/v1/roster', (c) => c.json(ROSTER));
  app.get('/v1/locks', (c) => c.json({ locks: full(state.locks) }));
  app.get('/v1/windows', (c) => c.json({ windows: full(listWindows(state.now)) }));
}
