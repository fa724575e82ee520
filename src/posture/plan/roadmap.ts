/**
 * The roadmap: when each level is reached, as P10, P50 and P90 of many runs over ranges, never as one date.
 *
 * Seeded: a run depends on the seed and its own number alone, so the same seed gives the same answer on every machine
 * and however runs are shared out. In every run, and so in every quantile, more people or a measure less never give a later
 * date: whoever plans may always leave people idle (`dates.ts`), or do the measure all the same.
 */
import { rankOf } from '../catalogue/catalogue.ts';
import type { Catalogue, ListedMeasure } from '../catalogue/catalogue.ts';
import type { Estimates, Profile, Range } from '../catalogue/schema.ts';
import { askedBy } from '../level.ts';
import { drawTriangular, drawsOf, quantile } from '../random.ts';
import { drawUniform, slotOf } from '../scenario/draws.ts';
import { holdsBack } from '../standing.ts';
import type { Standing } from '../standing.ts';
import { Dater } from './dates.ts';
import type { Dates } from './dates.ts';
import { criticalChain, orderOfUrgency } from './schedule.ts';
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

/** What one run draws: what the work takes, and what it costs research. */
interface RunDraw extends Drawn {
  readonly slow: Float64Array;
}

/**
 * Draws of runs. What a measure draws depends on the seed, the run and its own name, so that plans with and without other
 * measures meet the same luck.
 */
function drawerOf(
  planned: readonly PlannedMeasure[],
  shared: Range,
  seed: string,
): (run: number) => RunDraw {
  const slots = planned.map(({ measure: { id } }) => ({
    effort: slotOf(`${id} effort`),
    lead: slotOf(`${id} lead`),
    slow: slotOf(`${id} slow`),
  }));
  return (run) => {
    const draw = drawsOf(seed, run);
    // One factor for the whole run: if work of this kind is harder than thought, it is so everywhere.
    const factor = drawTriangular(shared, draw);
    const key = Math.floor(draw() * 2 ** 32);
    const pick = (name: 'effort' | 'lead' | 'slow', range: (each: PlannedMeasure) => Range) =>
      Float64Array.from(planned, (each, place) =>
        drawTriangular(range(each), () => drawUniform(key, slots[place]![name])),
      );
    return {
      effort: pick('effort', (each) => each.effortPersonWeeks).map((value) => factor * value),
      lead: pick('lead', (each) => each.leadWeeks).map((value) => factor * value),
      slow: pick('slow', (each) => each.slowdownPercent),
    };
  };
}

function likelyOf(planned: readonly PlannedMeasure[]): Drawn {
  return {
    effort: Float64Array.from(planned, (each) => each.effortPersonWeeks[1]),
    lead: Float64Array.from(planned, (each) => each.leadWeeks[1]),
  };
}

function spread(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).sort();
  const list = Array.from(sorted);
  return { p10: quantile(list, 0.1), p50: quantile(list, 0.5), p90: quantile(list, 0.9) };
}

/** What the runs of a roadmap are made of: its measures, the plan, and what each run draws. */
export function planRuns(
  input: Pick<RoadmapInput, 'catalogue' | 'profile' | 'standingOf' | 'seed'>,
) {
  const { estimates } = input.catalogue;
  const planned = planMeasures(input.catalogue, input.profile, input.standingOf);
  const works = toWorks(planned, estimates);
  const crewMax = estimates.peoplePerMeasureMax;
  const order = orderOfUrgency(works, likelyOf(planned), crewMax);
  const dater = new Dater({ works, order, crewMax, ranks: rankOf(input.profile.target) });
  return { planned, dater, draw: drawerOf(planned, estimates.sharedOptimism, input.seed) };
}

/** A change of the plan, with how its dates are found in a draw whose dates by the plan as it is are known. */
interface Variant {
  readonly change: string;
  readonly find: (drawn: Drawn, asPlanned: Dates) => Float64Array;
}

function variantsOf(dater: Dater, engineers: number, drop: readonly string[]): Variant[] {
  const { works } = dater.plan;
  const more = engineers + EXTRA_ENGINEERS;
  return [
    {
      change: `${String(EXTRA_ENGINEERS)} more engineers`,
      find: (drawn, asPlanned) => dater.find(drawn, more, { people: engineers, asPlanned }).weeks,
    },
    ...drop.flatMap((id): Variant[] => {
      const place = works.findIndex((work) => work.measure === id);
      if (place < 0) return [];
      // A list of urgency can reach a level a little later without a piece, so the better of both plans counts.
      const less = dater.without(place);
      return [
        {
          change: `without ${id}`,
          find: (drawn, { weeks }) =>
            less(drawn, engineers).weeks.map((value, rank) => Math.min(value, weeks[rank]!)),
        },
      ];
    }),
  ];
}

/**
 * Makes the roadmap up to the profile's target: people are not spent on what a profile holds to be needless, so its
 * dates would be wrong with the work above it in the plan. Linear in runs; about a millisecond a run for all
 * measures.
 */
export function makeRoadmap(input: RoadmapInput): Roadmap {
  const { engineers, seed, runs } = input;
  const ranks = rankOf(input.profile.target);
  const { planned, dater, draw } = planRuns(input);
  const variants = variantsOf(dater, engineers, input.drop);
  const weeks: Float64Array[] = [];
  const slowdowns: Float64Array[] = [];
  const saved: Float64Array[][] = variants.map(() => []);
  const critical = Array.from({ length: ranks }, () => new Map<string, number>());
  for (let run = 0; run < runs; run += 1) {
    const drawn = draw(run);
    const base = dater.find(drawn, engineers);
    weeks.push(base.weeks);
    slowdowns.push(sumSlowdowns(planned, drawn.slow, ranks));
    countCritical(dater.plan.works, base, critical);
    for (const [place, variant] of variants.entries()) {
      const ends = variant.find(drawn, base);
      saved[place]!.push(base.weeks.map((value, rank) => value - ends[rank]!));
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
      critical: topOf(critical[rank]!, runs),
      slowdownPercent: column(slowdowns, rank),
    })),
    whatIfs: variants.map((variant, place) => ({
      change: variant.change,
      savedWeeks: Array.from({ length: ranks }, (_, rank) => ({
        rank: rank + 1,
        saved: column(saved[place]!, rank),
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
  { schedules }: Dates,
  critical: readonly Map<string, number>[],
): void {
  for (const [index, counts] of critical.entries()) {
    const among = works.flatMap((work, place) => (work.rank <= index + 1 ? [place] : []));
    for (const place of criticalChain(schedules[index]!, among)) {
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
