/**
 * SSH public keys of a closed list of algorithms, read strictly (RFC 4253 §6.6, RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f).
 *
 * A key has one accepted spelling. Weak keys are refused when they are read: RSA under 3072 bits, Ed25519 points of
 * small order (a signature of such a key fits every message), points that are not on their curve.
 */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { fromBase64, sha256Bytes, toBase64, toHex } from '../../core/index.ts';
import { errors } from './errors.ts';
import { WireReader } from './wire.ts';

/** The types of key that may sign. A passkey is an `sk-ecdsa` key whose application is the site, as OpenSSH stores it. */
export const KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;

/** One of {@link KEY_TYPES}. */
export type KeyType = (typeof KEY_TYPES)[number];

/** A public key that was read whole. */
export interface SshPublicKey {
  readonly type: KeyType;
  /** The bytes that a `.pub` file holds in base64. */
  readonly blob: Uint8Array;
  /** `SHA256:` and 43 characters, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  readonly comment?: string;
  /** Of FIDO keys: `ssh:…`, or the site (relying party) of a passkey. */
  readonly application?: string;
}

/** A public key with what verifying needs. */
export interface LoadedKey {
  readonly key: SshPublicKey;
  readonly object: KeyObject;
  /** Bytes of one coordinate (ECDSA) or of the modulus (RSA). */
  readonly sizeBytes: number;
}

const RSA_BITS_MIN = 3072;
const RSA_BITS_MAX = 16_384;
const TEXT_CHARACTERS_MAX = 8_192;
const COMMENT_CHARACTERS_MAX = 200;

const fail = (why: string): Error => errors.error('KEY_INVALID', { why });
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** The y coordinates of all points of small order, sign bit cleared, least significant byte first. */
const SMALL_ORDER = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

function loadEd25519(point: Uint8Array): KeyObject {
  if (point.length !== 32) throw fail('an Ed25519 key has 32 bytes');
  const y = point.slice();
  y[31] = y[31]! & 0x7f;
  // Values of p = 2^255 - 19 and above are second spellings of a point.
  const tooBig = y[31] === 0x7f && y[0]! >= 0xed && y.subarray(1, 31).every((byte) => byte === 255);
  if (tooBig || SMALL_ORDER.has(toHex(y))) throw fail('the Ed25519 point is of no use for signing');
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: base64url(point) },
    format: 'jwk',
  });
}

const CURVES = {
  nistp256: { crv: 'P-256', sizeBytes: 32 },
  nistp384: { crv: 'P-384', sizeBytes: 48 },
  nistp521: { crv: 'P-521', sizeBytes: 66 },
} as const;

function loadEcdsa(reader: WireReader, name: keyof typeof CURVES): [KeyObject, number] {
  const { crv, sizeBytes } = CURVES[name];
  if (reader.text() !== name) throw fail('its curve is not that of its type');
  const point = reader.string();
  if (point.length !== 1 + 2 * sizeBytes || point[0] !== 4) throw fail('its point is malformed');
  const x = base64url(point.subarray(1, 1 + sizeBytes));
  const y = base64url(point.subarray(1 + sizeBytes));
  try {
    return [createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' }), sizeBytes];
  } catch {
    throw fail('its point is not on its curve');
  }
}

function loadRsa(reader: WireReader): [KeyObject, number] {
  const e = reader.mpint();
  const n = reader.mpint();
  const bits = n.length * 8 - Math.clz32(n[0]!) + 24;
  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
    throw fail(`an RSA key has ${RSA_BITS_MIN} to ${RSA_BITS_MAX} bits, not ${bits}`);
  }
  const exponent = e.length > 4 ? 0 : e.reduce((value, byte) => value * 256 + byte, 0);
  if (exponent < 65_537 || exponent % 2 === 0) throw fail('its RSA exponent is unusual');
  if (n.at(-1)! % 2 === 0) throw fail('its RSA modulus is even');
  const object = createPublicKey({
    key: { kty: 'RSA', n: base64url(n), e: base64url(e) },
    format: 'jwk',
  });
  return [object, n.length];
}

