/** The inner door: every route, the answers to errors, and the OpenAPI document made from the same table. */
import { Hono } from 'hono';
import type { Gate } from '../../app/index.ts';
import { httpErrors } from '../errors.ts';
import { answerProblem, toProblem } from '../problem.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { KEY_ROUTES } from './key-routes.ts';
import { LOOK_ROUTES } from './look-routes.ts';
import { MEASURE_ROUTES } from './measure-routes.ts';
import { BUDGET_ROUTES } from './budget-routes.ts';
import { APPROVAL_ROUTES } from './approval-routes.ts';
import { mountConsole } from './console-routes.ts';
import { IMPORT_ROUTES } from './import-routes.ts';
import { LEDGER_ROUTES } from './ledger-routes.ts';
import { POLICY_ROUTES } from './policy-routes.ts';
import { ROSTER_ROUTES } from './roster-routes.ts';
import { SIGN_IN_ROUTES } from './sign-in-routes.ts';
import { LINEAGE_ROUTES } from './lineage-routes.ts';
import { MONITOR_ROUTES } from './monitor-routes.ts';
import { SCREENING_ROUTES } from './screening-routes.ts';
import { LOCK_ROUTES } from './lock-routes.ts';
import { POSTURE_ROUTES } from './posture-routes.ts';
import { PEOPLE_ROUTES } from './people-routes.ts';
import { TOKEN_ROUTES } from './token-routes.ts';
import { INBOX_ROUTES } from './inbox-routes.ts';
import { SOURCE_ROUTES } from './source-routes.ts';
import { SETTINGS_ROUTES } from './settings-routes.ts';
import { SHARE_ROUTES } from './share-routes.ts';
import { REQUEST_ROUTES } from './request-routes.ts';
import { describeRoutes, mount } from './route.ts';
import type { Route } from './route.ts';

/** Every route of the inner door. */
export const INNER_ROUTES: readonly Route[] = [
  ...SIGN_IN_ROUTES,
  ...KEY_ROUTES,
  ...REQUEST_ROUTES,
  ...APPROVAL_ROUTES,
  ...SETTINGS_ROUTES,
  ...SHARE_ROUTES,
  ...LOCK_ROUTES,
  ...ROSTER_ROUTES,
  ...POLICY_ROUTES,
  ...BUDGET_ROUTES,
  ...PEOPLE_ROUTES,
  ...TOKEN_ROUTES,
  ...LEDGER_ROUTES,
  ...POSTURE_ROUTES,
  ...MEASURE_ROUTES,
  ...LOOK_ROUTES,
  ...EVENT_ROUTES,
  ...SOURCE_ROUTES,
  ...INBOX_ROUTES,
  ...IMPORT_ROUTES,
  ...LINEAGE_ROUTES,
  ...MONITOR_ROUTES,
  ...SCREENING_ROUTES,
];

const UPLOADS = INNER_ROUTES.filter((route) => route.bodyTypes !== undefined).map(
  ({ path }) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
);

/** Whether a path takes files, which may be long and come over a slow link. */
export function takesUpload(path: string): boolean {
  return UPLOADS.some((pattern) => pattern.test(path));
}

/** The OpenAPI document of the inner door. */
export function innerOpenApi(): unknown {
  return describeRoutes(INNER_ROUTES);
}

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  // Answers are for who asked: the next one at the same browser gets none of them from its store.
  'cache-control': 'no-store',
};

/** Builds the server of a gate's inner door. `onFault` hears of what nobody outside is told. */
export function buildInnerHttp(gate: Gate, onFault: (cause: unknown) => void): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    // A route may have said something narrower for itself: the console's pages need their own policy.
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  });
  app.onError((cause) => answerProblem(toProblem(cause, onFault)));
  app.notFound((context) => {
    const path = context.req.path.slice(0, 200);
    return answerProblem(toProblem(httpErrors.error('ROUTE_UNKNOWN', { path }), onFault));
  });
  app.get('/v1/openapi.json', (context) => context.json(innerOpenApi() as object));
  mountConsole(app);
  for (const entry of INNER_ROUTES) mount(app, gate, entry);
  return app;
}
