/**
 * The roadmap: when each level is reached, as P10, P50 and P90 of many runs over ranges, never as one date.
 *
 * Seeded: a run depends on the seed and its own number alone, so the same seed gives the same answer on every machine
 * and however runs are shared out. More people, or a measure less, never give a later date: whoever plans may always
 * leave the extra people idle, or do the measure all the same, and a run takes the better of both.
 */
import { rankOf } from '../catalogue/catalogue.ts';
import type { Catalogue, ListedMeasure } from '../catalogue/catalogue.ts';
import type { Estimates, Profile, Range } from '../catalogue/schema.ts';
import { askedBy } from '../level.ts';
import { drawTriangular, drawsOf, quantile } from '../random.ts';
import { holdsBack } from '../standing.ts';
import type { Standing } from '../standing.ts';
import { criticalChain, orderOfUrgency, playSchedule } from './schedule.ts';
import type { Drawn, Work } from './schedule.ts';

/** A measure that is still to be done, with its ranges. */
export interface PlannedMeasure {
  readonly measure: ListedMeasure;
  readonly rank: number;
  readonly effortPersonWeeks: Range;
  readonly leadWeeks: Range;
  readonly why: string;
  readonly slowdownPercent: Range;
}

/** P10, P50 and P90 of a quantity. */
export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** When a level is reached, in weeks from the start. */
export interface LevelForecast {
  readonly rank: number;
  readonly weeks: Spread;
  /** Measures that decide the date most often, with the share of runs in which they do. */
  readonly critical: readonly { readonly measure: string; readonly share: number }[];
  /** What the measures up to this level are guessed to cost research, in percent of its speed. */
  readonly slowdownPercent: Spread;
}

/** What a change to the plan does to each level's date, in weeks saved. */
export interface WhatIf {
  readonly change: string;
  readonly savedWeeks: readonly { readonly rank: number; readonly saved: Spread }[];
}

/** The roadmap of one profile in one environment. */
export interface Roadmap {
  readonly engineers: number;
  readonly seed: string;
  readonly runs: number;
  readonly planned: readonly PlannedMeasure[];
  readonly levels: readonly LevelForecast[];
  readonly whatIfs: readonly WhatIf[];
}

/** What a roadmap is made from. */
export interface RoadmapInput {
  readonly catalogue: Catalogue;
  readonly profile: Profile;
  readonly standingOf: (measure: string) => Standing;
  readonly engineers: number;
  readonly seed: string;
  readonly runs: number;
  /** Measures whose absence is asked about. */
  readonly drop: readonly string[];
}

const EXTRA_ENGINEERS = 2;
const SPARE: Range = [0, 0, 0];

function matches(match: Estimates['rules'][number]['match'], measure: ListedMeasure): boolean {
  return (
    (match.measures?.includes(measure.id) ?? true) &&
    (match.category === undefined || match.category === measure.category) &&
    (match.subcategory === undefined || match.subcategory === measure.subcategory) &&
    (match.levels === undefined || (measure.level !== null && match.levels.includes(measure.level)))
  );
}

/** What is missing up to the level that a profile holds to be enough, with the ranges that apply to it. */
export function planMeasures(
  catalogue: Catalogue,
  profile: Profile,
  standingOf: (measure: string) => Standing,
): readonly PlannedMeasure[] {
  const { estimates } = catalogue;
  const slow = new Map(estimates.slowdownPercent.map((each) => [each.measure, each.percent]));
  const asked = askedBy(profile, catalogue).slice(0, rankOf(profile.target));
  return asked.flatMap((measures, index) =>
    measures
      .filter((measure) => holdsBack(standingOf(measure.id).status))
      .map((measure): PlannedMeasure => {
        const rule = estimates.rules.find((each) => matches(each.match, measure));
        const { effortPersonWeeks, leadWeeks, why } = rule ?? {
          effortPersonWeeks: SPARE,
          leadWeeks: SPARE,
          why: 'no estimate',
        };
        const slowdownPercent = slow.get(measure.id) ?? SPARE;
        return { measure, rank: index + 1, effortPersonWeeks, leadWeeks, why, slowdownPercent };
      }),
  );
}

function toWorks(planned: readonly PlannedMeasure[], estimates: Estimates): readonly Work[] {
  const index = new Map(planned.map((each, place) => [each.measure.id, place]));
  const needs = new Map(estimates.order.map((each) => [each.measure, each.needs]));
  return planned.map(({ measure, rank }) => ({
    measure: measure.id,
    rank,
    needs: (needs.get(measure.id) ?? []).flatMap((need) => index.get(need) ?? []),
  }));
}

function drawOnce(planned: readonly PlannedMeasure[], shared: Range, seed: string, run: number) {
  const draw = drawsOf(seed, run);
  // One factor for the whole run: if work of this kind is harder than thought, it is so everywhere.
  const factor = drawTriangular(shared, draw);
  const effort = new Float64Array(planned.length);
  const lead = new Float64Array(planned.length);
  const slow = new Float64Array(planned.length);
  for (const [place, each] of planned.entries()) {
    effort[place] = factor * drawTriangular(each.effortPersonWeeks, draw);
    lead[place] = factor * drawTriangular(each.leadWeeks, draw);
    slow[place] = drawTriangular(each.slowdownPercent, draw);
  }
  return { effort, lead, slow };
}

