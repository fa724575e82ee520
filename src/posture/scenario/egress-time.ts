/** Years to carry a model out over a capped wire: `size ÷ ratio ÷ (cap × hidden share)`. */

/** Ratios by which stolen weights may be compressed: not at all, RAND's least, and the published range. */
export const COMPRESSION_RATIOS = [1, 10, 16, 100] as const;

/** Years until the thinnest useful copy is out; Infinity when nothing may leave. Sizes in TB of 10^12 bytes. */
export function yearsToExfiltrate(
  weightsTB: number,
  ratio: number,
  bytesPerYear: number,
  hiddenShare = 1,
): number {
  return (weightsTB * 1e12) / ratio / (bytesPerYear * hiddenShare);
}
