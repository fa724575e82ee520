import assert from 'node:assert/strict';
import test from 'node:test';
import { NOW, assess, claimsFile, folderFile, headFile } from '../../../test/support/posture.ts';
import { shippedCatalogue } from '../catalogue/catalogue.ts';
import { evaluate, weakest } from '../evaluate.ts';
import type { Assessment } from '../assessment.ts';
import { drawTriangular, drawsOf, quantile } from '../random.ts';
import { makeRoadmap, planRuns } from './roadmap.ts';
import type { Roadmap } from './roadmap.ts';

const catalogue = shippedCatalogue();
const all = [...catalogue.measures.values()].filter((each) => each.framework === 'rand');

function roadmapOf(
  assessment: Assessment,
  more: { engineers?: number; seed?: string; runs?: number; drop?: readonly string[] } = {},
): Roadmap {
  const posture = evaluate(assessment, NOW);
  const [profile] = assessment.catalogue.profiles;
  assert.ok(profile !== undefined);
  return makeRoadmap({
    catalogue: assessment.catalogue,
    profile,
    standingOf: weakest(posture),
    engineers: 10,
    seed: 'test',
    runs: 60,
    drop: [],
    ...more,
  });
}

/** Everything met but the measures named. */
function allBut(...missing: readonly string[]) {
  return claimsFile(
    all
      .filter((each) => !missing.includes(each.id))
      .map((each) => ({ measure: each.id, status: 'met' as const })),
  );
}

function estimates(effort: readonly number[], lead: readonly number[], order: unknown[] = []) {
  return folderFile('estimates.json', {
    ...catalogue.estimates,
    peoplePerMeasureMax: 2,
    sharedOptimism: [1, 1, 1],
    rules: [{ match: {}, effortPersonWeeks: effort, leadWeeks: lead, why: 'fixed for a test' }],
    order,
    slowdownPercent: [],
  });
}

test('ranges without width give the closed form', () => {
  const one = roadmapOf(assess(headFile(), allBut('R-SL3-35'), estimates([8, 8, 8], [2, 2, 2])));
  // Eight person-weeks are one person's work: eight weeks.
  assert.deepEqual(one.levels[2]?.weeks, { p10: 8, p50: 8, p90: 8 });
  const two = roadmapOf(assess(headFile(), allBut('R-SL3-35'), estimates([16, 16, 16], [2, 2, 2])));
  assert.equal(two.levels[2]?.weeks.p50, 8);
  const lead = roadmapOf(
    assess(headFile(), allBut('R-SL3-35'), estimates([1, 1, 1], [30, 30, 30])),
  );
  assert.equal(lead.levels[2]?.weeks.p50, 30);
});

test('one person does two measures one after the other, and a need waits for its lead time', () => {
  const fixed = estimates([8, 8, 8], [2, 2, 2]);
  const alone = roadmapOf(assess(headFile(), allBut('R-SL3-35', 'R-SL3-33'), fixed), {
    engineers: 1,
  });
  assert.equal(alone.levels[2]?.weeks.p50, 16);
  const chained = estimates(
    [1, 1, 1],
    [20, 20, 20],
    [{ measure: 'R-SL3-35', needs: ['R-SL3-33'] }],
  );
  const chain = roadmapOf(assess(headFile(), allBut('R-SL3-35', 'R-SL3-33'), chained));
  assert.equal(chain.levels[2]?.weeks.p50, 40);
  assert.deepEqual(chain.levels[2].critical.map((each) => [each.measure, each.share]).sort(), [
    ['R-SL3-33', 1],
    ['R-SL3-35', 1],
  ]);
});

test('the same seed gives the same roadmap, another seed another, and every date has its interval', () => {
  const folder = assess(headFile());
  const first = roadmapOf(folder);
  assert.deepEqual(roadmapOf(folder), first);
  assert.notDeepEqual(roadmapOf(folder, { seed: 'other' }).levels, first.levels);
  for (const level of first.levels) {
    const { p10, p50, p90 } = level.weeks;
    assert.ok(p10 < p50 && p50 < p90, `SL${level.rank}`);
  }
});

test('levels follow each other, and what is met takes no time', () => {
  const weeks = roadmapOf(assess(headFile())).levels.map((level) => level.weeks.p50);
  assert.deepEqual(
    [...weeks].sort((a, b) => a - b),
    weeks,
  );
  const done = roadmapOf(assess(headFile(), allBut()));
  assert.deepEqual(
    done.levels.map((level) => level.weeks.p90),
    [0, 0, 0, 0, 0],
  );
});

test('a plan goes no further than the level that its profile holds to be enough', () => {
  const profile = catalogue.profiles.find((each) => each.target === 'SL3');
  assert.ok(profile !== undefined);
  const posture = evaluate(assess(headFile()), NOW);
  const input = { catalogue, standingOf: weakest(posture), engineers: 10, seed: 'test', runs: 60 };
  const drop = ['R-SL3-17', 'R-SL5-01'];
  const short = makeRoadmap({ ...input, profile, drop });
  assert.deepEqual(
    short.levels.map((each) => each.rank),
    [1, 2, 3],
  );
  assert.ok(short.planned.length > 0 && short.planned.every((each) => each.rank <= 3));
  assert.deepEqual(
    short.whatIfs.map((each) => [each.change, each.savedWeeks.length]),
    [
      ['2 more engineers', 3],
      ['without R-SL3-17', 3],
    ],
  );
  // Nobody works at SL4 and SL5 in the meantime, so SL3 comes no later than in a plan that goes further.
  const far = makeRoadmap({ ...input, profile: { ...profile, target: 'SL5' }, drop: [] });
  assert.ok((short.levels[2]?.weeks.p50 ?? NaN) <= (far.levels[2]?.weeks.p50 ?? NaN));
});

