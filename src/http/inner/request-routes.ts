/** Routes of exports and requests. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { newId, systemRandom } from '../../core/index.ts';
import { emittedOf, parseForm, readExportFacts, writeExportInput } from '../../egress/index.ts';
import { findDestination } from '../../people/index.ts';
import type { Principal } from '../../people/index.ts';
import type { RequestState } from '../../requests/index.ts';
import { STATES } from '../../requests/index.ts';
import { httpErrors } from '../errors.ts';
import { check, route } from './route.ts';
import type { Call, Route } from './route.ts';
import { readUpload } from './upload.ts';
import { maySeeDecision } from './outsiders.ts';
import { listForMe, showRequests } from './request-list.ts';
import { readVisible, showDetails } from './views.ts';

const seconds = z.coerce.number().min(0).max(60);
const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((text) => text !== 'false' && text !== '0');
const text = z.string().max(4000);

const exportQuery = z.strictObject({
  project: text.optional(),
  to: text.optional(),
  why: text.optional(),
  form: text.optional(),
  skipRefused: flag.optional(),
  job: text.optional().describe('what it is part of; requests of one job can be decided together'),
  name: text.optional().describe('name of the file when the body is one file'),
  wait: seconds.optional().describe('seconds to wait for the verdict (25)'),
});
const exportFields = z.object({
  project: text.min(1),
  to: text.min(1),
  why: text.min(1),
  job: z.string().max(200).optional(),
});
const waitQuery = z.strictObject({ wait: seconds.optional() });
const states = STATES.map((row) => row.state);
const listQuery = z.strictObject({
  state: z.enum(states as [RequestState, ...RequestState[]]).optional(),
  project: text.optional(),
  kind: text.optional(),
  job: text.optional(),
  for: z.enum(['me', 'mine', 'all']).optional(),
  text: text.optional().describe('part of the title, the reason, the id or the requester'),
  sort: z.enum(['newest', 'age', 'risk']).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});
const WAIT_SECONDS = 25;

async function needAsk(gate: Gate, principal: Principal, project: string): Promise<void> {
  await gate.access.need(principal, 'request.ask', { kind: 'project', id: project }, 'export');
}

async function ask(call: Call<undefined, z.infer<typeof exportQuery>>): Promise<Response> {
  const { gate, principal, query } = call;
  // A wrong project is said before the bytes arrive, where it was named in the query.
  if (query.project !== undefined) await needAsk(gate, principal, query.project);
  const id = newId('req', systemRandom);
  try {
    const request = await askUploaded(call, id);
    // The same key again: the first upload is the one that counts.
    if (request !== id) await gate.uploads.remove(id);
    return await answerSettled(call, request, query.wait ?? WAIT_SECONDS, 201);
  } catch (cause) {
    const known = await gate.requests.get(id).catch(() => undefined);
    if (known === undefined) await gate.uploads.remove(id);
    throw cause;
  }
}

async function askUploaded(
  call: Call<undefined, z.infer<typeof exportQuery>>,
  id: string,
): Promise<string> {
  const { gate, principal, context, query } = call;
  const upload = await readUpload(gate, id, context, query.name);
  const field = (name: string): string | undefined => upload.fields.get(name);
  const asked = check(exportFields, {
    project: query.project ?? field('project'),
    to: query.to ?? field('to'),
    why: query.why ?? field('why'),
    job: query.job ?? field('job'),
  });
  await needAsk(gate, principal, asked.project);
  const project = await gate.people.project(asked.project);
  findDestination(project, asked.to);
  const form = query.form ?? field('form') ?? null;
  if (form !== null) parseForm(form);
  const request = await gate.requests.ask({
    id,
    kind: 'export',
    requester: principal.id,
    sponsor: principal.sponsor,
    idempotencyKey: context.req.header('idempotency-key') ?? newId('key', systemRandom),
    project: asked.project,
    destination: asked.to,
    why: asked.why,
    job: asked.job ?? null,
    input: writeExportInput({
      files: upload.files,
      skipRefused: query.skipRefused ?? check(flag.default(false), field('skipRefused')),
      form,
    }),
  });
  return request.id;
}

async function answerSettled(
  { gate, principal }: Pick<Call<unknown, unknown>, 'gate' | 'principal'>,
  id: string,
  waitSeconds: number,
  done: number,
): Promise<Response> {
  const { request, progress } = await gate.requests.settle(id, waitSeconds * 1000);
  const status = request.state === 'quoting' ? 202 : done;
  const details = await showDetails(gate, principal, request, progress);
  return Response.json(details, {
    status,
    headers: { 'cache-control': 'no-store', location: `/v1/requests/${id}` },
  });
}

async function showFile(call: Call<undefined, unknown>): Promise<Response> {
  const { gate, principal } = call;
  const request = await readVisible(gate, principal, call.param('id'));
  const facts = request.kind === 'export' ? readExportFacts(request) : null;
  const index = Number(call.param('index'));
  const file = facts === null ? undefined : emittedOf(facts)[index];
  if (file === undefined || !(await gate.blobs.has(file.sha256))) {
    throw httpErrors.error('FILE_NOT_KEPT', {
      id: request.id,
      index: call.param('index').slice(0, 20),
    });
  }
  return new Response(Buffer.from(await gate.blobs.read(file.sha256)), {
    headers: {
      // Reviewers get bytes, never something that a browser runs.
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  });
}

async function list(call: Call<undefined, z.infer<typeof listQuery>>): Promise<unknown> {
  const { gate, principal, query } = call;
  const read = await gate.access.projectsOf(principal);
  const facts = await gate.access.factsOf(principal);
  // What belongs to no project is for those who watch the gate; who sets it up sees changes of people and rules.
  const watch = facts.security === true || facts.auditor === true;
  const unplaced = facts.administrator === true && query.project === undefined ? ['policy'] : [];
  // Programs work in a project; what others ask there is for people.
  const inside = principal.kind === 'person' ? read.map((project) => project.id) : [];
  const projects = [...inside, ...(watch ? [''] : [])].filter(
    (id) => query.project === undefined || id === query.project,
  );
  const offset = Number(query.cursor ?? 0);
  const limit = query.limit ?? 100;
  const mine = query.for === 'mine';
  const waiting = query.for === 'me';
  const filter = {
    projects,
    orUnplaced: unplaced,
    ...(query.project === undefined ? { orRequester: principal.id } : {}),
    ...(query.state === undefined ? {} : { states: [query.state] }),
    ...(query.kind === undefined ? {} : { kinds: [query.kind] }),
    ...(query.job === undefined ? {} : { job: query.job }),
    ...(query.text === undefined ? {} : { text: query.text }),
    ...(mine ? { requester: principal.id } : {}),
    ...(query.sort === undefined ? {} : { sort: query.sort }),
  };
  const forMe = await listForMe(gate, principal);
  const { projects: _, orUnplaced: __, ...anywhere } = filter;
  const mineToDo = query.project === undefined ? anywhere : { ...anywhere, projects };
  const page = waiting
    ? await listForMe(gate, principal, mineToDo)
    : await gate.requests.list({ ...filter, offset, limit });
  const shown = waiting ? page.slice(offset, offset + limit) : page;
  const more = waiting ? page.length > offset + limit : page.length === limit;
  return {
    requests: await showRequests(gate, principal, shown),
    next: more ? String(offset + limit) : null,
    total: waiting ? page.length : await gate.requests.count(filter),
    counts: {
      forMe: forMe.length,
      mine: await gate.requests.count({ requester: principal.id }),
      held: await gate.requests.count({ projects, orUnplaced: unplaced, states: ['held'] }),
    },
  };
}

/** The routes. */
export const REQUEST_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/exports',
      summary: 'Ask for an export: send files, get the verdict, or 202 while they are quoted',
      access: 'principal',
      query: exportQuery,
      bodyTypes: ['multipart/form-data', 'application/octet-stream'],
    },
    (call) => ask(call),
  ),
  route(
    {
      method: 'get',
      path: '/v1/exports/{id}',
      summary: 'Show an export; `wait` waits for the verdict',
      access: 'principal',
      query: waitQuery,
    },
    async ({ gate, principal, param, query }) => {
      const request = await readVisible(gate, principal, param('id'));
      return answerSettled({ gate, principal }, request.id, query.wait ?? 0, 200);
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests',
      summary: 'List requests of your projects, newest first',
      access: 'principal',
      query: listQuery,
    },
    list,
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}',
      summary: 'Show a request; `wait` waits for the verdict',
      access: 'principal',
      query: waitQuery,
    },
    async ({ gate, principal, param, query }) => {
      const request = await readVisible(gate, principal, param('id'));
      return answerSettled({ gate, principal }, request.id, query.wait ?? 0, 200);
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/receipt',
      summary: 'The receipt (.tlog-proof) of the newest decision',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      const seen = await maySeeDecision(gate, principal, request);
      const receipt = seen ? await gate.requests.receipt(request) : null;
      if (receipt === null)
        throw httpErrors.error('ROUTE_UNKNOWN', { path: `receipt of ${request.id}` });
      return new Response(receipt, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/files/{index}',
      summary: 'The canonical bytes of one emitted file, as they leave',
      access: 'principal',
    },
    (call) => showFile(call),
  ),
  route(
    {
      method: 'get',
      path: '/v1/requests/{id}/release',
      summary: 'How far a released request is on the wire',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const request = await readVisible(gate, principal, param('id'));
      const state = await gate.releases.releaseState(request.id);
      if (state === undefined) return { state: 'none' };
      return { ...state, chargeBits: Number(state.chargeBits) };
    },
  ),
];
