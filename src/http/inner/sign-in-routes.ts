/** Routes of founding, sign-in and of who one is. */
import { z } from 'zod';
import type { Context } from 'hono';
import type { Gate } from '../../app/index.ts';
import { isoTime, utf8 } from '../../core/index.ts';
import { ES256, findProject, peopleErrors, rolesIn, sshsigToBeSigned } from '../../people/index.ts';
import type { PasskeyResponse, Principal } from '../../people/index.ts';
import { FOUNDING_NAMESPACE, listGrants } from '../../requests/index.ts';
import { assertionToFounder } from './founder-assertion.ts';
import { showMay } from './may.ts';
import { SESSION_COOKIE, readToken, route } from './route.ts';
import type { Route } from './route.ts';
import { base64url, siteOf } from './site.ts';

const id = z.string().min(1).max(80);
/** A name, a moment and a seal. */
const challengeId = z.string().min(1).max(160);
const token = z.string().max(200);
const assertion = z.strictObject({
  id: z.string().max(1_400),
  authenticatorData: z.string().max(4_000),
  clientDataJSON: z.string().max(40_000),
  signature: z.string().max(1_000),
});

async function needFounder(gate: Gate, secret: string): Promise<Principal> {
  const principal = await gate.people.authenticate(secret);
  if (principal.role !== 'administrator')
    throw peopleErrors.error('NOT_ALLOWED', { principal: principal.id, needed: 'administrator' });
  return principal;
}

function answerSignedIn(
  context: Context,
  signedIn: { person: string; token: string; expiresAt: string },
): object {
  const secure = context.req.url.startsWith('https:') ? '; Secure' : '';
  const ends = new Date(signedIn.expiresAt).toUTCString();
  context.header(
    'set-cookie',
    `${SESSION_COOKIE}=${signedIn.token}; Path=/; HttpOnly; SameSite=Strict; Expires=${ends}${secure}`,
  );
  return signedIn;
}

/** What somebody may do besides requests, in the shape in which requests say it. */
async function showCan(gate: Gate, principal: Principal) {
  const ask = async (event: string, action: string, needed: string) => {
    const { allowed } = await gate.access.can(principal, action, { kind: 'gate' });
    return { event, allowed, reason: allowed ? null : `only ${needed} can do that` };
  };
  return [
    await ask('lock', 'lock.set', 'security'),
    await ask('change', 'people.change', 'administrators'),
    await showMay(gate, principal, 'budget', 'budget.change', { kind: 'gate' }),
    await showMay(gate, principal, 'model', 'model.change', { kind: 'gate' }),
  ];
}

/** Who somebody is, for itself. */
async function showSelf(gate: Gate, principal: Principal): Promise<unknown> {
  const roster = gate.rosters.current?.roster;
  const nowMs = gate.clock.nowMs();
  const facts = await gate.access.factsOf(principal);
  const projects = await gate.access.projectsOf(principal);
  const keys = roster?.people.find((each) => each.id === principal.id)?.keys ?? [];
  const grants = await listGrants(gate.store, { principal: principal.id });
  return {
    ...principal,
    founded: roster !== undefined,
    roles: {
      groups: (['administrator', 'security', 'auditor'] as const).filter((each) => facts[each]),
      projects: Object.fromEntries(
        projects.map((project) => [
          project.id,
          roster === undefined || findProject(roster, project.id) === undefined
            ? ['member']
            : rolesIn(roster, project.id, principal.id, nowMs),
        ]),
      ),
      models: Object.fromEntries((facts.owns ?? []).map((model) => [model, ['owner']])),
    },
    keys: keys.map(({ publicKey: _, ...key }) => key),
    can: await showCan(gate, principal),
    grants: grants.map((grant) => ({ ...grant.input, until: isoTime(grant.untilMs) })),
  };
}

