/** One name for the secret behind a public key, whatever it is wrapped in: a comment, a PEM file, a FIDO application. Pure. */
import type { KeyObject } from 'node:crypto';
import { concatBytes, sha256Bytes, toBase64 } from '../../core/index.ts';
import { errors } from './errors.ts';
import { loadPublicKey } from './public-key.ts';
import type { SshPublicKey } from './public-key.ts';
import { writeMpint, writeString } from './wire.ts';

const CURVES: Readonly<Record<string, string>> = {
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
};

function bytesOf(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text ?? '', 'base64url'));
}

/** The key as a plain SSH key. Coordinates of a JWK have a fixed width, so that a point has one spelling. */
function plainBlob(object: KeyObject): Uint8Array {
  const type = object.asymmetricKeyType;
  if (type === 'ed25519') {
    const { x } = object.export({ format: 'jwk' });
    return concatBytes([writeString('ssh-ed25519'), writeString(bytesOf(x))]);
  }
  if (type === 'rsa') {
    const { e, n } = object.export({ format: 'jwk' });
    return concatBytes([writeString('ssh-rsa'), writeMpint(bytesOf(e)), writeMpint(bytesOf(n))]);
  }
  const { crv = '', x, y } = type === 'ec' ? object.export({ format: 'jwk' }) : {};
  const name = CURVES[crv];
  if (name === undefined) throw errors.error('KEY_INVALID', { why: 'its type signs nothing here' });
  const point = concatBytes([Uint8Array.of(4), bytesOf(x), bytesOf(y)]);
  return concatBytes([writeString(`ecdsa-sha2-${name}`), writeString(name), writeString(point)]);
}

/**
 * The fingerprint of the bare key, as `ssh-keygen -l` shows it: the same for an SSH key, a PEM file and a FIDO key that
 * hold one public key. Throws `SIGNATURE_KEY_INVALID` for types of key that sign nothing here.
 */
export function bareFingerprint(key: KeyObject | SshPublicKey): string {
  const object = 'blob' in key ? loadPublicKey(key.blob).object : key;
  return `SHA256:${toBase64(sha256Bytes(plainBlob(object))).replace(/=+$/, '')}`;
}
