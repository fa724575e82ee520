/**
 * Sign-in: a person shows a key of the roster by signing a fresh challenge; the session that follows asks and reads, and
 * never approves: an approval is a signature of its own. Single sign-on will take its place beside the two ways here.
 */
import { isoTime, newId, utf8 } from '../core/index.ts';
import type { Clock, Random } from '../core/index.ts';
import {
  assertionToSshsig,
  findKey,
  findPerson,
  parsePublicKey,
  peopleErrors,
  sshsigToBeSigned,
  verifySshsig,
} from '../people/index.ts';
import type { People, RosterKey } from '../people/index.ts';
import type { Rosters } from '../requests/index.ts';

/** The SSHSIG namespace of sign-ins. */
export const SIGN_IN_NAMESPACE = 'sallyport-sign-in@v1';

/** What a browser's authenticator returned, base64url. */
export interface Assertion {
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

/** A challenge to be signed within minutes. */
export interface Challenge {
  readonly id: string;
  /** The text that an SSH key signs. */
  readonly message: string;
  /** The bytes that a passkey signs. */
  readonly challenge: Uint8Array;
  readonly expiresAt: string;
}

/** An open session; the token is shown once. */
export interface SignedIn {
  readonly person: string;
  readonly token: string;
  readonly expiresAt: string;
}

const CHALLENGE_MS = 5 * 60_000;
const CHALLENGES_MAX = 10_000;

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

/** The passkey of an assertion and the SSHSIG that it makes of a message. */
export function readAssertion(
  rosters: Rosters,
  assertion: Assertion,
  message: Uint8Array,
  namespace: string,
): { readonly person: string; readonly key: RosterKey; readonly signature: string } {
  const { roster } = rosters.need();
  const found = roster.people
    .flatMap((person) => person.keys.map((key) => ({ person, key })))
    .find(({ key }) => key.credential === assertion.id);
  if (found === undefined) throw peopleErrors.error('KEY_UNKNOWN');
  const signature = assertionToSshsig({
    credentialPublicKey: parsePublicKey(found.key.publicKey),
    authenticatorData: bytesOf(assertion.authenticatorData),
    clientDataJSON: bytesOf(assertion.clientDataJSON),
    signature: bytesOf(assertion.signature),
    message,
    namespace,
  });
  return { person: found.person.id, key: found.key, signature };
}

/** Challenges and sessions of one gate. */
export class SignIn {
  readonly #host: { clock: Clock; random: Random; people: People; rosters: Rosters };
  readonly #open = new Map<string, { message: string; endsMs: number }>();

  constructor(host: { clock: Clock; random: Random; people: People; rosters: Rosters }) {
    this.#host = host;
  }

  /** A fresh challenge. */
  challenge(): Challenge {
    const { clock, random, rosters } = this.#host;
    const nowMs = clock.nowMs();
    for (const [id, each] of this.#open) if (each.endsMs <= nowMs) this.#open.delete(id);
    if (this.#open.size >= CHALLENGES_MAX) throw peopleErrors.error('SIGN_IN_BUSY');
    const id = newId('sin', random);
    const endsMs = nowMs + CHALLENGE_MS;
    const gate = rosters.need().roster.gate;
    const message = `sign in to ${gate} before ${isoTime(endsMs)}\n${id}\n`;
    this.#open.set(id, { message, endsMs });
    const challenge = sshsigToBeSigned(utf8(message), SIGN_IN_NAMESPACE, 'sha512');
    return { id, message, challenge, expiresAt: isoTime(endsMs) };
  }

  /** Opens a session for whoever signed the challenge with a passkey. */
  async withPasskey(id: string, assertion: Assertion): Promise<SignedIn> {
    const message = this.#take(id);
    const { signature } = readAssertion(
      this.#host.rosters,
      assertion,
      utf8(message),
      SIGN_IN_NAMESPACE,
    );
    return this.#enter(message, signature);
  }

  /** Opens a session for whoever signed the challenge with an SSH key. */
  async withSsh(id: string, signature: string): Promise<SignedIn> {
    return this.#enter(this.#take(id), signature);
  }

  #take(id: string): string {
    const held = this.#open.get(id);
    // Each challenge is good for one try.
    this.#open.delete(id);
    if (held === undefined || held.endsMs <= this.#host.clock.nowMs())
      throw peopleErrors.error('CHALLENGE_OVER');
    return held.message;
  }

  async #enter(message: string, signature: string): Promise<SignedIn> {
    const { rosters, clock, people } = this.#host;
    const { roster } = rosters.need();
    const verified = verifySshsig({
      signature,
      message: utf8(message),
      namespace: SIGN_IN_NAMESPACE,
      origins: roster.origins,
    });
    if (!verified.ok) throw peopleErrors.error('SIGN_IN_REFUSED', { why: verified.sentence });
    const nowMs = clock.nowMs();
    const found = findKey(roster, verified.publicKey.fingerprint, nowMs);
    if (found === undefined || findPerson(roster, found.person.id, nowMs) === undefined)
      throw peopleErrors.error('KEY_UNKNOWN');
    if (found.key.kind !== 'ssh' && !verified.userVerified)
      throw peopleErrors.error('SIGN_IN_REFUSED', { why: 'the key did not check its user' });
    const session = await people.openSession(found.person.id, found.key.id);
    return { person: found.person.id, token: session.token, expiresAt: isoTime(session.endsMs) };
  }
}
