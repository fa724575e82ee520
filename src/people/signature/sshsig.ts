/**
 * The SSHSIG container (OpenSSH PROTOCOL.sshsig): armour, fields and the bytes that are really signed.
 *
 * Reading is strict: the armour is the one that OpenSSH writes, lengths are exact, the reserved field is empty, hash and
 * signature algorithm come from a closed list. Nothing here checks a signature; that is `verify.ts`.
 */
import { hash } from 'node:crypto';
import { concatBytes, fromBase64, toBase64, utf8 } from '../../core/index.ts';
import { errors } from './errors.ts';
import type { LoadedKey, SshPublicKey } from './public-key.ts';
import { loadPublicKey } from './public-key.ts';
import { WireReader, writeString, writeUint32 } from './wire.ts';

/** The hash over the message, named in the signature. */
export type HashAlgorithm = 'sha256' | 'sha512';

/** How the signature was made, by the key types that may make it. */
const ALGORITHMS = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
  'sk-ssh-ed25519@openssh.com': ['sk-ssh-ed25519@openssh.com'],
  'sk-ecdsa-sha2-nistp256@openssh.com': [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  ],
} as const;

/** A signature algorithm that is accepted. */
export type SignatureAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS][number];

/** An SSHSIG taken apart; nothing of it is verified yet. */
export interface Sshsig {
  readonly publicKey: SshPublicKey;
  readonly namespace: string;
  readonly hashAlgorithm: HashAlgorithm;
  readonly algorithm: SignatureAlgorithm;
  /** What follows the algorithm's name in the signature field; its form depends on the algorithm. */
  readonly body: Uint8Array;
}

const MAGIC = utf8('SSHSIG');
const VERSION = 1;
const BEGIN = '-----BEGIN SSH SIGNATURE-----\n';
const END = '\n-----END SSH SIGNATURE-----\n';
const LINE_CHARACTERS = 70;
const ARMOUR_CHARACTERS_MAX = 32_768;

const fail = (why: string): Error => errors.error('FORMAT_INVALID', { why });

/** Writes the bytes of an SSHSIG as text, exactly as `ssh-keygen` does. */
export function armourSshsig(blob: Uint8Array): string {
  const lines = toBase64(blob).match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return `${BEGIN}${lines.join('\n')}${END}`;
}

function readArmour(text: string): Uint8Array {
  if (text.length > ARMOUR_CHARACTERS_MAX) throw fail('it is too long');
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) throw fail('its frame lines are missing');
  const blob = fromBase64(text.slice(BEGIN.length, -END.length).replaceAll('\n', ''));
  if (blob === null || armourSshsig(blob) !== text) throw fail('its base64 lines are malformed');
  return blob;
}

function checkNamespace(namespace: string): string {
  if (namespace === '' || namespace.length > 255) throw fail('its namespace is empty or too long');
  return namespace;
}

/** An SSHSIG taken apart, with its key ready to verify. */
export function loadSshsig(input: string | Uint8Array): Sshsig & { readonly loaded: LoadedKey } {
  const blob = typeof input === 'string' ? readArmour(input) : input;
  const reader = new WireReader(blob, fail);
  if (!MAGIC.every((byte) => byte === reader.byte())) throw fail('it does not begin with SSHSIG');
  if (reader.uint32() !== VERSION) throw fail('its version is not 1');
  const keyBlob = reader.string();
  const namespace = checkNamespace(reader.text());
  if (reader.string().length !== 0) throw fail('its reserved field is not empty');
  const hashAlgorithm = reader.text();
  if (hashAlgorithm !== 'sha256' && hashAlgorithm !== 'sha512') {
    throw errors.error('ALGORITHM_UNSUPPORTED', { name: hashAlgorithm.slice(0, 64) });
  }
  const signature = reader.nested();
  reader.end();
  const loaded = loadPublicKey(keyBlob);
  const name = signature.text();
  const algorithm = ALGORITHMS[loaded.key.type].find((each) => each === name);
  if (algorithm === undefined) {
    throw errors.error('ALGORITHM_UNSUPPORTED', { name: name.slice(0, 64) });
  }
  const body = signature.rest();
  return { publicKey: loaded.key, namespace, hashAlgorithm, algorithm, body, loaded };
}

/**
 * Takes an SSHSIG apart: its armoured text, or its bytes. Throws `SIGNATURE_FORMAT_INVALID`,
 * `SIGNATURE_ALGORITHM_UNSUPPORTED` or `SIGNATURE_KEY_INVALID`. Says nothing about whether it is genuine.
 */
export function parseSshsig(input: string | Uint8Array): Sshsig {
  const { publicKey, namespace, hashAlgorithm, algorithm, body } = loadSshsig(input);
  return { publicKey, namespace, hashAlgorithm, algorithm, body };
}

/** Puts an SSHSIG together; `signature` is the algorithm's name and body in wire form. */
export function buildSshsig(parts: {
  readonly keyBlob: Uint8Array;
  readonly namespace: string;
  readonly hashAlgorithm: HashAlgorithm;
  readonly signature: Uint8Array;
}): Uint8Array {
  return concatBytes([
    MAGIC,
    writeUint32(VERSION),
    writeString(parts.keyBlob),
    writeString(checkNamespace(parts.namespace)),
    writeString(''),
    writeString(parts.hashAlgorithm),
    writeString(parts.signature),
  ]);
}

/**
 * The bytes that a key signs for a message. They are also the challenge that a browser gets for a passkey. Throws for an
 * empty namespace, without which a signature made for one purpose would serve any other.
 */
export function sshsigToBeSigned(
  message: Uint8Array,
  namespace: string,
  hashAlgorithm: HashAlgorithm = 'sha512',
): Uint8Array {
  return concatBytes([
    MAGIC,
    writeString(checkNamespace(namespace)),
    writeString(''),
    writeString(hashAlgorithm),
    writeString(new Uint8Array(hash(hashAlgorithm, message, 'buffer'))),
  ]);
}
