/**
 * Finds how units follow from one another, by trying every formula on a few rows and the promising ones on all.
 *
 * Work is bounded: sources per target, formulas per pair and probed rows are limited, so that a wide table takes
 * longer only in proportion to its cells.
 */
import { FORMULAS } from './formula.ts';
import type { FormulaKind, Source } from './formula.ts';
import { readOnGrid, roundToGrid, stepsOnGrid } from './grid.ts';
import { stepClass } from './number-coder.ts';
import type { Relation, Relations } from './order.ts';
import { spellConstant } from './constants.ts';
import { findJoins } from './joins.ts';
import type { UnitSample } from './planner.ts';

const PROBES = 6;
/** Numeric units tried as sources of one target, nearest first. */
const SOURCES_MAX = 40;
/** Up to so many sources, rows above are tried in pairs too. */
const LAGGED_SOURCES_MAX = 20;
const TRIPLE_SOURCES_MAX = 14;
/** Candidates that are tried on all rows. */
const FINALISTS = 6;
/** Relations kept per target, so that another can step in when an order rules out the best. */
const KEPT = 12;
const PLAN_BITS = 20;

/** A target while its relations are looked for. */
interface Target {
  readonly sample: UnitSample;
  readonly points: Float64Array;
  readonly probes: readonly number[];
  /** Bits of one number coded by itself. */
  readonly literalBits: number;
}

interface Candidate {
  readonly kind: number;
  readonly sources: readonly Source[];
  readonly constant: string;
  readonly bits: number;
}

/** All relations worth considering. */
export function findRelations(
  samples: readonly UnitSample[],
  shapes: readonly number[],
): Relations {
  const alone: number[] = [];
  const found: (readonly Relation[])[] = [];
  for (const sample of samples) {
    const target = sample.numeric ? openTarget(sample) : undefined;
    alone.push(target === undefined ? textBits(sample) : aloneBits(sample, target));
    found.push(
      target === undefined ? findJoins(sample, samples) : findFormulas(target, samples, shapes),
    );
  }
  return { alone, shapes, found };
}

function textBits(sample: UnitSample): number {
  let bits = 0;
  const seen = new Set<string>();
  for (const cell of sample.cells) {
    if (cell === undefined) continue;
    bits += seen.has(cell) ? 1 : 4 + cell.length * 2;
    seen.add(cell);
  }
  return bits / Math.max(1, sample.cells.length);
}

