/**
 * The search for the formulas of one target: screens pairs and triples of sources on a few rows, measures what passes.
 */
import { FORMULAS } from './formula.ts';
import type { FormulaKind, Source } from './formula.ts';
import { spellConstant } from './constants.ts';
import type { Relation } from './order.ts';
import {
  OTHER_PAIRS,
  PLAIN_PAIRS,
  SINGLES,
  TRIPLES,
  screenOtherPairs,
  screenPlainPairs,
  screenSingles,
  screenTarget,
  screenTriples,
  screenValue,
} from './screen.ts';
import type { ScreenedTarget, ScreenedValue } from './screen.ts';
import { rowBits } from './target.ts';
import type { Target } from './target.ts';

/** Rows on which pairs are screened. */
const SCREENED = 3;
/** Candidates that are tried on all rows, and relations kept per target. */
const FINALISTS = 20;
/** Rows on which the last candidates are measured. */
const MEASURED_ROWS_MAX = 128;
export const KEPT = 16;
/** Candidates kept for one set of sources. */
const PER_SOURCES = 3;
/** Rough bits of a formula in the plan, and of each of its sources. */
const FORMULA_BITS = 8;
const SOURCE_BITS = 5;
const EXOTIC_BITS = 6;

interface Candidate {
  readonly kind: number;
  readonly sources: readonly ProbedSource[];
  readonly constant: string;
  readonly bits: number;
}

/** A source with its values in the probed rows and in all rows. */
export interface ProbedSource extends Source {
  readonly probes: Float64Array;
  readonly values: Float64Array;
  readonly screened: readonly ScreenedValue[];
}

/** A source as a search for this target needs it. */
export function probeSource(target: Target, source: Source, values: Float64Array): ProbedSource {
  const count = target.probes.length;
  const probes = new Float64Array(count);
  const screened: ScreenedValue[] = [];
  for (let i = 0; i < count; i++) {
    const value = values[target.probes[i] as number] as number;
    probes[i] = value;
    if (i < SCREENED) screened.push(screenValue(value));
  }
  return { unit: source.unit, lag: source.lag, probes, values, screened };
}

const FITTED_SINGLE = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 1 && kind.fitted,
);
const SINGLE_EXOTIC = SINGLES.map((index) => FORMULAS[index]?.exotic === true);
const FITTED_PAIR = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 2 && kind.fitted,
);
const PLAIN_EXOTIC = PLAIN_PAIRS.map((index) => FORMULAS[index]?.exotic === true);
const ROOM = Math.max(PLAIN_PAIRS.length, OTHER_PAIRS.length, SINGLES.length);

/** One search for the formulas of one target. */
export class Search {
  readonly #target: Target;
  readonly #wanted: Float64Array;
  readonly #screens: readonly ScreenedTarget[];
  /** Hits that are enough to look closer. */
  readonly #enough: number;
  readonly #bySources = new Map<string, Candidate[]>();
  readonly #values = new Float64Array(ROOM);
  readonly #hits = new Uint8Array(ROOM);

