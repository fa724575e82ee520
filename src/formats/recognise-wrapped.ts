/** Looks inside one layer of gzip, zlib or zstandard, bounded, to name what is wrapped. Nothing is emitted from here. */
import { constants, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** Bytes of the content that are looked at; weight-shaped formats show themselves in their first bytes. */
const LOOK_BYTES = 1 << 20;

export type Wrapping = 'gzip' | 'zlib' | 'zstandard';

/** Which compression the first bytes announce. A zlib header is checked, since its two bytes are also letters. */
export function findWrapping(bytes: Uint8Array): Wrapping | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (a === 0x1f && b === 0x8b && c === 8) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstandard';
  if ((a & 15) === 8 && a >> 4 <= 7 && (a * 256 + b) % 31 === 0 && (b & 32) === 0) return 'zlib';
  return undefined;
}

/** The first bytes of what is wrapped, or undefined when it cannot be unwrapped. Never throws. */
export function unwrapStart(bytes: Uint8Array, wrapping: Wrapping): Uint8Array | undefined {
  const input = bytes.subarray(0, LOOK_BYTES);
  const sync = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 << 20 };
  try {
    if (wrapping === 'gzip') return gunzipSync(input.subarray(0, 64 << 10), sync);
    if (wrapping === 'zlib') return inflateSync(input.subarray(0, 64 << 10), sync);
    return zstdDecompressSync(input, { maxOutputLength: 64 << 20 });
  } catch {
    return undefined;
  }
}
