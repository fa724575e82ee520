/** Passkey assertions of a browser as SSHSIG, so that one kind of signature is stored and `ssh-keygen` can check it. */
import { concatBytes, equalBytes, sha256Bytes, utf8 } from '../../core/index.ts';
import { readClientData } from './client-data.ts';
import { errors } from './errors.ts';
import type { SshPublicKey } from './public-key.ts';
import { isPasskey } from './public-key.ts';
import type { HashAlgorithm } from './sshsig.ts';
import { armourSshsig, buildSshsig } from './sshsig.ts';
import { FLAGS, verifySshsig } from './verify.ts';
import { writeMpint, writeString, writeUint32 } from './wire.ts';

/** What `navigator.credentials.get` returned for the challenge that `sshsigToBeSigned` gave. */
export interface AssertionInput {
  /** The registered key of the credential that answered. */
  readonly credentialPublicKey: SshPublicKey;
  readonly authenticatorData: Uint8Array;
  readonly clientDataJSON: Uint8Array;
  /** ECDSA over P-256 in DER. */
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly namespace: string;
  /** The hash that the challenge was made with. Default `sha512`. */
  readonly hashAlgorithm?: HashAlgorithm;
}

const AUTHENTICATOR_BYTES_MIN = 37;
const fail = (why: string): Error => errors.error('ASSERTION_INVALID', { why });

/** One INTEGER of a short DER SEQUENCE: positive, in its shortest form. */
function readDerInteger(der: Uint8Array, at: number): { value: Uint8Array; next: number } {
  const length = der[at + 1] ?? 0;
  const value = der.subarray(at + 2, at + 2 + length);
  const first = value[0] ?? 0x80;
  const needless = first === 0 && (value[1] ?? 0) < 0x80;
  if (der[at] !== 2 || value.length !== length || length > 33 || first >= 0x80 || needless) {
    throw fail('its signature is not canonical DER');
  }
  return { value, next: at + 2 + length };
}

function readDer(der: Uint8Array): { r: Uint8Array; s: Uint8Array } {
  if (der[0] !== 0x30 || der[1] !== der.length - 2)
    throw fail('its signature is not canonical DER');
  const r = readDerInteger(der, 2);
  const s = readDerInteger(der, r.next);
  if (s.next !== der.length) throw fail('bytes follow its signature');
  return { r: r.value, s: s.value };
}

/**
 * Writes an assertion as the armoured SSHSIG that stock `ssh-keygen -Y verify` accepts. It is verified before it is
 * returned, so that what cannot be checked later is never stored; whether its origin is one of ours and its user was
 * verified is for `verifySshsig`. Throws `SIGNATURE_ASSERTION_INVALID`, `SIGNATURE_CLIENT_DATA_INVALID` or
 * `SIGNATURE_MISMATCH`.
 */
export function assertionToSshsig(input: AssertionInput): string {
  const { credentialPublicKey: key, authenticatorData: data, namespace, message } = input;
  const hashAlgorithm = input.hashAlgorithm ?? 'sha512';
  if (!isPasskey(key)) throw fail('its key is not a passkey');
  if (data.length < AUTHENTICATOR_BYTES_MIN) throw fail('its authenticator data is cut short');
  if (!equalBytes(data.subarray(0, 32), sha256Bytes(utf8(key.application ?? '')))) {
    throw fail('it belongs to another site');
  }
  const flags = data[32]!;
  const counter = new DataView(data.buffer, data.byteOffset + 33, 4).getUint32(0);
  const extensions = data.subarray(AUTHENTICATOR_BYTES_MIN);
  if ((flags & FLAGS.attestedData) !== 0) throw fail('it holds a registration');
  const { origin } = readClientData(input.clientDataJSON);
  const { r, s } = readDer(input.signature);
  const signature = concatBytes([
    writeString('webauthn-sk-ecdsa-sha2-nistp256@openssh.com'),
    writeString(concatBytes([writeMpint(r), writeMpint(s)])),
    Uint8Array.of(flags),
    writeUint32(counter),
    writeString(origin),
    writeString(input.clientDataJSON),
    writeString(extensions),
  ]);
  const parts = { keyBlob: key.blob, namespace, hashAlgorithm, signature };
  const armoured = armourSshsig(buildSshsig(parts));
  const checked = verifySshsig({
    signature: armoured,
    message,
    namespace,
    origins: [origin],
    userPresent: false,
  });
  if (!checked.ok)
    throw checked.code === 'SIGNATURE_MISMATCH' ? errors.error('MISMATCH') : fail(checked.sentence);
  return armoured;
}
