/** Curves over time from what the chunks counted. */
import type { Curve, Fan } from './answer-types.ts';
import type { ChunkResult } from './chunk.ts';
import { ROUTES } from './columns.ts';
import { HOLDER_KINDS } from './kinds.ts';
import { estimateFromWorlds } from './stats.ts';
import type { Quantiles } from './stats.ts';

/** Sizes that say how the flat arrays of chunks are laid out. */
export interface CurveSizes {
  readonly months: number;
  readonly worlds: number;
  readonly tries: number;
  readonly holdersMax: number;
}

/** Number of holders over time: exact quantiles over all runs. Kinds that nobody ever is are left out. */
export function fansOf(chunks: readonly ChunkResult[], sizes: CurveSizes): Fan[] {
  const span = sizes.months + 1;
  const width = sizes.holdersMax + 1;
  const kinds = [...HOLDER_KINDS, { id: 'all' as const, title: 'all holders' }];
  const fans = kinds.map(({ id, title }, kind): Fan => {
    const read = (share: number): number[] =>
      Array.from({ length: span }, (_, m) =>
        quantileOfCounts(chunks, (kind * span + m) * width, width, share),
      );
    return { kind: id, title, p10: read(0.1), p50: read(0.5), p90: read(0.9) };
  });
  return fans.filter((fan) => fan.kind === 'all' || anyCounted(chunks, fan, span, width));
}

function anyCounted(
  chunks: readonly ChunkResult[],
  fan: Fan,
  span: number,
  width: number,
): boolean {
  const kind = HOLDER_KINDS.findIndex(({ id }) => id === fan.kind);
  const from = kind * span * width;
  for (const { counts } of chunks) {
    for (let at = from; at < from + span * width; at++) {
      if (at % width !== 0 && counts[at]! > 0) return true;
    }
  }
  return false;
}

function quantileOfCounts(
  chunks: readonly ChunkResult[],
  from: number,
  width: number,
  share: number,
): number {
  const sums = new Float64Array(width);
  let total = 0;
  for (const { counts } of chunks) {
    for (let n = 0; n < width; n++) {
      sums[n]! += counts[from + n]!;
      total += counts[from + n]!;
    }
  }
  let seen = 0;
  for (let n = 0; n < width; n++) {
    seen += sums[n]!;
    if (seen >= share * total) return n;
  }
  return width - 1;
}

/** Chance over time that each kind has at least one holder, and that each route has been taken. */
export function curvesOf(
  chunks: readonly ChunkResult[],
  sizes: CurveSizes,
): { readonly reach: readonly Curve[]; readonly routes: readonly Curve[] } {
  const curve = (id: string, title: string, event: number): Curve => {
    const chance = chancesOf(chunks, sizes, event);
    return { id, title, chance, first: firstMonths(chance.map((each) => each.mean)) };
  };
  const kinds = HOLDER_KINDS.length;
  return {
    reach: HOLDER_KINDS.map(({ id, title }, event) => curve(id, title, event)).filter(
      (each) => each.chance.at(-1)!.mean > 0,
    ),
    routes: ROUTES.map(({ id, title }, route) => curve(id, title, kinds + route)),
  };
}

function chancesOf(chunks: readonly ChunkResult[], sizes: CurveSizes, event: number) {
  const { worlds, tries } = sizes;
  const span = sizes.months + 1;
  const reached = new Float64Array(worlds);
  return Array.from({ length: span }, (_, m) => {
    let world = 0;
    let within = 0;
    for (const { first } of chunks) {
      const mine = first.length / (span * (HOLDER_KINDS.length + ROUTES.length));
      for (let i = 0; i < mine; i++) {
        reached[world]! += first[(event * mine + i) * span + m]!;
        const share = reached[world]! / tries;
        if (tries > 1) within += (share * (1 - share) * tries) / (tries - 1) / worlds;
        world++;
      }
    }
    return estimateFromWorlds(
      reached.map((count) => count / tries),
      within,
      tries,
      true,
    );
  });
}

/** The months by which a tenth, a half and nine tenths of all runs are there; null where that is beyond the time. */
function firstMonths(chances: readonly number[]): Quantiles {
  const at = (share: number): number | null => {
    const month = chances.findIndex((chance) => chance >= share);
    return month < 0 ? null : month;
  };
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}