function isKeyType(name: string): name is KeyType {
  return (KEY_TYPES as readonly string[]).includes(name);
}

function readApplication(reader: WireReader): string {
  const application = reader.text();
  if (application === '' || application.length > 255) throw fail('its application is not named');
  return application;
}

/** Reads a key's bytes and makes it ready to verify; throws `SIGNATURE_KEY_INVALID` or `…_ALGORITHM_UNSUPPORTED`. */
export function loadPublicKey(blob: Uint8Array): LoadedKey {
  const reader = new WireReader(blob, fail);
  const type = reader.text();
  if (!isKeyType(type)) throw errors.error('ALGORITHM_UNSUPPORTED', { name: type.slice(0, 64) });
  let object: KeyObject;
  let sizeBytes = 32;
  let application: string | undefined;
  switch (type) {
    case 'ssh-ed25519':
      object = loadEd25519(reader.string());
      break;
    case 'sk-ssh-ed25519@openssh.com':
      object = loadEd25519(reader.string());
      application = readApplication(reader);
      break;
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      [object, sizeBytes] = loadEcdsa(reader, type.slice(11) as keyof typeof CURVES);
      break;
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      [object, sizeBytes] = loadEcdsa(reader, 'nistp256');
      application = readApplication(reader);
      break;
    case 'ssh-rsa':
      [object, sizeBytes] = loadRsa(reader);
      break;
  }
  reader.end();
  const fingerprint = `SHA256:${toBase64(sha256Bytes(blob)).replace(/=+$/, '')}`;
  const key = { type, blob: blob.slice(), fingerprint };
  return { key: application === undefined ? key : { ...key, application }, object, sizeBytes };
}

/**
 * Reads a public key: the line of a `.pub` file, or its bytes. Throws `SIGNATURE_KEY_INVALID` for anything that is not
 * exactly one well-formed key and `SIGNATURE_ALGORITHM_UNSUPPORTED` for a type that is not in {@link KEY_TYPES}.
 */
export function parsePublicKey(input: string | Uint8Array): SshPublicKey {
  if (typeof input !== 'string') return loadPublicKey(input).key;
  if (input.length > TEXT_CHARACTERS_MAX) throw fail('it is too long');
  const match = /^([^\s]+) ([A-Za-z0-9+/]+={0,2})(?: ([^\n\r]*))?\r?\n?$/.exec(input);
  const [, type = '', body = '', comment = ''] = match ?? [];
  if (match === null) throw fail('it is not a type, a space and base64');
  const blob = fromBase64(body);
  if (blob === null) throw fail('its base64 is malformed');
  const { key } = loadPublicKey(blob);
  if (key.type !== type) throw fail('its two types differ');
  const said = comment.trim();
  if (said.length > COMMENT_CHARACTERS_MAX || /\p{Cc}/u.test(said)) {
    throw fail(`its comment is not ${COMMENT_CHARACTERS_MAX} plain characters or fewer`);
  }
  return said === '' ? key : { ...key, comment: said };
}

/** Writes a key as the line of a `.pub` file, without a newline. */
export function printPublicKey(key: SshPublicKey): string {
  const comment = key.comment === undefined ? '' : ` ${key.comment}`;
  return `${key.type} ${toBase64(key.blob)}${comment}`;
}

/** Whether the key lives in a FIDO authenticator, so that its signatures say if the user was present and verified. */
export function isFidoKey(key: SshPublicKey): boolean {
  return key.application !== undefined;
}

/** Whether the key is a passkey of a site, which signs in a browser only. */
export function isPasskey(key: SshPublicKey): boolean {
  return (
    key.type === 'sk-ecdsa-sha2-nistp256@openssh.com' && !(key.application ?? '').startsWith('ssh:')
  );
}
