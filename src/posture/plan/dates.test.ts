import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Dater } from './dates.ts';
import type { Plan } from './dates.ts';
import { orderOfUrgency, Player } from './schedule.ts';
import type { Drawn, Work } from './schedule.ts';

const CREW_MAX = 4;

function planOf(
  pieces: readonly { rank: number; needs?: readonly number[]; effort: number; lead?: number }[],
): { readonly plan: Plan; readonly drawn: Drawn } {
  const works = pieces.map(({ rank, needs = [] }, i): Work => ({
    measure: `m${String(i)}`,
    rank,
    needs,
  }));
  const drawn = {
    effort: Float64Array.from(pieces, (each) => each.effort),
    lead: Float64Array.from(pieces, (each) => each.lead ?? 0),
  };
  const order = orderOfUrgency(works, drawn, CREW_MAX);
  const ranks = Math.max(1, ...works.map((work) => work.rank));
  return { plan: { works, order, crewMax: CREW_MAX, ranks }, drawn };
}

function endsOf({ plan, drawn }: ReturnType<typeof planOf>, people: number): number[] {
  return [...new Player(plan.works, plan.order, CREW_MAX).play(drawn, people, plan.ranks).endWeeks];
}

test('who is left over helps the next piece instead of waiting for a whole crew', () => {
  const two = planOf([
    { rank: 1, effort: 32 },
    { rank: 2, effort: 32 },
  ]);
  // Four people need 8 weeks for the first; the fifth has done 8 of the second by then, and four do the other 24.
  assert.deepEqual(endsOf(two, 5), [8, 14]);
  assert.deepEqual(endsOf(two, 4), [8, 16]);
  assert.deepEqual(endsOf(two, 8), [8, 8]);
  assert.deepEqual(endsOf(two, 1), [32, 64]);
});

test('something more urgent takes the people when it may begin, and gives them back', () => {
  const three = planOf([
    { rank: 1, effort: 0, lead: 2 },
    { rank: 1, needs: [0], effort: 1 },
    { rank: 2, effort: 4 },
  ]);
  assert.deepEqual(endsOf(three, 1), [2, 3, 5]);
});

test('a lead time runs from the first work on a piece, and a need waits for it', () => {
  const chain = planOf([
    { rank: 1, effort: 8, lead: 3 },
    { rank: 1, effort: 8, lead: 20 },
    { rank: 2, needs: [1], effort: 2, lead: 5 },
  ]);
  // Longest chain first: one person does the second piece in weeks 0 to 8, then the first, and the third after week 20.
  assert.deepEqual(endsOf(chain, 1), [16, 20, 25]);
});

/** Plans of up to twelve pieces whose needs come before them, of any rank. */
const plans = fc
  .array(
    fc.record({
      rank: fc.integer({ min: 1, max: 3 }),
      needs: fc.array(fc.nat(11), { maxLength: 2 }),
      effort: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 60, noNaN: true })),
      lead: fc.double({ min: 0, max: 30, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) =>
    planOf(pieces.map((piece, i) => ({ ...piece, needs: piece.needs.filter((need) => need < i) }))),
  );

const TOLERANCE = 1e-9;
const atLeast = (value: number, bound: number): void => {
  assert.ok(value >= bound - TOLERANCE * (1 + bound), `${String(value)} < ${String(bound)}`);
};

test('nothing ends before its effort ÷ people or its longest chain, and with many people the chain is the end', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 12 }), ({ plan, drawn }, people) => {
      const dater = new Dater(plan);
      const { effort, chain } = dater.bounds(drawn);
      for (const [rank, value] of dater.find(drawn, people).weeks.entries()) {
        atLeast(value, Math.max(chain[rank]!, effort[rank]! / people));
      }
      assert.deepEqual(dater.find(drawn, plan.works.length * CREW_MAX).weeks, chain);
    }),
  );
});

test('people never stand idle while they could help: without needs and with crews to spare, effort ÷ people is the end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 40, max: 60, noNaN: true }), { minLength: 8, maxLength: 16 }),
      fc.integer({ min: 1, max: 4 }),
      (efforts, people) => {
        // As many people as one crew: whatever is played, all of them are at work until the end.
        const given = planOf(efforts.map((effort) => ({ rank: 1, effort })));
        const sum = efforts.reduce((total, effort) => total + effort, 0);
        const end = Math.max(...endsOf(given, people));
        assert.ok(Math.abs(end - sum / people) < 1e-9 * end);
      },
    ),
  );
});

test('more people never give a later date, on any level, and known dates of a smaller team change nothing', () => {
  fc.assert(
    fc.property(plans, ({ plan, drawn }) => {
      const dater = new Dater(plan);
      let before = dater.find(drawn, 1);
      for (let people = 2; people <= 12; people += 1) {
        const now = dater.find(drawn, people);
        for (const [rank, value] of now.weeks.entries()) atLeast(before.weeks[rank]!, value);
        const known = { people: people - 1, asPlanned: before };
        for (const [rank, value] of dater.find(drawn, people, known).weeks.entries()) {
          atLeast(value, now.weeks[rank]!);
          atLeast(now.weeks[rank]!, value);
        }
        before = now;
      }
    }),
  );
});

test('where one person more makes the list take a worse turn, the date of the smaller team stands', () => {
  const turn = planOf([
    { rank: 2, effort: 4 },
    { rank: 1, needs: [0], effort: 32, lead: 10 },
    { rank: 2, effort: 32, lead: 10 },
    { rank: 1, needs: [2], effort: 0, lead: 20 },
  ]);
  // Five finish the first piece while one works at the third already, which then waits for the second.
  assert.deepEqual(
    [4, 5].map((people) => Math.max(...endsOf(turn, people))),
    [30, 34],
  );
  const dater = new Dater(turn.plan);
  assert.deepEqual(
    [4, 5].map((people) => dater.find(turn.drawn, people).weeks[1]),
    [30, 30],
  );
});

test('levels up to one are the same whether those above are played or not', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 9 }), ({ plan, drawn }, people) => {
      const lower = plan.works.filter((work) => work.rank === 1);
      fc.pre(lower.every((work) => work.needs.every((need) => plan.works[need]!.rank === 1)));
      const player = new Player(plan.works, plan.order, CREW_MAX);
      const whole = player.play(drawn, people, plan.ranks).endWeeks;
      const part = player.play(drawn, people, 1).endWeeks;
      for (const [at, work] of plan.works.entries()) {
        assert.equal(part[at], work.rank === 1 ? whole[at] : -1);
      }
    }),
  );
});
