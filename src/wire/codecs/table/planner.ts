/**
 * Makes the plan of a block: kinds of columns, grids, keys, formulas and the coding order.
 *
 * The search is bounded: it looks at a sample of rows, and no value of it reaches the decoder except through the plan.
 */
import { parseDecimal } from '../../../formats/index.ts';
import { numericValue } from './scene.ts';
import type { Grid } from './grid.ts';
import { GRID_DIGITS_MAX, SINGLE_BITS, isSingle, scaledOf, spellScaled } from './grid.ts';
import { hashText, mixHash } from './hash.ts';
import type { ColumnPlan, Plan, UnitPlan } from './plan.ts';
import { placeUnits } from './plan.ts';
import type { UnitPlace } from './plan.ts';
import { findRelations } from './relations.ts';
import { arrangeUnits } from './order.ts';
import type { Arranged } from './order.ts';
import { findTemplate, markDecimals, slotMarks, splitCell } from './template.ts';

const SAMPLE_ROWS = 512;
/** Columns beside which keys are looked for. */
const KEY_REACH = 32;

/** One unit while the plan is made: sampled cells as texts, ids and values. */
export interface UnitSample {
  readonly unit: number;
  readonly numeric: boolean;
  readonly cells: readonly (string | undefined)[];
  readonly values: Float64Array;
  /** Small numbers that are equal for equal cells. */
  readonly ids: Int32Array;
  readonly distinct: number;
  readonly grid: Grid;
}

/** Makes a plan for the columns of a block; `rows` picks nothing: sampling is done here. */
export function makePlan(columns: readonly (readonly string[])[]): Plan {
  const rows = columns[0]?.length ?? 0;
  const picked = pickRows(rows);
  const plans = columns.map((cells) => planColumn(cells, picked));
  const places = placeUnits(plans);
  const samples = places.map((place, unit) => {
    const plan = plans[place.column] as ColumnPlan;
    const cells = (columns[place.column] as readonly string[]).filter(
      (_, row) => picked[row] === 1,
    );
    return sampleUnit(
      unit,
      unitCells(cells, plan, place.part),
      plan.kind === 'number' || place.part > 0,
      place.part > 0,
    );
  });
  const shapes = places.map((place, unit) => (place.part > 0 ? unit - place.part : -1));
  const relations = findRelations(samples, shapes);
  const arranged = arrangeUnits(samples, relations);
  const units: UnitPlan[] = [];
  const done: UnitSample[] = [];
  for (const unit of arranged.order) {
    const sample = samples[unit] as UnitSample;
    units[unit] = planUnit(sample, places[unit] as UnitPlace, done, arranged);
    done.push(sample);
  }
  return { columns: plans, units, order: arranged.order };
}

/** Whole runs of rows, so that what follows from the row above is seen: all rows, or the first and a middle run. */
function pickRows(rows: number): Uint8Array {
  const picked = new Uint8Array(rows);
  if (rows <= SAMPLE_ROWS) return picked.fill(1);
  picked.fill(1, 0, SAMPLE_ROWS / 2);
  const middle = Math.floor(rows / 2);
  picked.fill(1, middle, middle + SAMPLE_ROWS / 2);
  return picked;
}

function planColumn(cells: readonly string[], picked: Uint8Array): ColumnPlan {
  const first = cells[0] ?? '';
  if (cells.length > 1 && cells.every((cell) => cell === first))
    return { kind: 'constant', constant: first, widths: [] };
  const sample = cells.filter((_, row) => picked[row] === 1);
  let numbers = 0;
  let filled = 0;
  for (const cell of sample) {
    if (cell === '' || cell === 'NA' || cell === 'NaN') continue;
    filled++;
    if (isCanonical(cell)) numbers++;
  }
  if (numbers > 0 && numbers >= filled * 0.6) return { kind: 'number', constant: '', widths: [] };
  const widths = findTemplate(sample);
  if (widths !== undefined) return { kind: 'template', constant: '', widths };
  return { kind: 'text', constant: '', widths: [] };
}

