/** DSSE envelopes with Ed25519, as the specification has them (secure-systems-lab/dsse v1.0). Pure. */
import { verify } from 'node:crypto';
import { concatBytes, fromBase64, parseJsonStrict, toBase64, utf8 } from '../../core/index.ts';
import type { Refusal } from '../../core/index.ts';
import type { Signer, Verifier } from '../../ledger/index.ts';
import { importErrors } from './errors.ts';

/** The payload type of in-toto statements. */
export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json';
const ENVELOPE_CHARACTERS_MAX = 256 * 1024 * 1024;

/** What is signed: type and payload with their lengths, so that no other pair gives the same bytes. */
export function dssePae(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  const head = `DSSEv1 ${String(type.length)} ${payloadType} ${String(payload.length)} `;
  return concatBytes([utf8(head), payload]);
}

/** Signs a payload; the envelope is one line of JSON. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signer: Signer): string {
  const sig = toBase64(signer.sign(dssePae(payloadType, payload)));
  const { vkey: keyid } = signer.verifier;
  return `${JSON.stringify({ payloadType, payload: toBase64(payload), signatures: [{ keyid, sig }] })}\n`;
}

/** Opens an envelope: exactly one signature has to be of this key and hold. */
export function openEnvelope(
  text: string,
  payloadType: string,
  verifier: Verifier,
): { readonly ok: true; readonly payload: Uint8Array } | Refusal {
  const refuse = (why: string): Refusal => importErrors.refuse('STATEMENT_INVALID', { why });
  if (text.length > ENVELOPE_CHARACTERS_MAX) return refuse('it is too long');
  const parsed = parseJsonStrict(text);
  if (!parsed.ok) return refuse(parsed.message);
  const envelope = parsed.value as {
    payloadType?: unknown;
    payload?: unknown;
    signatures?: unknown;
  } | null;
  const payload = typeof envelope?.payload === 'string' ? fromBase64(envelope.payload) : null;
  if (envelope?.payloadType !== payloadType || payload === null)
    return refuse('it is no envelope of a statement');
  const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : [];
  const holds = (signatures as unknown[]).some((each) => {
    const { sig } = (each ?? {}) as { sig?: unknown };
    const bytes = typeof sig === 'string' ? fromBase64(sig) : null;
    if (bytes?.length !== 64) return false;
    return verify(null, dssePae(payloadType, payload), verifier.key, bytes);
  });
  return holds
    ? { ok: true, payload }
    : refuse('it is not signed by the admission key of the gate');
}
