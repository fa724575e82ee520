/** Routes of principals, projects and destinations. */
import { z } from 'zod';
import { PRINCIPAL_KINDS, peopleErrors } from '../../people/index.ts';
import type { Gate } from '../../app/index.ts';
import type { PrincipalKind } from '../../people/index.ts';
import { showMay } from './may.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const text = z.string().min(1).max(200);
const principalBody = z.strictObject({
  id: text,
  kind: z.enum(PRINCIPAL_KINDS as [PrincipalKind, ...PrincipalKind[]]).default('person'),
  name: text.optional(),
  sponsor: text.optional(),
  role: z.enum(['administrator', 'member']).default('member'),
});
const projectBody = z.strictObject({ id: text, title: text.optional() });
const memberBody = z.strictObject({ principal: text });
const modelBody = z.strictObject({ model: text });
const destinationBody = z.strictObject({
  name: text,
  number: z.number().int().min(0).max(1_000_000_000).optional(),
});

/** People, projects and settings change by request once the gate is founded. */
export function needUnfounded(gate: Gate, what: string): void {
  if (gate.rosters.current !== null) throw peopleErrors.error('FOUNDED_BY_REQUEST', { what });
}

/** The routes. */
export const PEOPLE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/principals',
      summary: 'Principals: people, agents, workloads',
      access: 'administrator',
    },
    async ({ gate }) => ({ principals: await gate.people.principals() }),
  ),
  route(
    {
      method: 'post',
      path: '/v1/principals',
      summary: 'Add a principal; agents and workloads need a sponsor',
      access: 'administrator',
      body: principalBody,
    },
    ({ gate, principal, input }) => {
      needUnfounded(gate, 'people');
      return gate.people.addPrincipal(
        { ...input, name: input.name ?? input.id, sponsor: input.sponsor ?? null },
        principal.id,
      );
    },
  ),
  route(
    { method: 'get', path: '/v1/projects', summary: 'Your projects', access: 'principal' },
    async ({ gate, principal }) => ({
      projects: await Promise.all(
        (await gate.access.projectsOf(principal)).map(async (project) => {
          const place = { kind: 'project', id: project.id } as const;
          const change = await showMay(gate, principal, 'destination', 'project.change', place);
          const { allowed } = await gate.access.can(principal, 'people.view', place);
          const members = project.members.filter((id) => allowed || id === principal.id);
          return { ...project, members, can: [change] };
        }),
      ),
    }),
  ),
  route(
    {
      method: 'post',
      path: '/v1/projects',
      summary: 'Add a project',
      access: 'administrator',
      body: projectBody,
    },
    ({ gate, principal, input }) => {
      needUnfounded(gate, 'projects');
      return gate.people.addProject(input.id, input.title ?? input.id, principal.id);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/projects/{id}/members',
      summary: 'Add a member to a project',
      access: 'administrator',
      body: memberBody,
    },
    ({ gate, principal, param, input }) => {
      needUnfounded(gate, 'members');
      return gate.people.addMember(param('id'), input.principal, principal.id);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/projects/{id}/models',
      summary: 'Say that a project may touch a model; until one is named it counts as touching all',
      access: 'administrator',
      body: modelBody,
    },
    async ({ gate, principal, param, input }) => {
      needUnfounded(gate, 'which models a project touches');
      await gate.models.get(input.model);
      return gate.people.addModel(param('id'), input.model, principal.id);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/projects/{id}/destinations',
      summary: 'Add a destination; the outer door needs one with the same number',
      access: 'administrator',
      body: destinationBody,
    },
    async ({ gate, principal, param, input }) => {
      needUnfounded(gate, 'destinations');
      const place = await gate.people.addDestination(
        param('id'),
        input.name,
        principal.id,
        input.number,
      );
      await gate.outboxes.refresh();
      return place;
    },
  ),
];
