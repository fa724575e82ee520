/**
 * The plan of a block: what each column is, in which order columns are coded, and what each follows from.
 *
 * A plan only directs the prediction. Whatever it says, every cell can be coded; a poor plan costs bits, never values.
 */
import type { Formula } from './formula.ts';
import type { Grid } from './grid.ts';

/** How a column is taken apart, in wire order. */
export const COLUMN_KINDS = ['constant', 'number', 'text', 'template'] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** Numbers inside the cells of one template column, at most. */
export const SLOTS_MAX = 12;

export interface ColumnPlan {
  readonly kind: ColumnKind;
  /** The one cell of a constant column. */
  readonly constant: string;
  /** For a template: per slot the width of zero-padded integers, 0 for none. */
  readonly widths: readonly number[];
}

/** What is coded at once: a whole column, or the shape or one slot of a template column. */
export interface UnitPlace {
  readonly column: number;
  /** -1: the whole cell; 0: the shape; n: the n-th slot. */
  readonly part: number;
}

export interface UnitPlan extends UnitPlace {
  /** Cells are mostly numbers. */
  readonly numeric: boolean;
  readonly grid: Grid;
  readonly formula: Formula | undefined;
  /** Unit whose cell often determines this one's, or -1. */
  readonly key: number;
  /** Second unit that determines this one's together with the key, or -1. */
  readonly key2: number;
  /** Unit whose kind of cell (number, missing) this one's follows, or -1. */
  readonly twin: number;
  /** Units whose texts joined are like this one's text. */
  readonly joined: readonly number[];
}

export interface Plan {
  readonly columns: readonly ColumnPlan[];
  /** Units by number: columns in file order, a template's shape before its slots. */
  readonly units: readonly UnitPlan[];
  /** Unit numbers in coding order. */
  readonly order: readonly number[];
}

/** The units of columns, in order of their numbers. */
export function placeUnits(columns: readonly ColumnPlan[]): UnitPlace[] {
  const places: UnitPlace[] = [];
  columns.forEach((plan, column) => {
    if (plan.kind === 'number' || plan.kind === 'text') places.push({ column, part: -1 });
    if (plan.kind !== 'template') return;
    for (let part = 0; part <= plan.widths.length; part++) places.push({ column, part });
  });
  return places;
}
