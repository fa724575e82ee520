/** Passkeys: making one and signing with one. The browser shows its own dialog; nothing secret comes here. */
import { WebAuthnError, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';

/** What a passkey signed, as the gate reads it; every field is base64url. */
export interface Assertion {
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

/** Whether this page may use passkeys: only over HTTPS or on localhost. */
export function passkeysWork(): boolean {
  return window.isSecureContext && typeof window.PublicKeyCredential === 'function';
}

/** What a browser's refusal means, in words. */
export function sayPasskeyProblem(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : '';
  if (cause instanceof WebAuthnError && cause.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return 'This device already holds a passkey for this person.';
  if (name === 'NotAllowedError') return 'No passkey was used: it was cancelled, or took too long.';
  if (name === 'SecurityError')
    return 'The browser does not allow passkeys at this address. Open the console by the name that the gate was set up with.';
  if (name === 'InvalidStateError') return 'This device already holds a passkey for this person.';
  return cause instanceof Error ? cause.message : 'The passkey could not be used.';
}

/** The same as an error, for what shows one. */
export function inPasskeyWords(cause: unknown): Error {
  return new Error(sayPasskeyProblem(cause), { cause });
}

/** Signs a challenge with one of the given passkeys; any passkey of this site if none is given. */
export async function signWithPasskey(
  challenge: string,
  passkeys: readonly { readonly id: string }[],
  rpId?: string,
): Promise<Assertion> {
  const { id, response } = await startAuthentication({
    optionsJSON: {
      challenge,
      ...(rpId === undefined ? {} : { rpId }),
      userVerification: 'required',
      timeout: 120_000,
      allowCredentials: passkeys.map((key) => ({ id: key.id, type: 'public-key' as const })),
    },
  });
  const { authenticatorData, clientDataJSON, signature } = response;
  return { id, authenticatorData, clientDataJSON, signature };
}

/** Makes a passkey with the gate's options. */
export function makePasskey(
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<RegistrationResponseJSON> {
  return startRegistration({ optionsJSON });
}

export type { PublicKeyCredentialCreationOptionsJSON };
