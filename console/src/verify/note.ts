/** C2SP checkpoints and verifier keys in the browser, Ed25519 by WebCrypto. */
import { concat, equal, fromBase64, sha256, toHex, utf8 } from './bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const ED25519 = 1;

/** A log's public key under its name. */
export interface Vkey {
  readonly name: string;
  readonly keyId: string;
  readonly raw: Bytes;
}

/** A checkpoint taken apart; nothing of it is verified yet. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  /** What is signed, with its final newline. */
  readonly text: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly keyId: string;
    readonly bytes: Bytes;
  }[];
}

/** Reads `name+id+base64(1 ‖ key)`; null for anything else, also when the id is not the one of the key. */
export async function readVkey(text: string): Promise<Vkey | null> {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const [, name = '', keyId = '', body = ''] = match ?? [];
  const typed = fromBase64(body);
  if (typed?.length !== KEY_BYTES + 1 || typed[0] !== ED25519) return null;
  const digest = await sha256(concat(utf8(`${name}\n`), typed));
  if (toHex(digest.slice(0, KEY_ID_BYTES)) !== keyId) return null;
  return { name, keyId, raw: typed.slice(1) };
}

/** Takes a checkpoint apart; null if it is none. */
export function readCheckpoint(note: string): Checkpoint | null {
  const middle = note.lastIndexOf('\n\n');
  if (middle < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, middle + 1);
  const [origin = '', sizeText = '', rootText = ''] = text.slice(0, -1).split('\n');
  const root = fromBase64(rootText);
  const size = Number(sizeText);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(sizeText) || root?.length !== 32) return null;
  if (origin === '' || !Number.isSafeInteger(size)) return null;
  const signatures: Checkpoint['signatures'][number][] = [];
  for (const line of note.slice(middle + 2, -1).split('\n')) {
    const [, name = '', body = ''] = /^— ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = fromBase64(body);
    if (bytes === null || bytes.length <= KEY_ID_BYTES) return null;
    signatures.push({
      name,
      keyId: toHex(bytes.slice(0, KEY_ID_BYTES)),
      bytes: bytes.slice(KEY_ID_BYTES),
    });
  }
  return { origin, size, root, text, signatures };
}

/** True if the log's key signed this checkpoint: at least one signature claims to be of it, and all that do are good. */
export async function verifyCheckpoint(checkpoint: Checkpoint, vkey: Vkey): Promise<boolean> {
  if (checkpoint.origin !== vkey.name) return false;
  const claimed = checkpoint.signatures.filter(
    (each) => each.name === vkey.name && each.keyId === vkey.keyId,
  );
  if (claimed.length === 0) return false;
  const key = await crypto.subtle.importKey('raw', vkey.raw, 'Ed25519', false, ['verify']);
  const message = utf8(checkpoint.text);
  for (const { bytes } of claimed) {
    if (bytes.length !== 64) return false;
    if (!(await crypto.subtle.verify('Ed25519', key, bytes, message))) return false;
  }
  return true;
}

/** Whether two checkpoints say the same of the same log. */
export function sameHead(a: Checkpoint, b: Checkpoint): boolean {
  return a.origin === b.origin && a.size === b.size && equal(a.root, b.root);
}
