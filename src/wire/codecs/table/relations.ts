/**
 * Finds how units follow from one another, by trying every formula on a few rows and the promising ones on all.
 *
 * Work is bounded: sources per target, formulas per pair and probed rows are limited. Only reproducible arithmetic is
 * used here too, since a decoder that learns from a reference makes its plan again.
 */
import { FORMULAS } from './formula.ts';
import type { FormulaKind, Source } from './formula.ts';
import { spellConstant } from './constants.ts';
import { roundToGrid, stepsOnGrid } from './grid.ts';
import { findJoins } from './joins.ts';
import { stepClass } from './number-coder.ts';
import type { Relation, Relations } from './order.ts';
import type { UnitSample } from './planner.ts';
import { aloneBits, literalBitsOf, openTarget, textBits } from './target.ts';
import type { Target } from './target.ts';

/** Numeric units tried as sources of one target, nearest first. */
const SOURCES_MAX = 40;
/** Targets times sources, about: the wider a table, the nearer sources must be. */
const SEARCH_WIDTH = 1600;
/** Up to so many sources, rows above are tried in pairs too. */
const LAGGED_SOURCES_MAX = 20;
const TRIPLE_SOURCES_MAX = 12;
/** Candidates that are tried on all rows, and relations kept per target. */
const FINALISTS = 20;
/** Rows on which the last candidates are measured. */
const MEASURED_ROWS_MAX = 128;
const KEPT = 16;
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
interface ProbedSource extends Source {
  readonly probes: Float64Array;
  readonly values: Float64Array;
}

/** All relations worth considering. */
export function findRelations(
  samples: readonly UnitSample[],
  shapes: readonly number[],
): Relations {
  const alone: number[] = [];
  const numbers = samples.filter((sample) => sample.numeric).length;
  const reach = Math.min(SOURCES_MAX, Math.max(6, Math.floor(SEARCH_WIDTH / Math.max(1, numbers))));
  const found: (readonly Relation[])[] = [];
  for (const sample of samples) {
    if (!sample.numeric) {
      alone.push(textBits(sample));
      found.push(findJoins(sample, samples));
      continue;
    }
    const target = openTarget(sample);
    const bits = aloneBits(target);
    alone.push(bits);
    found.push(
      findFormulas(target, samples, reach).filter((relation) => relation.bits < bits - 0.2),
    );
  }
  return { alone, shapes, found };
}

function findFormulas(target: Target, samples: readonly UnitSample[], reach: number): Relation[] {
  if (target.probes.length < 1) return [];
  const own = target.sample.unit;
  const near = samples
    .filter(
      (other) =>
        other.numeric && other.unit !== own && (other.distinct > 1 || other.cells.length === 1),
    )
    .sort((a, b) => Math.abs(a.unit - own) - Math.abs(b.unit - own))
    .slice(0, reach);
  const search = new Search(target);
  const now = near.map((sample) => probe(target, sample, 0, undefined));
  const lagged = near.length <= LAGGED_SOURCES_MAX;
  const before = lagged ? near.map((sample) => probe(target, sample, 1, undefined)) : [];
  const self = probe(target, target.sample, 1, undefined);
  for (const source of [...now, self, ...before]) search.singles(source);
  for (const a of now) for (const b of now) if (a !== b) search.pairs(a, b, true);
  now.forEach((a, i) => {
    search.pairs(self, a, true);
    search.pairs(a, self, false);
    const past = before[i];
    if (past !== undefined) search.pairs(self, past, false);
    before.forEach((b) => {
      search.pairs(a, b, false);
      search.pairs(b, a, false);
    });
  });
  if (now.length <= TRIPLE_SOURCES_MAX) search.triples(now);
  const relations = search.finish(-1);
  const key = findNumericKey(target, samples);
  if (key === undefined) return relations;
  const keyed = new Search(target);
  const selfKeyed = probe(target, target.sample, 2, key.rows);
  keyed.singles(selfKeyed);
  for (const a of now) keyed.pairs(selfKeyed, a, false);
  near.slice(0, 12).forEach((sample, i) => {
    const a = now[i] as ProbedSource;
    const past = probe(target, sample, 2, key.rows);
    keyed.pairs(a, past, false);
    keyed.pairs(past, a, false);
    keyed.pairs(selfKeyed, past, false);
  });
  return [...relations, ...keyed.finish(key.unit)].sort((a, b) => a.bits - b.bits).slice(0, KEPT);
}

