/** Passkeys as the fake door checks them: the challenge, the site, user verification and the signature (ES256). */
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';

/** A registered passkey. */
export interface FakePasskey {
  readonly credential: string;
  readonly spki: string;
}

/** What a browser sends after signing. */
export interface FakeAssertion {
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

/** A fresh challenge. */
export function makeChallenge(): string {
  return randomBytes(32).toString('base64url');
}

/** Options for `navigator.credentials.create`. */
export function registrationFor(person: string): object {
  return {
    challenge: makeChallenge(),
    rp: { id: 'localhost', name: 'Sallyport' },
    user: { id: Buffer.from(person).toString('base64url'), name: person, displayName: person },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
  };
}

/** Reads what a browser made. */
export function readAttestation(attestation: unknown): FakePasskey | null {
  const { id, response } = (attestation ?? {}) as {
    id?: string;
    response?: { publicKey?: string };
  };
  return id === undefined || response?.publicKey === undefined
    ? null
    : { credential: id, spki: response.publicKey };
}

/** Checks a signature over a challenge by one of these keys; gives the key that made it. */
export function checkAssertion(
  assertion: FakeAssertion,
  challenge: string,
  keys: readonly FakePasskey[],
): FakePasskey | null {
  const key = keys.find((each) => each.credential === assertion.id);
  const client = JSON.parse(bytes(assertion.clientDataJSON).toString('utf8')) as {
    type?: string;
    challenge?: string;
  };
  const data = bytes(assertion.authenticatorData);
  const userVerified = ((data[32] ?? 0) & 4) !== 0;
  if (key === undefined || client.type !== 'webauthn.get' || !userVerified) return null;
  if (client.challenge !== challenge) return null;
  const digest = createHash('sha256').update(bytes(assertion.clientDataJSON)).digest();
  const spki = createPublicKey({ key: bytes(key.spki), format: 'der', type: 'spki' });
  const signed = Buffer.concat([data, digest]);
  return verify('sha256', signed, spki, bytes(assertion.signature)) ? key : null;
}
