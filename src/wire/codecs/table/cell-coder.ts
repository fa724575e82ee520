/**
 * Codes the cells of one unit (a column, or the shape or a slot of a template column) of one block.
 *
 * For each cell it is coded first how it is given: as the cell of the matched reference row, as the formula says, as a
 * key says, as the row above, as something missing, or by itself; then what is left.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { tableErrors } from './errors.ts';
import { FormulaRunner } from './formula-runner.ts';
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
import { NumberCoder, stepClass } from './number-coder.ts';
import { MISSING, NUMBER, chooseNumber, digitsOf, missingKind, spellLong } from './number-ways.ts';
import type { NumberHints } from './number-ways.ts';
import { MEMORY_MAX, given, keyHash, numericValue, remember } from './scene.ts';
import type { UnitCells, UnitMemory, UnitScene } from './scene.ts';
import { TextCoder } from './text-coder.ts';

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

const ESCAPE = 255;

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
      if (!Number.isNaN(own.values[row])) memory.aboveValue = own.values[row] as number;
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

function chooseText(cell: string, hints: TextHints, memory: UnitMemory): number {
  if (cell === hints.reference) return TEXT.reference;
  if (cell === hints.joined) return TEXT.joined;
  if (cell === hints.keyed) return TEXT.keyed;
  if (cell === hints.nextOfTwo) return TEXT.nextOfTwo;
  if (cell === hints.next) return TEXT.next;
  if (cell === memory.above) return TEXT.above;
  return memory.known.has(cell) ? TEXT.known : TEXT.literal;
}
