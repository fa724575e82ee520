/** Signs with whatever key the person has: a key file, the agent, or a FIDO key through `ssh-keygen`. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { openAgent, openPrivateKey, signSshsig, signWithKeygen } from '../people/index.ts';
import type { SignInput, SshSigner } from '../people/index.ts';
import { SallyportError } from '../core/index.ts';
import { cliErrors } from './errors.ts';
import { readGivenText } from './given-paths.ts';
import { connectAgent, runKeygen } from './ssh-tools.ts';

/** Where keys are looked for when none is named. */
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_ed25519_sk', 'id_ecdsa_sk', 'id_rsa'] as const;

function findKeyFile(): string | undefined {
  const named = process.env['SALLYPORT_KEY'];
  if (named !== undefined && named !== '') return named;
  return DEFAULT_KEYS.map((name) => path.join(homedir(), '.ssh', name)).find((file) =>
    existsSync(file),
  );
}

async function findInAgent(): Promise<SshSigner | undefined> {
  const socket = process.env['SSH_AUTH_SOCK'];
  if (socket === undefined || socket === '') return undefined;
  const agent = openAgent(connectAgent(socket));
  const [first] = await agent.keys();
  return first === undefined ? undefined : agent.signer(first);
}

/** Signs a message for a purpose; `keyFile` names the key, otherwise the agent's first or the usual files are taken. */
export async function signText(input: SignInput, keyFile?: string): Promise<string> {
  if (keyFile === undefined) {
    const held = await findInAgent();
    if (held !== undefined) return signSshsig(held, input);
  }
  const file = keyFile ?? findKeyFile();
  if (file === undefined || !existsSync(file)) {
    throw cliErrors.error('KEY_MISSING', { path: file ?? '~/.ssh/id_ed25519' });
  }
  if (!file.endsWith('.pub')) {
    try {
      return await signSshsig(openPrivateKey(readGivenText(file)), input);
    } catch (cause) {
      // Encrypted files and FIDO keys are for ssh-keygen, which asks for passphrase, PIN and touch.
      const unreadable = cause instanceof SallyportError && cause.code === 'CLI_PATH_UNREADABLE';
      if (unreadable || !(cause instanceof SallyportError)) throw cause;
    }
  }
  return signWithKeygen(runKeygen, file, input);
}
