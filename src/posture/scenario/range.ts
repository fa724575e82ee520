/**
 * A range: what one input may be, with the source that says so. Four forms, each with a quantile function that can be
 * written on one line, so that nobody has to guess what was drawn.
 */
import { exp, ln } from './portable-math.ts';

/** The numbers of a range, in one of its four forms. */
export type RangeShape =
  /** Known, or held fixed: always this. */
  | { readonly value: number }
  /** Any value between two, equally likely. */
  | { readonly min: number; readonly max: number }
  /** A triangle: most likely at the mode. */
  | { readonly min: number; readonly mode: number; readonly max: number }
  /** Three quantiles, met exactly; in between a logistic curve on each side of the median. */
  | {
      readonly p10: number;
      readonly p50: number;
      readonly p90: number;
      /** `log`: the curve is drawn through the logarithms. */
      readonly scale?: 'linear' | 'log' | undefined;
    };

/** When an input is drawn: anew in every run (dates, lags, durations), or once per world of runs (what we do not know). */
export type Drawn = 'run' | 'world';

/** A range as the model uses it: numbers, source, and what its field says about it. */
export interface Range {
  readonly shape: RangeShape;
  /** Id of a source: one of the scenario's own, or one of the built-in ones. */
  readonly source: string;
  /** Why these numbers, in a sentence. */
  readonly why?: string | undefined;
  readonly unit: string;
  /** Draws are cut off at these bounds, which the field sets. */
  readonly low: number;
  readonly high: number;
  readonly drawn: Drawn;
}

const LN9 = 2.1972245773362196;

function quantileOfShape(shape: RangeShape, u: number): number {
  if ('value' in shape) return shape.value;
  if ('p10' in shape) {
    const log = shape.scale === 'log';
    const at = (x: number): number => (log ? ln(x) : x);
    const middle = at(shape.p50);
    const side = u < 0.5 ? middle - at(shape.p10) : at(shape.p90) - middle;
    const curve = middle + (side * ln(u / (1 - u))) / LN9;
    return log ? exp(curve) : curve;
  }
  const { min, max } = shape;
  if (!('mode' in shape)) return min + (max - min) * u;
  if (max === min) return min;
  const turn = (shape.mode - min) / (max - min);
  return u < turn
    ? min + Math.sqrt(u * (max - min) * (shape.mode - min))
    : max - Math.sqrt((1 - u) * (max - min) * (max - shape.mode));
}

/** The value that a share `u` of all draws does not exceed; 0 < u < 1. Never outside the field's bounds. */
export function quantileOf(range: Range, u: number): number {
  return Math.min(range.high, Math.max(range.low, quantileOfShape(range.shape, u)));
}

/** Whether a range is a single value, so that it cannot move an answer. */
export function isFixed(range: Range): boolean {
  return quantileOf(range, 0.001) === quantileOf(range, 0.999);
}

/** Three numbers for a reader: P10, P50 and P90 of what is drawn. */
export function showQuantiles(range: Range): { p10: number; p50: number; p90: number } {
  return {
    p10: quantileOf(range, 0.1),
    p50: quantileOf(range, 0.5),
    p90: quantileOf(range, 0.9),
  };
}
