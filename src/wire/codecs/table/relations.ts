/**
 * Finds how units follow from one another, by trying every formula on a few rows and the promising ones on all.
 *
 * Work is bounded: sources per target, formulas per pair and probed rows are limited. Only reproducible arithmetic is
 * used here too, since a decoder that learns from a reference makes its plan again.
 */
import { findJoins } from './joins.ts';
import type { Relation, Relations } from './order.ts';
import type { UnitSample } from './planner.ts';
import { KEPT, Search, probeSource } from './search.ts';
import type { ProbedSource } from './search.ts';
import { aloneBits, openTarget, stepBits, textBits } from './target.ts';
import type { Target } from './target.ts';

/** Numeric units tried as sources of one target, nearest first. */
const SOURCES_MAX = 40;
/** Targets times sources, about: the wider a table, the nearer sources must be. */
const SEARCH_WIDTH = 1600;
/** Up to so many sources, rows above are tried in pairs too. */
const LAGGED_SOURCES_MAX = 20;
const TRIPLE_SOURCES_MAX = 12;

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
    found.push(findFormulas(target, samples, reach, bits));
  }
  return { alone, shapes, found };
}

function findFormulas(
  target: Target,
  samples: readonly UnitSample[],
  reach: number,
  alone: number,
): Relation[] {
  const limit = alone - 0.2;
  if (target.probes.length < 1 || limit <= 0) return [];
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
  const relations = search.finish(-1, limit);
  const key = findNumericKey(target, samples, alone);
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
  return [...relations, ...keyed.finish(key.unit, limit)]
    .sort((a, b) => a.bits - b.bits)
    .slice(0, KEPT);
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
  if (lag === 1) shifted = valuesAbove(sample);
  else if (rows !== undefined) {
    shifted = new Float64Array(values.length);
    for (let row = 0; row < values.length; row++) {
      const at = rows[row] as number;
      shifted[row] = at < 0 ? NaN : (values[at] as number);
    }
  }
  return probeSource(target, { unit: sample.unit, lag }, shifted);
}

/** Per sample the values of the rows above, which every target asks for. */
const above = new WeakMap<UnitSample, Float64Array>();

function valuesAbove(sample: UnitSample): Float64Array {
  const held = above.get(sample);
  if (held !== undefined) return held;
  const shifted = new Float64Array(sample.values.length);
  shifted.set(sample.values.subarray(0, -1), 1);
  shifted[0] = NaN;
  above.set(sample, shifted);
  return shifted;
}

/** The text unit within whose groups the target's numbers change least, with the last row of the same group per row. */
function findNumericKey(
  target: Target,
  samples: readonly UnitSample[],
  alone: number,
): { unit: number; rows: Int32Array } | undefined {
  const rows = target.points.length;
  let best = alone * rows * 0.97 - 16;
  let found: { unit: number; rows: Int32Array } | undefined;
  for (const other of samples) {
    if (other.unit === target.sample.unit || other.distinct > rows * 0.6 || other.distinct < 2)
      continue;
    const last = new Int32Array(other.distinct).fill(-1);
    const before = new Int32Array(rows).fill(-1);
    let bits = 0;
    for (let row = 0; row < rows && bits < best; row++) {
      const id = other.ids[row] as number;
      const at = last[id] ?? -1;
      before[row] = at;
      last[id] = row;
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
