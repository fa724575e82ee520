/**
 * When each level is reached in one draw, with a team and with every smaller one: the best of them.
 *
 * Guarantees: with more people no level is reached later (who has more people may leave them idle), and no level is reached
 * before the sum of effort up to it ÷ people, nor before its longest chain of needs. Smaller teams that these two bounds
 * rule out are not played, so that a draw costs a few schedules and not one for each person.
 */
import { crewFor, Player } from './schedule.ts';
import type { Drawn, Schedule, Work } from './schedule.ts';

/** Per level, from SL1 on, the weeks after which it is reached, and the schedule that reaches it first. */
export interface Dates {
  readonly weeks: Float64Array;
  readonly schedules: readonly Schedule[];
}

/** A plan: pieces of work in their order of urgency, the most people on one, and how many levels there are. */
export interface Plan {
  readonly works: readonly Work[];
  readonly order: readonly number[];
  readonly crewMax: number;
  readonly ranks: number;
}

/** Finds the dates of one plan in many draws. */
export class Dater {
  readonly plan: Plan;
  readonly #player: Player;
  readonly #needsFirst: readonly number[];
  /** Per level, the level up to which work must be played to know it: its work may need work of a higher one. */
  readonly #closedRank: readonly number[];

  constructor(plan: Plan) {
    this.plan = plan;
    this.#player = new Player(plan.works, plan.order, plan.crewMax);
    this.#needsFirst = needsFirst(plan.works);
    this.#closedRank = Array.from({ length: plan.ranks }, (_, rank) =>
      closeRank(plan.works, rank + 1),
    );
  }

  /** The dates of one draw with a whole number of people. Those of a smaller team in the same draw spare their work. */
  find(
    drawn: Drawn,
    people: number,
    known?: { readonly people: number; readonly asPlanned: Dates },
  ): Dates {
    const { works, ranks } = this.plan;
    const bounds = this.bounds(drawn);
    const weeks = known?.asPlanned.weeks.slice() ?? new Float64Array(ranks).fill(Infinity);
    const schedules = known?.asPlanned.schedules.slice() ?? [];
    for (let team = people; team > (known?.people ?? 0); team -= 1) {
      const open = weeks.findLastIndex(
        (value, rank) => value > Math.max(bounds.chain[rank]!, bounds.effort[rank]! / team),
      );
      if (open < 0) break;
      const upTo = this.#closedRank[open]!;
      const schedule = this.#player.play(drawn, team, upTo);
      for (const [rank, value] of levelWeeks(works, schedule.endWeeks, upTo).entries()) {
        if (value >= weeks[rank]!) continue;
        weeks[rank] = value;
        schedules[rank] = schedule;
      }
    }
    return { weeks, schedules };
  }

  /**
   * Finds the dates without a piece of work: it takes nothing, and what needed it does not wait for it. The order of urgency
   * stays, which with few people can make a level a little later; whoever plans may do the piece all the same.
   */
  without(place: number): (drawn: Drawn, people: number) => Dates {
    const works = this.plan.works.map((work, index) => ({
      ...work,
      needs: index === place ? [] : work.needs.filter((need) => need !== place),
    }));
    const less = new Dater({ ...this.plan, works });
    const keep = (value: number, index: number): number => (index === place ? 0 : value);
    return ({ effort, lead }, people) =>
      less.find({ effort: effort.map(keep), lead: lead.map(keep) }, people);
  }

  /** Per level: person-weeks up to it, and the weeks of its longest chain of needs with all the people in the world. */
  bounds(drawn: Drawn): { readonly effort: Float64Array; readonly chain: Float64Array } {
    const { works, crewMax, ranks } = this.plan;
    const ends = new Float64Array(works.length);
    const effort = new Float64Array(ranks);
    for (const index of this.#needsFirst) {
      let from = 0;
      for (const need of works[index]!.needs) from = Math.max(from, ends[need]!);
      const takes = drawn.effort[index]!;
      ends[index] = Math.max(from + drawn.lead[index]!, from + takes / crewFor(takes, crewMax));
      for (let rank = works[index]!.rank; rank <= ranks; rank += 1) effort[rank - 1]! += takes;
    }
    return { effort, chain: levelWeeks(works, ends, ranks) };
  }
}

function closeRank(works: readonly Work[], rank: number): number {
  let highest = rank;
  for (const work of works) {
    if (work.rank > rank) continue;
    for (const need of work.needs) highest = Math.max(highest, works[need]!.rank);
  }
  return highest === rank ? rank : closeRank(works, highest);
}

/** The weeks after which each level is reached, from SL1 on; 0 for a level that lacks nothing. */
function levelWeeks(works: readonly Work[], ends: Float64Array, ranks: number): Float64Array {
  const weeks = new Float64Array(ranks);
  for (const [place, work] of works.entries()) {
    if (work.rank > ranks) continue;
    weeks[work.rank - 1] = Math.max(weeks[work.rank - 1]!, ends[place]!);
  }
  for (let rank = 1; rank < ranks; rank += 1) {
    weeks[rank] = Math.max(weeks[rank]!, weeks[rank - 1]!);
  }
  return weeks;
}

function needsFirst(works: readonly Work[]): readonly number[] {
  const done = new Set<number>();
  const add = (index: number): void => {
    if (done.has(index)) return;
    for (const need of works[index]!.needs) add(need);
    done.add(index);
  };
  for (const index of works.keys()) add(index);
  return [...done];
}
