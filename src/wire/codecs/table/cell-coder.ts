/**
 * Codes the cells of one unit (a column, or the shape or a slot of a template column) of one block.
 *
 * For each cell it is coded first how it is given: as the cell of the matched reference row, as the formula says, as a
 * key says, as the row above, as something missing, or by itself; then what is left.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { spellDecimal, parseDecimal } from '../../../formats/index.ts';
import { tableErrors } from './errors.ts';
import { FORMULAS } from './formula.ts';
import type { Grid } from './grid.ts';
import {
  readOnGrid,
  roundToGrid,
  spellOnGrid,
  spellScaled,
  stepGrid,
  stepsOnGrid,
} from './grid.ts';
import { hashText, mixHash } from './hash.ts';
import { NumberCoder, STEPS_MAX, stepClass } from './number-coder.ts';
import type { UnitPlan } from './plan.ts';
import { TextCoder } from './text-coder.ts';

/** How a cell of numbers is given. */
const NUMBER = {
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
const MISSING = ['', 'NA', 'NaN', 'nan', 'None', 'null'] as const;

/** How a cell of text is given. */
const TEXT = {
  literal: 0,
  reference: 1,
  keyed: 2,
  nextOfTwo: 3,
  next: 4,
  above: 5,
  joined: 6,
  known: 7,
} as const;

const MEMORY_MAX = 1 << 16;
const ESCAPE = 255;

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

function remember<V>(map: Map<number, V>, key: number, value: V): void {
  if (map.size < MEMORY_MAX || map.has(key)) map.set(key, value);
}

export class CellCoder {
  readonly text: TextCoder;
  readonly #engine: Engine;
  readonly #numbers: NumberCoder;
  readonly #numberKind: Mix;
  readonly #textKind: Mix;
  readonly #known: Mix;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.text = new TextCoder(engine);
    this.#numbers = new NumberCoder(engine);
    const kinds = { contexts: 7, guesses: 0, symbolBits: 4, tableBits: 18 };
    this.#numberKind = engine.mix({ ...kinds, selectors: [64, 256] });
    this.#textKind = engine.mix({ ...kinds, selectors: [64, 256], symbolBits: 3 });
    this.#known = engine.mix({
      contexts: 6,
      guesses: 0,
      selectors: [16],
      symbolBits: 8,
      tableBits: 18,
    });
  }

  /** The models, for priming. */
  get mixes(): readonly Mix[] {
    const own = [this.#numberKind, this.#textKind, this.#known];
    return [...own, ...this.text.mixes, ...this.#numbers.mixes];
  }

  /** Codes all cells of the scene's unit; while decoding, fills them in. */
  unit(scene: UnitScene): void {
    if (scene.plan.numeric) this.#numberUnit(scene);
    else this.#textUnit(scene);
  }

  #numberUnit(scene: UnitScene): void {
    const { plan, memory, own, rows } = scene;
    const formula = plan.formula === undefined ? undefined : new FormulaRunner(scene);
    const repeats = plan.key >= 0;
    for (let row = 0; row < rows; row++) {
      const slot = scene.slot?.(row);
      if (slot !== undefined && slot.decimals < 0) {
        own.values[row] = NaN;
        continue;
      }
      const grid: Grid = slot === undefined ? plan.grid : { kind: 'fixed', digits: slot.decimals };
      const key = repeats ? keyHash(scene, row) : 0;
      const aboveHash = repeats ? hashText(memory.above) : 0;
      const point = formula === undefined ? NaN : roundToGrid(grid, formula.value(row, key));
      const cell = this.#numberCell(scene, row, {
        grid,
        hint: slot?.hint ?? 0,
        point,
        predicted: Number.isNaN(point) ? undefined : spellOnGrid(grid, point),
        reference: scene.reference(row),
        keyed: repeats ? memory.keyed.get(key) : undefined,
        next: repeats ? memory.next.get(aboveHash) : undefined,
      });
      own.cells[row] = cell;
      own.values[row] = numericValue(cell);
      if (repeats) {
        formula?.remember(row, key);
        remember(memory.keyed, key, cell);
        remember(memory.next, aboveHash, cell);
      }
      memory.above2 = memory.above;
      memory.above = cell;
      if (!Number.isNaN(own.values[row] as number)) memory.aboveValue = own.values[row] as number;
    }
  }

  #numberCell(scene: UnitScene, row: number, hints: NumberHints): string {
    const { own, memory, plan } = scene;
    const decoding = this.#engine.mode === 'decode';
    const cell = decoding ? '' : (own.cells[row] as string);
    const wanted = decoding ? 0 : chooseNumber(cell, hints, memory);
    const kind = this.#codeNumberKind(scene, row, hints, wanted);
    own.kinds[row] = kind;
    const { grid, point } = hints;
    switch (kind) {
      case NUMBER.exact:
        memory.lastSteps = 0;
        return given(hints.predicted);
      case NUMBER.steps: {
        const wantedSteps = decoding ? 0 : stepsOnGrid(grid, point, readOnGrid(grid, cell));
        const formula = (plan.formula?.kind ?? 0) + 1;
        if (Number.isNaN(point)) throw tableErrors.error('NUMBER_INVALID');
        const steps = this.#numbers.steps(wantedSteps, memory.hash, formula, memory.lastSteps);
        memory.lastSteps = steps;
        const to = stepGrid(grid, point, steps);
        if (Number.isNaN(to)) throw tableErrors.error('NUMBER_INVALID');
        return spellOnGrid(grid, to);
      }
      case NUMBER.native:
        return this.#nativeCell(scene, row, cell, hints);
      case NUMBER.decimal:
        return this.#numbers.decimal(cell, this.#place(scene, hints, digitsOf));
      case NUMBER.text:
        return this.text.code(cell, mixHash(memory.hash, 11), memory.above, hints.reference ?? '');
      case NUMBER.above:
        return memory.above;
      case NUMBER.keyed:
        return given(hints.keyed);
      case NUMBER.reference:
        return given(hints.reference);
      case NUMBER.next:
        return given(hints.next);
      case NUMBER.long:
        return spellLong(point);
      default:
        return given(MISSING[kind - NUMBER.missing]);
    }
  }

  #nativeCell(scene: UnitScene, row: number, cell: string, hints: NumberHints): string {
    const { grid } = hints;
    const decoding = this.#engine.mode === 'decode';
    const wanted = decoding ? 0 : readOnGrid(grid, cell);
    if (grid.kind === 'double') {
      const { hash, aboveValue: above } = scene.memory;
      const beside = scene.left?.values[row] ?? NaN;
      const near = { above, similar: hints.point, beside };
      return spellOnGrid(grid, this.#numbers.double(wanted, hash, near, grid.digits));
    }
    const scaledDigits = (text: string): string => {
      const scaled = readOnGrid(grid, text);
      return Number.isNaN(scaled) ? '' : String(Math.abs(scaled));
    };
    const scaled = this.#numbers.integer(wanted, this.#place(scene, hints, scaledDigits));
    return spellScaled(scaled, grid.digits, grid.kind === 'stripped');
  }

  #place(
    scene: UnitScene,
    hints: NumberHints,
    digits: (cell: string) => string,
  ): {
    column: number;
    hint: number;
    similar: string;
    similar2: string;
  } {
    const first = hints.predicted ?? hints.reference ?? hints.keyed;
    const { hash, above } = scene.memory;
    return {
      column: hash,
      hint: hints.hint,
      similar: digits(first ?? above),
      similar2: first === undefined ? digits(scene.memory.above2) : digits(above),
    };
  }

  #codeNumberKind(scene: UnitScene, row: number, hints: NumberHints, wanted: number): number {
    const { plan, memory, own, units, left } = scene;
    const { predicted, reference, keyed, next } = hints;
    const above = row > 0 ? (own.kinds[row - 1] as number) : 15;
    const above2 = row > 1 ? (own.kinds[row - 2] as number) : 15;
    const twin = plan.twin < 0 ? 31 : ((units[plan.twin] as UnitCells).kinds[row] as number);
    const beside = left === undefined ? 31 : (left.kinds[row] as number);
    const formula = plan.formula === undefined ? 0 : plan.formula.kind + 1;
    const mask =
      (predicted === undefined ? 0 : 1) |
      (reference === undefined ? 0 : 2) |
      (keyed === undefined ? 0 : 4) |
      (next === undefined ? 0 : 8) |
      (predicted !== undefined && predicted === reference ? 16 : 0) |
      (keyed !== undefined && keyed === next ? 32 : 0) |
      (keyed !== undefined && keyed === reference ? 64 : 0) |
      (formula > 0 ? 128 : 0);
    const missing = keyed === undefined ? 0 : missingKind(keyed);
    const { contexts, selectors } = this.#numberKind;
    contexts[0] = mixHash(mixHash(memory.hash, above), twin);
    contexts[1] = mixHash(mixHash(memory.hash, mask), twin + 64);
    contexts[2] = mixHash(mixHash(formula, mask), 3);
    contexts[3] = mixHash(mixHash(memory.hash, above), above2 + 128);
    contexts[4] = mixHash(mixHash(memory.hash, beside), mask * 16 + above);
    contexts[5] = mixHash(mixHash(mask, twin), above * 64 + missing);
    contexts[6] = mixHash(mixHash(mask, above), stepClass(memory.lastSteps) * 64 + formula);
    selectors[0] = above * 4 + (twin === 31 ? 0 : twin < NUMBER.missing ? 1 : 2);
    selectors[1] = mask;
    return this.#numberKind.code(wanted);
  }

  #textUnit(scene: UnitScene): void {
    const { plan, memory, own, rows, units } = scene;
    for (let row = 0; row < rows; row++) {
      const key = keyHash(scene, row);
      const aboveHash = hashText(memory.above);
      const twoHash = mixHash(aboveHash, hashText(memory.above2));
      let joined = '';
      for (const unit of plan.joined) joined += units[unit]?.cells[row] ?? '';
      const cell = this.#textCell(scene, row, {
        reference: scene.reference(row),
        keyed: plan.key < 0 ? undefined : memory.keyed.get(key),
        nextOfTwo: memory.next.get(twoHash),
        next: memory.next.get(aboveHash),
        joined: plan.joined.length === 0 ? undefined : joined,
        keyHash: key,
        beside: hashText(scene.left?.cells[row] ?? ''),
      });
      own.cells[row] = cell;
      own.values[row] = NaN;
      remember(memory.keyed, key, cell);
      remember(memory.next, aboveHash, cell);
      remember(memory.next, twoHash, cell);
      memory.above2 = memory.above;
      memory.above = cell;
      if (!memory.known.has(cell) && memory.knownList.length < MEMORY_MAX) {
        memory.known.set(cell, memory.knownList.length);
        memory.knownList.push(cell);
      }
    }
  }

  #textCell(scene: UnitScene, row: number, hints: TextHints): string {
    const { memory, own } = scene;
    const decoding = this.#engine.mode === 'decode';
    const cell = decoding ? '' : (own.cells[row] as string);
    const wanted = decoding ? 0 : chooseText(cell, hints, memory);
    const kind = this.#codeTextKind(scene, row, hints, wanted);
    own.kinds[row] = kind;
    switch (kind) {
      case TEXT.reference:
        return given(hints.reference);
      case TEXT.keyed:
        return given(hints.keyed);
      case TEXT.nextOfTwo:
        return given(hints.nextOfTwo);
      case TEXT.next:
        return given(hints.next);
      case TEXT.above:
        return memory.above;
      case TEXT.joined:
        return given(hints.joined);
      case TEXT.known:
        return this.#knownCell(scene, cell, hints);
      default: {
        const source = hints.reference ?? hints.joined ?? '';
        return this.text.code(cell, mixHash(memory.hash, 12), memory.above, source);
      }
    }
  }

  #knownCell(scene: UnitScene, cell: string, hints: TextHints): string {
    const { memory } = scene;
    const index = memory.known.get(cell) ?? 0;
    const above = memory.known.get(memory.above) ?? 0;
    const above2 = memory.known.get(memory.above2) ?? 0;
    const mix = this.#known;
    mix.contexts[0] = mixHash(memory.hash, 1);
    mix.contexts[1] = mixHash(mixHash(memory.hash, above), 2);
    mix.contexts[2] = mixHash(mixHash(memory.hash, hints.keyHash), 3);
    mix.contexts[3] = mixHash(mixHash(mixHash(memory.hash, above), above2), 4);
    mix.contexts[4] = mixHash(mixHash(memory.hash, hints.beside), 5);
    mix.contexts[5] = mixHash(Math.min(255, memory.knownList.length), 6);
    mix.selectors[0] = Math.min(15, memory.knownList.length);
    const symbol = mix.code(Math.min(ESCAPE, index));
    const out =
      symbol < ESCAPE ? symbol : ESCAPE + this.#engine.uint(Math.max(0, index - ESCAPE), 904);
    return given(memory.knownList[out]);
  }

  #codeTextKind(scene: UnitScene, row: number, hints: TextHints, wanted: number): number {
    const { memory, own, left } = scene;
    const { reference, keyed, nextOfTwo, next, joined } = hints;
    const above = row > 0 ? (own.kinds[row - 1] as number) : 8;
    const above2 = row > 1 ? (own.kinds[row - 2] as number) : 8;
    const beside = left === undefined ? 31 : (left.kinds[row] as number);
    const mask =
      (reference === undefined ? 0 : 1) |
      (keyed === undefined ? 0 : keyed === nextOfTwo ? 2 : 4) |
      (nextOfTwo === undefined ? 0 : nextOfTwo === next ? 8 : 16) |
      (next === undefined ? 0 : next === memory.above ? 32 : 64) |
      (joined === undefined ? 0 : 128);
    const agree = reference !== undefined && reference === keyed ? 1 : 0;
    const { contexts, selectors } = this.#textKind;
    contexts[0] = mixHash(mixHash(memory.hash, above), mask);
    contexts[1] = mixHash(mixHash(mask, agree), 1);
    contexts[2] = mixHash(mixHash(memory.hash, above), above2 + 16);
    contexts[3] = mixHash(mixHash(memory.hash, beside), above + 32);
    contexts[4] = mixHash(mixHash(mask, above), beside + agree * 64);
    contexts[5] = mixHash(mixHash(memory.hash, hashText(memory.above)), mask);
    contexts[6] = mixHash(mixHash(memory.hash, hints.keyHash), 7);
    selectors[0] = above * 7 + Math.min(6, beside);
    selectors[1] = mask;
    return this.#textKind.code(wanted);
  }
}

