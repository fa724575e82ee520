/** Routes of locks: set at once by one person, lifted by a request. */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { canonicalJson, isoTime } from '../../core/index.ts';
import type { Principal } from '../../people/index.ts';
import { LANES, LOCK_TARGETS, requestErrors } from '../../requests/index.ts';
import type { Lock, LockTarget } from '../../requests/index.ts';
import { askShown, needPerson } from './ask.ts';
import { modelsThatLimit } from './budget-sight.ts';
import { needNotForbidden } from './request-needs.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const text = z.string().max(4000);
const id = z.string().min(1).max(80);

/**
 * Which locks a principal may know of: those of lanes, its own and those of programs that it answers for, of its projects and
 * of the models that it owns or that its projects may touch: whatever stops its exports.
 */
export async function visibleTo(
  gate: Gate,
  principal: Principal,
): Promise<(lock: Lock) => boolean> {
  const facts = await gate.access.factsOf(principal);
  if (facts.security === true || facts.auditor === true || facts.administrator === true)
    return () => true;
  const projects = new Set((await gate.access.projectsOf(principal)).map((each) => each.id));
  const models = new Set([...(facts.owns ?? []), ...(await modelsThatLimit(gate, principal))]);
  const sponsored = gate.rosters.current?.roster.sponsored ?? [];
  const own = sponsored.filter((each) => each.sponsor === principal.id).map((each) => each.id);
  const principals = new Set([principal.id, ...own]);
  return ({ target }) => {
    switch (target.kind) {
      case 'lane':
        return true;
      case 'principal':
        return principals.has(target.id);
      case 'project':
        return projects.has(target.id);
      case 'model':
        return models.has(target.id);
    }
  };
}

const NAMES_MAX = 20;

/** What of a kind a principal could lock. */
async function namesOf(gate: Gate, principal: Principal, kind: LockTarget): Promise<string[]> {
  switch (kind) {
    case 'lane':
      return [...LANES];
    case 'principal':
      return (await gate.people.principals()).map((each) => each.id);
    case 'project':
      return (await gate.access.projectsOf(principal)).map((each) => each.id);
    case 'model': {
      const named = gate.rosters.current?.roster.models.map((each) => each.id) ?? [];
      const all = new Set([...named, ...(await gate.models.list()).map((each) => each.id)]);
      const seen: string[] = [];
      for (const id of all) {
        const resource = { kind: 'model', id } as const;
        if ((await gate.access.can(principal, 'lock.set', resource)).allowed) seen.push(id);
      }
      return seen;
    }
  }
}

/** A slip of the pen must not look like a lock: what is not there is refused, with the names that are. */
async function needThere(gate: Gate, principal: Principal, target: Lock['target']): Promise<void> {
  const names = await namesOf(gate, principal, target.kind);
  if (names.includes(target.id)) return;
  const shown = names.sort().slice(0, NAMES_MAX).join(', ');
  throw requestErrors.error('LOCK_TARGET_UNKNOWN', {
    kind: target.kind,
    id: target.id,
    names: names.length > NAMES_MAX ? `${shown}, …` : shown || 'there are none yet',
  });
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
      await needThere(gate, principal, input.target);
      const lock = await gate.locks.lock(input.target, principal.id, input.reason);
      return { ...lock, wire: await gate.wireLocks.meets(lock) };
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
      // Whoever sees a lane, a principal or a model locked may ask, unless a policy forbids it: the answer is security's.
      if (kind === 'project') await gate.access.need(principal, 'lock.lift', { kind, id: target });
      if (kind === 'model')
        await needNotForbidden(gate, principal, 'lock.lift', { kind, id: target });
      const project = kind === 'project' ? target : '';
      const written = canonicalJson({ lock: lock.id });
      return askShown(gate, principal, { kind: 'unlock', project, why: input.why, input: written });
    },
  ),
];
