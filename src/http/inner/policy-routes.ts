/** Routes of the policy: rules in words, the policies in force, what proposed ones would change, and why something is allowed. */
import { z } from 'zod';
import { findPolicyProblems } from '../../app/index.ts';
import type { Gate, PolicyInForce } from '../../app/index.ts';
import { isoTime } from '../../core/index.ts';
import { compareTexts } from '../../egress/index.ts';
import { SECURITY, readRoster } from '../../people/index.ts';
import type { Roster } from '../../people/index.ts';
import {
  DEFAULT_POLICIES,
  MATRIX_ROLES,
  POLICY_CHARACTERS_MAX,
  SHIPPED_SHA256,
  checkPolicies,
  tryPolicy,
} from '../../policy/index.ts';
import type { Policy } from '../../policy/index.ts';
import { checkApproval, readSubject } from '../../requests/index.ts';
import { POLICY_BODY_BYTES_MAX, needPerson } from './ask.ts';
import { makeMatrix, matrixOf } from './permission-table.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { sayRule } from './views.ts';

/** For which requests a rule is meant. */
function sayWhen(rule: Roster['rules'][number]): string {
  const limit = rule.chargeBitsMax?.toLocaleString('en-GB');
  const size = limit === undefined ? 'of any size' : `of at most ${limit} bits`;
  if (rule.kind !== 'export') return limit === undefined ? 'always' : size;
  return {
    self: `plain, with no finding, and ${size}`,
    one: `with a finding, or larger than its requester may vouch for, and ${size}`,
    quorum: `with a key or a secret, of a locked model, or larger than one reviewer may approve, ${size}`,
  }[rule.tier];
}

/** Who put the policies in force, and when: the founders, or those whose signatures the chain holds. */
function showOrigin(gate: Gate, held: PolicyInForce): unknown {
  const { links } = gate.rosters;
  const at = links.findIndex((link) => link.document === held.link.document);
  const [link, before] = [links[at], links[at - 1]];
  if (link === undefined) return null;
  const common = {
    sha256: held.sha256,
    shipped: held.shipped,
    version: link.version,
    since: isoTime(link.atMs),
  };
  if (link.subject === null || before === undefined) {
    const by = readRoster(link.document).people.map((person) => person.id);
    return { ...common, request: null, requester: null, by };
  }
  const { subject } = link;
  const { id: request, requester } = readSubject(subject);
  const roster = readRoster(before.document);
  const signers = link.signatures.flatMap((signature) => {
    const checked = checkApproval(roster, subject, signature, link.atMs);
    return checked.ok ? [checked.person] : [];
  });
  return { ...common, request, requester, by: [...new Set(signers)] };
}

/** The permissions that other policies would give or take. */
async function compareMatrix(now: Policy, policies: string): Promise<readonly unknown[]> {
  const before = await matrixOf(now);
  const proposed = await tryPolicy({ policies }, makeMatrix);
  return proposed.flatMap((row, i) =>
    MATRIX_ROLES.flatMap((role) =>
      (['own', 'foreign'] as const).flatMap((place) => {
        const allowed = row.cells[role][place];
        if (before[i]?.cells[role][place] === allowed) return [];
        return [{ action: row.action, on: row.on, role, place, allowed }];
      }),
    ),
  );
}

/** The routes. */
export const POLICY_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/policy',
      summary:
        'The rules in words, the Cedar policies in force with who signed them and how they differ from the shipped ones, and who may do what',
      access: 'principal',
    },
    async ({ gate, principal }) => {
      needPerson(principal);
      if (gate.rosters.current !== null)
        await gate.access.need(principal, 'policy.read', { kind: 'gate' });
      const rules = gate.rosters.current?.roster.rules ?? [];
      const held = gate.policies();
      return {
        rules: rules.map((rule) => ({ ...rule, when: sayWhen(rule), words: sayRule(rule) })),
        cedar: held.text,
        sha256: held.sha256,
        inForce: showOrigin(gate, held),
        shipped: {
          cedar: DEFAULT_POLICIES,
          sha256: SHIPPED_SHA256,
          difference: held.shipped ? null : compareTexts(DEFAULT_POLICIES, held.text),
        },
        sentences: held.policy.policies,
        matrix: await matrixOf(held.policy),
        escalation: `after a quarter of the waiting time to the owners of the project, then to ${SECURITY}`,
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/policy/check',
      summary:
        'What stands against proposed Cedar policies, and what they would change; nothing changes by it',
      access: 'principal',
      body: z.strictObject({ policies: z.string().max(POLICY_CHARACTERS_MAX) }),
      bodyBytesMax: POLICY_BODY_BYTES_MAX,
    },
    async ({ gate, principal, input }) => {
      needPerson(principal);
      const { roster } = gate.rosters.need();
      await gate.access.need(principal, 'policy.read', { kind: 'gate' });
      const { policies } = input;
      const { ok, digest, problems } = checkPolicies({ policies });
      const held = gate.policies();
      return {
        sha256: digest,
        problems,
        refusals: await findPolicyProblems(policies, roster, gate.clock.nowMs()),
        difference: held.text === policies ? null : compareTexts(held.text, policies),
        permissions: ok ? await compareMatrix(held.policy, policies) : [],
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/policy/explain',
      summary: 'Whether a principal may do something, and which policies say so',
      access: 'principal',
      body: z.strictObject({
        principal: z.string().max(80),
        action: z.string().max(80),
        resource: z.strictObject({
          kind: z.enum(['gate', 'project', 'model', 'request']),
          id: z.string().max(80).default(''),
        }),
        requestKind: z.string().max(40).optional(),
      }),
    },
    async ({ gate, principal, input }) => {
      if (input.principal !== principal.id)
        await gate.access.need(principal, 'people.view', { kind: 'gate' });
      const whom = await gate.people.principal(input.principal);
      const { kind, id } = input.resource;
      if (kind === 'request') {
        const stood = await gate.requests.approvals.stand(id);
        const voters = stood.judgement?.voters;
        const { request } = stood;
        // Nobody learns by asking whether there is a request that is not theirs to see.
        const own = { kind, request, eligible: voters?.has(principal.id) === true };
        await gate.access.need(principal, 'request.view', own);
        const eligible = voters?.has(whom.id) === true;
        return gate.access.can(whom, input.action, { kind, request: stood.request, eligible });
      }
      const resource = kind === 'gate' ? ({ kind } as const) : { kind, id };
      return gate.access.can(whom, input.action, resource, input.requestKind);
    },
  ),
];
