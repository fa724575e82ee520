/** A numeric unit while formulas for it are looked for: its grid values, probed rows and what its numbers cost alone. */
import { readOnGrid, roundToGrid, stepsOnGrid } from './grid.ts';
import { binaryExponent } from './ieee.ts';
import { stepClass } from './number-coder.ts';
import type { UnitSample } from './planner.ts';

const PROBES = 6;

export interface Target {
  readonly sample: UnitSample;
  /** Grid values per row, NaN for none. */
  readonly points: Float64Array;
  readonly probes: readonly number[];
  /** Per probe, how far off a prediction may be to be worth a look; and the same for exotic formulas. */
  readonly near: Float64Array;
  readonly nearExotic: Float64Array;
  /** Bits of one number coded by itself. */
  readonly literalBits: number;
  /** The same per row. */
  readonly literals: Float64Array;
  /** Bits of the probed rows coded by themselves. */
  readonly probedBits: number;
  /** For numbers of significant digits: the unit of the last one per row. */
  readonly units: Float64Array | undefined;
  /** Numbers have all the digits of a double, so that a prediction must be right to the last. */
  readonly full: boolean;
}

/** Bits per row of a text unit coded by itself, roughly. */
export function textBits(sample: UnitSample): number {
  let bits = 0;
  const seen = new Set<string>();
  for (const cell of sample.cells) {
    if (cell === undefined) continue;
    bits += seen.has(cell) ? 1 : 4 + cell.length * 2;
    seen.add(cell);
  }
  return bits / Math.max(1, sample.cells.length);
}

/** Prepares the search for a unit. */
export function openTarget(sample: UnitSample): Target {
  const { cells, grid } = sample;
  const points = new Float64Array(cells.length).fill(NaN);
  let low = Infinity;
  let high = -Infinity;
  cells.forEach((cell, row) => {
    const point = cell === undefined ? NaN : readOnGrid(grid, cell);
    points[row] = point;
    if (point < low) low = point;
    if (point > high) high = point;
  });
  const scaled = grid.kind === 'fixed' || grid.kind === 'stripped';
  let literalBits = 55 - (grid.kind === 'double' ? grid.digits : 0);
  if (scaled) literalBits = high >= low ? stepClass(high - low) + 1 : 0;
  else if (grid.kind === 'digits') literalBits = grid.digits * 3.4 + 3;
  const probes = pickProbes(sample, points);
  const unit = scaled ? Number(`1e-${String(grid.digits)}`) : 0;
  const near = Float64Array.from(probes, (row) =>
    scaled
      ? Math.max(unit * 0.51, ((high - low) * unit) / 8)
      : Math.abs(sample.values[row] as number) / 32,
  );
  const nearExotic = Float64Array.from(probes, (row) =>
    scaled
      ? Math.max(unit * 0.51, ((high - low) * unit) / 1024)
      : Math.abs(sample.values[row] as number) * (grid.kind === 'double' ? 1e-5 : 1e-3),
  );
  const literals = Float64Array.from(cells, (cell) =>
    Math.min(literalBits, 3 + (cell?.length ?? 0) * 3.4),
  );
  return {
    sample,
    points,
    probes,
    near,
    nearExotic,
    literalBits,
    literals,
    probedBits: probes.reduce((sum, row) => sum + (literals[row] as number), 0),
    units: grid.kind === 'digits' ? findUnits(points, grid.digits) : undefined,
    full: grid.kind === 'double' && grid.digits === 0,
  };
}

/** The unit of the last of so many significant digits, per number. */
function findUnits(points: Float64Array, digits: number): Float64Array {
  return Float64Array.from(points, (point) => {
    if (Number.isNaN(point) || point === 0) return NaN;
    const text = point.toExponential(digits - 1);
    return Number(`1e${String(Number(text.slice(text.indexOf('e') + 1)) - digits + 1)}`);
  });
}

/** Rows whose numbers say most: long, distinct, spread over the table. */
function pickProbes(sample: UnitSample, points: Float64Array): number[] {
  const rows: number[] = [];
  const seen = new Set<number>();
  for (let row = 0; row < points.length; row++) {
    const point = points[row] as number;
    if (Number.isNaN(point) || seen.has(point)) continue;
    seen.add(point);
    rows.push(row);
  }
  const length = (row: number): number => sample.cells[row]?.length ?? 0;
  const longest = rows.reduce((max, row) => Math.max(max, length(row)), 0);
  const good = rows.filter((row) => length(row) >= Math.min(14, longest * 0.6));
  const pool = good.length >= PROBES ? good : rows;
  const count = Math.min(PROBES, pool.length);
  return Array.from(
    { length: count },
    (_, i) => pool[Math.floor(((i + 0.5) * pool.length) / count)] as number,
  );
}

/** Bits per row of a numeric unit coded by itself, roughly; repeated cells are cheap. */
export function aloneBits(target: Target): number {
  const { sample, points } = target;
  let bits = 0;
  const seen = new Set<number>();
  const rows = sample.cells.length;
  const few = sample.distinct < rows / 4;
  for (let row = 0; row < rows; row++) {
    const id = sample.ids[row] as number;
    if (id < 0) continue;
    if (row > 0 && id === sample.ids[row - 1]) bits += 0.5;
    else if (seen.has(id)) bits += Math.min(target.literalBits, few ? 1 : 3);
    else bits += Number.isNaN(points[row]) ? 4 : (target.literals[row] as number);
    seen.add(id);
  }
  return bits / Math.max(1, rows);
}

/** Bits of a row of the target when predicted so. */
export function rowBits(target: Target, row: number, prediction: number): number {
  const { grid } = target.sample;
  const point = grid.kind === 'digits' ? prediction : roundToGrid(grid, prediction);
  return stepBits(target, row, point);
}

/** Bits of a row of the target when stepped to from another value; a double that is only near still gives sign and size. */
export function stepBits(target: Target, row: number, from: number): number {
  const { grid } = target.sample;
  const literal = (target.literals[row] as number) + 0.7;
  const to = target.points[row] as number;
  const steps =
    target.units === undefined
      ? stepsOnGrid(grid, from, to)
      : Math.round((to - from) / (target.units[row] as number));
  if (steps === 0) return 0.1;
  if (!(Math.abs(steps) < 9007199254740991)) return literal;
  const size = binaryExponent(steps) + 1;
  const near = grid.kind === 'double' && size <= 52 - grid.digits ? literal - 2 : literal;
  return Math.min(near, size + 2.2);
}
