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

const picked = ({ rows, width }: Rows, column: Column): Float64Array => {
  const at = columnIndex(column);
  return Float64Array.from({ length: rows.length / width }, (_, i) => rows[i * width + at]!);
};

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

function needSafe(rows: Rows, { adversaries }: Scenario): Need[] {
  if (adversaries.length === 0) return [];
  const years = quantilesOf(picked(rows, 'outside-years'));
  return [
    {
      sentence: `each such group misuses it less often than this, for a chance of misuse by them of at most ${DOUBT * 100} % by the end`,
      // 1 − exp(−rate × holder-years) = doubt, solved for the rate.
      needed: turnOver(years, (holderYears) => -ln(1 - DOUBT) / holderYears),
      assumed: widest(adversaries.map((each) => each.misusePerYear)),
      unit: 'catastrophes a year and group',
    },
  ];
}

function needStop(rows: Rows): Need[] {
  const gaps = picked(rows, 'gap-months');
  const known = gaps.filter(
    (gap, i) => gap !== Infinity || rows.rows[i * rows.width + FIRST] !== Infinity,
  );
  const within = known.filter((each) => each <= 12).length / Math.max(1, known.length);
  const early: number[] = [];
  for (let w = 0; w < rows.worlds; w++) {
    const { p10 } = quantilesOf(gaps.subarray(w * rows.tries, (w + 1) * rows.tries));
    early.push(p10 ?? Infinity);
  }
  return [
    {
      sentence: `the stop works this soon after the first holder, to come before the second in nine of ten cases; in ${(within * 100).toFixed(0)} % of runs the second comes within a year`,
      needed: quantilesOf(early),
      assumed: quantilesOf(known),
      unit: 'months; beside it, when the second holder comes',
    },
  ];
}

const FIRST = columnIndex('first-month');

function needStable(rows: Rows, { months }: Scenario): Need[] {
  const broken = picked(rows, 'broken-months');
  const first = picked(rows, 'first-month');
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
  return [
    {
      sentence:
        'all leaks, thefts, acts of sabotage and escapes together come at most this often, for a chance of nine in ten that nothing breaks for ten, five and two years',
      needed: { p10: perYear(10), p50: perYear(5), p90: perYear(2) },
      assumed: quantilesOf(rates),
      unit: 'a year, for all holders together',
    },
  ];
}
