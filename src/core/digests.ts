/** Digests and the ids made from random bytes. Native crypto only. */
import { createHash, hash } from 'node:crypto';
import type { Random } from './clock.ts';

/** SHA-256 as lower-case hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** SHA-256 as 32 bytes. */
export function sha256Bytes(bytes: Uint8Array | string): Uint8Array {
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

/** SHA-256 over a stream of chunks, as lower-case hexadecimal. */
export function sha256Stream(): { update(chunk: Uint8Array): void; hex(): string } {
  const state = createHash('sha256');
  return {
    update: (chunk) => {
      state.update(chunk);
    },
    hex: () => state.digest('hex'),
  };
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes an id such as `req_7h2k…`: the prefix, then 128 random bits in 26 characters that are easy to read aloud. */
export function newId(prefix: string, random: Random): string {
  let value = 0n;
  for (const byte of random.bytes(16)) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < 26; i++) {
    text = `${ALPHABET[Number(value & 31n)] ?? ''}${text}`;
    value >>= 5n;
  }
  return `${prefix}_${text}`;
}
