/** Bytes and their spellings. Every reader here is strict: one value has exactly one accepted spelling. */
import { coreErrors } from './core-errors.ts';

const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** Encodes a string as UTF-8. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Decodes UTF-8; returns null for anything that is not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8Strict.decode(bytes);
  } catch {
    return null;
  }
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Reads lower-case hexadecimal; null for any other spelling. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Reads standard base64 in its only canonical spelling; null for stray characters, padding or non-zero trailing bits. */
export function fromBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : null;
}

/** Joins byte arrays. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** True if both hold the same bytes. Not constant in time: not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && view(a).equals(b);
}

/** Writes an unsigned integer as LEB128, seven bits a byte, least significant first, in the shortest form. */
export function writeVarint(value: bigint): Uint8Array {
  if (value < 0n) throw coreErrors.error('BYTES_INVALID', { why: 'a varint is never negative' });
  const out: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** Reads what {@link writeVarint} wrote; null if cut short, longer than 10 bytes, or not in its shortest form. */
export function readVarint(bytes: Uint8Array, at = 0): { value: bigint; next: number } | null {
  let value = 0n;
  for (let used = 0; used < 10; used++) {
    const byte = bytes[at + used];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << BigInt(7 * used);
    if (byte < 0x80) {
      if (byte === 0 && used > 0) return null;
      return { value, next: at + used + 1 };
    }
  }
  return null;
}
