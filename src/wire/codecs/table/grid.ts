/**
 * The set of values that a column of numbers is written in, and steps on it.
 *
 * `fixed`: a fixed number of digits after the point. `digits`: a fixed number of significant digits. `double`: the
 * shortest spelling of doubles. A prediction is rounded to the grid and corrected by a whole number of steps.
 */
import { parseDecimal, spellDecimal } from '../../../formats/index.ts';
import { addUlps, lowWord, ulpsBetween } from './ieee.ts';

/** Grid kinds in wire order. */
export const GRID_KINDS = ['fixed', 'stripped', 'digits', 'double'] as const;

export interface Grid {
  readonly kind: (typeof GRID_KINDS)[number];
  /**
   * Digits after the point (`fixed`, and `stripped` at most), significant digits (`digits`), or zero bits at the end of every
   * double: 29 when all are single-precision numbers, 0 otherwise.
   */
  readonly digits: number;
}

/** Zero bits at the end of a double that is a single-precision number. */
export const SINGLE_BITS = 29;
const SINGLE_STEP = 2 ** SINGLE_BITS;
/** Largest number of digits after the point and of significant digits that a grid has. */
export const GRID_DIGITS_MAX = 15;
const POWERS = Array.from({ length: 23 }, (_, n) => Number(`1e${String(n)}`));
/** Largest scaled integer of a fixed grid. */
const SCALED_MAX = 9007199254740991;

/** Writes a scaled integer with `decimals` digits after the point. */
export function spellScaled(scaled: number, decimals: number, strip: boolean): string {
  const negative = scaled < 0;
  let text = String(Math.abs(scaled));
  if (decimals > 0) {
    text = text.padStart(decimals + 1, '0');
    const whole = text.slice(0, text.length - decimals);
    let fraction = text.slice(text.length - decimals);
    if (strip) {
      if (scaled !== 0 && whole === '0' && decimals > 6 && fraction.startsWith('000000')) {
        const decimal = parseDecimal(`0.${fraction}`);
        if (decimal !== undefined) return spellDecimal(negative, decimal.digits, decimal.exponent);
      }
      let end = fraction.length;
      while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--;
      fraction = fraction.slice(0, end);
    }
    text = fraction === '' ? whole : `${whole}.${fraction}`;
  }
  return negative ? `-${text}` : text;
}

/** The scaled integer of a cell on a fixed grid; NaN when the cell is not on it. */
export function scaledOf(cell: string, decimals: number, strip: boolean): number {
  const point = cell.indexOf('.');
  const fraction = point < 0 ? 0 : cell.length - point - 1;
  if (fraction > decimals || cell.length > 22 || cell.length === 0) return NaN;
  const digits = point < 0 ? cell : cell.slice(0, point) + cell.slice(point + 1);
  const scaled = Number(digits) * (POWERS[decimals - fraction] as number);
  if (!Number.isInteger(scaled) || Math.abs(scaled) > SCALED_MAX) return NaN;
  return spellScaled(scaled, decimals, strip) === cell ? scaled : NaN;
}

/** A prediction rounded to the grid, as a number that {@link stepGrid} and {@link stepsOnGrid} understand; or NaN. */
export function roundToGrid(grid: Grid, value: number): number {
  if (!Number.isFinite(value)) return NaN;
  switch (grid.kind) {
    case 'fixed':
    case 'stripped': {
      const scaled = Math.round(value * (POWERS[grid.digits] as number));
      return Math.abs(scaled) <= SCALED_MAX ? scaled + 0 : NaN;
    }
    case 'digits':
      return Number(value.toPrecision(grid.digits)) + 0;
    case 'double': {
      const rounded = grid.digits === 0 ? value : Math.fround(value);
      return Number.isFinite(rounded) ? rounded + 0 : NaN;
    }
  }
}

