/**
 * Years to carry a model out over a capped wire: `size ÷ ratio ÷ (cap × hidden share)`. The published caps are those of the
 * budgets, so that posture and gate reckon with the same ones.
 */
import { CAPS, MONTH_MS, YEAR_MS } from '../../budget/index.ts';

const BITS_PER_TB = 8_000_000_000_000;

/** Ratios by which stolen weights may be compressed: not at all, RAND's least, and the published range. */
export const COMPRESSION_RATIOS = [1, 10, 16, 100] as const;

/** A published cap as an amount that may leave in a year, for a model of a size. */
export interface CapAmount {
  readonly name: 'SL3' | 'SL4' | 'SL5';
  readonly sentence: string;
  readonly bytesPerYear: number;
  readonly bytesPerSecond: number;
  /** Of the weights. */
  readonly shareOfWeights: number;
}

/** RAND's caps for weights of a size, in order of level. */
export function capAmounts(weightsTB: number): CapAmount[] {
  const sizeBits = BigInt(Math.round(weightsTB * BITS_PER_TB));
  return CAPS.map((cap) => {
    const windowBits = Number(cap.bits(sizeBits) ?? 0n);
    // The budgets count a month as 30 days; twelve monthly amounts are a year’s.
    const windows = cap.windowMs === MONTH_MS ? 12 : Number(YEAR_MS) / Number(cap.windowMs);
    const bytesPerYear = (windowBits / 8) * windows;
    return {
      name: cap.name,
      sentence: cap.sentence,
      bytesPerYear,
      bytesPerSecond: bytesPerYear / (Number(YEAR_MS) / 1000),
      shareOfWeights: bytesPerYear / (weightsTB * 1e12),
    };
  });
}

/** Years until the thinnest useful copy is out; Infinity when nothing may leave. */
export function yearsToExfiltrate(
  weightsTB: number,
  ratio: number,
  bytesPerYear: number,
  hiddenShare = 1,
): number {
  return (weightsTB * 1e12) / ratio / (bytesPerYear * hiddenShare);
}

/** The size, in TB, at which the caps of SL4 and SL5 allow the same; below it SL4 is the tighter one. */
export function crossingTB(): number {
  const [, sl4, sl5] = capAmounts(1);
  return sl5!.bytesPerYear / sl4!.shareOfWeights / 1e12;
}
