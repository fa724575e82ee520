/** Asking witnesses to cosign (C2SP tlog-witness). The only place of the ledger that touches the network. */
import { fromUtf8, toBase64 } from '../core/index.ts';
import { checkCosignature, parseCheckpoint } from './checkpoint.ts';
import type { Verifier } from './note.ts';
import { parseSignatureLine } from './note.ts';

/** A witness as it is configured. */
export interface WitnessConfig {
  /** The submission prefix, without `/add-checkpoint`. */
  readonly url: string;
  /** Its verifier key, of type 4. */
  readonly vkey: string;
}

/** What a witness answered. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly line: string }
  /** It has seen another size than we thought. */
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'failed'; readonly why: string };

/** The part of fetch that is used, so that tests need no port. */
export type WitnessFetch = (
  url: string,
  request: { method: 'POST'; body: string; signal: AbortSignal },
) => Promise<Response>;

const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** Writes the body of an add-checkpoint request. */
export function addCheckpointBody(
  oldSize: number,
  proof: readonly Uint8Array[],
  checkpoint: string,
): string {
  const lines = proof.map((hash) => `${toBase64(hash)}\n`).join('');
  return `old ${String(oldSize)}\n${lines}\n${checkpoint}`;
}

async function readAnswer(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > ANSWER_BYTES_MAX) return null;
    chunks.push(chunk as Uint8Array);
  }
  return fromUtf8(Buffer.concat(chunks));
}

function findCosignature(answer: string, checkpoint: string, witness: Verifier): string | null {
  const parsed = parseCheckpoint(checkpoint);
  if (!parsed.ok) return null;
  for (const line of answer.split('\n')) {
    const signature = parseSignatureLine(line);
    if (signature?.name !== witness.name || signature.keyId !== witness.keyId) continue;
    if (checkCosignature(parsed.checkpoint.note.text, signature, witness) !== null) {
      return signature.line;
    }
  }
  return null;
}

/** Asks one witness once. Never throws; a witness that does not answer in five seconds has failed. */
export async function askWitness(
  witness: { url: string; verifier: Verifier; fetch: WitnessFetch },
  oldSize: number,
  proof: readonly Uint8Array[],
  checkpoint: string,
): Promise<WitnessAnswer> {
  try {
    const response = await witness.fetch(`${witness.url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: addCheckpointBody(oldSize, proof, checkpoint),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await readAnswer(response);
    if (answer === null) return { kind: 'failed', why: 'its answer is too long or not text' };
    if (response.status === 409) {
      const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(answer)?.[1];
      if (size === undefined) return { kind: 'failed', why: 'its answer names no size' };
      return { kind: 'conflict', size: Number(size) };
    }
    if (response.status !== 200) {
      return { kind: 'failed', why: `it answered with status ${String(response.status)}` };
    }
    const line = findCosignature(answer, checkpoint, witness.verifier);
    return line === null
      ? { kind: 'failed', why: 'its cosignature does not verify' }
      : { kind: 'cosigned', line };
  } catch (cause) {
    return { kind: 'failed', why: cause instanceof Error ? cause.message : 'no answer' };
  }
}