/** What may give a cell of numbers. */
interface NumberHints {
  readonly grid: Grid;
  readonly hint: number;
  readonly point: number;
  readonly predicted: string | undefined;
  readonly reference: string | undefined;
  readonly keyed: string | undefined;
  readonly next: string | undefined;
}

/** What may give a cell of text. */
interface TextHints {
  readonly reference: string | undefined;
  readonly keyed: string | undefined;
  readonly nextOfTwo: string | undefined;
  readonly next: string | undefined;
  readonly joined: string | undefined;
  readonly keyHash: number;
  readonly beside: number;
}

function given(cell: string | undefined): string {
  if (cell === undefined) throw tableErrors.error('NUMBER_INVALID');
  return cell;
}

function keyHash(scene: UnitScene, row: number): number {
  const { plan, units } = scene;
  if (plan.key < 0) return 0;
  const first = hashText(units[plan.key]?.cells[row] ?? '');
  return plan.key2 < 0 ? first : mixHash(first, hashText(units[plan.key2]?.cells[row] ?? ''));
}

function missingKind(cell: string): number {
  return 1 + MISSING.indexOf(cell as (typeof MISSING)[number]);
}

/** The value of a cell, NaN when it is no number in canonical spelling. */
export function numericValue(cell: string): number {
  const first = cell.charCodeAt(0);
  return first === 45 || (first >= 48 && first <= 57) ? Number(cell) : NaN;
}

