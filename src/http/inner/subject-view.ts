/** A canonical request as it is answered: the text that is signed, its digests, its words, and what a passkey signs. */
import { toBase64, utf8 } from '../../core/index.ts';
import { sshsigToBeSigned } from '../../people/index.ts';
import {
  APPROVAL_NAMESPACE,
  fingerprintOf,
  readSubject,
  saySubject,
  subjectDigest,
} from '../../requests/index.ts';
import type { SubjectPart } from '../../requests/index.ts';

/** What an approval signs. */
export interface SubjectShown {
  readonly text: string;
  readonly sha256: string;
  readonly fingerprint: string;
  /** What the text says, in words made from it alone. */
  readonly said: readonly SubjectPart[];
  /** The bytes that a passkey signs, base64url. */
  readonly challenge: string;
}

/** The words of a text; one that cannot be told says so, and nobody can sign it on the command line either. */
function sayAll(text: string): readonly SubjectPart[] {
  try {
    return saySubject(readSubject(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return [
      { label: 'problem', lines: [why, 'sign nothing of which you cannot read what it does'] },
    ];
  }
}

/** A canonical request with everything that signers compare. */
export function showSubject(text: string): SubjectShown {
  const challenge = sshsigToBeSigned(utf8(text), APPROVAL_NAMESPACE, 'sha512');
  return {
    text,
    sha256: subjectDigest(text),
    fingerprint: fingerprintOf(text),
    said: sayAll(text),
    challenge: toBase64(challenge).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  };
}
