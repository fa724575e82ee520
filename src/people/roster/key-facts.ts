/**
 * What a key of the roster is, read from the key itself: nobody declares a key file to be a security key, or a passkey
 * to be something that needs no check of its user.
 */
import { SallyportError } from '../../core/index.ts';
import { isFidoKey, isPasskey, parsePublicKey } from '../signature/index.ts';

/** The kinds of keys that people sign with. */
export const KEY_KINDS = ['passkey', 'security-key', 'ssh'] as const;

/** What a public key says of itself. */
export interface KeyFacts {
  /** Its SHA-256 fingerprint as OpenSSH prints it. */
  readonly id: string;
  readonly kind: (typeof KEY_KINDS)[number];
}

/** What of a key in a roster is checked. */
export interface DeclaredKey {
  readonly id: string;
  readonly publicKey: string;
  readonly kind: string;
  readonly credential: string | null;
  readonly deviceBound: boolean;
}

/** Rosters are read often and their keys change seldom. */
const KNOWN_MAX = 20_000;
const known = new Map<string, KeyFacts>();

/** Reads a public key's line; throws `SIGNATURE_KEY_INVALID` or `SIGNATURE_ALGORITHM_UNSUPPORTED`. */
export function readKeyFacts(publicKey: string): KeyFacts {
  const before = known.get(publicKey);
  if (before !== undefined) return before;
  const key = parsePublicKey(publicKey);
  const kind = isPasskey(key) ? 'passkey' : isFidoKey(key) ? 'security-key' : 'ssh';
  const facts = { id: key.fingerprint, kind } as const;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(publicKey, facts);
  return facts;
}

/** Why a key is not what it is declared to be, as the end of a sentence; undefined when it is. */
export function findKeyProblem(key: DeclaredKey): string | undefined {
  let facts: KeyFacts;
  try {
    facts = readKeyFacts(key.publicKey);
  } catch (cause) {
    if (!(cause instanceof SallyportError)) throw cause;
    return `the public key of \`${key.id}\` cannot be read: ${cause.message}`;
  }
  if (facts.id !== key.id)
    return `\`${key.id}\` is not the fingerprint of its public key, which is \`${facts.id}\``;
  if (facts.kind !== key.kind)
    return `the key \`${key.id}\` is declared as ${key.kind}, and by its type it is ${facts.kind}`;
  if (key.deviceBound && facts.kind === 'ssh')
    return `the key \`${key.id}\` is a file that can be copied, so it cannot be bound to a device`;
  if ((key.credential !== null) !== (facts.kind === 'passkey'))
    return `the key \`${key.id}\` is ${facts.kind}, and a credential belongs to passkeys only`;
  return undefined;
}

/** What somebody who adds a key is told of it: its kind, whether it can leave its device, whether it checks its user. */
export function sayKey(key: { readonly publicKey: string; readonly deviceBound: boolean }): string {
  let kind: KeyFacts['kind'];
  try {
    ({ kind } = readKeyFacts(key.publicKey));
  } catch {
    return 'a key that cannot be read';
  }
  if (kind === 'ssh') return 'a key file that can be copied and does not check its user';
  const name = kind === 'passkey' ? 'a passkey' : 'a security key';
  const place = key.deviceBound ? 'bound to its device' : 'that may be copied to other devices';
  return `${name} ${place}, whose signatures count only with a PIN or biometrics`;
}
