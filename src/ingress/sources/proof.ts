/** Who signed for the files of an import, and whether that is the source. Pure. */
import { z } from 'zod';
import { sha256 } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import { findKey } from '../../people/index.ts';
import type { Roster } from '../../people/index.ts';
import { sourceErrors } from './errors.ts';
import { checkOmsBundle } from './oms.ts';
import type { Source } from './source.ts';
import { SUMS_BYTES_MAX, checkSums } from './sums.ts';
import type { AnnouncedFile } from './sums.ts';

/** What came with the files. */
export const PROOF = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sums'),
    text: z.string().min(1).max(SUMS_BYTES_MAX),
    signature: z.string().min(1).max(16_384),
  }),
  z.strictObject({ kind: z.literal('oms'), bundle: z.string().min(1).max(SUMS_BYTES_MAX) }),
]);

/** A proof. */
export type Proof = z.infer<typeof PROOF>;

/** Who stands for the files. */
export interface SignedFor {
  readonly ok: true;
  /** `key` by a signature, `session` because the person who vouches is the one who asks. */
  readonly by: 'key' | 'session';
  readonly signer: string;
  /** SHA-256 of what was signed; null without a signature. */
  readonly proofSha256: string | null;
}

/** What the check looks at. */
export interface ProofInput {
  readonly source: Source;
  readonly proof: Proof | null;
  readonly files: readonly AnnouncedFile[];
  readonly requester: string;
  /** Whose keys people have; undefined before the founding. */
  readonly roster: Roster | undefined;
  readonly nowMs: number;
}

function refuse(why: string): Refusal {
  return sourceErrors.refuse('PROOF_REFUSED', { why });
}

/** Checks that the source of an import signed for its files. */
export function checkProof(input: ProofInput): SignedFor | Refusal {
  const { source, proof, files, requester, roster, nowMs } = input;
  if (proof === null) {
    if (source.kind === 'person' && source.identity === requester)
      return { ok: true, by: 'session', signer: requester, proofSha256: null };
    const why =
      source.kind === 'person'
        ? `\`${source.identity}\` vouches for this source, and \`${requester}\` sent the files`
        : `the source \`${source.name}\` signs with ${source.fingerprint}`;
    return sourceErrors.refuse('PROOF_NEEDED', { why });
  }
  if (proof.kind === 'oms') {
    if (source.kind !== 'oms') return refuse('the source does not sign bundles');
    const checked = checkOmsBundle(proof.bundle, source.identity, files);
    if (!checked.ok) return refuse(checked.why);
    const { fingerprint: signer } = checked;
    return { ok: true, by: 'key', signer, proofSha256: sha256(proof.bundle) };
  }
  if (source.kind === 'oms') return refuse('the source signs bundles of model signing');
  const checked = checkSums(proof.text, proof.signature, files);
  if (!checked.ok) return refuse(checked.why);
  const signer = checked.fingerprint;
  if (source.kind === 'ssh' && signer !== source.fingerprint)
    return refuse(`it is signed by ${signer}, and the source signs with ${source.fingerprint}`);
  if (source.kind === 'person') {
    const found = roster === undefined ? undefined : findKey(roster, signer, nowMs);
    if (found?.person.id !== source.identity)
      return refuse(`${signer} is no key of \`${source.identity}\``);
  }
  return { ok: true, by: 'key', signer, proofSha256: sha256(proof.text) };
}