function openTarget(sample: UnitSample): Target {
  const { cells, grid } = sample;
  const points = new Float64Array(cells.length).fill(NaN);
  let low = Infinity;
  let high = -Infinity;
  let numbers = 0;
  cells.forEach((cell, row) => {
    const point = cell === undefined ? NaN : readOnGrid(grid, cell);
    points[row] = point;
    if (Number.isNaN(point)) return;
    numbers++;
    if (point < low) low = point;
    if (point > high) high = point;
  });
  let literalBits = 53;
  if (grid.kind === 'fixed' || grid.kind === 'stripped') literalBits = stepClass(high - low) + 1;
  else if (grid.kind === 'digits') literalBits = grid.digits * 3.4 + 3;
  if (numbers === 0) literalBits = 0;
  return { sample, points, probes: pickProbes(sample, points), literalBits };
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

function aloneBits(sample: UnitSample, target: Target): number {
  let bits = 0;
  const seen = new Set<number>();
  for (let row = 0; row < sample.cells.length; row++) {
    const id = sample.ids[row] as number;
    if (id < 0) continue;
    const repeated = seen.has(id);
    seen.add(id);
    const point = target.points[row] as number;
    const known = Math.min(target.literalBits, 3);
    bits += repeated ? known : Number.isNaN(point) ? 4 : literalBitsOf(target, row);
  }
  return bits / Math.max(1, sample.cells.length);
}

function literalBitsOf(target: Target, row: number): number {
  const length = target.sample.cells[row]?.length ?? 0;
  return Math.min(target.literalBits, 3 + length * 3.4);
}

/** Bits of a row of the target when predicted so. */
function rowBits(target: Target, row: number, prediction: number): number {
  const literal = literalBitsOf(target, row) + 1;
  const point = roundToGrid(target.sample.grid, prediction);
  if (Number.isNaN(point)) return literal;
  const steps = stepsOnGrid(target.sample.grid, point, target.points[row] as number);
  if (steps === 0) return 0.1;
  if (Number.isNaN(steps)) return literal;
  return Math.min(literal, stepClass(Math.abs(steps)) + 2.2);
}

function valueAt(samples: readonly UnitSample[], source: Source, row: number): number {
  const at = row - source.lag;
  return at < 0 ? NaN : (samples[source.unit]?.values[at] ?? NaN);
}

function predict(
  samples: readonly UnitSample[],
  kind: FormulaKind,
  sources: readonly Source[],
  constant: number,
  row: number,
): number {
  const a = valueAt(samples, sources[0] as Source, row);
  const b = sources.length > 1 ? valueAt(samples, sources[1] as Source, row) : NaN;
  const c = sources.length > 2 ? valueAt(samples, sources[2] as Source, row) : constant;
  return kind.apply(a, b, c);
}

function findFormulas(
  target: Target,
  samples: readonly UnitSample[],
  shapes: readonly number[],
): Relation[] {
  const { sample, probes } = target;
  if (probes.length < 2) return [];
  const finalists = new Finalists();
  for (const candidate of listCandidates(target, samples, shapes)) {
    const kind = FORMULAS[candidate.kind] as FormulaKind;
    const constant = Number(candidate.constant);
    let bits = 0;
    let literal = 0;
    let failed = false;
    for (let i = 0; i < probes.length && !failed; i++) {
      const row = probes[i] as number;
      bits += rowBits(target, row, predict(samples, kind, candidate.sources, constant, row));
      literal += literalBitsOf(target, row);
      failed = i >= 1 && bits > literal - (i + 1) * 0.75;
    }
    if (!failed) finalists.offer({ ...candidate, bits: bits / probes.length });
  }
  const rows = sample.cells.length;
  const relations: Relation[] = [];
  for (const candidate of finalists.list()) {
    const kind = FORMULAS[candidate.kind] as FormulaKind;
    let bits = PLAN_BITS;
    for (let row = 0; row < rows; row++) {
      if ((sample.ids[row] as number) < 0) continue;
      if (Number.isNaN(target.points[row])) bits += 2;
      else
        bits += rowBits(
          target,
          row,
          predict(samples, kind, candidate.sources, Number(candidate.constant), row),
        );
    }
    const { kind: index, sources, constant } = candidate;
    relations.push({
      target: sample.unit,
      sources: sources.filter((source) => source.unit !== sample.unit).map((source) => source.unit),
      bits: bits / rows,
      formula: { kind: index, sources, constant },
      joined: [],
    });
  }
  return relations.sort((a, b) => a.bits - b.bits).slice(0, KEPT);
}

/** The best few candidates per set of sources, so that each set stays available to the ordering. */
class Finalists {
  readonly #bySources = new Map<string, Candidate[]>();

  offer(candidate: Candidate): void {
    const key = candidate.sources
      .map((source) => `${String(source.unit)}.${String(source.lag)}`)
      .sort()
      .join();
    const list = this.#bySources.get(key) ?? [];
    list.push(candidate);
    list.sort((a, b) => a.bits - b.bits);
    this.#bySources.set(key, list.slice(0, 2));
  }

  list(): Candidate[] {
    const all = [...this.#bySources.values()].flat();
    return all.sort((a, b) => a.bits - b.bits).slice(0, FINALISTS * 4);
  }
}

function* listCandidates(
  target: Target,
  samples: readonly UnitSample[],
  shapes: readonly number[],
): Generator<Omit<Candidate, 'bits'>> {
  const own = target.sample.unit;
  const near = samples
    .filter((other) => other.numeric && other.unit !== own && other.distinct > 1)
    .sort((a, b) => Math.abs(a.unit - own) - Math.abs(b.unit - own))
    .slice(0, SOURCES_MAX)
    .map((other) => other.unit);
  const now: Source[] = near.map((unit) => ({ unit, lag: 0 }));
  const before: Source[] = near.map((unit) => ({ unit, lag: 1 }));
  const self: Source = { unit: own, lag: 1 };
  const lagged = near.length <= LAGGED_SOURCES_MAX ? before : [];
  for (const source of [...now, self, ...lagged]) yield* singles(target, samples, source);
  for (const a of now) {
    for (const b of now) if (a !== b) yield* pairs([a, b], true);
  }
  for (const a of now) {
    const past = before[near.indexOf(a.unit)] as Source;
    for (const pair of [
      [a, past],
      [past, a],
      [self, a],
      [a, self],
      [self, past],
    ] as const) {
      yield* pairs(pair, false);
    }
    for (const b of lagged) {
      if (b.unit === a.unit) continue;
      yield* pairs([a, b], false);
      yield* pairs([b, a], false);
    }
  }
  if (near.length <= TRIPLE_SOURCES_MAX) yield* triples(now);
  void shapes;
}

function* singles(
  target: Target,
  samples: readonly UnitSample[],
  source: Source,
): Generator<Omit<Candidate, 'bits'>> {
  for (let index = 0; index < FORMULAS.length; index++) {
    const kind = FORMULAS[index] as FormulaKind;
    if (kind.arity !== 1) continue;
    if (kind.fit === undefined) {
      yield { kind: index, sources: [source], constant: '' };
      continue;
    }
    const row = target.probes[0] as number;
    const next = target.probes[1] as number;
    const wanted = target.sample.values[row] as number;
    const first = kind.fit(valueAt(samples, source, row), wanted);
    const second = kind.fit(valueAt(samples, source, next), target.sample.values[next] as number);
    const constant = spellConstant(first, second);
    if (constant !== undefined) yield { kind: index, sources: [source], constant };
  }
}

/** Formulas with functions of their own are dear; they are tried on pairs of the same row only. */
const PAIRED = FORMULAS.map((kind, index) => ({ kind, index })).filter(
  ({ kind }) => kind.arity === 2,
);
const PLAIN_PAIRED = PAIRED.filter(
  ({ kind }) => !/exp|ln|p of|z9|1\.96|2b|3\.92|√/.test(kind.name),
);

function* pairs(
  sources: readonly [Source, Source],
  all: boolean,
): Generator<Omit<Candidate, 'bits'>> {
  for (const { index } of all ? PAIRED : PLAIN_PAIRED) yield { kind: index, sources, constant: '' };
}

function* triples(now: readonly Source[]): Generator<Omit<Candidate, 'bits'>> {
  for (let index = 0; index < FORMULAS.length; index++) {
    if ((FORMULAS[index] as FormulaKind).arity !== 3) continue;
    for (const a of now) {
      for (const b of now) {
        for (const c of now) {
          if (a === b || b === c || a === c) continue;
          yield { kind: index, sources: [a, b, c], constant: '' };
        }
      }
    }
  }
}
