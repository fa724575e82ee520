/** Routes of the roster and of people as one may see them. */
import { isoTime } from '../../core/index.ts';
import { findPerson, peopleErrors, peopleOf, rolesIn, sayChange } from '../../people/index.ts';
import type { Principal, Roster } from '../../people/index.ts';
import type { Gate } from '../../app/index.ts';
import {
  listGrants,
  listRuleRisks,
  readSubject,
  sayKeyRisks,
  stepsOf,
} from '../../requests/index.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

/** The projects of which a principal may know who works there; programs work in some and know of nobody. */
async function projectsWithPeople(gate: Gate, principal: Principal): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  for (const { id } of await gate.access.projectsOf(principal)) {
    const place = { kind: 'project', id } as const;
    if ((await gate.access.can(principal, 'people.view', place)).allowed) seen.add(id);
  }
  return seen;
}

/** People whom somebody may know of: those of the projects that they are read into; everybody for those who set up. */
async function visiblePeople(
  gate: Gate,
  principal: Principal,
  projects: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { roster } = gate.rosters.need();
  const facts = await gate.access.factsOf(principal);
  if (facts.security === true || facts.auditor === true || facts.administrator === true)
    return new Set([...roster.people, ...roster.sponsored].map((each) => each.id));
  const seen = new Set([principal.id]);
  for (const project of roster.projects) {
    if (!projects.has(project.id)) continue;
    for (const role of project.roles) seen.add(role.principal);
    for (const granted of (await readInByGrant(gate, project.id)).keys()) seen.add(granted);
  }
  return seen;
}

/** Who is read into a project by a grant that lasts, and until when. */
async function readInByGrant(gate: Gate, project: string): Promise<ReadonlyMap<string, string>> {
  const { roster } = gate.rosters.need();
  const nowMs = gate.clock.nowMs();
  const untilMs = new Map<string, number>();
  for (const grant of await listGrants(gate.store, { project })) {
    const { input, principal } = grant;
    if (input.target !== 'project' || input.what !== project || grant.untilMs <= nowMs) continue;
    // Whose membership of the gate is over has no grant any more.
    const known =
      findPerson(roster, principal, nowMs) ??
      roster.sponsored.find((each) => each.id === principal);
    if (known === undefined) continue;
    untilMs.set(principal, Math.max(grant.untilMs, untilMs.get(principal) ?? 0));
  }
  return new Map([...untilMs].map(([principal, ms]) => [principal, isoTime(ms)]));
}

function showPerson(roster: Roster, id: string, projects: ReadonlySet<string>, nowMs: number) {
  const person = roster.people.find((each) => each.id === id);
  const agent = roster.sponsored.find((each) => each.id === id);
  return {
    id,
    name: person?.name ?? agent?.name ?? id,
    kind: agent?.kind ?? 'person',
    sponsor: agent?.sponsor ?? null,
    until: person?.until ?? null,
    groups: roster.groups
      .filter((group) => peopleOf(roster, group.id, nowMs).has(id))
      .map((group) => group.id),
    projects: Object.fromEntries(
      roster.projects
        .filter((project) => projects.has(project.id))
        .map((project) => [project.id, rolesIn(roster, project.id, id, nowMs)] as const)
        .filter(([, roles]) => roles.length > 0),
    ),
    keys: (person?.keys ?? []).map(({ publicKey: _, credential: __, ...key }) => key),
  };
}

/** The routes. */
export const ROSTER_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/roster',
      summary: 'The roster in force and its chain, for those who see every person',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      const { roster, sha256 } = gate.rosters.need();
      await gate.access.need(principal, 'people.view', { kind: 'gate' });
      return {
        version: roster.version,
        sha256,
        warnings: [
          ...sayKeyRisks(roster, gate.clock.nowMs()),
          ...listRuleRisks(roster, gate.clock.nowMs()),
        ],
        document: roster,
        chain: gate.rosters.links.map((link) => ({
          version: link.version,
          sha256: link.sha256,
          at: isoTime(link.atMs),
          signatures: link.signatures.length,
          changes:
            link.subject === null
              ? ['the founding']
              : stepsOf(readSubject(link.subject)).map(sayChange),
          text: link.document,
          subject: link.subject,
        })),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/people',
      summary: 'People and programs of the compartments that you are read into',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      if (gate.rosters.current === null) {
        const all = await gate.people.principals();
        const admin = principal.role === 'administrator';
        const seen = all.filter((each) => admin || each.id === principal.id);
        const nothing = { until: null, groups: [], projects: {}, keys: [] };
        return { people: seen.map((each) => ({ ...each, ...nothing })) };
      }
      const { roster } = gate.rosters.need();
      const nowMs = gate.clock.nowMs();
      const projects = await projectsWithPeople(gate, principal);
      const seen = [...(await visiblePeople(gate, principal, projects))].sort();
      const own = new Set((await gate.access.projectsOf(principal)).map((each) => each.id));
      return {
        people: seen.map((id) =>
          showPerson(roster, id, id === principal.id ? own : projects, nowMs),
        ),
      };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/projects/{id}/people',
      summary: 'With whom you may discuss this project: everybody who is read into it',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const project = param('id');
      await gate.access.need(principal, 'people.view', { kind: 'project', id: project });
      const { roster } = gate.rosters.need();
      const nowMs = gate.clock.nowMs();
      const held = roster.projects.find((each) => each.id === project);
      if (held === undefined)
        throw peopleErrors.error('NOT_FOUND', { what: 'project', name: project });
      const granted = await readInByGrant(gate, project);
      const named = held.roles.map((each) => each.principal);
      const current = named.filter((id) => rolesIn(roster, project, id, nowMs).length > 0);
      const ids = new Set([...current, ...granted.keys()]);
      return {
        people: [...ids].sort().map((id) => ({
          ...showPerson(roster, id, new Set([project]), nowMs),
          grantedUntil: granted.get(id) ?? null,
        })),
      };
    },
  ),
];