function isCanonical(cell: string): boolean {
  return parseDecimal(cell) !== undefined;
}

/** The cells of one unit of a column: whole, the shape, or the numbers in one slot. */
export function unitCells(
  cells: readonly string[],
  plan: ColumnPlan,
  part: number,
): (string | undefined)[] {
  if (part < 0) return cells.slice();
  const out: (string | undefined)[] = [];
  for (const cell of cells) {
    const { shape, slots } = splitCell(cell, plan.widths);
    if (part === 0) {
      out.push(shape);
      continue;
    }
    const mark = slotMarks(shape)[part - 1];
    const scaled = slots[part - 1];
    out.push(
      mark === undefined || scaled === undefined
        ? undefined
        : spellScaled(scaled, markDecimals(mark), false),
    );
  }
  return out;
}

function sampleUnit(
  unit: number,
  cells: (string | undefined)[],
  numeric: boolean,
  slot: boolean,
): UnitSample {
  const known = new Map<string, number>();
  const ids = new Int32Array(cells.length);
  const values = new Float64Array(cells.length).fill(NaN);
  cells.forEach((cell, row) => {
    if (cell === undefined) {
      ids[row] = -1;
      return;
    }
    let id = known.get(cell);
    if (id === undefined) {
      id = known.size;
      known.set(cell, id);
    }
    ids[row] = id;
    if (numeric) values[row] = numericValue(cell);
  });
  const grid: Grid = numeric ? findGrid(cells, slot) : { kind: 'double', digits: 0 };
  return { unit, numeric, cells, values, ids, distinct: known.size, grid };
}

/** The coarsest grid that nearly all numbers are on. */
function findGrid(cells: readonly (string | undefined)[], slot: boolean): Grid {
  let decimalsMax = 0;
  let decimalsMin = 99;
  let digitsMax = 0;
  let full = 0;
  let numbers = 0;
  let scientific = 0;
  let trailing = 0;
  for (const cell of cells) {
    const decimal = cell === undefined ? undefined : parseDecimal(cell);
    if (cell === undefined || decimal === undefined) continue;
    numbers++;
    if (cell.includes('e')) scientific++;
    const point = cell.indexOf('.');
    const decimals = point < 0 ? 0 : cell.length - point - 1;
    if (decimals > decimalsMax) decimalsMax = decimals;
    if (decimals < decimalsMin) decimalsMin = decimals;
    if (decimals > 0 && cell.endsWith('0')) trailing++;
    if (decimal.digits.length > digitsMax) digitsMax = decimal.digits.length;
    if (decimal.digits.length >= 15) full++;
  }
  if (numbers === 0) return { kind: 'fixed', digits: 0 };
  if (slot || trailing > 0 || decimalsMin === decimalsMax) {
    const whole = cells.every(
      (cell) =>
        cell === undefined ||
        Number.isNaN(numericValue(cell)) ||
        !Number.isNaN(scaledOf(cell, decimalsMax, false)),
    );
    if (decimalsMax <= GRID_DIGITS_MAX && (whole || slot))
      return { kind: 'fixed', digits: decimalsMax };
  }
  if (digitsMax >= 16 || full > numbers / 2) {
    const single = cells.filter((cell) => {
      const value = cell === undefined ? NaN : numericValue(cell);
      return !Number.isNaN(value) && isSingle(value);
    }).length;
    return { kind: 'double', digits: single > numbers * 0.95 ? SINGLE_BITS : 0 };
  }
  let nearFull = 0;
  for (const cell of cells) {
    const digits = cell === undefined ? 0 : (parseDecimal(cell)?.digits.length ?? 0);
    if (digits >= digitsMax - 1) nearFull++;
  }
  const spread = decimalsMax - decimalsMin;
  if (
    scientific > 0 ||
    decimalsMax > GRID_DIGITS_MAX ||
    (spread >= 3 && nearFull > numbers * 0.7)
  ) {
    return { kind: 'digits', digits: Math.min(GRID_DIGITS_MAX, Math.max(1, digitsMax)) };
  }
  return { kind: 'stripped', digits: decimalsMax };
}

