/**
 * One plan of work played once: people work on the most urgent measures that may begin, and nobody stands idle while a
 * measure that may begin could use him.
 *
 * A measure takes one person for every eight person-weeks (a part of one is a part of somebody's time), at least one and at
 * most `crewMax`. People go to it in a fixed order of urgency; who is left over helps the next, be it with less than the crew
 * that it could use, and leaves it again when something more urgent may begin. A measure is over when its effort is done
 * and its lead time, counted from the first work on it, has passed. Measures that it needs come first.
 *
 * Holds for every schedule: effort is conserved, so nothing ends before the sum of effort ÷ people, nor before the longest
 * chain of needs, each as long as its lead time and its effort at full crew; with people to spare the longest chain is the
 * end. A list of urgency is not the best plan, so one more person can make a date later by a
 * little: `dates.ts` takes the best of all smaller teams and is monotone.
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

const PEOPLE_LEAST = 1e-9;

/** How many people a piece of work takes: more for larger ones, up to a most. */
export function crewFor(effort: number, crewMax: number): number {
  return Math.min(crewMax, Math.max(1, effort / PERSON_WEEKS_EACH));
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
  const followers = followersOf(works);
  const measure = (index: number): number => {
    const known = tail[index]!;
    if (known >= 0) return known;
    let longest = 0;
    for (const each of followers[index] ?? []) longest = Math.max(longest, measure(each));
    const effort = likely.effort[index]!;
    const value = longest + Math.max(likely.lead[index]!, effort / crewFor(effort, crewMax));
    tail[index] = value;
    return value;
  };
  const order = works.map((_, index) => index);
  for (const index of order) measure(index);
  return order.sort((a, b) => works[a]!.rank - works[b]!.rank || tail[b]! - tail[a]! || a - b);
}

/** Plays one plan many times; what does not change from draw to draw is worked out once. */
export class Player {
  readonly #works: readonly Work[];
  readonly #order: readonly number[];
  readonly #crewMax: number;
  readonly #place: Int32Array;
  readonly #followers: readonly (readonly number[])[];
  readonly #state: State;

  /** Needs must not go in a circle, which a catalogue assures. */
  constructor(works: readonly Work[], order: readonly number[], crewMax: number) {
    this.#works = works;
    this.#order = order;
    this.#crewMax = crewMax;
    this.#place = new Int32Array(works.length);
    for (const [place, index] of order.entries()) this.#place[index] = place;
    this.#followers = followersOf(works);
    this.#state = new State(works.length);
  }

  /**
   * Plays a draw with a number of people, above 0. Levels above `upTo` are left out; those up to it are as in the whole
   * plan, because more urgent work never waits for them, as long as it needs none of theirs.
   */
  play(drawn: Drawn, people: number, upTo: number): Schedule {
    const state = this.#state;
    state.clear();
    state.left.set(drawn.effort);
    for (const index of this.#order) {
      if (this.#works[index]!.rank > upTo) break;
      state.crew[index] = crewFor(drawn.effort[index]!, this.#crewMax);
      state.missing[index] = this.#works[index]!.needs.length;
      if (state.missing[index] === 0) state.later.push(index);
    }
    let freedBy = -1;
    for (let now = 0; ;) {
      this.#admit(now, drawn);
      const next = this.#share(now, people, freedBy);
      const ready = state.later[0];
      const readyAt = ready === undefined ? Number.POSITIVE_INFINITY : state.readyAt[ready]!;
      if (next < 0 && ready === undefined) break;
      if (next < 0 || readyAt < state.finishAt[next]!) {
        now = readyAt;
        continue;
      }
      now = state.finishAt[next]!;
      freedBy = this.#finishUntil(now, drawn);
    }
    return { endWeeks: state.endWeeks.slice(), waitedFor: state.waitedFor.slice() };
  }

  /** Finishes all that is done by now, before anything more urgent can take its people; gives the last. */
  #finishUntil(now: number, drawn: Drawn): number {
    const { open, finishAt } = this.#state;
    let last = -1;
    let kept = 0;
    for (let at = 0; at < open.length; at += 1) {
      const index = open[at]!;
      if (finishAt[index]! <= now) {
        this.#finish(index, now, drawn);
        last = index;
      } else {
        open[kept] = index;
        kept += 1;
      }
    }
    open.length = kept;
    return last;
  }

  /** Takes in what may begin by now. What takes no effort is begun and finished at once. */
  #admit(now: number, drawn: Drawn): void {
    const { later, readyAt, left, open, beganAt, beginCause, lastNeed } = this.#state;
    while (later.length > 0 && readyAt[later[0]!]! <= now) {
      const index = later.shift()!;
      if (left[index] === 0) {
        beganAt[index] = now;
        beginCause[index] = lastNeed[index]!;
        this.#finish(index, now, drawn);
      } else insert(open, index, this.#place);
    }
  }

  /** Shares people out by urgency; gives the piece that is finished first, or -1. */
  #share(now: number, people: number, freedBy: number): number {
    const state = this.#state;
    const { open, share, crew, finishAt } = state;
    let free = people;
    let next = -1;
    let first = Number.POSITIVE_INFINITY;
    const had = state.served;
    let seen = 0;
    for (let at = 0; at < open.length; at += 1) {
      if (free === 0 && seen === had) break;
      const index = open[at]!;
      const before = share[index]!;
      if (before > 0) seen += 1;
      const most = crew[index]!;
      const take = most < free ? most : free;
      free -= take;
      // What is left by rounding is nobody.
      if (free < PEOPLE_LEAST) free = 0;
      if (take !== before) this.#change(index, take, now, freedBy);
      if (take > 0 && finishAt[index]! < first) {
        first = finishAt[index]!;
        next = index;
      }
    }
    return next;
  }

