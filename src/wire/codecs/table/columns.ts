/** Between columns of cells and the units they are coded as. */
import { scaledOf } from './grid.ts';
import { hashText } from './hash.ts';
import type { Plan, UnitPlan } from './plan.ts';
import { unitCells } from './planner.ts';
import type { UnitCells } from './scene.ts';
import { joinCell, markDecimals, slotMarks } from './template.ts';

/** The cells of a unit that are to be coded; none while decoding. */
export function ownCells(
  plan: Plan,
  unit: UnitPlan,
  columns: readonly (readonly string[])[] | undefined,
  rows: number,
): (string | undefined)[] {
  const column = plan.columns[unit.column];
  if (columns === undefined || column === undefined)
    return new Array<undefined>(rows).fill(undefined);
  return unitCells(columns[unit.column] ?? [], column, unit.part);
}

/** Whether a plan made for another block can code this one. */
export function planFits(plan: Plan, columns: readonly (readonly string[])[]): boolean {
  return plan.columns.every(
    ({ kind, constant }, i) =>
      kind !== 'constant' || columns[i]?.every((cell) => cell === constant) === true,
  );
}

/** Reads from a row's shape how a slot is written. */
export function slotReader(
  shapes: UnitCells,
  part: number,
): (row: number) => { decimals: number; hint: number } {
  const known = new Map<string, { decimals: number; hint: number }>();
  return (row) => {
    const shape = shapes.cells[row] ?? '';
    const held = known.get(shape);
    if (held !== undefined) return held;
    const mark = slotMarks(shape)[part - 1];
    const decimals = mark === undefined || Number.isNaN(mark) ? -1 : markDecimals(mark);
    const made = { decimals, hint: hashText(shape) };
    if (known.size < 4096) known.set(shape, made);
    return made;
  };
}

/** Puts decoded units together to columns. */
export function joinColumns(plan: Plan, units: readonly UnitCells[], rows: number): string[][] {
  const columns = plan.columns.map((column) =>
    column.kind === 'constant' ? new Array<string>(rows).fill(column.constant) : [],
  );
  plan.units.forEach((place, unit) => {
    const cells = units[unit]?.cells ?? [];
    if (place.part < 0) columns[place.column] = cells.map((cell) => cell ?? '');
    if (place.part !== 0) return;
    const slots = plan.columns[place.column]?.widths.length ?? 0;
    columns[place.column] = cells.map((shape, row) => {
      const marks = slotMarks(shape ?? '');
      const numbers: number[] = [];
      for (let slot = 0; slot < Math.min(slots, marks.length); slot++) {
        const cell = units[unit + 1 + slot]?.cells[row] ?? '';
        numbers.push(scaledOf(cell, markDecimals(marks[slot] as number), false));
      }
      return joinCell(shape ?? '', numbers);
    });
  });
  return columns;
}
