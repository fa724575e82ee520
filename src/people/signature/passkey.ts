/**
 * Registration of a passkey: what the browser returned becomes an SSH public key.
 *
 * Guaranteed: ES256, made for our site and our challenge, user verified. The attestation is checked for consistency and
 * not trusted: `deviceBound` is what the authenticator says of itself. Sign-in and approvals never pass through the
 * library used here; they are SSHSIGs (`webauthn.ts`, `verify.ts`).
 */
import { concatBytes } from '../../core/index.ts';
import { errors } from './errors.ts';
import type { SshPublicKey } from './public-key.ts';
import { loadPublicKey } from './public-key.ts';
import { writeString } from './wire.ts';

/** What `navigator.credentials.create` returned, in the JSON form of WebAuthn level 3; binary values in base64url. */
export interface PasskeyResponse {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[] | undefined;
  };
}

/** What a registration is checked against. */
export interface PasskeyExpectation {
  readonly response: PasskeyResponse;
  /** The bytes that the browser was given as challenge. */
  readonly challenge: Uint8Array;
  /** Sites that may register, such as `https://gate.example`. */
  readonly origins: readonly string[];
  /** The relying party: the domain that the passkey belongs to. */
  readonly rpId: string;
}

/** A registered passkey. */
export interface RegisteredPasskey {
  readonly publicKey: SshPublicKey;
  /** In base64url, as the browser wants it in `allowCredentials`. */
  readonly credentialId: string;
  /** It says that it cannot be copied to a cloud account (flag BE is 0). */
  readonly deviceBound: boolean;
  /** It has been copied already (flag BS is 1). */
  readonly backedUp: boolean;
  /** The model of the authenticator, as it says. */
  readonly aaguid: string;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** The one COSE algorithm that has an SSHSIG type. */
export const ES256 = -7;
const CHARACTERS_MAX = 32_768;
const TRANSPORTS_MAX = 8;
const FORMATS = ['none', 'packed', 'fido-u2f', 'apple', 'tpm', 'android-key'];

const refuse = (why: string): Error => errors.error('PASSKEY_REFUSED', { why });

/** Writes a P-256 point and a site as the public key that OpenSSH keeps for passkeys. */
export function passkeyToPublicKey(x: Uint8Array, y: Uint8Array, rpId: string): SshPublicKey {
  if (rpId.startsWith('ssh:')) throw refuse('its site has the form of an SSH application');
  if (x.length !== 32 || y.length !== 32) throw refuse('its point is not of P-256');
  const blob = concatBytes([
    writeString('sk-ecdsa-sha2-nistp256@openssh.com'),
    writeString('nistp256'),
    writeString(concatBytes([Uint8Array.of(4), x, y])),
    writeString(rpId),
  ]);
  return loadPublicKey(blob).key;
}

async function readCoseKey(cose: Uint8Array<ArrayBuffer>, rpId: string): Promise<SshPublicKey> {
  const { cose: names, decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const key = decodeCredentialPublicKey(cose);
  if (!names.isCOSEPublicKeyEC2(key)) throw refuse('its key is not an elliptic curve key');
  const { COSEKEYS } = names;
  const x = key.get(COSEKEYS.x);
  const y = key.get(COSEKEYS.y);
  if (key.get(COSEKEYS.crv) !== names.COSECRV.P256 || x === undefined || y === undefined) {
    throw refuse('its curve is not P-256');
  }
  return passkeyToPublicKey(x, y, rpId);
}

function checkClientData(encoded: string): void {
  let crossOrigin: unknown;
  try {
    const text = Buffer.from(encoded, 'base64url').toString('utf8');
    crossOrigin = (JSON.parse(text) as { readonly crossOrigin?: unknown }).crossOrigin;
  } catch {
    throw refuse('its client data cannot be read');
  }
  if (crossOrigin !== undefined && crossOrigin !== false) {
    throw refuse('it was made inside a page of another site');
  }
}

/** Checks a registration and gives the key to keep; throws `SIGNATURE_PASSKEY_REFUSED` with the reason. */
export async function registerPasskey(input: PasskeyExpectation): Promise<RegisteredPasskey> {
  const { id, rawId, type, response } = input.response;
  const texts = [id, rawId, type, response.clientDataJSON, response.attestationObject];
  // The library's decoders see nothing that is not short text.
  if (texts.some((text) => typeof text !== 'string' || text.length > CHARACTERS_MAX)) {
    throw refuse('a field is missing or too long');
  }
  if (type !== 'public-key') throw refuse('it is not a public key credential');
  checkClientData(response.clientDataJSON);
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  let verified: Awaited<ReturnType<typeof verifyRegistrationResponse>>;
  try {
    verified = await verifyRegistrationResponse({
      response: {
        id,
        rawId,
        type,
        clientExtensionResults: {},
        response: {
          clientDataJSON: response.clientDataJSON,
          attestationObject: response.attestationObject,
        },
      },
      expectedChallenge: Buffer.from(input.challenge).toString('base64url'),
      expectedOrigin: [...input.origins],
      expectedRPID: input.rpId,
      requireUserPresence: true,
      requireUserVerification: true,
      supportedAlgorithmIDs: [ES256],
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(why.replace(/\s+/g, ' ').slice(0, 200));
  }
  if (!verified.verified) throw refuse('its attestation does not verify');
  const info = verified.registrationInfo;
  if (!FORMATS.includes(info.fmt)) throw refuse(`its attestation is of the kind \`${info.fmt}\``);
  return {
    publicKey: await readCoseKey(info.credential.publicKey, input.rpId),
    credentialId: info.credential.id,
    deviceBound: info.credentialDeviceType === 'singleDevice',
    backedUp: info.credentialBackedUp,
    aaguid: info.aaguid,
    counter: info.credential.counter,
    transports: (response.transports ?? [])
      .filter((each) => /^[a-z-]{1,20}$/.test(each))
      .slice(0, TRANSPORTS_MAX),
  };
}