/** The values that a source has for each row: of the row, the row before, or the row that `rows` gives. */
function probe(
  target: Target,
  sample: UnitSample,
  lag: 0 | 1 | 2,
  rows: Int32Array | undefined,
): ProbedSource {
  const { values } = sample;
  let shifted = values;
  if (lag > 0) {
    shifted = new Float64Array(values.length).fill(NaN);
    for (let row = 0; row < values.length; row++) {
      const at = lag === 1 ? row - 1 : (rows?.[row] ?? -1);
      if (at >= 0) shifted[row] = values[at] as number;
    }
  }
  const probes = Float64Array.from(target.probes, (row) => shifted[row] as number);
  return { unit: sample.unit, lag, probes, values: shifted };
}

/** The text unit within whose groups the target's numbers change least, with the last row of the same group per row. */
function findNumericKey(
  target: Target,
  samples: readonly UnitSample[],
): { unit: number; rows: Int32Array } | undefined {
  const rows = target.points.length;
  let best = aloneBits(target) * rows * 0.97 - 16;
  let found: { unit: number; rows: Int32Array } | undefined;
  for (const other of samples) {
    if (other.unit === target.sample.unit || other.distinct > rows * 0.6 || other.distinct < 2)
      continue;
    const last = new Map<number, number>();
    const before = new Int32Array(rows).fill(-1);
    let bits = 0;
    for (let row = 0; row < rows; row++) {
      const id = other.ids[row] as number;
      const at = last.get(id) ?? -1;
      before[row] = at;
      last.set(id, row);
      const point = target.points[row] as number;
      if (Number.isNaN(point)) continue;
      const from = at < 0 ? NaN : (target.points[at] as number);
      bits += stepBits(target, row, from);
    }
    if (bits >= best) continue;
    best = bits;
    found = { unit: other.unit, rows: before };
  }
  return found;
}

const SINGLE = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 1,
);
const PAIR = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 2,
);
const PLAIN_PAIR = PAIR.filter(({ kind }) => !/exp|ln|p of|z9|1\.96|3\.92|√|c·/.test(kind.name));
const TRIPLE = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 3,
);

/** One search for the formulas of one target. */
class Search {
  readonly #target: Target;
  readonly #wanted: Float64Array;
  readonly #bySources = new Map<string, Candidate[]>();

  constructor(target: Target) {
    this.#target = target;
    this.#wanted = Float64Array.from(target.probes, (row) => target.sample.values[row] as number);
  }

