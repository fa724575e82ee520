/**
 * Verifies admission statements for commands that use admitted data: the gate's signature, the set among the subjects,
 * and at the gate itself that nobody recalled it since. Without an answer of the gate nothing is admitted.
 */
import { SallyportError, fromUtf8, sha256 } from '../core/index.ts';
import type { Refusal } from '../core/index.ts';
import { IN_TOTO_PAYLOAD, openEnvelope, readSubjects } from '../ingress/index.ts';
import { parseVkey } from '../ledger/index.ts';
import { monitorErrors } from '../monitor/index.ts';
import type { VerifyAdmission } from '../monitor/index.ts';
import { openSession } from './session.ts';
import type { SessionOptions } from './session.ts';

function refuse(why: string): Refusal {
  return monitorErrors.refuse('ADMISSION_UNVERIFIED', { set: 'given', why });
}

/** Verifies against the gate of this session; a pinned key is trusted instead of the gate's word for its key. */
export function verifyWithGate(
  options: SessionOptions,
  pinnedKey: string | undefined,
): VerifyAdmission {
  return async (statement, setDigest) => {
    const text = fromUtf8(statement);
    if (text === null) return refuse('the statement is no text');
    const { client } = openSession(options);
    try {
      const vkey = pinnedKey ?? (await client.get<{ vkey: string }>('/v1/admissions/key')).vkey;
      const key = parseVkey(vkey);
      if (!key.ok) return key;
      const opened = openEnvelope(text, IN_TOTO_PAYLOAD, key.verifier);
      if (!opened.ok) return opened;
      const subjects = readSubjects(fromUtf8(opened.payload) ?? '');
      if (subjects === null) return refuse('the statement is no admission');
      if (!subjects.some((each) => each.sha256 === setDigest))
        return refuse('the statement admits other files; take the safe form from `imports fetch`');
      const standing = await client.get<{ state: string; exclusionsSha256: string | null }>(
        `/v1/admissions/${sha256(statement)}`,
      );
      if (standing.state !== 'admitted') return refuse(`its import is ${standing.state}`);
      return { ok: true, exclusionsSha256: standing.exclusionsSha256 };
    } catch (cause) {
      if (cause instanceof SallyportError) return refuse(cause.message);
      throw cause;
    }
  };
}
