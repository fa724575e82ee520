/** Routes of inboxes: which names outside are bound to which projects, and what came from them. */
import { z } from 'zod';
import { isoTime } from '../../core/index.ts';
import { inboxErrors } from '../../ingress/index.ts';
import type { Binding, DeliveryShown } from '../../ingress/index.ts';
import { needPerson } from './ask.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { scopeOf } from './scope.ts';
import { shownProjects } from './source-routes.ts';

const id = z.string().min(1).max(80);

/** A binding as it is answered. */
export interface InboxShown extends Omit<Binding, 'boundMs'> {
  readonly boundAt: string;
}

/** A delivery as it is answered. */
export interface InboxDeliveryShown extends Omit<DeliveryShown, 'firstMs' | 'touchedMs'> {
  readonly firstAt: string;
  readonly touchedAt: string;
}

function showInbox({ boundMs, ...binding }: Binding): InboxShown {
  return { ...binding, boundAt: isoTime(boundMs) };
}

function showDelivery({ firstMs, touchedMs, ...rest }: DeliveryShown): InboxDeliveryShown {
  return { ...rest, firstAt: isoTime(firstMs), touchedAt: isoTime(touchedMs) };
}

/** The routes. */
export const INBOX_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/inboxes',
      summary: 'Inboxes that are bound to your projects, and what came from them',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      const { inboxes } = gate.wayIn;
      const projects = new Set(await shownProjects(gate, principal, undefined));
      // What nobody has bound belongs to no project: those who watch see it, and who sets the gate up.
      const all =
        (await scopeOf(gate, principal)).projects === null || principal.role === 'administrator';
      const bindings = await inboxes.bindings();
      const shown = (each: DeliveryShown): boolean => {
        const project =
          each.project ?? bindings.find(({ inbox }) => inbox === each.inbox)?.project ?? null;
        return project === null ? all : projects.has(project);
      };
      return {
        inboxes: bindings.filter(({ project }) => projects.has(project)).map(showInbox),
        deliveries: (await inboxes.deliveries()).filter(shown).map(showDelivery),
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/inboxes',
      summary: 'Bind an inbox outside to a project and a source; you answer for what comes',
      access: 'principal',
      body: z.strictObject({
        name: id.describe('name of the inbox, as it is called outside'),
        project: id,
        source: id.describe('name or id of a source of the project'),
        why: z.string().trim().min(1).max(3_000),
      }),
    },
    async ({ gate, principal, input }) => {
      needPerson(principal);
      const { name: inbox, project, source, why } = input;
      const resource = { kind: 'project', id: project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'import');
      const person = principal.id;
      return showInbox(await gate.wayIn.inboxes.bind({ inbox, project, source, why, person }));
    },
  ),
  route(
    {
      method: 'delete',
      path: '/v1/inboxes/{name}',
      summary: 'End the binding of an inbox; what comes waits, and imports that began go on',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      needPerson(principal);
      const { inboxes } = gate.wayIn;
      const { inbox, project } = await inboxes.binding(param('name'));
      const resource = { kind: 'project', id: project } as const;
      // An inbox of a project that somebody is not read into is one that does not exist.
      if (!(await gate.access.can(principal, 'project.view', resource)).allowed)
        throw inboxErrors.error('NOT_BOUND', { inbox });
      await gate.access.need(principal, 'request.ask', resource, 'import');
      await inboxes.unbind(inbox, principal.id);
      return { inbox, project };
    },
  ),
];