  singles(a: ProbedSource): void {
    for (const { kind, index } of SINGLE) {
      if (kind.fitted) this.#fit(kind, index, [a]);
      else if (this.#isNear(kind, a.probes, a.probes, a.probes)) this.#offer(kind, index, [a], '');
    }
  }

  pairs(a: ProbedSource, b: ProbedSource, all: boolean): void {
    for (const { kind, index } of all ? PAIR : PLAIN_PAIR) {
      if (kind.fitted) this.#fit(kind, index, [a, b]);
      else if (this.#isNear(kind, a.probes, b.probes, b.probes))
        this.#offer(kind, index, [a, b], '');
    }
  }

  triples(now: readonly ProbedSource[]): void {
    for (const { kind, index } of TRIPLE) {
      for (const a of now) {
        for (const b of now) {
          for (const c of now) {
            if (a === b || b === c || a === c) continue;
            if (!this.#isNear(kind, a.probes, b.probes, c.probes)) continue;
            this.#offer(kind, index, [a, b, c], '');
          }
        }
      }
    }
  }

  /** Near in two of the first three probes: very near for exotic formulas, which would hit too often by chance. */
  #isNear(kind: FormulaKind, a: Float64Array, b: Float64Array, c: Float64Array): boolean {
    const limit = kind.exotic ? this.#target.nearExotic : this.#target.near;
    let hits = 0;
    for (let i = 0; i < 3 && i < this.#wanted.length; i++) {
      const value = kind.rough(a[i] as number, b[i] as number, c[i] as number);
      if (Math.abs(value - (this.#wanted[i] as number)) <= (limit[i] as number)) hits++;
      if (hits < i) return false;
    }
    return hits >= Math.min(2, this.#wanted.length);
  }

  #fit(kind: FormulaKind, index: number, sources: readonly ProbedSource[]): void {
    const fits: number[] = [];
    const [first, second] = sources;
    const a = first?.probes ?? this.#wanted;
    const b = second?.probes ?? a;
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
    let bits = 0;
    let literal = 0;
    for (let i = 0; i < target.probes.length; i++) {
      const row = target.probes[i] as number;
      const value = kind.rough(
        sources[0]?.probes[i] as number,
        sources[1]?.probes[i] ?? NaN,
        sources[2]?.probes[i] ?? c,
      );
      bits += rowBits(target, row, value);
      literal += literalBitsOf(target, row);
    }
    if (bits > literal - target.probes.length) return;
    const key = sources
      .map((source) => source.unit * 3 + source.lag)
      .sort((x, y) => x - y)
      .join();
    const list = this.#bySources.get(key) ?? [];
    list.push({ kind: index, sources, constant, bits });
    list.sort((x, y) => x.bits - y.bits);
    this.#bySources.set(key, list.slice(0, 3));
  }

  /** The best candidates, measured on all rows; `key` is the unit whose groups lag 2 means. */
  finish(key: number): Relation[] {
    const target = this.#target;
    const all = [...this.#bySources.values()].flat().sort((a, b) => a.bits - b.bits);
    const rows = target.points.length;
    const relations = all.slice(0, FINALISTS).map((candidate): Relation => {
      const kind = FORMULAS[candidate.kind] as FormulaKind;
      const [a, b, third] = candidate.sources;
      const c = Number(candidate.constant);
      let bits =
        FORMULA_BITS + SOURCE_BITS * candidate.sources.length + (kind.exotic ? EXOTIC_BITS : 0);
      bits += candidate.constant.length * 4;
      const step = Math.max(1, Math.floor(rows / MEASURED_ROWS_MAX));
      for (let row = 0; row < rows; row += step) {
        if ((target.sample.ids[row] as number) < 0) continue;
        const value = kind.apply(
          a?.values[row] as number,
          b?.values[row] ?? NaN,
          third?.values[row] ?? c,
        );
        bits += (Number.isNaN(target.points[row]) ? 1 : rowBits(target, row, value)) * step;
      }
      const sources = candidate.sources.map(({ unit, lag }) => ({ unit, lag }));
      const needed = sources
        .map((source) => source.unit)
        .filter((unit) => unit !== target.sample.unit);
      if (key >= 0) needed.push(key);
      return {
        target: target.sample.unit,
        sources: needed,
        bits: bits / rows,
        key,
        formula: { kind: candidate.kind, sources, constant: candidate.constant },
        joined: [],
      };
    });
    return relations.sort((x, y) => x.bits - y.bits).slice(0, KEPT);
  }
}

/** Bits of a row of the target when predicted so. */
function rowBits(target: Target, row: number, prediction: number): number {
  const point = roundToGrid(target.sample.grid, prediction);
  return stepBits(target, row, point);
}

/** Bits of a row of the target when stepped to from a grid value; a double that is only near still gives sign and size. */
function stepBits(target: Target, row: number, from: number): number {
  const { grid } = target.sample;
  const literal = literalBitsOf(target, row) + 0.7;
  if (Number.isNaN(from)) return literal;
  const steps = stepsOnGrid(grid, from, target.points[row] as number);
  if (steps === 0) return 0.1;
  if (Number.isNaN(steps)) return literal;
  const near =
    grid.kind === 'double' && Math.abs(steps) < 2 ** 52 / 2 ** grid.digits ? literal - 2 : literal;
  return Math.min(near, stepClass(Math.abs(steps)) + 2.2);
}
