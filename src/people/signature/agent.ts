/** A client of ssh-agent (draft-ietf-sshm-ssh-agent): which keys it holds, and signing with one of them. */
import { SallyportError, concatBytes } from '../../core/index.ts';
import { errors } from './errors.ts';
import type { SshPublicKey } from './public-key.ts';
import { loadPublicKey } from './public-key.ts';
import type { SshSigner } from './sign.ts';
import { WireReader, writeString, writeUint32 } from './wire.ts';

/** Carries one message to the agent and its answer back, both without their length. */
export type AgentChannel = (message: Uint8Array) => Promise<Uint8Array>;

/** What an agent can do for us. */
export interface SshAgent {
  /** The keys it holds, of the types that we accept. */
  keys(): Promise<readonly SshPublicKey[]>;
  /** Signs with one of them. */
  signer(publicKey: SshPublicKey): SshSigner;
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const FLAG_RSA_SHA2_512 = 4;
const KEYS_MAX = 256;

const fail = (why: string): Error => errors.error('AGENT_FAILED', { why });

async function ask(
  channel: AgentChannel,
  message: Uint8Array,
  wanted: number,
): Promise<WireReader> {
  const reader = new WireReader(await channel(message), fail);
  if (reader.byte() !== wanted) throw fail('it refused');
  return reader;
}

function readKey(blob: Uint8Array, comment: string): SshPublicKey | null {
  try {
    const { key } = loadPublicKey(blob);
    return comment === '' ? key : { ...key, comment };
  } catch (error) {
    // Certificates and old key types live in agents too; they are none of ours.
    if (error instanceof SallyportError) return null;
    throw error;
  }
}

/** Talks to an agent over a channel. Errors are thrown as `SIGNATURE_AGENT_FAILED`. */
export function openAgent(channel: AgentChannel): SshAgent {
  return {
    keys: async () => {
      const reader = await ask(channel, Uint8Array.of(REQUEST_IDENTITIES), IDENTITIES_ANSWER);
      const count = reader.uint32();
      if (count > KEYS_MAX) throw fail(`it holds more than ${KEYS_MAX} keys`);
      const keys: SshPublicKey[] = [];
      for (let i = 0; i < count; i++) {
        const key = readKey(reader.string(), reader.text());
        if (key !== null) keys.push(key);
      }
      reader.end();
      return keys;
    },
    signer: (publicKey) => ({
      publicKey,
      sign: async (data) => {
        const flags = publicKey.type === 'ssh-rsa' ? FLAG_RSA_SHA2_512 : 0;
        const message = concatBytes([
          Uint8Array.of(SIGN_REQUEST),
          writeString(publicKey.blob),
          writeString(data),
          writeUint32(flags),
        ]);
        const reader = await ask(channel, message, SIGN_RESPONSE);
        const signature = reader.string();
        reader.end();
        return signature;
      },
    }),
  };
}