  constructor(target: Target) {
    this.#target = target;
    this.#wanted = Float64Array.from(target.probes, (row) => target.sample.values[row] as number);
    this.#screens = Array.from(this.#wanted.subarray(0, SCREENED), (value, i) =>
      screenTarget(value, target.near[i] as number, target.nearExotic[i] as number),
    );
    this.#enough = Math.min(2, this.#wanted.length);
  }

  singles(a: ProbedSource): void {
    this.#hits.fill(0);
    for (let i = 0; i < this.#screens.length; i++) {
      const { value, near } = this.#screens[i] as ScreenedTarget;
      const mayBeP = value >= -near && value <= 1 + near;
      screenSingles(a.screened[i] as ScreenedValue, mayBeP, this.#values);
      if (!this.#count(i, SINGLES.length, SINGLE_EXOTIC)) break;
    }
    this.#take(SINGLES, [a]);
    for (const { kind, index } of FITTED_SINGLE) this.#fit(kind, index, [a]);
  }

  /** Tries all formulas of two sources, or only the plain ones. */
  pairs(a: ProbedSource, b: ProbedSource, all: boolean): void {
    this.#hits.fill(0);
    for (let i = 0; i < this.#screens.length; i++) {
      screenPlainPairs(a.probes[i] as number, b.probes[i] as number, this.#values);
      if (!this.#count(i, PLAIN_PAIRS.length, PLAIN_EXOTIC)) break;
    }
    this.#take(PLAIN_PAIRS, [a, b]);
    if (!all) return;
    for (const { kind, index } of FITTED_PAIR) {
      if (mayFit(kind, a.probes, b.probes, this.#wanted)) this.#fit(kind, index, [a, b]);
    }
    this.#hits.fill(0);
    for (let i = 0; i < this.#screens.length; i++) {
      const screen = this.#screens[i] as ScreenedTarget;
      const first = a.screened[i] as ScreenedValue;
      screenOtherPairs(first, b.screened[i] as ScreenedValue, screen, this.#values);
      if (!this.#count(i, OTHER_PAIRS.length, undefined)) break;
    }
    this.#take(OTHER_PAIRS, [a, b]);
  }

  triples(now: readonly ProbedSource[]): void {
    for (const a of now) {
      for (const b of now) {
        for (const c of now) {
          if (a === b || b === c || a === c) continue;
          this.#hits.fill(0);
          for (let i = 0; i < this.#screens.length; i++) {
            const last = c.probes[i] as number;
            screenTriples(a.probes[i] as number, b.probes[i] as number, last, this.#values);
            if (!this.#count(i, TRIPLES.length, undefined)) break;
          }
          this.#take(TRIPLES, [a, b, c]);
        }
      }
    }
  }

  /** Counts the formulas that hit in one row; false when none of them can have enough hits any more. */
  #count(row: number, formulas: number, exotic: readonly boolean[] | undefined): boolean {
    const { value, near, nearExotic } = this.#screens[row] as ScreenedTarget;
    const values = this.#values;
    const hits = this.#hits;
    let any = false;
    for (let i = 0; i < formulas; i++) {
      const limit = exotic === undefined || exotic[i] === true ? nearExotic : near;
      if (Math.abs((values[i] as number) - value) <= limit) hits[i] = (hits[i] as number) + 1;
      if (hits[i] !== 0) any = true;
    }
    return any || row === 0;
  }

  #take(formulas: readonly number[], sources: readonly ProbedSource[]): void {
    for (let i = 0; i < formulas.length; i++) {
      if ((this.#hits[i] as number) < this.#enough) continue;
      const index = formulas[i] as number;
      this.#offer(FORMULAS[index] as FormulaKind, index, sources, '');
    }
  }

  #fit(kind: FormulaKind, index: number, sources: readonly ProbedSource[]): void {
    const [first, second] = sources;
    const a = first?.probes ?? this.#wanted;
    const b = second?.probes ?? a;
    if (!mayFit(kind, a, b, this.#wanted)) return;
    const fits: number[] = [];
    for (let i = 0; i < this.#wanted.length; i++) {
      const value = kind.fit?.(a[i] as number, b[i] as number, this.#wanted[i] as number) ?? NaN;
      if (Number.isFinite(value)) fits.push(value);
      if (
        fits.length === 2 &&
        !(Math.abs((fits[0] as number) - (fits[1] as number)) <= Math.abs(fits[0] as number) * 1e-3)
      )
        return;
    }
    if (fits.length < 2) return;
    const constant = spellConstant(fits);
    if (constant !== undefined) this.#offer(kind, index, sources, constant);
  }

  #offer(
    kind: FormulaKind,
    index: number,
    sources: readonly ProbedSource[],
    constant: string,
  ): void {
    const target = this.#target;
    const c = Number(constant);
    const [a, b, third] = sources as [ProbedSource, ProbedSource?, ProbedSource?];
    const limit = target.probedBits - target.probes.length;
    let bits = 0;
    for (let i = 0; i < target.probes.length; i++) {
      const value = kind.rough(a.probes[i] as number, b?.probes[i] ?? NaN, third?.probes[i] ?? c);
      bits += rowBits(target, target.probes[i] as number, value);
      if (bits > limit) return;
    }
    const key = sources
      .map((source) => source.unit * 3 + source.lag)
      .sort((x, y) => x - y)
      .join();
    const list = this.#bySources.get(key) ?? [];
    if (list.length >= PER_SOURCES && bits >= (list.at(-1)?.bits ?? 0)) return;
    list.push({ kind: index, sources, constant, bits });
    list.sort((x, y) => x.bits - y.bits);
    this.#bySources.set(key, list.slice(0, PER_SOURCES));
  }

  /**
   * The best candidates that cost less than `limit` bits per row, measured on all rows; `key` is the unit whose groups lag 2
   * means.
   */
  finish(key: number, limit: number): Relation[] {
    const own = this.#target.sample.unit;
    const all = [...this.#bySources.values()].flat().sort((a, b) => a.bits - b.bits);
    const rows = this.#target.points.length;
    const relations: Relation[] = [];
    for (const candidate of all.slice(0, FINALISTS)) {
      const bits = this.#measure(candidate, limit * rows);
      if (bits >= limit * rows) continue;
      const sources = candidate.sources.map(({ unit, lag }) => ({ unit, lag }));
      const needed = sources.map((source) => source.unit).filter((unit) => unit !== own);
      if (key >= 0) needed.push(key);
      const formula = { kind: candidate.kind, sources, constant: candidate.constant };
      relations.push({ target: own, sources: needed, bits: bits / rows, key, formula, joined: [] });
    }
    return relations.sort((x, y) => x.bits - y.bits).slice(0, KEPT);
  }

  /** Bits of all rows by a candidate; stops beyond `limit`. */
  #measure(candidate: Candidate, limit: number): number {
    const target = this.#target;
    const kind = FORMULAS[candidate.kind] as FormulaKind;
    const [a, b, third] = candidate.sources as [ProbedSource, ProbedSource?, ProbedSource?];
    const c = Number(candidate.constant);
    // Fewer digits than a double has are the same either way.
    const compute = target.full ? kind.apply : kind.rough;
    let bits = FORMULA_BITS + SOURCE_BITS * candidate.sources.length;
    bits += (kind.exotic ? EXOTIC_BITS : 0) + candidate.constant.length * 4;
    const rows = target.points.length;
    const step = Math.max(1, Math.floor(rows / MEASURED_ROWS_MAX));
    for (let row = 0; row < rows && bits < limit; row += step) {
      if ((target.sample.ids[row] as number) < 0) continue;
      if (Number.isNaN(target.points[row])) {
        bits += step;
        continue;
      }
      const value = compute(
        a.values[row] as number,
        b?.values[row] ?? NaN,
        third?.values[row] ?? c,
      );
      bits += rowBits(target, row, value) * step;
    }
    return bits;
  }
}

/** Whether the constants of the first two rows agree; rows without a constant are for the fit itself to judge. */
function mayFit(kind: FormulaKind, a: Float64Array, b: Float64Array, to: Float64Array): boolean {
  const fit = kind.fit;
  if (fit === undefined || to.length < 2) return false;
  const first = fit(a[0] as number, b[0] as number, to[0] as number);
  const second = fit(a[1] as number, b[1] as number, to[1] as number);
  if (!Number.isFinite(first) || !Number.isFinite(second)) return true;
  return Math.abs(first - second) <= Math.abs(first) * 1e-3;
}
