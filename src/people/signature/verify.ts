/** Verifying an SSHSIG of any accepted algorithm over a message, on node:crypto alone. */
import { verify as verifyRaw } from 'node:crypto';
import { SallyportError, concatBytes, equalBytes, sha256Bytes, utf8 } from '../../core/index.ts';
import { readClientData } from './client-data.ts';
import { errors } from './errors.ts';
import type { LoadedKey, SshPublicKey } from './public-key.ts';
import type { HashAlgorithm, SignatureAlgorithm, Sshsig } from './sshsig.ts';
import { loadSshsig, sshsigToBeSigned } from './sshsig.ts';
import { WireReader, writeUint32 } from './wire.ts';

/** What a signature has to show besides being genuine. */
export interface SignatureNeeds {
  /** A FIDO key was touched. Default true; keys that are no FIDO keys cannot show it and are not asked. */
  readonly userPresent?: boolean;
  /** The key checked its user by PIN or biometrics. Default false; only FIDO keys and passkeys can show it. */
  readonly userVerified?: boolean;
}

/** What is to be verified. */
export interface VerifyInput extends SignatureNeeds {
  /** Armoured text or bytes of the SSHSIG. */
  readonly signature: string | Uint8Array;
  /** The exact bytes that were signed. */
  readonly message: Uint8Array;
  readonly namespace: string;
  /** Sites whose passkey signatures are accepted, such as `https://gate.example`. None by default. */
  readonly origins?: readonly string[];
}

/** A genuine signature. Whether its key may sign here is the caller's question. */
export interface VerifiedSignature {
  readonly ok: true;
  readonly publicKey: SshPublicKey;
  readonly algorithm: SignatureAlgorithm;
  readonly hashAlgorithm: HashAlgorithm;
  /** Of FIDO keys: the authenticator's flag byte. */
  readonly flags?: number;
  /** Of FIDO keys: the authenticator's counter; many passkeys always say 0. */
  readonly counter?: number;
  /** False for keys that are no FIDO keys: they cannot show it. */
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  /** Of passkeys: the site that asked for the signature. */
  readonly origin?: string;
}

/** Why a signature is not accepted, by stable code and sentence. */
export interface SignatureRefusal {
  readonly ok: false;
  readonly code: string;
  readonly sentence: string;
  readonly hint: string;
}

/** What the flag byte of authenticators says. */
export const FLAGS = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  attestedData: 0x40,
  extensionData: 0x80,
} as const;

/** What a FIDO key or passkey added to its signature. */
interface Touch {
  readonly flags: number;
  readonly counter: number;
  readonly origin?: string;
}

const EXTENSION_BYTES_MAX = 1_024;
const fail = (why: string): Error => errors.error('FORMAT_INVALID', { why });

function readFixed(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw fail(`its signature value has not ${length} bytes`);
  return bytes;
}

/** r and s of an ECDSA signature, joined in fixed width as node:crypto takes them. */
function readEcdsa(reader: WireReader, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(2 * sizeBytes);
  for (const end of [sizeBytes, 2 * sizeBytes]) {
    const value = reader.mpint();
    if (value.length > sizeBytes) throw fail('an integer in it is too long');
    out.set(value, end - value.length);
  }
  reader.end();
  return out;
}

function fits(
  digest: string | null,
  loaded: LoadedKey,
  data: Uint8Array,
  value: Uint8Array,
): boolean {
  return verifyRaw(digest, data, { key: loaded.object, dsaEncoding: 'ieee-p1363' }, value);
}

/** Signatures of FIDO keys cover the application, flags, counter, extensions and a digest; see OpenSSH PROTOCOL.u2f. */
function touchedData(
  loaded: LoadedKey,
  touch: Touch,
  extensions: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return concatBytes([
    sha256Bytes(utf8(loaded.key.application ?? '')),
    Uint8Array.of(touch.flags),
    writeUint32(touch.counter),
    extensions,
    sha256Bytes(data),
  ]);
}

function readTouch(reader: WireReader): Touch {
  const flags = reader.byte();
  const counter = reader.uint32();
  reader.end();
  if ((flags & (FLAGS.attestedData | FLAGS.extensionData)) !== 0) {
    throw fail('its flags announce data that is not there');
  }
  return { flags, counter };
}

function checkApplication(loaded: LoadedKey, passkey: boolean): void {
  // OpenSSH keeps its own keys under `ssh:`; anything else is a site. A key signs in one of the two ways, never both.
  if ((loaded.key.application ?? '').startsWith('ssh:') === passkey) {
    throw errors.error('ALGORITHM_UNSUPPORTED', {
      name: passkey ? 'webauthn signature of an SSH key' : 'plain signature of a passkey',
    });
  }
}

