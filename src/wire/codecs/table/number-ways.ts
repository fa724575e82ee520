/** How a cell of numbers is given, and which way an encoder takes. */
import { parseDecimal, spellDecimal } from '../../../formats/index.ts';
import { tableErrors } from './errors.ts';
import type { Grid } from './grid.ts';
import { readOnGrid, spellOnGrid, stepGrid, stepsOnGrid } from './grid.ts';
import { STEPS_MAX, stepClass } from './number-coder.ts';
import type { UnitMemory } from './scene.ts';

/** Ways in wire order. */
export const NUMBER = {
  exact: 0,
  steps: 1,
  native: 2,
  decimal: 3,
  text: 4,
  above: 5,
  keyed: 6,
  reference: 7,
  next: 8,
  missing: 9,
  /** As the formula says, but with 17 digits where fewer would do, as some programs write now and then. */
  long: 15,
} as const;

/** Cells for missing values that have a kind of their own, from kind 9 on. */
export const MISSING = ['', 'NA', 'NaN', 'nan', 'None', 'null'] as const;

/** What may give a cell of numbers. */
export interface NumberHints {
  readonly grid: Grid;
  readonly hint: number;
  readonly point: number;
  readonly predicted: string | undefined;
  readonly reference: string | undefined;
  readonly keyed: string | undefined;
  readonly next: string | undefined;
}

/** One more than the index of a missing cell, 0 for others. */
export function missingKind(cell: string): number {
  return 1 + MISSING.indexOf(cell as (typeof MISSING)[number]);
}

/** A double with 17 significant digits in canonical spelling. */
export function spellLong(value: number): string {
  const decimal = Number.isNaN(value) ? undefined : parseDecimal(value.toPrecision(17));
  if (decimal === undefined) throw tableErrors.error('NUMBER_INVALID');
  return spellDecimal(decimal.negative, decimal.digits, decimal.exponent);
}

/** Significant digits of a number. */
export function digitsOf(cell: string): string {
  return parseDecimal(cell)?.digits ?? '';
}

/** The first way that gives the cell. */
export function chooseNumber(cell: string, hints: NumberHints, memory: UnitMemory): number {
  if (cell === hints.reference) return NUMBER.reference;
  if (cell === hints.predicted) return NUMBER.exact;
  if (cell === hints.keyed) return NUMBER.keyed;
  const missing = MISSING.indexOf(cell as (typeof MISSING)[number]);
  if (missing >= 0) return NUMBER.missing + missing;
  if (cell === hints.next) return NUMBER.next;
  if (cell === memory.above) return NUMBER.above;
  const { grid, point } = hints;
  if (
    grid.kind === 'double' &&
    !Number.isNaN(point) &&
    cell.length > 16 &&
    cell === spellLong(point)
  )
    return NUMBER.long;
  const here = readOnGrid(grid, cell);
  if (!Number.isNaN(here) && !Number.isNaN(point)) {
    const steps = stepsOnGrid(grid, point, here);
    const near =
      Math.abs(steps) < STEPS_MAX && spellOnGrid(grid, stepGrid(grid, point, steps)) === cell;
    if (near && steps !== 0 && worthSteps(grid, steps, cell)) return NUMBER.steps;
  }
  const decimal = parseDecimal(cell);
  const plain =
    decimal !== undefined &&
    Math.abs(decimal.digits.length + decimal.exponent) < 11000 &&
    spellDecimal(decimal.negative, decimal.digits, decimal.exponent) === cell &&
    !(decimal.negative && decimal.digits === '0');
  if (!Number.isNaN(here) && grid.kind !== 'digits') {
    const shortest = grid.digits === 0 ? 15 : 7;
    const short = grid.kind === 'double' && plain && decimal.digits.length <= shortest;
    if (!short) return NUMBER.native;
  }
  return plain ? NUMBER.decimal : NUMBER.text;
}

/** Whether steps are shorter than the number itself. */
function worthSteps(grid: Grid, steps: number, cell: string): boolean {
  const bits = stepClass(Math.abs(steps));
  if (grid.kind === 'double') return bits < 51 - grid.digits;
  return bits < cell.length * 3.4 + 2;
}