/** A double with 17 significant digits in canonical spelling. */
function spellLong(value: number): string {
  const decimal = Number.isNaN(value) ? undefined : parseDecimal(value.toPrecision(17));
  if (decimal === undefined) throw tableErrors.error('NUMBER_INVALID');
  return spellDecimal(decimal.negative, decimal.digits, decimal.exponent);
}

function digitsOf(cell: string): string {
  return parseDecimal(cell)?.digits ?? '';
}

function chooseNumber(cell: string, hints: NumberHints, memory: UnitMemory): number {
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

function chooseText(cell: string, hints: TextHints, memory: UnitMemory): number {
  if (cell === hints.reference) return TEXT.reference;
  if (cell === hints.joined) return TEXT.joined;
  if (cell === hints.keyed) return TEXT.keyed;
  if (cell === hints.nextOfTwo) return TEXT.nextOfTwo;
  if (cell === hints.next) return TEXT.next;
  if (cell === memory.above) return TEXT.above;
  return memory.known.has(cell) ? TEXT.known : TEXT.literal;
}

/** Computes a unit's formula row by row. */
class FormulaRunner {
  readonly #apply: (a: number, b: number, c: number) => number;
  readonly #read: ((row: number, key: number) => number)[];
  readonly #constant: number;
  readonly #sources: readonly Float64Array[];
  readonly #keyed: Map<number, Float64Array> | undefined;

  constructor(scene: UnitScene) {
    const formula = scene.plan.formula;
    const kind = FORMULAS[formula?.kind ?? 0];
    const sources = formula?.sources ?? [];
    const { keyedValues } = scene.memory;
    this.#apply = kind?.apply ?? ((a) => a);
    this.#constant = kind?.fitted === true ? Number(formula?.constant) : NaN;
    this.#sources = sources.map(({ unit }) => (scene.units[unit] as UnitCells).values);
    this.#keyed = sources.some(({ lag }) => lag === 2) ? keyedValues : undefined;
    this.#read = sources.map(({ unit, lag }, i) => {
      const values = this.#sources[i] as Float64Array;
      const last = scene.lastValues[unit] ?? NaN;
      if (lag === 0) return (row) => values[row] as number;
      if (lag === 2) return (_row, key) => keyedValues.get(key)?.[i] ?? NaN;
      return (row) => (row === 0 ? last : (values[row - 1] as number));
    });
  }

  value(row: number, key: number): number {
    const read = this.#read;
    const a = read[0]?.(row, key) ?? NaN;
    const b = read[1]?.(row, key) ?? NaN;
    const c = read[2]?.(row, key) ?? this.#constant;
    return this.#apply(a, b, c);
  }

  /** Keeps the sources' values for later rows with the same key. */
  remember(row: number, key: number): void {
    if (this.#keyed === undefined) return;
    const values = Float64Array.from(this.#sources, (source) => source[row] as number);
    remember(this.#keyed, key, values);
  }
}
