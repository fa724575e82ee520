/** Unencrypted private keys in OpenSSH's own file format (OpenSSH PROTOCOL.key): Ed25519, ECDSA and RSA. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import { concatBytes, equalBytes, fromBase64, utf8 } from '../../core/index.ts';
import { errors } from './errors.ts';
import type { LoadedKey } from './public-key.ts';
import { loadPublicKey } from './public-key.ts';
import type { SshSigner } from './sign.ts';
import { WireReader, writeMpint, writeString } from './wire.ts';

const MAGIC = 'openssh-key-v1\0';
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const CHARACTERS_MAX = 32_768;

const fail = (why: string): Error => errors.error('PRIVATE_KEY_INVALID', { why });
const locked = (why: string): Error => errors.error('PRIVATE_KEY_LOCKED', { why });
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

function fromBig(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}

function readRsa(reader: WireReader): JsonWebKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => reader.mpint());
  // The file leaves out two values that the standard form wants.
  const dp = fromBig(toBig(d!) % (toBig(p!) - 1n));
  const dq = fromBig(toBig(d!) % (toBig(q!) - 1n));
  const all = { n, e, d, p, q, dp, dq, qi };
  const fields = Object.entries(all).map(([name, value]) => [name, base64url(value!)]);
  return { kty: 'RSA', ...(Object.fromEntries(fields) as JsonWebKey) };
}

function readEcdsa(reader: WireReader, loaded: LoadedKey): JsonWebKey {
  reader.string();
  reader.string();
  const d = reader.mpint();
  const padded = new Uint8Array(loaded.sizeBytes);
  if (d.length > padded.length) throw fail('its secret is too long');
  padded.set(d, padded.length - d.length);
  return { ...loaded.object.export({ format: 'jwk' }), d: base64url(padded) };
}

function readSecret(reader: WireReader, loaded: LoadedKey): KeyObject {
  let key: JsonWebKey;
  switch (loaded.key.type) {
    case 'ssh-ed25519': {
      reader.string();
      const secret = reader.string();
      if (secret.length !== 64) throw fail('its secret has not 64 bytes');
      const x = base64url(secret.subarray(32));
      key = { kty: 'OKP', crv: 'Ed25519', d: base64url(secret.subarray(0, 32)), x };
      break;
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      key = readEcdsa(reader, loaded);
      break;
    case 'ssh-rsa':
      key = readRsa(reader);
      break;
    case 'sk-ssh-ed25519@openssh.com':
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      throw locked('it lives in a FIDO key');
  }
  try {
    return createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw fail('its numbers do not make a key');
  }
}

function readBody(text: string): WireReader {
  const lines = text.trim().split(/\r?\n/);
  if (text.length > CHARACTERS_MAX || lines[0] !== BEGIN || lines.at(-1) !== END) {
    throw fail('it is not an OpenSSH private key file');
  }
  const blob = fromBase64(lines.slice(1, -1).join(''));
  if (blob === null) throw fail('its base64 is malformed');
  const reader = new WireReader(blob, fail);
  if (!equalBytes(reader.take(MAGIC.length), utf8(MAGIC))) throw fail('its format is another one');
  return reader;
}

function signRaw(loaded: LoadedKey, secret: KeyObject, data: Uint8Array): Uint8Array {
  const { type } = loaded.key;
  if (type === 'ssh-ed25519') {
    return concatBytes([writeString(type), writeString(sign(null, data, secret))]);
  }
  if (type === 'ssh-rsa') {
    return concatBytes([writeString('rsa-sha2-512'), writeString(sign('sha512', data, secret))]);
  }
  const digest = { 32: 'sha256', 48: 'sha384', 66: 'sha512' }[loaded.sizeBytes];
  const pair = sign(digest, data, { key: secret, dsaEncoding: 'ieee-p1363' });
  const r = pair.subarray(0, loaded.sizeBytes);
  const s = pair.subarray(loaded.sizeBytes);
  const value = concatBytes([writeMpint(r), writeMpint(s)]);
  return concatBytes([writeString(type), writeString(value)]);
}

/**
 * Reads an OpenSSH private key file and signs with it. Throws `SIGNATURE_PRIVATE_KEY_LOCKED` for keys that need a
 * passphrase or a touch (use `signWithKeygen`), `SIGNATURE_PRIVATE_KEY_INVALID` for anything else that cannot be read.
 */
export function openPrivateKey(text: string): SshSigner {
  const reader = readBody(text);
  const cipher = reader.text();
  reader.text();
  reader.string();
  if (reader.uint32() !== 1) throw fail('it does not hold exactly one key');
  const loaded = loadPublicKey(reader.string());
  if (cipher !== 'none') throw locked('it needs a passphrase');
  const secrets = reader.nested();
  reader.end();
  if (secrets.uint32() !== secrets.uint32()) throw fail('its check numbers differ');
  if (secrets.text() !== loaded.key.type) throw fail('its two types differ');
  const secret = readSecret(secrets, loaded);
  const comment = secrets.text();
  if (!secrets.rest().every((byte, i) => byte === i + 1)) throw fail('its padding is malformed');
  const publicKey = comment === '' ? loaded.key : { ...loaded.key, comment };
  return { publicKey, sign: (data) => Promise.resolve(signRaw(loaded, secret, data)) };
}