function checkPasskey(reader: WireReader, loaded: LoadedKey, toSign: Uint8Array): Touch | null {
  const value = readEcdsa(reader.nested(), loaded.sizeBytes);
  const flags = reader.byte();
  const counter = reader.uint32();
  const origin = reader.text();
  const clientData = reader.string();
  const extensions = reader.string();
  reader.end();
  checkApplication(loaded, true);
  const extended = (flags & FLAGS.extensionData) !== 0;
  if (
    (flags & FLAGS.attestedData) !== 0 ||
    extended !== extensions.length > 0 ||
    extensions.length > EXTENSION_BYTES_MAX
  ) {
    throw fail('its flags and its extensions disagree');
  }
  const said = readClientData(clientData);
  if (said.origin !== origin) throw fail('its two origins differ');
  if (!equalBytes(said.challenge, toSign)) return null;
  const touch = { flags, counter, origin };
  const data = touchedData(loaded, touch, extensions, clientData);
  return fits('sha256', loaded, data, value) ? touch : null;
}

/** Whether the signature fits; what a FIDO key said along with it. */
function check(
  signature: Sshsig & { readonly loaded: LoadedKey },
  toSign: Uint8Array,
): { readonly good: boolean; readonly touch?: Touch } {
  const { algorithm, body, loaded } = signature;
  const reader = new WireReader(body, fail);
  switch (algorithm) {
    case 'ssh-ed25519': {
      const value = readFixed(reader.string(), 64);
      reader.end();
      return { good: fits(null, loaded, toSign, value) };
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521': {
      const value = readEcdsa(reader.nested(), loaded.sizeBytes);
      reader.end();
      const digest = { 32: 'sha256', 48: 'sha384', 66: 'sha512' }[loaded.sizeBytes];
      return { good: digest !== undefined && fits(digest, loaded, toSign, value) };
    }
    case 'rsa-sha2-256':
    case 'rsa-sha2-512': {
      const value = readFixed(reader.string(), loaded.sizeBytes);
      reader.end();
      return { good: fits(algorithm.replace('rsa-sha2-', 'sha'), loaded, toSign, value) };
    }
    case 'sk-ssh-ed25519@openssh.com': {
      const value = readFixed(reader.string(), 64);
      const touch = readTouch(reader);
      checkApplication(loaded, false);
      return {
        good: fits(null, loaded, touchedData(loaded, touch, new Uint8Array(), toSign), value),
        touch,
      };
    }
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const value = readEcdsa(reader.nested(), loaded.sizeBytes);
      const touch = readTouch(reader);
      checkApplication(loaded, false);
      const data = touchedData(loaded, touch, new Uint8Array(), toSign);
      return { good: fits('sha256', loaded, data, value), touch };
    }
    case 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com': {
      const touch = checkPasskey(reader, loaded, toSign);
      return touch === null ? { good: false } : { good: true, touch };
    }
  }
}

function verifyOrThrow(input: VerifyInput): VerifiedSignature {
  const { message, namespace } = input;
  const toSign = (hash: HashAlgorithm): Uint8Array => sshsigToBeSigned(message, namespace, hash);
  toSign('sha512');
  const signature = loadSshsig(input.signature);
  if (signature.namespace !== namespace) {
    throw errors.error('NAMESPACE_WRONG', { found: signature.namespace, wanted: namespace });
  }
  const { good, touch } = check(signature, toSign(signature.hashAlgorithm));
  if (!good) throw errors.error('MISMATCH');
  if (touch?.origin !== undefined && !(input.origins ?? []).includes(touch.origin)) {
    throw errors.error('ORIGIN_WRONG', { origin: touch.origin });
  }
  const userPresent = ((touch?.flags ?? 0) & FLAGS.userPresent) !== 0;
  const userVerified = ((touch?.flags ?? 0) & FLAGS.userVerified) !== 0;
  if (touch !== undefined && !userPresent && input.userPresent !== false) {
    throw errors.error('PRESENCE_MISSING');
  }
  if (!userVerified && input.userVerified === true) throw errors.error('VERIFICATION_MISSING');
  const { publicKey, algorithm, hashAlgorithm } = signature;
  return { ok: true, publicKey, algorithm, hashAlgorithm, ...touch, userPresent, userVerified };
}

/**
 * Verifies an SSHSIG over a message. Never throws for what was sent: a refusal names the first thing that is wrong.
 *
 * Guaranteed for `ok: true`: the holder of `publicKey` signed exactly this message for exactly this namespace, in one of
 * the accepted algorithms; a passkey signature was made on one of `origins`. Not checked: whose key it is.
 */
export function verifySshsig(input: VerifyInput): VerifiedSignature | SignatureRefusal {
  try {
    return verifyOrThrow(input);
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return { ok: false, code: error.code, sentence: error.message, hint: error.hint };
  }
}