const QUANTILES = ['p10', 'p50', 'p90'] as const;

test('each engineer more brings every date forward or leaves it, and by no more than the work that he does', () => {
  const folder = assess(headFile());
  let before = roadmapOf(folder, { engineers: 1, runs: 40 });
  for (let engineers = 2; engineers <= 30; engineers += 1) {
    const now = roadmapOf(folder, { engineers, runs: 40 });
    for (const [rank, level] of now.levels.entries()) {
      for (const name of QUANTILES) {
        const [old, value] = [before.levels[rank]!.weeks[name], level.weeks[name]];
        const what = `SL${String(rank + 1)} ${name}, ${String(engineers)} engineers`;
        assert.ok(value <= old, `${what}: ${String(value)} after ${String(old)}`);
        // The list is not the best plan, so a twentieth is allowed.
        const fair = (old * (engineers - 1)) / engineers;
        assert.ok(value >= 0.95 * fair, `${what}: ${String(value)} before ${String(fair)}`);
      }
    }
    before = now;
  }
});

test('two more engineers save what the roadmap of two more engineers says', () => {
  const folder = assess(headFile());
  const [now, more] = [10, 12].map((engineers) => roadmapOf(folder, { engineers, runs: 1 }));
  for (const { rank, saved } of now!.whatIfs[0]!.savedWeeks) {
    const [late, early] = [now, more].map((each) => each!.levels[rank - 1]!.weeks.p50);
    assert.ok(Math.abs(saved.p50 - (late! - early!)) < 1e-9, `SL${String(rank)}`);
  }
});

test('a measure less saves time or nothing in every run', () => {
  const folder = assess(headFile());
  const drop = ['R-SL5-01', 'R-SL3-17', 'R-SL1-15'];
  const { whatIfs } = roadmapOf(folder, { drop, runs: 30 });
  assert.deepEqual(
    whatIfs.map((each) => each.change),
    ['2 more engineers', ...drop.map((id) => `without ${id}`)],
  );
  for (const each of whatIfs) for (const { saved } of each.savedWeeks) assert.ok(saved.p10 >= 0);
  assert.ok(whatIfs[1]!.savedWeeks[4]!.saved.p10 > 0);
});

test('without a measure the plan itself is no later, by more than the list of urgency is off the best plan', () => {
  const folder = assess(headFile());
  const [profile] = folder.catalogue.profiles;
  const standingOf = weakest(evaluate(folder, NOW));
  const { planned, dater, draw } = planRuns({
    catalogue: folder.catalogue,
    profile: profile!,
    standingOf,
    seed: 'test',
  });
  const runs = Array.from({ length: 12 }, (_, run) => draw(run));
  for (const [engineers, allowed] of [
    [3, 0.01],
    [10, 0.01],
    // With people to spare the longest chain is the date, and a chain without a piece is never longer.
    [300, 0],
  ] as const) {
    const before = runs.map((drawn) => dater.find(drawn, engineers).weeks);
    for (let place = 0; place < planned.length; place += 6) {
      const less = dater.without(place);
      const after = runs.map((drawn) => less(drawn, engineers).weeks);
      for (const rank of before[0]!.keys()) {
        const [old, value] = [before, after].map((all) =>
          all.reduce((sum, weeks) => sum + weeks[rank]!, 0),
        );
        const what = `SL${String(rank + 1)} without ${planned[place]!.measure.id}, ${String(engineers)} engineers`;
        assert.ok(value! <= (1 + allowed) * old!, `${what}: ${String(value)} after ${String(old)}`);
      }
    }
  }
});

test('what a measure draws does not depend on which other measures are missing', () => {
  const fixed = estimates([8, 20, 60], [2, 5, 90]);
  const alone = roadmapOf(assess(headFile(), allBut('R-SL3-35'), fixed));
  const both = roadmapOf(assess(headFile(), allBut('R-SL3-35', 'R-SL3-33'), fixed));
  const other = roadmapOf(assess(headFile(), allBut('R-SL3-33'), fixed));
  const [a, b, c] = [alone, both, other].map((each) => each.levels[2]!.weeks);
  // With people to spare both are done side by side: the later of the two, draw by draw.
  for (const name of QUANTILES) assert.ok(b![name] >= Math.max(a![name], c![name]));
  assert.notEqual(a!.p50, c!.p50);
});

test('draws depend on the seed and the run alone, so runs may be shared out in any way', () => {
  const draw = (run: number): number[] => {
    const next = drawsOf('seed', run);
    return [next(), next(), next()];
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  // Golden values: they must be the same on every machine and in every version.
  assert.deepEqual(
    draw(0).map((value) => value.toFixed(9)),
    GOLDEN,
  );
});

const GOLDEN = ['0.475447732', '0.721941603', '0.036894049'];

test('a triangular draw stays in its range, and its mean is the closed form', () => {
  const next = drawsOf('triangle', 1);
  let sum = 0;
  for (let count = 0; count < 20_000; count += 1) {
    const value = drawTriangular([1, 2, 6], next);
    assert.ok(value >= 1 && value <= 6);
    sum += value;
  }
  assert.ok(Math.abs(sum / 20_000 - 3) < 0.03);
  assert.equal(drawTriangular([4, 4, 4], next), 4);
});

test('a quantile is one of the samples', () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.9), 4);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});
