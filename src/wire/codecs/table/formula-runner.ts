/** Computes formulas row by row, while rows are coded. */
import { FORMULAS } from './formula.ts';
import { remember } from './scene.ts';
import type { UnitCells, UnitScene } from './scene.ts';

/** Computes a unit's formula row by row. */
export class FormulaRunner {
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
