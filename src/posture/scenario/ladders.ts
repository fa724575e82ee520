/** What each level is worth, and what each cap is worth: answers from variants that met the same draws. */
import type { CapTime, EgressAnswer, EgressTime, Ladder, LadderStep } from './answer-types.ts';
import { columnIndex } from './columns.ts';
import type { Column } from './columns.ts';
import { capsFor } from '../caps-arithmetic.ts';
import { COMPRESSION_RATIOS, yearsToExfiltrate } from './egress-time.ts';
import type { Plan } from './plan.ts';
import { quantileOf } from './range.ts';
import { countSeen, estimateSeen, isEnough } from './seen.ts';
import type { Counts } from './seen.ts';
import type { Scenario } from './schema.ts';
import { estimateColumn, estimateDifference, quantilesOf } from './stats.ts';
import type { Estimate, Rows } from './stats.ts';
import { CAP_VARIANTS, LADDERS } from './variants.ts';
import { isDeveloper } from './kinds.ts';
import { pathAt, WorldDraws } from './world.ts';

/** A chance of at most this is called kept out, or closed. */
export const KEPT_OUT_CHANCE = 0.1;

const CAPACITIES = [1, 2, 3, 4, 5] as const;

/** Looks up the runs of a variant. */
export type RowsOf = (variant: string) => Rows;

/** Answers all ladders. */
export function answerLadders(scenario: Scenario, rowsOf: RowsOf): Ladder[] {
  const tried = new Set(scenario.adversaries.map((each) => each.oc));
  return LADDERS.map(({ id, title }): Ladder => {
    const rows = CAPACITIES.map((level) => rowsOf(`level:${id}:${level}`));
    return { id, title, steps: rows.map((each, i) => stepOf(i + 1, each, rows[i - 1], tried)) };
  });
}

function stepOf(
  level: number,
  rows: Rows,
  below: Rows | undefined,
  tried: ReadonlySet<number>,
): LadderStep {
  const end = (column: Column, share: boolean): Estimate =>
    estimateColumn(rows, columnIndex(column), share);
  const year = (column: Column, share = true): Estimate | null => {
    const place = columnIndex(column);
    return estimateSeen(rows, (at, all) => all[at + place]!, isSeen, share);
  };
  const theft = CAPACITIES.map((oc) => year(`year-oc${oc}`));
  const routes = {
    monitor: year('year-monitor'),
    alignment: year('year-alignment'),
    self: year('year-self'),
  };
  const seen = countSeen(rows, isSeen);
  const enough = isEnough(seen);
  const classes = CAPACITIES.filter((oc) => tried.has(oc));
  const step = {
    level,
    seen,
    enough,
    yearHolders: year('year-holders', false),
    holders: end('holders', false),
    theft,
    has: CAPACITIES.map((oc) => end(`has-oc${oc}`, true)),
    ...routes,
    misuse: end('misuse', true),
    ...(enough ? judgeClasses(classes, theft) : { keptOut: [], unclear: [] }),
    closed: enough ? ROUTE_NAMES.filter((route) => isKeptOut(routes[route])) : [],
  };
  if (below === undefined) return step;
  const gain = {
    yearHolders: estimateYearGain(below, rows),
    holders: estimateDifference(below, rows, columnIndex('holders')),
    misuse: estimateDifference(below, rows, columnIndex('misuse')),
  };
  return { ...step, gain };
}

const ROUTE_NAMES = ['monitor', 'alignment', 'self'] as const;
const SEEN = columnIndex('year-seen');
const isSeen: Counts = (at, rows) => rows[at + SEEN] === 1;

const isKeptOut = (chance: Estimate | null): boolean =>
  chance !== null && chance.high <= KEPT_OUT_CHANCE;

/**
 * Which classes are kept out, and of which the runs do not say. Nobody is called kept out while a weaker class is not: that a
 * stronger one steals less often is a matter of how often it tries, and no wall keeps out the able alone.
 */
