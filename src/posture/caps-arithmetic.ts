/**
 * The arithmetic of published caps: what they allow a year for a model of some size, where they cross, and how long a
 * compressed copy takes under them. A year has twelve months and 365 days here, as in the published examples.
 */
import { CAPS, YEAR_MS } from '../budget/index.ts';

const MONTHS = 12;
const BITS = 8;

/** One cap for one model size. */
export interface CapRow {
  readonly cap: 'SL3' | 'SL4' | 'SL5';
  readonly sizeBytes: number;
  readonly bytesPerYear: number;
  readonly bytesPerSecond: number;
  /** As a share of the model's size, 1 for all of it. */
  readonly sharePerYear: number;
}

/** What every cap allows a model of a size in bytes. Exact for sizes below 2^53 bits. */
export function capsFor(sizeBytes: number): readonly CapRow[] {
  return CAPS.map((cap) => {
    const bits = cap.bits(BigInt(Math.round(sizeBytes)) * BigInt(BITS)) ?? 0n;
    const perYear = (Number(bits) / BITS) * (cap.windowMs === YEAR_MS ? 1 : MONTHS);
    return {
      cap: cap.name,
      sizeBytes,
      bytesPerYear: perYear,
      bytesPerSecond: perYear / (Number(YEAR_MS) / 1000),
      sharePerYear: perYear / sizeBytes,
    };
  });
}

/** The cap that allows least: an assessor has to apply it, because a level includes those below it. */
export function tightestCap(sizeBytes: number, upTo: 'SL3' | 'SL4' | 'SL5' = 'SL5'): CapRow {
  const rows = capsFor(sizeBytes).filter((row) => row.cap <= upTo);
  return rows.reduce((least, row) => (row.bytesPerYear < least.bytesPerYear ? row : least));
}

/** The model size in bytes at which two caps allow the same, one a share of the size and one a fixed amount. */
export function crossingBytes(share: 'SL3' | 'SL4', fixed: 'SL5' = 'SL5'): number {
  const [sample] = capsFor(1e12).filter((row) => row.cap === share);
  const [amount] = capsFor(1e12).filter((row) => row.cap === fixed);
  return (amount?.bytesPerYear ?? 0) / (sample?.sharePerYear ?? 1);
}

/** Years until one whole copy, compressed by a ratio, has left under a cap that is a share of its full size a year. */
export function yearsForCopy(sharePerYear: number, compression: number): number {
  return 1 / (compression * sharePerYear);
}
