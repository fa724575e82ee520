/**
 * Numbers that look random and come from a seed: the same on every machine and however work is cut into parts.
 *
 * SplitMix-style mixing of 32-bit integers (`Math.imul`) into xoshiro128**; only integer operations, one division by a
 * power of two and square roots, all of which IEEE 754 fixes. Not for secrets.
 */
import { sha256Bytes } from '../core/index.ts';

/** Draws numbers in [0, 1). */
export type Draw = () => number;

/** The draws of one run of a simulation: they depend on the seed and the run's number alone. */
export function drawsOf(seed: string, run: number): Draw {
  const bytes = sha256Bytes(`${seed}\n${String(run)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let a = view.getUint32(0);
  let b = view.getUint32(4);
  let c = view.getUint32(8);
  // An all-zero state would stay zero for ever.
  let d = view.getUint32(12) | 1;
  return () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result / 4_294_967_296;
  };
}

/** A triangular distribution on [low, likely, high], by its inverse; a point when low = high. */
export function drawTriangular(
  [low, likely, high]: readonly [number, number, number],
  draw: Draw,
): number {
  const u = draw();
  const width = high - low;
  if (width === 0) return low;
  const cut = (likely - low) / width;
  return u < cut
    ? low + Math.sqrt(u * width * (likely - low))
    : high - Math.sqrt((1 - u) * width * (high - likely));
}

/** The value below which a share of the sorted samples lies: nearest rank, so that it is one of them. */
export function quantile(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}
