/** C2SP tlog-checkpoints and the cosignatures that witnesses put on them. */
import type { Refusal } from '../core/index.ts';
import { concatBytes, fromBase64, toBase64, utf8 } from '../core/index.ts';
import { ledgerErrors } from './errors.ts';
import { HASH_BYTES } from './merkle.ts';
import type { Note, NoteSignature, Signer, Verifier } from './note.ts';
import {
  checkNote,
  parseNote,
  signatureLine,
  signNote,
  signaturesOf,
  verifyEd25519,
} from './note.ts';

/** The head of a log: how many entries it has and their root. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** A checkpoint taken apart. Only {@link openCheckpoint} returns one whose signature is verified. */
export interface Checkpoint extends TreeHead {
  readonly note: Note;
}

/** The text that a log signs. */
export function checkpointText(head: TreeHead): string {
  return `${head.origin}\n${String(head.size)}\n${toBase64(head.root)}\n`;
}

/** Signs a head. Ed25519 is deterministic: the same head always gives the same bytes. */
export function signCheckpoint(head: TreeHead, signer: Signer): string {
  return signNote(checkpointText(head), signer);
}

function invalid(why: string): Refusal {
  return ledgerErrors.refuse('CHECKPOINT_INVALID', { why });
}

/** Takes a checkpoint apart without checking who signed it. */
export function parseCheckpoint(
  input: Uint8Array | string,
): { ok: true; checkpoint: Checkpoint } | Refusal {
  const parsed = parseNote(input);
  if (!parsed.ok) return parsed;
  const lines = parsed.note.text.slice(0, -1).split('\n');
  const [origin = '', sizeText = '', rootText = ''] = lines;
  if (lines.some((line) => line === '') || lines.length < 3) return invalid('a line is missing');
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(sizeText)) return invalid('its size is not a number');
  const size = Number(sizeText);
  const root = fromBase64(rootText);
  if (!Number.isSafeInteger(size)) return invalid('its size is too large');
  if (root?.length !== HASH_BYTES) return invalid('its root is not a hash');
  return { ok: true, checkpoint: { origin, size, root, note: parsed.note } };
}

/** Takes a checkpoint apart and checks that this log's key signed it for this log's origin. */
export function openCheckpoint(
  input: Uint8Array | string,
  log: Verifier,
): { ok: true; checkpoint: Checkpoint } | Refusal {
  const parsed = parseCheckpoint(input);
  if (!parsed.ok) return parsed;
  if (parsed.checkpoint.origin !== log.name) return invalid('its origin is another log');
  const problem = checkNote(parsed.checkpoint.note, log);
  return problem ?? parsed;
}

function cosignedMessage(text: string, timestamp: bigint): Uint8Array {
  return utf8(`cosignature/v1\ntime ${String(timestamp)}\n${text}`);
}

/** Cosigns a checkpoint's text at a time in seconds; gives the signature line. */
export function cosign(text: string, signer: Signer, timestampSeconds: bigint): string {
  const stamp = new Uint8Array(8);
  new DataView(stamp.buffer).setBigUint64(0, timestampSeconds);
  const signature = signer.sign(cosignedMessage(text, timestampSeconds));
  return signatureLine(signer.verifier, concatBytes([stamp, signature]));
}

/** Checks one cosignature; null if it is not good, else its time in seconds. */
export function checkCosignature(
  text: string,
  signature: NoteSignature,
  witness: Verifier,
): bigint | null {
  if (signature.signature.length !== 8 + 64) return null;
  const bytes = signature.signature;
  const timestamp = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (timestamp > 2n ** 63n - 1n) return null;
  const message = cosignedMessage(text, timestamp);
  return verifyEd25519(witness, message, bytes.subarray(8)) ? timestamp : null;
}

/** Which of these witnesses cosigned a note. A bad signature of a known witness spoils the note: null. */
export function cosignersOf(note: Note, witnesses: readonly Verifier[]): string[] | null {
  const names: string[] = [];
  for (const witness of witnesses) {
    const claimed = signaturesOf(note, witness);
    if (claimed.length === 0) continue;
    if (claimed.some((one) => checkCosignature(note.text, one, witness) === null)) return null;
    names.push(witness.name);
  }
  return names;
}
