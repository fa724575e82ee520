/** Inflating with nothing left to chance: the length is known before, and every input byte is used. */
import { inflateRawSync, inflateSync } from 'node:zlib';

/** No deflate stream grows by more than this factor, so a claim above it is false before anything is allocated. */
export const DEFLATE_RATIO_MAX = 1032;

/** Inflates `input` to exactly `length` bytes using all of it, or says in words why that cannot be. */
export function inflateExactly(
  input: Uint8Array,
  length: number,
  wrapper: 'zlib' | 'raw',
): Uint8Array | string {
  if (length > input.length * DEFLATE_RATIO_MAX) return 'its data is too short for its size';
  const inflate = wrapper === 'zlib' ? inflateSync : inflateRawSync;
  try {
    const result = inflate(input, {
      info: true,
      maxOutputLength: Math.max(1, length),
      chunkSize: Math.max(64, length),
    }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    if (result.buffer.length !== length) return 'its data is too short for its size';
    if (result.engine.bytesWritten !== input.length) {
      return 'bytes follow the end of its compressed data';
    }
    return result.buffer;
  } catch {
    return 'its compressed data is broken or longer than its size';
  }
}