function planUnit(
  sample: UnitSample,
  place: UnitPlace,
  done: readonly UnitSample[],
  arranged: Arranged,
): UnitPlan {
  const { numeric, grid, unit } = sample;
  const near = done.slice(-KEY_REACH);
  const formula = arranged.formulas[unit];
  const wanted = arranged.keys[unit] ?? -1;
  const keys =
    wanted >= 0 ? { key: wanted, key2: -1 } : findKeys(sample, near, formula !== undefined);
  const twin = numeric ? findTwin(sample, near) : -1;
  const joined = numeric ? [] : (arranged.joined[unit] ?? []);
  return { column: place.column, part: place.part, numeric, grid, formula, ...keys, twin, joined };
}

/** How many cells the last cell with the same key foretells, less a little per new key. */
function scoreKey(sample: UnitSample, keyOf: (row: number) => number): number {
  const last = new Map<number, number>();
  const { ids } = sample;
  let hits = 0;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id < 0) continue;
    const key = keyOf(row);
    const before = last.get(key);
    if (before === id) hits++;
    else if (before !== undefined) hits -= 0.5;
    last.set(key, id);
  }
  return hits;
}

function findKeys(
  sample: UnitSample,
  done: readonly UnitSample[],
  computed: boolean,
): { key: number; key2: number } {
  const none = { key: -1, key2: -1 };
  const rows = sample.ids.length;
  if (sample.distinct > rows * 0.9 || (computed && sample.distinct > rows * 0.5)) return none;
  const above = scoreKey(sample, () => 0);
  let best = Math.max(above, 0) + rows * 0.02;
  let found = none;
  for (const other of done) {
    const score = scoreKey(sample, (row) => other.ids[row] as number);
    if (score <= best) continue;
    best = score;
    found = { key: other.unit, key2: -1 };
  }
  const texts = done.filter((other) => other.distinct < rows * 0.7).slice(-10);
  const limit = rows - sample.distinct;
  if (best < limit * 0.9) {
    for (const a of texts) {
      for (const b of texts) {
        if (a.unit >= b.unit) continue;
        const score = scoreKey(sample, (row) =>
          mixHash(a.ids[row] as number, b.ids[row] as number),
        );
        if (score <= best + rows * 0.03) continue;
        best = score;
        found = { key: a.unit, key2: b.unit };
      }
    }
  }
  return found;
}

/** The unit whose numbers and missing cells stand in most of the same rows. */
function findTwin(sample: UnitSample, done: readonly UnitSample[]): number {
  const kindOf = (unit: UnitSample, row: number): number => {
    const cell = unit.cells[row];
    if (cell === undefined) return -1;
    return unit.numeric && !Number.isNaN(unit.values[row]) ? 0 : 1 + (hashText(cell) & 0xffff);
  };
  const rows = sample.cells.length;
  const kinds = Array.from({ length: rows }, (_, row) => kindOf(sample, row));
  if (kinds.every((kind) => kind === kinds[0])) return -1;
  let best = rows;
  let found = -1;
  for (const other of done) {
    if (!other.numeric) continue;
    const counts = new Map<number, Map<number, number>>();
    for (let row = 0; row < rows; row++) {
      const there = kindOf(other, row);
      const here = counts.get(there) ?? new Map<number, number>();
      here.set(kinds[row] as number, (here.get(kinds[row] as number) ?? 0) + 1);
      counts.set(there, here);
    }
    let wrong = 0;
    for (const here of counts.values()) {
      const all = [...here.values()];
      wrong += all.reduce((sum, n) => sum + n, 0) - Math.max(...all);
    }
    if (wrong <= best) {
      best = wrong;
      found = other.unit;
    }
  }
  return found;
}
