/** Routes of locks: set at once by one person, lifted by a request. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { canonicalJson, isoTime } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import { LOCK_TARGETS, requestErrors } from '../../requests/index.ts';
import type { Lock } from '../../requests/index.ts';
import { askShown, needPerson } from './ask.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const text = z.string().max(4000);
const id = z.string().min(1).max(80);

/** Which locks a principal may know of: its own, its projects' and models', those of lanes. */
export async function visibleTo(
  gate: Gate,
  principal: Principal,
): Promise<(lock: Lock) => boolean> {
  const projects = await gate.access.projectsOf(principal);
  const read = new Set(projects.flatMap((each) => [each.id, ...each.models]));
  const facts = await gate.access.factsOf(principal);
  const all = facts.security === true || facts.auditor === true || facts.administrator === true;
  return ({ target }) =>
    all || target.kind === 'lane' || target.id === principal.id || read.has(target.id);
}

/** The routes. */
export const LOCK_ROUTES: readonly Route[] = [
  route(
    { method: 'get', path: '/v1/locks', summary: 'Locks, the newest first', access: 'principal' },
    async ({ gate, principal }) => {
      const sees = await visibleTo(gate, principal);
      return {
        locks: (await gate.locks.list()).filter(sees).map(({ atMs, liftedMs, ...lock }) => ({
          ...lock,
          at: isoTime(atMs),
          liftedAt: liftedMs === null ? null : isoTime(liftedMs),
        })),
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/locks',
      summary: 'Lock a principal, a project, a model or a lane at once',
      access: 'principal',
      body: z.strictObject({
        target: z.strictObject({ kind: z.enum(LOCK_TARGETS), id }),
        reason: text,
      }),
    },
    async ({ gate, principal, input }) => {
      needPerson(principal);
      const { kind, id: target } = input.target;
      const resource =
        kind === 'project' || kind === 'model' ? { kind, id: target } : ({ kind: 'gate' } as const);
      await gate.access.need(principal, 'lock.set', resource);
      return gate.locks.lock(input.target, principal.id, input.reason);
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/unlocks',
      summary: 'Ask for the end of a lock',
      access: 'principal',
      body: z.strictObject({ lock: id, why: text }),
    },
    async ({ gate, principal, input }) => {
      needPerson(principal);
      const lock = await gate.locks.get(input.lock);
      // A lock on what one must not know of is not there.
      if (!(await visibleTo(gate, principal))(lock))
        throw requestErrors.error('LOCK_UNKNOWN', { id: input.lock });
      const { kind, id: target } = lock.target;
      // Whoever sees a lane or a principal locked may ask: the answer is security's.
      if (kind === 'project' || kind === 'model')
        await gate.access.need(principal, 'lock.lift', { kind, id: target });
      const project = kind === 'project' ? target : '';
      const written = canonicalJson({ lock: lock.id });
      return askShown(gate, principal, { kind: 'unlock', project, why: input.why, input: written });
    },
  ),
];
