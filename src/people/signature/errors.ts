/** Error codes of public keys and signatures. */
import { defineErrors } from '../../core/index.ts';

/** Builds the errors of this folder. */
export const errors = defineErrors('SIGNATURE', {
  KEY_INVALID: {
    status: 400,
    message: 'cannot read the public key: {why}',
    hint: 'give the one line of a `.pub` file, as `ssh-keygen` writes it',
  },
  ALGORITHM_UNSUPPORTED: {
    status: 400,
    message: 'cannot use the algorithm `{name}`, it is not one of those allowed here',
    hint: 'use an Ed25519, ECDSA, RSA (3072 bits or more, SHA-2) or FIDO key',
  },
  FORMAT_INVALID: {
    status: 400,
    message: 'cannot read the signature: {why}',
    hint: 'send it exactly as `ssh-keygen -Y sign` wrote it',
  },
  NAMESPACE_WRONG: {
    status: 400,
    message: 'signature was made for the namespace `{found}`, not for `{wanted}`',
    hint: 'sign again with `-n {wanted}`',
  },
  MISMATCH: {
    status: 400,
    message: 'signature does not fit these bytes and this key',
    hint: 'sign the exact bytes that are shown, unchanged',
  },
  PRESENCE_MISSING: {
    status: 400,
    message: 'signature was made without touching the key',
    hint: 'sign with a key that asks for a touch (not made with `no-touch-required`)',
  },
  VERIFICATION_MISSING: {
    status: 400,
    message: 'signature does not show that the key checked its user by PIN or biometrics',
    hint: 'use a passkey, or a FIDO key made with `ssh-keygen -O verify-required`',
  },
  ORIGIN_WRONG: {
    status: 400,
    message: 'signature was made on the site `{origin}`, which is not one of ours',
    hint: 'sign in the console of this gate',
  },
  CLIENT_DATA_INVALID: {
    status: 400,
    message: 'cannot accept what the browser signed: {why}',
    hint: 'sign in the console of this gate, in a current browser',
  },
  ASSERTION_INVALID: {
    status: 400,
    message: 'cannot read the passkey assertion: {why}',
    hint: 'sign again with an ES256 passkey that is registered here',
  },
  PASSKEY_REFUSED: {
    status: 400,
    message: 'cannot register the passkey: {why}',
    hint: 'register again with an ES256 passkey that checks its user',
  },
  PRIVATE_KEY_INVALID: {
    status: 400,
    message: 'cannot read the private key: {why}',
    hint: 'give a file that `ssh-keygen` made (`BEGIN OPENSSH PRIVATE KEY`)',
  },
  PRIVATE_KEY_LOCKED: {
    status: 400,
    message: 'cannot sign with the private key by ourselves: {why}',
    hint: 'sign with the agent, or let `ssh-keygen` ask for the passphrase or touch',
  },
  AGENT_FAILED: {
    status: 400,
    message: 'agent did not sign: {why}',
    hint: 'see `ssh-add -l` for the keys that the agent holds',
  },
  KEYGEN_FAILED: {
    status: 400,
    message: '`ssh-keygen` did not sign: {why}',
    hint: 'try it by hand: `ssh-keygen -Y sign -f KEY -n NAMESPACE FILE`',
  },
});
