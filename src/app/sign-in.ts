/**
 * Sign-in: a person shows a key of the roster by signing a fresh challenge; the session that follows asks and reads, and
 * never approves: an approval is a signature of its own. Single sign-on will take its place beside the two ways here.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
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
const SECRET_BYTES = 32;

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

/** A challenge of this gate, read back from what it was called. */
interface Held {
  readonly nonce: string;
  readonly endsMs: number;
  readonly message: string;
}

/**
 * Challenges and sessions of one gate. Nothing is kept of a challenge that was not signed: whoever asks for many of them, which
 * needs no credential, fills no table. A challenge is its own proof by a secret of this process, and is good for one session.
 */
export class SignIn {
  readonly #host: { clock: Clock; random: Random; people: People; rosters: Rosters };
  readonly #secret: Uint8Array;
  /** Challenges that opened a session, until they end; only somebody with a key adds to them. */
  readonly #used = new Map<string, number>();

  constructor(host: { clock: Clock; random: Random; people: People; rosters: Rosters }) {
    this.#host = host;
    this.#secret = host.random.bytes(SECRET_BYTES);
  }

  /** A fresh challenge. */
  challenge(): Challenge {
    const { clock, random, rosters } = this.#host;
    const nonce = newId('sin', random);
    const endsMs = clock.nowMs() + CHALLENGE_MS;
    const message = this.#messageOf(rosters.need().roster.gate, nonce, endsMs);
    const id = `${nonce}.${String(endsMs)}.${this.#seal(nonce, endsMs).toString('base64url')}`;
    const challenge = sshsigToBeSigned(utf8(message), SIGN_IN_NAMESPACE, 'sha512');
    return { id, message, challenge, expiresAt: isoTime(endsMs) };
  }

  /** Opens a session for whoever signed the challenge with a passkey. */
  async withPasskey(id: string, assertion: Assertion): Promise<SignedIn> {
    const held = this.#read(id);
    const { signature } = readAssertion(
      this.#host.rosters,
      assertion,
      utf8(held.message),
      SIGN_IN_NAMESPACE,
    );
    return this.#enter(held, signature);
  }

  /** Opens a session for whoever signed the challenge with an SSH key. */
  async withSsh(id: string, signature: string): Promise<SignedIn> {
    return this.#enter(this.#read(id), signature);
  }

  #messageOf(gate: string, nonce: string, endsMs: number): string {
    return `sign in to ${gate} before ${isoTime(endsMs)}\n${nonce}\n`;
  }

  #seal(nonce: string, endsMs: number): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`${nonce} ${String(endsMs)}`)
      .digest();
  }

  #read(id: string): Held {
    const { rosters, clock } = this.#host;
    const [, nonce = '', ends = '', seal = ''] =
      /^(sin_[0-9a-z]+)\.(\d{1,15})\.([\w-]{43})$/.exec(id) ?? [];
    const endsMs = Number(ends);
    const given = Buffer.from(seal, 'base64url');
    const wanted = this.#seal(nonce, endsMs);
    const ours = given.length === wanted.length && timingSafeEqual(given, wanted);
    if (!ours || endsMs <= clock.nowMs() || this.#used.has(nonce))
      throw peopleErrors.error('CHALLENGE_OVER');
    return { nonce, endsMs, message: this.#messageOf(rosters.need().roster.gate, nonce, endsMs) };
  }

  /** Nothing is awaited between the look and the note, so two at the same moment open one session. */
  #use({ nonce, endsMs }: Held): void {
    const nowMs = this.#host.clock.nowMs();
    if (this.#used.has(nonce)) throw peopleErrors.error('CHALLENGE_OVER');
    for (const [each, ends] of this.#used) if (ends <= nowMs) this.#used.delete(each);
    this.#used.set(nonce, endsMs);
  }

  async #enter(held: Held, signature: string): Promise<SignedIn> {
    const { rosters, clock, people } = this.#host;
    const { roster } = rosters.need();
    const verified = verifySshsig({
      signature,
      message: utf8(held.message),
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
    this.#use(held);
    const session = await people.openSession(found.person.id, found.key.id);
    return { person: found.person.id, token: session.token, expiresAt: isoTime(session.endsMs) };
  }
}
