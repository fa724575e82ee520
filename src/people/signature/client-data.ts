/**
 * What a browser signs: `clientDataJSON` of WebAuthn level 3, read by its limited verification algorithm (§5.8.1.2).
 *
 * The beginning must be the canonical serialisation byte for byte, which is also what `ssh-keygen` demands; the whole
 * must be strict JSON, so that no second reader can see another challenge or origin in it.
 */
import { equalBytes, fromUtf8, parseJsonStrict, utf8 } from '../../core/index.ts';
import { errors } from './errors.ts';

const BYTES_MAX = 4_096;
const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:[1-9][0-9]{0,4})?$/;
const fail = (why: string): Error => errors.error('CLIENT_DATA_INVALID', { why });

/** Client data that passed; the challenge is compared by the caller. */
export interface ClientData {
  readonly challenge: Uint8Array;
  readonly origin: string;
}

function readFields(bytes: Uint8Array): ClientData {
  if (bytes.length > BYTES_MAX) throw fail('its client data is too long');
  const text = fromUtf8(bytes);
  const parsed = text === null ? null : parseJsonStrict(text);
  const value = parsed?.ok === true ? parsed.value : null;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw fail('its client data is not a strict JSON object');
  }
  const { type, challenge, origin, crossOrigin, topOrigin } = value as Record<string, unknown>;
  if (type !== 'webauthn.get') throw fail('it is not the answer to a signing prompt');
  if (typeof challenge !== 'string' || typeof origin !== 'string') {
    throw fail('its challenge or origin is missing');
  }
  if (crossOrigin !== false) throw fail('it was made inside a page of another site');
  if (topOrigin !== undefined) throw fail('it was made inside a page of another site');
  if (!ORIGIN.test(origin)) throw fail('its origin is not a plain web origin');
  return { challenge: new Uint8Array(Buffer.from(challenge, 'base64url')), origin };
}

/** Reads client data; throws `SIGNATURE_CLIENT_DATA_INVALID` unless it is canonical, of a signing prompt, and same-origin. */
export function readClientData(bytes: Uint8Array): ClientData {
  const { challenge, origin } = readFields(bytes);
  const spelled = Buffer.from(challenge).toString('base64url');
  const start = `{"type":"webauthn.get","challenge":"${spelled}","origin":"${origin}","crossOrigin":false`;
  const wanted = utf8(start);
  const next = bytes[wanted.length];
  const ended = next === 0x7d && bytes.length === wanted.length + 1;
  const goesOn = next === 0x2c && bytes.at(-1) === 0x7d;
  const canonical = equalBytes(bytes.subarray(0, wanted.length), wanted) && (ended || goesOn);
  if (!canonical) throw fail('its client data is not in canonical form');
  return { challenge, origin };
}
