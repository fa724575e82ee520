/**
 * C2SP signed notes and their keys, Ed25519 only, on node:crypto.
 *
 * Reading is strict: valid UTF-8, no control characters, canonical base64, the last blank line separates. Signatures of
 * unknown keys are ignored, as the specification demands; one of a known key that fails spoils the whole note.
 */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { Refusal } from '../core/index.ts';
import {
  concatBytes,
  fromBase64,
  fromUtf8,
  sha256Bytes,
  toBase64,
  toHex,
  utf8,
} from '../core/index.ts';
import { ledgerErrors } from './errors.ts';

/** The signature type bytes that we make and check. */
export const ED25519 = 0x01;
export const ED25519_COSIGNATURE = 0x04;

const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NOTE_BYTES_MAX = 256 * 1024;
const SIGNATURES_MAX = 64;
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key with the name and purpose under which it signs. */
export interface Verifier {
  readonly name: string;
  readonly type: number;
  /** Eight hexadecimal digits. */
  readonly keyId: string;
  readonly key: KeyObject;
  /** The spelling that people hand around: `name+id+base64`. */
  readonly vkey: string;
}

/** A private key that signs in the name of a log or a witness. */
export interface Signer {
  readonly verifier: Verifier;
  sign(message: Uint8Array): Uint8Array;
}

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
  readonly line: string;
}

/** A note taken apart; nothing of it is verified yet. */
export interface Note {
  /** With its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** True for a name that notes allow: not empty, without spaces, plus signs and control characters. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

function makeVerifier(name: string, type: number, raw: Uint8Array): Verifier {
  const typed = concatBytes([Uint8Array.of(type), raw]);
  const keyId = toHex(sha256Bytes(concatBytes([utf8(`${name}\n`), typed])).slice(0, KEY_ID_BYTES));
  const key = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, raw]),
    format: 'der',
    type: 'spki',
  });
  return { name, type, keyId, key, vkey: `${name}+${keyId}+${toBase64(typed)}` };
}

/** Reads a verifier key `name+id+base64`; refuses a wrong id, other types and other lengths. */
export function parseVkey(vkey: string): { ok: true; verifier: Verifier } | Refusal {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(vkey.trim());
  const [, name = '', keyId = '', body = ''] = match ?? [];
  const typed = fromBase64(body);
  const type = typed?.[0];
  if (typed?.length !== KEY_BYTES + 1 || type === undefined || !isKeyName(name)) {
    return ledgerErrors.refuse('KEY_INVALID', { why: 'not a verifier key' });
  }
  if (type !== ED25519 && type !== ED25519_COSIGNATURE) {
    return ledgerErrors.refuse('KEY_INVALID', { why: 'not an Ed25519 key' });
  }
  const verifier = makeVerifier(name, type, typed.slice(1));
  if (verifier.keyId !== keyId) {
    return ledgerErrors.refuse('KEY_INVALID', { why: 'its id does not match' });
  }
  return { ok: true, verifier };
}

/** Makes a signer from 32 secret bytes. */
export function makeSigner(name: string, type: number, seed: Uint8Array): Signer {
  if (!isKeyName(name) || seed.length !== KEY_BYTES) {
    throw ledgerErrors.error('KEY_INVALID', { why: 'bad name or length' });
  }
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const verifier = makeVerifier(name, type, new Uint8Array(raw.subarray(SPKI_PREFIX.length)));
  return { verifier, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

/** Checks an Ed25519 signature. */
export function verifyEd25519(
  verifier: Verifier,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return signature.length === 64 && verify(null, message, verifier.key, signature);
}

/** Writes one signature line, with its newline. */
export function signatureLine(verifier: Verifier, signature: Uint8Array): string {
  const id = Buffer.from(verifier.keyId, 'hex');
  return `— ${verifier.name} ${toBase64(concatBytes([id, signature]))}\n`;
}

/** Signs a text that ends in a newline. */
export function signNote(text: string, signer: Signer): string {
  return `${text}\n${signatureLine(signer.verifier, signer.sign(utf8(text)))}`;
}

function invalid(why: string): Refusal {
  return ledgerErrors.refuse('NOTE_INVALID', { why });
}

/** Reads one signature line without its newline; null if it is not one. */
export function parseSignatureLine(line: string): NoteSignature | null {
  const match = /^— ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name = '', body = ''] = match ?? [];
  const bytes = fromBase64(body);
  if (bytes === null || bytes.length <= KEY_ID_BYTES || !isKeyName(name)) return null;
  return {
    name,
    keyId: toHex(bytes.subarray(0, KEY_ID_BYTES)),
    signature: bytes.slice(KEY_ID_BYTES),
    line: `${line}\n`,
  };
}

/** Takes a note apart. */
export function parseNote(input: Uint8Array | string): { ok: true; note: Note } | Refusal {
  if (input.length > NOTE_BYTES_MAX) return invalid('it is too long');
  const whole = typeof input === 'string' ? input : fromUtf8(input);
  if (whole === null || !whole.isWellFormed()) return invalid('it is not UTF-8');
  // eslint-disable-next-line no-control-regex -- notes forbid exactly these characters.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) return invalid('it holds a control character');
  const middle = whole.lastIndexOf('\n\n');
  if (middle < 0 || !whole.endsWith('\n')) return invalid('it has no signatures');
  const lines = whole.slice(middle + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) return invalid('it has too many signatures');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === null) return invalid('a signature line is malformed');
    signatures.push(signature);
  }
  return { ok: true, note: { text: whole.slice(0, middle + 1), signatures } };
}

/** The signatures of a note that claim to be of this key. */
export function signaturesOf(note: Note, verifier: Verifier): NoteSignature[] {
  return note.signatures.filter(
    (signature) => signature.name === verifier.name && signature.keyId === verifier.keyId,
  );
}

/** Checks a plain Ed25519 note signature of this key; null means that every signature of it is good and there is one. */
export function checkNote(note: Note, verifier: Verifier): Refusal | null {
  const claimed = signaturesOf(note, verifier);
  if (claimed.length === 0) {
    return ledgerErrors.refuse('NOTE_UNTRUSTED', { why: `none of \`${verifier.name}\`` });
  }
  const message = utf8(note.text);
  if (!claimed.every((one) => verifyEd25519(verifier, message, one.signature))) {
    return ledgerErrors.refuse('NOTE_UNTRUSTED', { why: 'a signature does not verify' });
  }
  return null;
}
