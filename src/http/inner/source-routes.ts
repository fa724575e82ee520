/** Routes of sources: who signs for what enters. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { INTAKE_FORM, SOURCE_KINDS, readCard, sourceErrors } from '../../ingress/index.ts';
import type { Source } from '../../ingress/index.ts';
import type { Principal } from '../../people/index.ts';
import { needPerson } from './ask.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const id = z.string().min(1).max(80);

/** A source as it is answered. */
export interface SourceShown extends Omit<Source, 'addedMs' | 'recalledMs'> {
  readonly addedAt: string;
  readonly recalledAt: string | null;
}

function showSource({ addedMs, recalledMs, ...source }: Source): SourceShown {
  return {
    ...source,
    addedAt: isoTime(addedMs),
    recalledAt: recalledMs === null ? null : isoTime(recalledMs),
  };
}

/** A source that the principal may see; otherwise the answer of one that does not exist. */
export async function readSource(gate: Gate, principal: Principal, given: string): Promise<Source> {
  const source = await gate.wayIn.sources.get(given);
  const resource = { kind: 'project', id: source.project } as const;
  if ((await gate.access.can(principal, 'project.view', resource)).allowed) return source;
  throw sourceErrors.error('NOT_FOUND', { source: given.slice(0, 80) });
}

/** The projects whose things are shown: one that was named and may be seen, or all of them. */
export async function shownProjects(
  gate: Gate,
  principal: Principal,
  named: string | undefined,
): Promise<readonly string[]> {
  const all = (await gate.access.projectsOf(principal)).map((project) => project.id);
  return named === undefined ? all : all.filter((each) => each === named);
}

/** The routes. */
export const SOURCE_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/sources',
      summary: 'Sources of your projects',
      access: 'principal',
      query: z.strictObject({ project: id.optional() }),
    },
    async ({ gate, principal, query }) => {
      const projects = await shownProjects(gate, principal, query.project);
      return { sources: (await gate.wayIn.sources.list(projects)).map(showSource) };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/sources/{id}',
      summary: 'Show a source with its intake form',
      access: 'principal',
    },
    async ({ gate, principal, param }) =>
      showSource(await readSource(gate, principal, param('id'))),
  ),
  route(
    {
      method: 'post',
      path: '/v1/sources',
      summary: 'Add a source: a signing key or a person who vouches, and the intake form',
      access: 'principal',
      body: z.strictObject({
        project: id,
        name: id,
        kind: z.enum(SOURCE_KINDS),
        identity: z
          .string()
          .min(1)
          .max(16_384)
          .describe('an SSH public key, a PEM public key, or the id of a person'),
        form: INTAKE_FORM,
      }),
    },
    async ({ gate, principal, input }) => {
      needPerson(principal);
      const resource = { kind: 'project', id: input.project } as const;
      await gate.access.need(principal, 'request.ask', resource, 'import');
      if (input.kind === 'person') await gate.people.principal(input.identity);
      return showSource(await gate.wayIn.sources.add(input, principal.id));
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/sources/cards',
      summary: 'Read a Croissant file or data card: what it says for the intake form',
      access: 'principal',
      body: z.strictObject({ text: z.string().max(4 * 1024 * 1024) }),
      bodyBytesMax: 5 * 1024 * 1024,
    },
    ({ input }) => Promise.resolve(readCard(input.text)),
  ),
];