  #change(index: number, take: number, now: number, freedBy: number): void {
    const state = this.#state;
    const had = state.share[index]!;
    if (take > had) {
      const cause = state.readyAt[index] === now ? state.lastNeed[index]! : freedBy;
      state.shareCause[index] = cause;
      if (state.beganAt[index]! < 0) {
        state.beganAt[index] = now;
        state.beginCause[index] = cause;
      }
    }
    state.served += Number(take > 0) - Number(had > 0);
    state.left[index] = Math.max(0, state.left[index]! - had * (now - state.sinceAt[index]!));
    state.sinceAt[index] = now;
    state.share[index] = take;
    state.finishAt[index] = take > 0 ? now + state.left[index] / take : Number.POSITIVE_INFINITY;
  }

  #finish(index: number, now: number, drawn: Drawn): void {
    const state = this.#state;
    if (state.share[index]! > 0) state.served -= 1;
    const led = state.beganAt[index]! + drawn.lead[index]!;
    const end = Math.max(now, led);
    state.endWeeks[index] = end;
    state.waitedFor[index] = led > now ? state.beginCause[index]! : state.shareCause[index]!;
    for (const follower of this.#followers[index]!) {
      if (end > state.readyAt[follower]!) {
        state.readyAt[follower] = end;
        state.lastNeed[follower] = index;
      }
      state.missing[follower]! -= 1;
      if (state.missing[follower] === 0) insert(state.later, follower, state.readyAt);
    }
  }
}

/** What is known while a draw is played; times are weeks, causes are pieces or -1 for the start. */
class State {
  readonly endWeeks: Float64Array;
  readonly waitedFor: Int32Array;
  readonly crew: Float64Array;
  /** Effort that was left at `sinceAt`, when the people at it last changed to `share`. */
  readonly left: Float64Array;
  readonly sinceAt: Float64Array;
  readonly share: Float64Array;
  readonly finishAt: Float64Array;
  readonly beganAt: Float64Array;
  /** What kept a piece from beginning, and what last kept people from it. */
  readonly beginCause: Int32Array;
  readonly shareCause: Int32Array;
  /** Needs whose end is not known yet, the latest known end, and whose it is. */
  readonly missing: Int32Array;
  readonly readyAt: Float64Array;
  readonly lastNeed: Int32Array;
  /** Pieces that may begin or have begun, by urgency; and those that may begin at a known time to come, by that time. */
  readonly open: number[] = [];
  readonly later: number[] = [];
  /** How many pieces have people. */
  served = 0;

  constructor(count: number) {
    this.endWeeks = new Float64Array(count);
    this.waitedFor = new Int32Array(count);
    this.crew = new Float64Array(count);
    this.left = new Float64Array(count);
    this.sinceAt = new Float64Array(count);
    this.share = new Float64Array(count);
    this.finishAt = new Float64Array(count);
    this.beganAt = new Float64Array(count);
    this.beginCause = new Int32Array(count);
    this.shareCause = new Int32Array(count);
    this.missing = new Int32Array(count);
    this.readyAt = new Float64Array(count);
    this.lastNeed = new Int32Array(count);
  }

  /** Forgets the last play. */
  clear(): void {
    for (const each of [this.endWeeks, this.beganAt]) each.fill(-1);
    for (const each of [this.waitedFor, this.beginCause, this.shareCause, this.lastNeed]) {
      each.fill(-1);
    }
    for (const each of [this.sinceAt, this.share, this.readyAt]) each.fill(0);
    this.finishAt.fill(Number.POSITIVE_INFINITY);
    this.open.length = 0;
    this.later.length = 0;
    this.served = 0;
  }
}

/** Inserts into a list that is sorted by a key, after its equals. */
function insert(list: number[], index: number, key: Float64Array | Int32Array): void {
  let at = list.length;
  while (at > 0 && key[list[at - 1]!]! > key[index]!) at -= 1;
  list.splice(at, 0, index);
}

/** Which pieces need each piece. */
export function followersOf(works: readonly Work[]): readonly (readonly number[])[] {
  const followers: number[][] = works.map(() => []);
  for (const [index, work] of works.entries()) {
    for (const need of work.needs) followers[need]!.push(index);
  }
  return followers;
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
