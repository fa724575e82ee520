/**
 * Routes of tokens. Once the gate is founded, a token of an agent or workload is its sponsor's: the sponsor makes it, or confirms
 * the one that an administrator made, which does nothing until then. Before, the token of the first start makes them.
 */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { needAdministrator, peopleErrors } from '../../people/index.ts';
import type { Principal, TokenShown } from '../../people/index.ts';
import { needUnfounded } from './people-routes.ts';
import { needUnlocked } from './request-needs.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';

const tokenBody = z.strictObject({ principal: z.string().min(1).max(200) });

/** What a token is good for now. */
type TokenState = 'in force' | 'waits for its sponsor' | 'revoked';

function stateOf(token: TokenShown): TokenState {
  if (token.revokedMs !== null) return 'revoked';
  return token.confirmed ? 'in force' : 'waits for its sponsor';
}

const isAdministrator = ({ kind, role }: Principal): boolean =>
  kind === 'person' && role === 'administrator';

/** Whether tokens of programs with this sponsor are shown to a principal. */
export const answersFor = (principal: Principal, sponsor: string | null): boolean =>
  isAdministrator(principal) || sponsor === principal.id;

/** Throws for everybody else; who may not know whether there is such a program gets the same answer. */
function refuse(principal: Principal, what: string): never {
  throw peopleErrors.error('NOT_ALLOWED', {
    principal: principal.id,
    needed: `sponsor of ${what}`,
  });
}

/** Lets who answers for a token's bearer hear of it; before the founding nobody may. */
function tellOf(gate: Gate, sponsor: string | null, waits: boolean): void {
  if (sponsor !== null) gate.news.token({ sponsor, waits });
}

async function addToken(
  gate: Gate,
  principal: Principal,
  bearer: string,
): Promise<{ id: string; token: string; state: TokenState; sponsor: string | null }> {
  const founded = gate.rosters.current !== null;
  if (!founded) needAdministrator(principal);
  await needUnlocked(gate, principal);
  const held = (await gate.people.principals()).find((each) => each.id === bearer);
  const administrator = isAdministrator(principal);
  if (held === undefined || (held.sponsor !== principal.id && !administrator)) {
    if (administrator) throw peopleErrors.error('NOT_FOUND', { what: 'principal', name: bearer });
    refuse(principal, `\`${bearer}\``);
  }
  if (held.kind === 'person') needUnfounded(gate, 'how a person signs in');
  const agreed = !founded || held.sponsor === principal.id;
  const { id, token } = await gate.people.addToken(
    bearer,
    principal.id,
    agreed ? held.sponsor : null,
  );
  tellOf(gate, held.sponsor, !agreed);
  return {
    ...{ id, token, sponsor: held.sponsor },
    state: agreed ? 'in force' : 'waits for its sponsor',
  };
}

/** The routes. */
export const TOKEN_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/tokens',
      summary:
        'Tokens of agents and workloads that you sponsor, without secrets; all for administrators',
      access: 'principal',
    },
    async ({ gate, principal }) => ({
      tokens: (await gate.people.tokens())
        .filter(({ sponsor }) => answersFor(principal, sponsor))
        .map((token) => ({
          id: token.id,
          principal: token.principal,
          sponsor: token.sponsor,
          state: stateOf(token),
          addedAt: isoTime(token.addedMs),
          revokedAt: token.revokedMs === null ? null : isoTime(token.revokedMs),
        })),
    }),
  ),
  route(
    {
      method: 'post',
      path: '/v1/tokens',
      summary:
        'Make a token of an agent or workload that you sponsor; its secret is shown once. One that an administrator makes waits for the sponsor',
      access: 'principal',
      body: tokenBody,
    },
    ({ gate, principal, input }) => addToken(gate, principal, input.principal),
  ),
  route(
    {
      method: 'post',
      path: '/v1/tokens/{id}/confirm',
      summary: 'Agree, as sponsor, to a token that an administrator made',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      await needUnlocked(gate, principal);
      const id = param('id');
      const token = (await gate.people.tokens()).find((each) => each.id === id);
      if (token?.sponsor !== principal.id) refuse(principal, `the bearer of \`${id}\``);
      await gate.people.confirmToken(id, principal.id);
      tellOf(gate, token.sponsor, false);
      return { confirmed: id };
    },
  ),
  route(
    {
      method: 'delete',
      path: '/v1/tokens/{id}',
      summary: 'Revoke a token of an agent or workload that you sponsor; any, for administrators',
      access: 'principal',
    },
    async ({ gate, principal, param }) => {
      const id = param('id');
      const token = (await gate.people.tokens()).find((each) => each.id === id);
      if (!answersFor(principal, token?.sponsor ?? null))
        refuse(principal, `the bearer of \`${id}\``);
      await gate.people.revokeToken(id, principal.id);
      tellOf(gate, token?.sponsor ?? null, false);
      return { revoked: id };
    },
  ),
];