export function judgeClasses(
  classes: readonly number[],
  theft: readonly (Estimate | null)[],
): { readonly keptOut: readonly number[]; readonly unclear: readonly number[] } {
  const keptOut: number[] = [];
  const unclear: number[] = [];
  let weakerAreOut = true;
  for (const oc of [...classes].sort((a, b) => a - b)) {
    const chance = theft[oc - 1] ?? null;
    const out = isKeptOut(chance);
    if (out && weakerAreOut) keptOut.push(oc);
    else if (out || chance === null || chance.low <= KEPT_OUT_CHANCE) unclear.push(oc);
    weakerAreOut &&= out;
  }
  return { keptOut, unclear };
}

/** Holders a year after the first, fewer than below, over pairs of runs in which both years are seen. */
function estimateYearGain(below: Rows, rows: Rows): Estimate | null {
  const place = columnIndex('year-holders');
  return estimateSeen(
    below,
    (at, all) => all[at + place]! - rows.rows[at + place]!,
    (at, all) => isSeen(at, all) && isSeen(at, rows.rows),
    false,
  );
}

/** Answers what caps on egress are worth. Sizes are taken at the median date of each party's capability. */
export function answerEgress(
  scenario: Scenario,
  plan: Plan,
  worlds: number,
  rowsOf: RowsOf,
): EgressAnswer {
  const sizes = drawSizes(scenario, plan, worlds);
  const leader = sizes.find((each) => each.kind === 'leader')!;
  return {
    ratios: COMPRESSION_RATIOS,
    parties: sizes.map(({ party, title, weightsTB, perYearTB, years }): EgressTime => ({
      party,
      title,
      weightsTB: quantilesOf(weightsTB),
      capTBPerYear: quantilesOf(perYearTB),
      years: quantilesOf(years),
    })),
    caps: CAP_VARIANTS.map(({ id, title }): CapTime => {
      const bytes = (weightsTB: number): number =>
        id === 'none'
          ? Infinity
          : capsFor(weightsTB * 1e12).find(({ cap }) => cap.toLowerCase() === id)!.bytesPerYear;
      const rows = rowsOf(`cap:${id}`);
      return {
        id,
        title,
        bytesPerYear: quantilesOf(Array.from(leader.weightsTB, bytes)),
        years: COMPRESSION_RATIOS.map((ratio) =>
          quantilesOf(
            Array.from(leader.weightsTB, (size) => yearsToExfiltrate(size, ratio, bytes(size))),
          ),
        ),
        weights: estimateColumn(rows, columnIndex('weights'), true),
        holders: estimateColumn(rows, columnIndex('holders'), false),
      };
    }),
  };
}

interface Sizes {
  readonly party: string;
  readonly title: string;
  readonly kind: string;
  readonly weightsTB: Float64Array;
  readonly perYearTB: Float64Array;
  readonly years: Float64Array;
}

function drawSizes(scenario: Scenario, plan: Plan, worlds: number): Sizes[] {
  const draws = new WorldDraws(plan, worlds);
  const values = new Float64Array(plan.inputs.length);
  const sizes = plan.parties.flatMap((party) => {
    const written = scenario.parties.find((each) => each.name === party.name)!;
    if (party.keeper === undefined || !isDeveloper(written)) return [];
    const title = written.count === 1 ? written.title : `${written.title} (${party.label})`;
    const empty = (): Float64Array => new Float64Array(worlds);
    return [
      {
        ...{ party: party.label, title, kind: written.kind, keeper: party.keeper },
        month: middleMonth(plan, plan.capabilityMonth) + middleMonth(plan, party.lag),
        ...{ weightsTB: empty(), perYearTB: empty(), years: empty() },
      },
    ];
  });
  for (let world = 0; world < worlds; world++) {
    draws.fill(world, values);
    for (const { keeper, month, weightsTB, perYearTB, years } of sizes) {
      const points = plan.inputs[keeper.weightsTB]!.points!;
      const size = pathAt(points, values[keeper.weightsTB]!, month);
      const cap =
        keeper.capTB === undefined ? size * values[keeper.capShare!]! : values[keeper.capTB]! * 12;
      const hidden = values[keeper.hiddenShare]!;
      weightsTB[world] = size;
      perYearTB[world] = cap;
      years[world] = yearsToExfiltrate(size, values[plan.compression]!, cap * 1e12, hidden);
    }
  }
  return sizes;
}

function middleMonth(plan: Plan, input: number): number {
  return quantileOf(plan.inputs[input]!.range!, 0.5);
}
