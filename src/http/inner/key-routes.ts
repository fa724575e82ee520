/**
 * Routes of another key for oneself. A new key is a request like every change of the roster, so that a stolen session
 * cannot add one; what is special is only that everybody may ask it for themselves.
 */
import { z } from 'zod';
import type { Gate } from '../../app/index.ts';
import { canonicalJson, newId, systemRandom, utf8 } from '../../core/index.ts';
import type { Json } from '../../core/index.ts';
import { ES256, peopleErrors, printPublicKey, registerPasskey } from '../../people/index.ts';
import type { PasskeyResponse, Principal } from '../../people/index.ts';
import { readChanges } from '../../requests/index.ts';
import { readSshKey } from '../../app/index.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import { base64url, siteOf } from './site.ts';
import { showDetails } from './views.ts';

const CHALLENGE_BYTES = 32;
const CHALLENGE_MS = 5 * 60_000;
const OPEN_MAX = 10_000;
const open = new WeakMap<Gate, Map<string, { challenge: Uint8Array; endsMs: number }>>();

function needPerson(gate: Gate, principal: Principal): void {
  gate.rosters.need();
  if (principal.kind !== 'person')
    throw peopleErrors.error('NOT_ALLOWED', { principal: principal.id, needed: 'person' });
}

function openOf(gate: Gate): Map<string, { challenge: Uint8Array; endsMs: number }> {
  const held = open.get(gate) ?? new Map<string, { challenge: Uint8Array; endsMs: number }>();
  open.set(gate, held);
  for (const [person, each] of held) if (each.endsMs <= gate.clock.nowMs()) held.delete(person);
  return held;
}

const keyBody = z.strictObject({
  label: z.string().max(200),
  attestation: z.unknown().optional(),
  sshKey: z.string().max(2_000).optional(),
});

async function readKey(
  gate: Gate,
  principal: Principal,
  input: z.infer<typeof keyBody>,
  rpId: string,
) {
  const { label, sshKey } = input;
  if (sshKey !== undefined) return readSshKey(sshKey, label);
  const held = openOf(gate).get(principal.id);
  openOf(gate).delete(principal.id);
  if (held === undefined) throw peopleErrors.error('CHALLENGE_OVER');
  const passkey = await registerPasskey({
    response: input.attestation as PasskeyResponse,
    challenge: held.challenge,
    origins: gate.rosters.need().roster.origins,
    rpId,
  });
  return {
    id: passkey.publicKey.fingerprint,
    publicKey: printPublicKey(passkey.publicKey),
    label: label === '' ? 'passkey' : label,
    kind: 'passkey' as const,
    credential: passkey.credentialId,
    deviceBound: passkey.deviceBound,
    until: null,
  };
}

/** The routes. */
export const KEY_ROUTES: readonly Route[] = [
  route(
    {
      method: 'post',
      path: '/v1/keys/registration',
      summary: 'What a browser needs to make another passkey of yours',
      access: 'principal',
    },
    ({ gate, principal, context }) => {
      needPerson(gate, principal);
      const held = openOf(gate);
      if (held.size >= OPEN_MAX) throw peopleErrors.error('SIGN_IN_BUSY');
      const challenge = gate.random.bytes(CHALLENGE_BYTES);
      held.set(principal.id, { challenge, endsMs: gate.clock.nowMs() + CHALLENGE_MS });
      const keys = gate.rosters.need().roster.people.find((each) => each.id === principal.id)?.keys;
      return Promise.resolve({
        challenge: base64url(challenge),
        rp: { id: siteOf(gate, context).rpId, name: `Sallyport ${gate.config.origin}` },
        user: {
          id: base64url(utf8(principal.id)),
          name: principal.id,
          displayName: principal.name,
        },
        pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
        attestation: 'none',
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        excludeCredentials: (keys ?? []).flatMap((key) =>
          key.credential === null ? [] : [{ id: key.credential, type: 'public-key' }],
        ),
      });
    },
  ),
  route(
    {
      method: 'post',
      path: '/v1/keys',
      summary: 'Ask for another key of yours: a passkey’s registration or a line of OpenSSH',
      access: 'principal',
      body: keyBody,
    },
    async ({ gate, principal, context, input }) => {
      needPerson(gate, principal);
      const key = await readKey(gate, principal, input, siteOf(gate, context).rpId);
      const changes = readChanges([{ op: 'key.add', person: principal.id, key }]);
      const request = await gate.requests.ask({
        kind: 'policy',
        requester: principal.id,
        sponsor: null,
        idempotencyKey: newId('key', systemRandom),
        project: '',
        destination: '',
        why: `another key of my own: ${key.label}`,
        input: canonicalJson({ changes: changes as unknown as Json }),
      });
      const { request: settled } = await gate.requests.settle(request.id, 10_000);
      return showDetails(gate, principal, settled);
    },
  ),
];
