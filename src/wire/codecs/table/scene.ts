/** What is known while the cells of one unit are coded. */
import { tableErrors } from './errors.ts';
import { hashText, mixHash } from './hash.ts';
import type { UnitPlan } from './plan.ts';

/** Entries of each memory, at most. */
export const MEMORY_MAX = 1 << 16;

/** What a block holds of one unit. Absent cells (slots that a shape does not have) are undefined. */
export interface UnitCells {
  readonly cells: (string | undefined)[];
  /** Numeric values, NaN for none. */
  readonly values: Float64Array;
  /** How each cell was given. */
  readonly kinds: Uint8Array;
}

/** What is remembered of a unit from block to block. */
export interface UnitMemory {
  readonly hash: number;
  readonly known: Map<string, number>;
  readonly knownList: string[];
  readonly keyed: Map<number, string>;
  readonly next: Map<number, string>;
  /** Values of the formula's sources in the last row with the same key. */
  readonly keyedValues: Map<number, Float64Array>;
  above: string;
  above2: string;
  aboveValue: number;
  lastSteps: number;
}

/** Starts the memory of a unit with this name. */
export function openMemory(name: string): UnitMemory {
  return {
    hash: hashText(name),
    known: new Map(),
    knownList: [],
    keyed: new Map(),
    next: new Map(),
    keyedValues: new Map(),
    above: '',
    above2: '',
    aboveValue: NaN,
    lastSteps: 0,
  };
}

/** Everything that is known when a unit of a block is coded. */
export interface UnitScene {
  readonly rows: number;
  readonly plan: UnitPlan;
  readonly memory: UnitMemory;
  readonly own: UnitCells;
  /** Cells of the units coded before, by unit number. */
  readonly units: readonly UnitCells[];
  /** Values of the last row of the block before, by unit number. */
  readonly lastValues: readonly number[];
  /** The unit coded before this one, or undefined. */
  readonly left: UnitCells | undefined;
  /** The same cell of the matched reference row, or undefined for none. */
  readonly reference: (row: number) => string | undefined;
  /** Digits after the point and hint of a slot in a row; -1 for a slot that the row does not have. */
  readonly slot: ((row: number) => { decimals: number; hint: number }) | undefined;
}

/** Keeps a value under a key, while there is room. */
export function remember<V>(map: Map<number, V>, key: number, value: V): void {
  if (map.size < MEMORY_MAX || map.has(key)) map.set(key, value);
}

/** A cell that must be known; what is coded as known and is not comes from no encoder. */
export function given(cell: string | undefined): string {
  if (cell === undefined) throw tableErrors.error('NUMBER_INVALID');
  return cell;
}

/** Hash of the cells of a unit's keys in a row. */
export function keyHash(scene: UnitScene, row: number): number {
  const { plan, units } = scene;
  if (plan.key < 0) return 0;
  const first = hashText(units[plan.key]?.cells[row] ?? '');
  return plan.key2 < 0 ? first : mixHash(first, hashText(units[plan.key2]?.cells[row] ?? ''));
}

/** The value of a cell, NaN when it is no number in canonical spelling. */
export function numericValue(cell: string): number {
  const first = cell.charCodeAt(0);
  return first === 45 || (first >= 48 && first <= 57) ? Number(cell) : NaN;
}
