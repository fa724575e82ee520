/** How a route is declared: once, for the server and for the OpenAPI document alike. */
import { sayIssue } from '../../core/index.ts';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { findPerson, needAdministrator, peopleErrors } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import { httpErrors } from '../errors.ts';
import { readText } from './multipart.ts';

/** Who may call a route. */
export type Access = 'anyone' | 'principal' | 'administrator';

/** What a handler is given. */
export interface Call<Input, Query> {
  readonly gate: Gate;
  readonly principal: Principal;
  readonly context: Context;
  readonly input: Input;
  readonly query: Query;
  readonly param: (name: string) => string;
}

/** A route as documented. */
export interface RouteDoc {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI spelling: `/v1/requests/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** The longest JSON body; 64 KiB unless a route takes more. */
  readonly bodyBytesMax?: number;
  /** For bodies that are no JSON. */
  readonly bodyTypes?: readonly string[];
}

/** A route with its handler. */
export interface Route extends RouteDoc {
  handle(call: Call<unknown, unknown>): Promise<unknown>;
}

const BODY_BYTES_MAX = 64 * 1024;

/** Declares a route; the handler's input and query have the types of their schemas. */
export function route<
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUnknown,
>(
  doc: Omit<RouteDoc, 'body' | 'query'> & { readonly body?: Body; readonly query?: Query },
  handle: (call: Call<z.infer<Body>, z.infer<Query>>) => Promise<unknown>,
): Route {
  return { ...doc, handle: handle };
}

/** Checks a value against a schema; throws with every bad field named. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map((issue) => sayIssue(issue, 'body')).join('; ');
  throw httpErrors.error('INPUT_INVALID', { why: why.slice(0, 500) });
}

async function readJson(context: Context, bytesMax: number): Promise<unknown> {
  const { body } = context.req.raw;
  if (body === null) return {};
  const text = await readText(body, bytesMax);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw httpErrors.error('INPUT_INVALID', { why: 'the body is no JSON' });
  }
}

/** Who calls; throws when the token or the membership is over. */
export async function authenticate(
  gate: Gate,
  context: Context,
  access: Access,
): Promise<Principal> {
  if (access === 'anyone') {
    return { id: 'anyone', kind: 'workload', name: 'anyone', sponsor: null, role: 'member' };
  }
  const principal = await gate.people.authenticate(readToken(context));
  // The tables are a copy; a membership that ended a moment ago ends here.
  const roster = gate.rosters.current?.roster;
  // A program acts for its sponsor, and no longer than that one is a member.
  const person = principal.kind === 'person' ? principal.id : (principal.sponsor ?? '');
  const over = roster !== undefined && findPerson(roster, person, gate.clock.nowMs()) === undefined;
  if (over) throw peopleErrors.error('TOKEN_UNKNOWN');
  if (access === 'administrator') needAdministrator(principal);
  return principal;
}

/** The name of the session's cookie. */
export const SESSION_COOKIE = 'sallyport_session';

/**
 * The token of a call: a bearer token, or the console's cookie. With a cookie, whatever changes something must also carry
 * a header that no other site can make a browser send.
 */
export function readToken(context: Context): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const cookies = context.req.header('cookie') ?? '';
  const cookie = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([\\w-]+)`).exec(cookies)?.[1];
  if (cookie === undefined) return undefined;
  const safe = ['GET', 'HEAD'].includes(context.req.method);
  if (!safe && context.req.header('x-sallyport') !== 'console')
    throw httpErrors.error('COOKIE_ALONE');
  return cookie;
}

/** Puts a route on a server. */
export function mount(app: Hono, gate: Gate, entry: Route): void {
  const path = entry.path.replace(/\{(\w+)\}/g, ':$1');
  app.on(entry.method.toUpperCase(), path, async (context) => {
    const principal = await authenticate(gate, context, entry.access);
    const bytesMax = entry.bodyBytesMax ?? BODY_BYTES_MAX;
    const input =
      entry.body === undefined ? undefined : check(entry.body, await readJson(context, bytesMax));
    const query = entry.query === undefined ? {} : check(entry.query, context.req.query());
    const param = (name: string): string => context.req.param(name) ?? '';
    const answer = await entry.handle({ gate, principal, context, input, query, param });
    if (answer instanceof Response) return answer;
    context.header('cache-control', 'no-store');
    return context.json(answer as object, entry.method === 'post' ? 201 : 200);
  });
}

/** The OpenAPI document of a list of routes. */
export function describeRoutes(routes: readonly RouteDoc[]): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const entry of routes) {
    const names = [...entry.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const query = entry.query === undefined ? [] : queryParameters(entry.query);
    const item = (paths[entry.path] ??= {});
    item[entry.method] = {
      summary: entry.summary,
      ...(entry.access === 'anyone' ? { security: [] } : {}),
      ...(entry.access === 'administrator' ? { description: 'For administrators.' } : {}),
      parameters: [
        ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...query,
      ],
      ...requestBody(entry),
      responses: {
        default: {
          description: 'The answer, or a problem (RFC 9457) with `code` and `hint`',
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sallyport inner door', version: '1' },
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function queryParameters(schema: z.ZodType): unknown[] {
  const json = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(json.properties ?? {}).map(([name, value]) => ({
    name,
    in: 'query',
    required: json.required?.includes(name) ?? false,
    schema: value,
  }));
}

function requestBody(entry: RouteDoc): object {
  if (entry.bodyTypes !== undefined) {
    const content = Object.fromEntries(entry.bodyTypes.map((type) => [type, {}]));
    return { requestBody: { required: true, content } };
  }
  if (entry.body === undefined) return {};
  const schema = z.toJSONSchema(entry.body, { io: 'input' });
  return { requestBody: { required: true, content: { 'application/json': { schema } } } };
}