function likelyOf(planned: readonly PlannedMeasure[]): Drawn {
  return {
    effort: Float64Array.from(planned, (each) => each.effortPersonWeeks[1]),
    lead: Float64Array.from(planned, (each) => each.leadWeeks[1]),
  };
}

/** The weeks after which each level is reached, from SL1 on; 0 for a level that lacks nothing. */
function levelWeeks(works: readonly Work[], ends: Float64Array, ranks: number): Float64Array {
  const weeks = new Float64Array(ranks);
  for (const [place, work] of works.entries()) {
    for (let rank = work.rank; rank <= ranks; rank += 1) {
      weeks[rank - 1] = Math.max(weeks[rank - 1]!, ends[place]!);
    }
  }
  return weeks;
}

function spread(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).sort();
  const list = Array.from(sorted);
  return { p10: quantile(list, 0.1), p50: quantile(list, 0.5), p90: quantile(list, 0.9) };
}

interface Variant {
  readonly change: string;
  readonly people: number;
  readonly without: string | null;
}

/** Leaves one piece out: it takes nothing, and what needed it does not wait for it. */
function without(works: readonly Work[], drawn: Drawn, measure: string): Drawn {
  const place = works.findIndex((work) => work.measure === measure);
  if (place < 0) return drawn;
  const [effort, lead] = [drawn.effort.slice(), drawn.lead.slice()];
  effort[place] = 0;
  lead[place] = 0;
  return { effort, lead };
}

/**
 * Makes the roadmap up to the profile's target: people are not spent on what a profile holds to be needless, so its
 * dates would be wrong with the work above it in the plan. Linear in runs; about a millisecond a run for all
 * measures.
 */
export function makeRoadmap(input: RoadmapInput): Roadmap {
  const { catalogue, engineers, seed, runs } = input;
  const { estimates } = catalogue;
  const ranks = rankOf(input.profile.target);
  const planned = planMeasures(catalogue, input.profile, input.standingOf);
  const works = toWorks(planned, estimates);
  const crewMax = estimates.peoplePerMeasureMax;
  const order = orderOfUrgency(works, likelyOf(planned), crewMax);
  const variants: Variant[] = [
    {
      change: `${String(EXTRA_ENGINEERS)} more engineers`,
      people: engineers + EXTRA_ENGINEERS,
      without: null,
    },
    ...input.drop
      .filter((id) => works.some((work) => work.measure === id))
      .map((id) => ({ change: `without ${id}`, people: engineers, without: id })),
  ];
  const weeks: Float64Array[] = [];
  const slowdowns: Float64Array[] = [];
  const saved: Float64Array[][] = variants.map(() => []);
  const critical = Array.from({ length: ranks }, () => new Map<string, number>());
  for (let run = 0; run < runs; run += 1) {
    const drawn = drawOnce(planned, estimates.sharedOptimism, seed, run);
    const schedule = playSchedule(works, order, drawn, engineers, crewMax);
    const base = levelWeeks(works, schedule.endWeeks, ranks);
    weeks.push(base);
    slowdowns.push(sumSlowdowns(planned, drawn.slow, ranks));
    countCritical(works, schedule, critical);
    for (const [place, variant] of variants.entries()) {
      const changed = variant.without === null ? drawn : without(works, drawn, variant.without);
      const other = playSchedule(works, order, changed, variant.people, crewMax);
      const ends = levelWeeks(works, other.endWeeks, ranks);
      saved[place]?.push(base.map((value, rank) => Math.max(0, value - ends[rank]!)));
    }
  }
  const column = (rows: readonly Float64Array[], rank: number): Spread =>
    spread(rows.map((row) => row[rank]!));
  return {
    engineers,
    seed,
    runs,
    planned,
    levels: Array.from({ length: ranks }, (_, rank) => ({
      rank: rank + 1,
      weeks: column(weeks, rank),
      critical: topOf(critical[rank] ?? new Map<string, number>(), runs),
      slowdownPercent: column(slowdowns, rank),
    })),
    whatIfs: variants.map((variant, place) => ({
      change: variant.change,
      savedWeeks: Array.from({ length: ranks }, (_, rank) => ({
        rank: rank + 1,
        saved: column(saved[place] ?? [], rank),
      })),
    })),
  };
}

/** Costs of measures add up as what remains of speed: 10 % and 10 % leave 81 %. */
function sumSlowdowns(
  planned: readonly PlannedMeasure[],
  slow: Float64Array,
  ranks: number,
): Float64Array {
  const left = new Float64Array(ranks).fill(1);
  for (const [place, each] of planned.entries()) {
    for (let rank = each.rank; rank <= ranks; rank += 1) left[rank - 1]! *= 1 - slow[place]! / 100;
  }
  return left.map((value) => 100 * (1 - value));
}

function countCritical(
  works: readonly Work[],
  schedule: ReturnType<typeof playSchedule>,
  critical: readonly Map<string, number>[],
): void {
  for (const [index, counts] of critical.entries()) {
    const among = works.flatMap((work, place) => (work.rank <= index + 1 ? [place] : []));
    for (const place of criticalChain(schedule, among)) {
      const id = works[place]!.measure;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
}

const CRITICAL_SHOWN = 8;

function topOf(counts: ReadonlyMap<string, number>, runs: number) {
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, CRITICAL_SHOWN)
    .map(([measure, count]) => ({ measure, share: count / runs }));
}
