/** Making an SSHSIG with whatever holds the key: a key file, the agent, or `ssh-keygen`. */
import { errors } from './errors.ts';
import type { SshPublicKey } from './public-key.ts';
import { armourSshsig, buildSshsig, sshsigToBeSigned } from './sshsig.ts';
import { verifySshsig } from './verify.ts';

/** Something that signs with one key. */
export interface SshSigner {
  readonly publicKey: SshPublicKey;
  /** Signs bytes as they are; returns the algorithm's name and the signature in SSH wire form. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** What to sign and for which purpose. */
export interface SignInput {
  readonly message: Uint8Array;
  readonly namespace: string;
}

/**
 * Signs a message and returns the armoured SSHSIG. It is verified before it is returned, so that a faulty agent or key
 * is found here and not when somebody needs the signature.
 */
export async function signSshsig(signer: SshSigner, input: SignInput): Promise<string> {
  const { message, namespace } = input;
  const hashAlgorithm = 'sha512';
  const signature = await signer.sign(sshsigToBeSigned(message, namespace, hashAlgorithm));
  const keyBlob = signer.publicKey.blob;
  const armoured = armourSshsig(buildSshsig({ keyBlob, namespace, hashAlgorithm, signature }));
  const checked = verifySshsig({ signature: armoured, message, namespace, userPresent: false });
  if (!checked.ok) throw errors.error('AGENT_FAILED', { why: checked.sentence });
  return armoured;
}

/** Runs `ssh-keygen` with arguments, bytes on its standard input and the terminal for its questions. */
export type RunKeygen = (
  args: readonly string[],
  input: Uint8Array,
) => Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;

/**
 * Signs through `ssh-keygen -Y sign`, which asks for a passphrase, PIN or touch by itself: for encrypted key files and
 * FIDO keys. `keyFile` may be a private key, or a public key whose private half is in the agent. Throws
 * `SIGNATURE_KEYGEN_FAILED`.
 */
export async function signWithKeygen(
  run: RunKeygen,
  keyFile: string,
  input: SignInput,
): Promise<string> {
  const { message, namespace } = input;
  const args = ['-Y', 'sign', '-n', namespace, '-f', keyFile];
  const { status, stdout, stderr } = await run(args, message);
  if (status !== 0) {
    const why = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
    throw errors.error('KEYGEN_FAILED', { why: why === '' ? `status ${String(status)}` : why });
  }
  const checked = verifySshsig({ signature: stdout, message, namespace, userPresent: false });
  if (!checked.ok) throw errors.error('KEYGEN_FAILED', { why: checked.sentence });
  return stdout;
}
