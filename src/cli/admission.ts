/**
 * Verifies admission statements for commands that use admitted data: the gate's signature, the set among the subjects,
 * and at the gate itself that nobody recalled it since. Without an answer of the gate nothing is admitted.
 */
import { SallyportError, fromUtf8, sha256 } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { IN_TOTO_PAYLOAD, openEnvelope, readAdmission } from '../ingress/index.ts';
import { parseVkey } from '../ledger/index.ts';
import type { VerifyAdmission } from '../monitor/index.ts';
import { cliErrors } from './errors.ts';
import { openSession } from './session.ts';
import type { SessionOptions } from './session.ts';

/**
 * Verifies against the gate of this session; a pinned key is trusted instead of the gate's word for its key. What the gate
 * itself answers instead, or that it does not answer, is thrown as it is.
 */
export function verifyWithGate(
  options: SessionOptions,
  pinnedKey: string | undefined,
): VerifyAdmission {
  return async (statement, setDigest) => {
    const refuse = (why: string): { ok: false; why: string } => ({ ok: false, why });
    const text = fromUtf8(statement);
    if (text === null) return refuse('it is no text');
    const { client } = openSession(options);
    const vkey = pinnedKey ?? (await client.get<{ vkey: string }>('/v1/admissions/key')).vkey;
    const key = parseVkey(vkey);
    if (!key.ok) {
      const option = { option: '--admission-key', value: vkey, why: key.message };
      throw cliErrors.error('OPTION_INVALID', option);
    }
    const opened = openEnvelope(text, IN_TOTO_PAYLOAD, key.verifier);
    if (!opened.ok) throw asError(opened);
    const admission = readAdmission(fromUtf8(opened.payload) ?? '');
    if (admission === null) return refuse('it is the statement of something else');
    if (!admission.subjects.some((each) => each.sha256 === setDigest))
      return refuse('it admits other files; take the safe form from `imports fetch`');
    const standing = await client.get<{ state: string; exclusionsSha256: string | null }>(
      `/v1/admissions/${sha256(statement)}`,
    );
    if (standing.state !== 'admitted') return refuse(`its import is ${standing.state}`);
    const { exclusionsSha256 } = standing;
    return { ok: true, source: admission.source, exclusionsSha256 };
  };
}

function asError({ code, message, hint }: Refusal): SallyportError {
  return new SallyportError(code, { status: 400, message, hint }, {});
}
