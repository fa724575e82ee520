/**
 * One plan of work played once: people take the next measure that may begin, in a fixed order of urgency.
 *
 * A measure occupies one person for every eight person-weeks, up to a most, until its effort is done; it is over when its
 * lead time is over too. Measures that it needs come first. People are the only scarce thing.
 */

/** A piece of work. Indices, so that thousands of runs stay cheap. */
export interface Work {
  readonly measure: string;
  readonly rank: number;
  readonly needs: readonly number[];
}

/** One draw of what the work takes. */
export interface Drawn {
  readonly effort: Float64Array;
  readonly lead: Float64Array;
}

/** When each piece is done, and what it waited for last: another piece, or -1 for the start. */
export interface Schedule {
  readonly endWeeks: Float64Array;
  readonly waitedFor: Int32Array;
}

/** Person-weeks of effort that call for one more person on a piece of work. */
const PERSON_WEEKS_EACH = 8;

/** How many people a piece of work takes: more for larger ones, up to a most. */
function crewFor(effort: number, people: number, crewMax: number): number {
  return Math.min(people, crewMax, Math.max(1, Math.ceil(effort / PERSON_WEEKS_EACH)));
}

/**
 * The order of urgency: levels first, then the longest chain of work that hangs on a piece. It is made once, from the
 * likely values, because whoever plans does not know how a run will turn out.
 */
export function orderOfUrgency(
  works: readonly Work[],
  likely: Drawn,
  crewMax: number,
): readonly number[] {
  const tail = new Float64Array(works.length).fill(-1);
  const followers: number[][] = works.map(() => []);
  for (const [index, work] of works.entries()) {
    for (const need of work.needs) followers[need]?.push(index);
  }
  const measure = (index: number): number => {
    const known = tail[index]!;
    if (known >= 0) return known;
    let longest = 0;
    for (const each of followers[index] ?? []) longest = Math.max(longest, measure(each));
    const effort = likely.effort[index]!;
    const value =
      longest + Math.max(likely.lead[index]!, effort / crewFor(effort, crewMax, crewMax));
    tail[index] = value;
    return value;
  };
  const order = works.map((_, index) => index);
  for (const index of order) measure(index);
  return order.sort((a, b) => works[a]!.rank - works[b]!.rank || tail[b]! - tail[a]! || a - b);
}

/** Plays a plan with a number of people. Needs must not go in a circle, which a catalogue assures. */
export function playSchedule(
  works: readonly Work[],
  order: readonly number[],
  drawn: Drawn,
  people: number,
  crewMax: number,
): Schedule {
  const freeAt = new Float64Array(people);
  const freedBy = new Int32Array(people).fill(-1);
  const endWeeks = new Float64Array(works.length).fill(-1);
  const waitedFor = new Int32Array(works.length).fill(-1);
  const left = order.slice();
  const queue = Array.from(freeAt, (_, person) => person);
  while (left.length > 0) {
    const [place, readyAt, last] = pickNext(works, left, endWeeks, freeAt[queue[0]!]!);
    const [chosen] = left.splice(place, 1) as [number];
    const effort = drawn.effort[chosen]!;
    const crew = queue.splice(0, crewFor(effort, people, crewMax));
    const latest = crew.at(-1)!;
    const begin = Math.max(freeAt[latest]!, readyAt);
    waitedFor[chosen] = readyAt >= freeAt[latest]! && last >= 0 ? last : freedBy[latest]!;
    const free = begin + effort / crew.length;
    for (const person of crew) {
      freeAt[person] = free;
      freedBy[person] = chosen;
    }
    // The queue stays sorted by when people are free, so that its head is always the next.
    let at = queue.length;
    while (at > 0 && freeAt[queue[at - 1]!]! > free) at -= 1;
    queue.splice(at, 0, ...crew);
    endWeeks[chosen] = Math.max(free, begin + drawn.lead[chosen]!);
  }
  return { endWeeks, waitedFor };
}

/** The place in `left` of the most urgent piece that may begin by a time, or else of the one that may begin first. */
function pickNext(
  works: readonly Work[],
  left: readonly number[],
  endWeeks: Float64Array,
  now: number,
): readonly [place: number, readyAt: number, last: number] {
  let best: readonly [number, number, number] = [-1, Number.POSITIVE_INFINITY, -1];
  for (const [place, index] of left.entries()) {
    let readyAt = 0;
    let last = -1;
    for (const need of works[index]!.needs) {
      const end = endWeeks[need]!;
      const time = end < 0 ? Number.POSITIVE_INFINITY : end;
      if (time > readyAt) [readyAt, last] = [time, need];
    }
    if (readyAt <= now) return [place, readyAt, last];
    if (readyAt < best[1]) best = [place, readyAt, last];
  }
  return best;
}

/** The chain that decides when a set of pieces is done: from the last one back through what each waited for. */
export function criticalChain(schedule: Schedule, among: readonly number[]): readonly number[] {
  let at = -1;
  for (const index of among) {
    if (at < 0 || schedule.endWeeks[index]! > schedule.endWeeks[at]!) at = index;
  }
  const chain: number[] = [];
  while (at >= 0) {
    chain.push(at);
    at = schedule.waitedFor[at]!;
  }
  return chain;
}
