/**
 * Three claims that are often made without saying so, as switches: what each changes, what would have to be true for it,
 * and what the scenario's own inputs come to.
 */
import type { ClaimAnswer, ClaimSide, Need } from './answer-types.ts';
import { columnIndex } from './columns.ts';
import type { Column } from './columns.ts';
import { ln } from './portable-math.ts';
import { showQuantiles } from './range.ts';
import type { Range } from './range.ts';
import type { Scenario } from './schema.ts';
import { countSeen, isEnough, readWaits } from './seen.ts';
import type { Counts, Wait } from './seen.ts';
import { estimateColumn, quantilesOf } from './stats.ts';
import type { Quantiles, Rows } from './stats.ts';
import type { ClaimId } from './variants.ts';

const CLAIMS: Readonly<Record<ClaimId, { readonly title: string; readonly means: string }>> = {
  spreadSafe: {
    title: 'Spread would be safe',
    means: 'groups that are neither developer nor government never misuse it catastrophically',
  },
  othersStopped: {
    title: 'Something stops the others within a year',
    means:
      'at a moment between 0 and 12 months after the first holder, all development, theft and leaks by others end for good',
  },
  fewStable: {
    title: 'A few having it is stable',
    means:
      'developers and governments neither leak nor misuse it, nobody sabotages them, and no model gets out by itself; theft goes on',
  },
};

/** The chance that a claim may be wrong, when it is said to hold. */
const DOUBT = 0.1;

const picked = ({ rows, width }: Rows, column: number): Float64Array =>
  Float64Array.from({ length: rows.length / width }, (_, i) => rows[i * width + column]!);

function sideOf(rows: Rows): ClaimSide {
  const one = (column: Column, share: boolean) => estimateColumn(rows, columnIndex(column), share);
  return {
    holders: one('holders', false),
    outside: one('outside', false),
    self: one('self', true),
    misuse: one('misuse', true),
  };
}

/** Answers a claim from the runs with it and the runs without it, in the same draws. */
export function answerClaim(
  scenario: Scenario,
  id: ClaimId,
  runs: { readonly asIs: Rows; readonly turned: Rows; readonly main: Rows },
): ClaimAnswer {
  const { asIs, turned, main } = runs;
  const on = scenario.claims[id];
  const [held, open] = on ? [asIs, turned] : [turned, asIs];
  const needs = { spreadSafe: needSafe, othersStopped: needStop, fewStable: needStable }[id];
  return {
    id,
    ...CLAIMS[id],
    on,
    with: sideOf(held),
    without: sideOf(open),
    // What a claim needs is read where it is not taken as true; the scenario's own runs are the most.
    needs: needs(on ? turned : main, scenario),
  };
}

/** Three ordered quantiles turned into others by a falling function. */
function turnOver({ p10, p50, p90 }: Quantiles, f: (value: number) => number): Quantiles {
  const at = (value: number | null): number | null => {
    const found = f(value ?? Infinity);
    return Number.isFinite(found) ? found : null;
  };
  return { p10: at(p90), p50: at(p50), p90: at(p10) };
}

function widest(ranges: readonly Range[]): Quantiles {
  const shown = ranges.map(showQuantiles);
  const middle = quantilesOf(shown.map((each) => each.p50));
  return {
    p10: Math.min(...shown.map((each) => each.p10)),
    p50: middle.p50,
    p90: Math.max(...shown.map((each) => each.p90)),
  };
}

/** A need as it is read; what it rests on decides whether it is told. */
type Reading = Omit<Need, 'seen' | 'enough'>;

const UNTOLD: Quantiles = { p10: null, p50: null, p90: null };

function tell(rows: Rows, counts: Counts, read: Reading): Need[] {
  const seen = countSeen(rows, counts);
  const enough = isEnough(seen);
  return [{ ...read, ...(enough ? {} : { needed: UNTOLD, assumed: UNTOLD }), seen, enough }];
}

const YEARS = columnIndex('outside-years');
const GAP = columnIndex('gap-months');
const BROKEN = columnIndex('broken-months');
const FIRST = columnIndex('first-month');

/** Over the runs in which such a group has it at all: where none does, nothing is needed. */
function needSafe(rows: Rows, { adversaries }: Scenario): Need[] {
  if (adversaries.length === 0) return [];
  const counts: Counts = (at, all) => all[at + YEARS]! > 0;
  const years = quantilesOf(picked(rows, YEARS).filter((each) => each > 0));
  return tell(rows, counts, {
    sentence: `each such group misuses it less often than this, for a chance of misuse by them of at most ${DOUBT * 100} % by the end`,
    // 1 − exp(−rate × holder-years) = doubt, solved for the rate.
    needed: turnOver(years, (holderYears) => -ln(1 - DOUBT) / holderYears),
    assumed: widest(adversaries.map((each) => each.misusePerYear)),
    unit: 'catastrophes a year and group',
    from: 'runs in which such a group has it',
  });
}

const hasFirst: Counts = (at, all) => all[at + FIRST] !== Infinity;

/** The second holder may fall past the end; such a run counts for as long as it was seen. */
function needStop(rows: Rows, { months }: Scenario): Need[] {
  const gaps = picked(rows, GAP);
  const first = picked(rows, FIRST);
  const waitsOf = (from: number, to: number): Wait[] => {
    const waits: Wait[] = [];
    for (let i = from; i < to; i++) {
      if (first[i] === Infinity) continue;
      const came = gaps[i] !== Infinity;
      waits.push({ months: came ? gaps[i]! : months - first[i]!, came });
    }
    return waits;
  };
  const early: number[] = [];
  for (let w = 0; w < rows.worlds; w++) {
    const waits = waitsOf(w * rows.tries, (w + 1) * rows.tries);
    if (waits.length > 0) early.push(readWaits(waits).quantiles.p10 ?? Infinity);
  }
  const { quantiles, within } = readWaits(waitsOf(0, gaps.length));
  const year = isEnough(countSeen(rows, hasFirst))
    ? `; the second comes within a year in ${(within(12) * 100).toFixed(0)} % of them`
    : '';
  return tell(rows, hasFirst, {
    sentence: `the stop works this soon after the first holder, to come before the second in nine of ten cases${year}`,
    needed: quantilesOf(early),
    assumed: quantiles,
    unit: 'months; beside it, when the second holder comes',
    from: 'runs in which somebody has it',
  });
}

function needStable(rows: Rows, { months }: Scenario): Need[] {
  const broken = picked(rows, BROKEN);
  const first = picked(rows, FIRST);
  // Exposure until the first break or the end, world by world, so that the rate has an interval.
  const rates: number[] = [];
  for (let w = 0; w < rows.worlds; w++) {
    let breaks = 0;
    let years = 0;
    for (let i = w * rows.tries; i < (w + 1) * rows.tries; i++) {
      if (first[i] === Infinity) continue;
      const left = months - first[i]!;
      if (broken[i]! <= left) breaks++;
      years += Math.min(broken[i]!, left) / 12;
    }
    if (years > 0) rates.push(breaks / years);
  }
  const perYear = (span: number): number => -ln(1 - DOUBT) / span;
  return tell(rows, hasFirst, {
    sentence:
      'all leaks, thefts, acts of sabotage and escapes together come at most this often, for a chance of nine in ten that nothing breaks for ten, five and two years',
    needed: { p10: perYear(10), p50: perYear(5), p90: perYear(2) },
    assumed: quantilesOf(rates),
    unit: 'a year, for all holders together',
    from: 'runs in which somebody has it',
  });
}