/** The canonical spelling of a grid value. */
export function spellOnGrid(grid: Grid, point: number): string {
  if (point === 0 && grid.kind !== 'fixed') return '0';
  switch (grid.kind) {
    case 'fixed':
      return spellScaled(point, grid.digits, false);
    case 'stripped':
      return spellScaled(point, grid.digits, true);
    case 'digits':
    case 'double':
      return String(point);
  }
}

/** The grid value of a cell, or NaN when the cell is not spelled as the grid spells. */
export function readOnGrid(grid: Grid, cell: string): number {
  switch (grid.kind) {
    case 'fixed':
      return scaledOf(cell, grid.digits, false);
    case 'stripped':
      return scaledOf(cell, grid.digits, true);
    case 'digits': {
      const value = readDouble(cell);
      return Number.isNaN(value) || Number(value.toPrecision(grid.digits)) !== value ? NaN : value;
    }
    case 'double': {
      const value = readDouble(cell);
      return grid.digits === 0 || isSingle(value) ? value : NaN;
    }
  }
}

/** Whether a double ends in the zero bits of a single-precision number. */
export function isSingle(value: number): boolean {
  return (lowWord(value) & (SINGLE_STEP - 1)) === 0;
}

function readDouble(cell: string): number {
  const first = cell.charCodeAt(0);
  if (first !== 45 && !(first >= 48 && first <= 57)) return NaN;
  const value = Number(cell);
  return String(value) === cell && Number.isFinite(value) ? value + 0 : NaN;
}

/** Whole steps on the grid from one grid value to another; NaN when there is no short way. */
export function stepsOnGrid(grid: Grid, from: number, to: number): number {
  switch (grid.kind) {
    case 'fixed':
    case 'stripped': {
      const steps = to - from;
      return Math.abs(steps) <= SCALED_MAX ? steps : NaN;
    }
    case 'digits':
      return digitSteps(grid.digits, from, to);
    case 'double': {
      const ulps = ulpsBetween(from, to);
      return grid.digits === 0 ? ulps : ulps / SINGLE_STEP;
    }
  }
}

/** The grid value `steps` after another; NaN when it leaves the grid. */
export function stepGrid(grid: Grid, from: number, steps: number): number {
  switch (grid.kind) {
    case 'fixed':
    case 'stripped': {
      const to = from + steps;
      return Math.abs(to) <= SCALED_MAX ? to : NaN;
    }
    case 'digits': {
      const unit = unitExponent(grid.digits, from);
      const scaled = scaledAt(from, unit) + steps;
      return Math.abs(scaled) <= SCALED_MAX ? numberAt(scaled, unit) : NaN;
    }
    case 'double':
      return addUlps(from, grid.digits === 0 ? steps : steps * SINGLE_STEP);
  }
}

function unitExponent(digits: number, value: number): number {
  if (value === 0) return -digits;
  const text = value.toExponential(digits - 1);
  return Number(text.slice(text.indexOf('e') + 1)) - digits + 1;
}

function scaledAt(value: number, unit: number): number {
  const text = value.toExponential();
  const cut = text.indexOf('e');
  const power = Number(text.slice(cut + 1));
  const digits = text.slice(0, cut).replace('.', '');
  const negative = digits.startsWith('-');
  const bare = negative ? digits.slice(1) : digits;
  const shift = power - (bare.length - 1) - unit;
  const scaled = Number(`${bare}e${String(shift)}`);
  return negative ? -scaled : scaled;
}

function numberAt(scaled: number, unit: number): number {
  return Number(`${String(scaled)}e${String(unit)}`) + 0;
}

/** Steps are counted in units of the last place of the starting value; only whole ways back are given. */
function digitSteps(digits: number, from: number, to: number): number {
  const unit = unitExponent(digits, from);
  const target = scaledAt(to, unit);
  if (!Number.isInteger(target) || Math.abs(target) > SCALED_MAX) return NaN;
  const steps = target - scaledAt(from, unit);
  return numberAt(scaledAt(from, unit) + steps, unit) === to ? steps : NaN;
}
