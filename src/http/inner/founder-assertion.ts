/** A passkey's assertion over the founding document, as the SSHSIG that is stored. */
import { utf8 } from '../../core/index.ts';
import { assertionToSshsig, parsePublicKey, peopleErrors, readRoster } from '../../people/index.ts';
import type { Assertion } from '../../app/index.ts';

/** Finds the founder's passkey in the document and converts; throws when it is not there. */
export function assertionToFounder(
  document: string,
  person: string,
  assertion: Assertion | undefined,
  namespace: string,
): string {
  const founder = readRoster(document).people.find((each) => each.id === person);
  const key = founder?.keys.find((each) => each.credential === assertion?.id);
  if (key === undefined || assertion === undefined) throw peopleErrors.error('KEY_UNKNOWN');
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  return assertionToSshsig({
    credentialPublicKey: parsePublicKey(key.publicKey),
    authenticatorData: bytes(assertion.authenticatorData),
    clientDataJSON: bytes(assertion.clientDataJSON),
    signature: bytes(assertion.signature),
    message: utf8(document),
    namespace,
  });
}