/** The routes. */
export const SIGN_IN_ROUTES: readonly Route[] = [
  route(
    {
      method: 'get',
      path: '/v1/start',
      summary: 'Whether the gate is founded, for the page that comes before the sign-in',
      access: 'anyone',
    },
    ({ gate }) =>
      Promise.resolve({
        founded: gate.rosters.current !== null,
        gate: gate.config.origin,
        at: isoTime(gate.clock.nowMs()),
      }),
  ),
  route(
    {
      method: 'get',
      path: '/v1/whoami',
      summary: 'Who you are and what you may do',
      access: 'principal',
    },
    ({ gate, principal }) => showSelf(gate, principal),
  ),
  route(
    {
      method: 'post',
      path: '/v1/founding/people',
      summary: 'Add a founder; answers with what a browser needs to make a passkey',
      access: 'anyone',
      body: z.strictObject({
        token,
        id,
        name: z.string().min(1).max(200),
        groups: z.array(id).max(20),
      }),
    },
    async ({ gate, context, input }) => {
      await needFounder(gate, input.token);
      gate.founding.addPerson(input.id, input.name, input.groups);
      const { rpId } = siteOf(gate, context);
      return {
        person: input.id,
        registration: {
          challenge: base64url(gate.founding.challenge(input.id)),
          rp: { id: rpId, name: `Sallyport ${gate.config.origin}` },
          user: { id: base64url(utf8(input.id)), name: input.id, displayName: input.name },
          pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
          attestation: 'none',
          authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        },
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/founding/keys',
      summary: 'Register a founder’s key: a passkey’s registration or a line of OpenSSH',
      access: 'anyone',
      body: z.strictObject({
        token,
        person: id,
        label: z.string().max(200).optional(),
        attestation: z.unknown().optional(),
        sshKey: z.string().max(2_000).optional(),
      }),
    },
    async ({ gate, context, input }) => {
      await needFounder(gate, input.token);
      const label = input.label ?? '';
      const { rpId } = siteOf(gate, context);
      const key =
        input.sshKey === undefined
          ? await gate.founding.addPasskey(
              input.person,
              input.attestation as PasskeyResponse,
              label,
              rpId,
            )
          : gate.founding.addSshKey(input.person, input.sshKey, label);
      const { publicKey: _, credential: __, ...shown } = key;
      return { key: shown };
    },
  ),
  route(
    {
      method: 'get',
      path: '/v1/founding',
      summary: 'How far the founding is, and the document that each founder signs',
      access: 'administrator',
    },
    async ({ gate }) => {
      const shown = await gate.founding.show();
      const { document } = shown;
      return {
        ...shown,
        namespace: FOUNDING_NAMESPACE,
        challenge:
          document === null
            ? null
            : base64url(sshsigToBeSigned(utf8(document), FOUNDING_NAMESPACE, 'sha512')),
      };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/founding/signatures',
      summary: 'Sign the founding document as one of the founders',
      access: 'anyone',
      body: z.strictObject({
        token,
        person: id,
        signature: z.string().max(20_000).optional(),
        assertion: assertion.optional(),
      }),
    },
    async ({ gate, input }) => {
      await needFounder(gate, input.token);
      const { document } = await gate.founding.show();
      const signature =
        input.signature ??
        assertionToFounder(document ?? '', input.person, input.assertion, FOUNDING_NAMESPACE);
      await gate.founding.sign(input.person, signature);
      return gate.founding.show();
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/founding/finish',
      summary: 'Put the first roster in force; the token of the first start ends with it',
      access: 'anyone',
      body: z.strictObject({ token }),
    },
    async ({ gate, input }) => {
      await needFounder(gate, input.token);
      const receipt = await gate.founding.finish();
      return { rosterVersion: 1, digest: gate.rosters.need().sha256, receipt };
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/sign-in/challenge',
      summary: 'Begin a sign-in: a fresh challenge for a passkey or an SSH key',
      access: 'anyone',
    },
    ({ gate, context }) => {
      const challenge = gate.signIn.challenge();
      const { rpId } = siteOf(gate, context);
      return Promise.resolve({
        ...challenge,
        challenge: base64url(challenge.challenge),
        namespace: 'sallyport-sign-in@v1',
        rpId,
        // Credential ids of everybody would tell who works here; the browser offers its own.
        passkeys: [],
      });
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/sign-in/passkey',
      summary: 'Sign in with a passkey’s assertion over the challenge',
      access: 'anyone',
      body: z.strictObject({ id: challengeId, assertion }),
    },
    async ({ gate, context, input }) =>
      answerSignedIn(context, await gate.signIn.withPasskey(input.id, input.assertion)),
  ),
  route(
    {
      method: 'post',
      path: '/v1/sign-in/ssh',
      summary: 'Sign in with an SSHSIG over the message',
      access: 'anyone',
      body: z.strictObject({ id: challengeId, signature: z.string().max(20_000) }),
    },
    async ({ gate, context, input }) =>
      answerSignedIn(context, await gate.signIn.withSsh(input.id, input.signature)),
  ),
  route(
    { method: 'post', path: '/v1/sign-out', summary: 'End this session', access: 'principal' },
    async ({ gate, context }) => {
      await gate.people.closeSession(readToken(context) ?? '');
      context.header(
        'set-cookie',
        `${SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
      );
      return { signedOut: true };
    },
  ),
];
