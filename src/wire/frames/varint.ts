/** Whole numbers as little-endian base-128 bytes, shortest form only, below 2^53. */
import { wireErrors } from '../errors.ts';

/** Appends a number to a list of bytes. */
export function writeVarint(out: number[], value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw wireErrors.error('FRAME_NUMBER');
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

/** A number and where the next field starts; undefined while bytes are missing. */
export function readVarint(
  bytes: Uint8Array,
  start: number,
): { value: number; end: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    value += (byte & 127) * scale;
    if (byte < 128) {
      const shortest = byte !== 0 || at === start;
      if (!shortest || !Number.isSafeInteger(value)) throw wireErrors.error('FRAME_NUMBER');
      return { value, end: at + 1 };
    }
    scale *= 128;
  }
  throw wireErrors.error('FRAME_NUMBER');
}
