/**
 * Running statistics of rows that have the same shape. Weights, activations and logits have marks that results seldom
 * share: all cells on one scale, both signs, no order along rows or columns, hardly any value twice.
 */
import type { NumberRow } from './number-rows.ts';
import type { NumericThresholds } from './thresholds.ts';

/** Sums over one sequence of numbers, enough for its scale, its centre and its roughness. */
export class SequenceStats {
  count = 0;
  full = 0;
  negative = 0;
  sum = 0;
  squares = 0;
  /** Sum of squared differences of neighbours. */
  steps = 0;
  #last = 0;

  add(value: number, isFull: boolean): void {
    if (this.count > 0) this.steps += (value - this.#last) ** 2;
    this.#last = value;
    this.count++;
    if (isFull) this.full++;
    if (value < 0) this.negative++;
    this.sum += value;
    this.squares += value * value;
  }

  /** Sum of squared deviations from the mean. */
  get deviations(): number {
    return Math.max(0, this.squares - (this.sum * this.sum) / Math.max(1, this.count));
  }

  /** Von Neumann's ratio: about 2 for numbers without order, near 0 for a smooth curve. */
  get roughness(): number {
    const { deviations } = this;
    return deviations > 0 ? this.steps / deviations : 0;
  }

  /** Both signs, and a mean that is small against the spread. */
  get centred(): boolean {
    const share = this.negative / Math.max(1, this.count);
    return share > 0.1 && share < 0.9 && this.sum ** 2 < 0.35 * this.count * this.squares;
  }
}

const DISTINCT_MAX = 1 << 16;

/** Counts distinct numbers exactly up to a limit; beyond it, the share seen so far speaks for the rest. */
export class DistinctCounter {
  readonly #seen = new Set<number>();
  #offered = 0;
  #total = 0;

  add(value: number): void {
    this.#total++;
    if (this.#seen.size >= DISTINCT_MAX) return;
    this.#offered++;
    this.#seen.add(value);
  }

  get count(): number {
    return this.#offered === 0 ? 0 : Math.round((this.#seen.size / this.#offered) * this.#total);
  }

  get share(): number {
    return this.#offered === 0 ? 0 : this.#seen.size / this.#offered;
  }
}

/** Columns of one block that are judged. */
export const COLUMNS_MAX = 1 << 16;
const SHORT_DIGITS = 3;

/** All rows of one shape. */
export class NumberBlock {
  readonly firstPlace: string;
  readonly width: number;
  readonly columns: SequenceStats[] = [];
  readonly columnDistinct: DistinctCounter[] = [];
  rows = 0;
  /** Rows whose numbers are on one scale. */
  evenRows = 0;
  /** Cells of even rows, all together. */
  readonly cells = new SequenceStats();
  shortCells = 0;
  integers = 0;
  largest = 0;
  readonly distinct = new DistinctCounter();
  /** Neighbours along rows, within even rows. */
  rowSteps = 0;
  rowDeviations = 0;

  constructor(row: NumberRow) {
    this.firstPlace = row.place();
    this.width = row.count;
  }

  add(row: NumberRow, thresholds: NumericThresholds): void {
    this.rows++;
    const { count, values, digits } = row;
    for (let i = 0; i < Math.min(count, COLUMNS_MAX); i++) {
      const column = (this.columns[i] ??= new SequenceStats());
      const value = values[i] ?? 0;
      const full = (digits[i] ?? 0) >= thresholds.fullDigits;
      column.add(value, full);
      if (full && count < thresholds.rowCells)
        (this.columnDistinct[i] ??= new DistinctCounter()).add(value);
    }
    const scale = count < thresholds.rowCells ? 0 : measureScale(values, count);
    if (scale === 0) return;
    this.evenRows++;
    const along = new SequenceStats();
    for (let i = 0; i < count; i++) {
      const value = values[i] ?? 0;
      // An index or label beside the numbers is far off their scale; saturated cells say nothing.
      if (isSaturated(value) || Math.abs(value) > 30 * scale) continue;
      const digit = digits[i] ?? 0;
      this.cells.add(value, digit >= thresholds.fullDigits);
      along.add(value, false);
      if (digit >= SHORT_DIGITS) this.shortCells++;
      if (Number.isInteger(value)) this.integers++;
      this.largest = Math.max(this.largest, Math.abs(value));
      this.distinct.add(value);
    }
    this.rowSteps += along.steps;
    this.rowDeviations += along.deviations;
  }

  /**
   * The columns could change places: most have both signs and a similar spread. The columns of results have meanings,
   * and with them signs and scales of their own. With few rows there is nothing to compare, and the answer is yes.
   */
  isExchangeable(oneSided: boolean): boolean {
    if (this.rows < 16) return true;
    const spreads = this.columns.map((column) => Math.sqrt(column.deviations / column.count));
    const middle = spreads.toSorted((a, b) => a - b)[spreads.length >> 1] ?? 0;
    const alike = this.columns.filter((column, i) => {
      const spread = spreads[i] ?? 0;
      const negative = column.negative / column.count;
      const mixed = oneSided || (negative > 0.08 && negative < 0.92);
      return mixed && spread > middle / 4 && spread < middle * 4;
    });
    return alike.length >= 0.75 * this.columns.length;
  }

  /** How many different values the even rows have. */
  get distinctValues(): number {
    return this.distinct.count;
  }

  get rowRoughness(): number {
    return this.rowDeviations > 0 ? this.rowSteps / this.rowDeviations : 0;
  }

  /** Roughness of the middle column; 2 when there are too few rows to say. */
  get columnRoughness(): number {
    if (this.rows < 8) return 2;
    const each = this.columns.map((column) => column.roughness).sort((a, b) => a - b);
    return each[each.length >> 1] ?? 2;
  }
}

/** Zeros and ones of either sign come from rectifiers, masks and saturation, and are no measure of scale. */
export function isSaturated(value: number): boolean {
  return value === 0 || value === 1 || value === -1;
}

/**
 * The median size of a row's cells when they are on one scale, else 0: the median is not small against the size that
 * nine of ten cells keep. Saturated cells do not count, except that a row of nothing else is on one scale too.
 */
export function measureScale(values: Float64Array, count: number): number {
  const sizes: number[] = [];
  const stride = Math.max(1, Math.floor(count / 1024));
  for (let i = 0; i < count; i += stride) {
    const value = values[i] ?? 0;
    if (!isSaturated(value)) sizes.push(Math.abs(value));
  }
  if (sizes.length < 4) return count >= 8 && sizes.length === 0 ? 1 : 0;
  sizes.sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 0;
  const kept = sizes[sizes.length - 1 - Math.max(1, Math.floor(sizes.length / 10))] ?? 0;
  return middle >= 0.2 * kept ? middle : 0;
}
