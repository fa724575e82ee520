/** People with FIDO security keys and passkeys, in software: for tests of what keys have to show. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { concatBytes, utf8 } from '../../src/core/index.ts';
import {
  assertionToSshsig,
  parsePublicKey,
  printPublicKey,
  registerPasskey,
  sshsigToBeSigned,
} from '../../src/people/index.ts';
import type { Founder } from '../../src/people/index.ts';
import { armourSshsig, buildSshsig } from '../../src/people/signature/sshsig.ts';
import { writeString, writeUint32 } from '../../src/people/signature/wire.ts';
import { APPROVAL_NAMESPACE } from '../../src/requests/index.ts';
import { SoftAuthenticator } from './soft-authenticator.ts';

/** The site on which the passkeys of tests sign. */
export const TEST_ORIGIN = 'https://gate.example';

/** A key that says of each signature whether it checked its user. */
export interface DeviceKey {
  readonly key: Founder['keys'][number];
  /** An approval; `userVerified: false` leaves the check out. */
  readonly approve: (subject: string, how?: { readonly userVerified?: boolean }) => string;
}

/** A security key as `ssh-keygen -t ed25519-sk` makes it. */
export function makeSecurityKey(label = 'security key'): DeviceKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const type = 'sk-ssh-ed25519@openssh.com';
  const keyBlob = concatBytes([writeString(type), writeString(x), writeString('ssh:')]);
  const parsed = parsePublicKey(keyBlob);
  const digest = (bytes: Uint8Array): Uint8Array =>
    new Uint8Array(createHash('sha256').update(bytes).digest());
  return {
    key: {
      ...{ id: parsed.fingerprint, publicKey: printPublicKey(parsed), label },
      ...{ kind: 'security-key', credential: null, deviceBound: true, until: null },
    },
    approve: (subject, how = {}) => {
      const namespace = APPROVAL_NAMESPACE;
      const said = concatBytes([Uint8Array.of(how.userVerified === false ? 1 : 5), writeUint32(7)]);
      const toSign = sshsigToBeSigned(utf8(subject), namespace, 'sha512');
      const data = concatBytes([digest(utf8('ssh:')), said, digest(toSign)]);
      const value = new Uint8Array(sign(null, data, privateKey));
      const signature = concatBytes([writeString(type), writeString(value), said]);
      return armourSshsig(buildSshsig({ keyBlob, namespace, hashAlgorithm: 'sha512', signature }));
    },
  };
}

/** A passkey of {@link TEST_ORIGIN}. */
export async function makePasskey(deviceBound: boolean): Promise<DeviceKey> {
  const device = new SoftAuthenticator('gate.example', TEST_ORIGIN, deviceBound);
  const challenge = utf8('a registration challenge');
  const response = device.register(challenge);
  const rpId = device.rpId;
  const passkey = await registerPasskey({ response, challenge, origins: [TEST_ORIGIN], rpId });
  return {
    key: {
      ...{ id: passkey.publicKey.fingerprint, publicKey: printPublicKey(passkey.publicKey) },
      ...{ label: 'passkey', kind: 'passkey', credential: passkey.credentialId },
      ...{ deviceBound: passkey.deviceBound, until: null },
    },
    approve: (subject, how = {}) => {
      const message = utf8(subject);
      const namespace = APPROVAL_NAMESPACE;
      const answer = device.assert(sshsigToBeSigned(message, namespace), how);
      const credentialPublicKey = passkey.publicKey;
      return assertionToSshsig({ credentialPublicKey, ...answer, message, namespace });
    },
  };
}
