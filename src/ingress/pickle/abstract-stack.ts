/**
 * The stack and the memo of the judge: one number per value, of a kind and what belongs to it. Both have stated limits,
 * so that memory does not grow with a pickle of plain data.
 */

/** What a value is, as far as calls are concerned. The lowest three bits of a slot. */
export const PLAIN = 0;
export const STRING = 1;
export const NAME = 2;
export const TUPLE = 3;
export const INSTANCE = 4;
export const REFERENCE = 5;
export const BUILT = 6;
export const WRAPPER = 7;

/** Flags of objects: what calls something when it is called, and what a name of the standard library made. */
export const CALLABLE = 1;
export const ITEMS = 2;
/** The object was finished before: it has its state, or comes from the memo. */
export const AGAIN = 4;
/** Of a class of an unknown library that was handed nothing; the number of its name stands above. */
export const BARE = 8;
export const BARE_NAME_SHIFT = 4;

const STACK_MAX = 1 << 24;
const MEMO_DENSE_MAX = 1 << 20;
const MEMO_SPARSE_MAX = 1 << 16;
const STRINGS_KEPT = 1 << 16;
const STRING_NUMBERS = 0xfffffff;

/** Thrown and caught inside the judge: readers of CPython end here too. */
export class Broken extends Error {
  constructor(message: string) {
    // Most places where a pickle may begin break at once; a stack trace would take longer than the walk.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** Thrown instead where readers of CPython go on: what lies behind was not judged, and that has to be said. */
export class Unjudged extends Broken {}

function grow(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function growPlaces(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

const finished = (slot: number): number =>
  (slot & 7) === INSTANCE || (slot & 7) === BUILT ? slot | (AGAIN << 3) : slot;

/** See the top of this file. */
export class AbstractStack {
  #slots = new Int32Array(32);
  #top = 0;
  #marks = new Int32Array(8);
  #markCount = 0;
  #memo = new Int32Array(32);
  #memoCount = 0;
  readonly #sparse = new Map<number, number>();
  /** Entries under numbers out of order. */
  #scattered = 0;
  #stringAt = new Float64Array(16);
  #stringLength = new Float64Array(16);
  #strings = 0;

  get top(): number {
    return this.#top;
  }

  /** The slot at a place. */
  slot(place: number): number {
    return this.#slots[place] ?? 0;
  }

  /** The slot on top. */
  peek(): number {
    this.need(1);
    return this.#slots[this.#top - 1] ?? 0;
  }

  push(slot: number): void {
    if (this.#top === this.#slots.length) {
      if (this.#top >= STACK_MAX) throw new Unjudged('its stack grows without end');
      this.#slots = grow(this.#slots);
    }
    this.#slots[this.#top++] = slot;
  }

  /** Notes that the object on top has got its state. */
  finish(): void {
    this.#slots[this.#top - 1] = finished(this.peek());
  }

  mark(): void {
    if (this.#markCount === this.#marks.length) {
      if (this.#markCount >= STACK_MAX) throw new Unjudged('its stack grows without end');
      this.#marks = grow(this.#marks);
    }
    this.#marks[this.#markCount++] = this.#top;
  }

  /** Takes the last mark away and gives its place. */
  popMark(): number {
    if (this.#markCount === 0) throw new Broken('a mark is missing');
    return this.#marks[--this.#markCount] ?? 0;
  }

  /** POP: a mark that is on top counts as a value. */
  popValueOrMark(): void {
    if (this.#markCount > 0 && (this.#marks[this.#markCount - 1] ?? 0) === this.#top) {
      this.#markCount--;
    } else this.pop(1);
  }

  need(count: number): void {
    const floor = this.#markCount === 0 ? 0 : (this.#marks[this.#markCount - 1] ?? 0);
    if (this.#top - count < floor) throw new Broken('a value is missing');
  }

  /** Takes values away and gives where they are. */
  pop(count: number): number {
    this.need(count);
    this.#top -= count;
    return this.#top;
  }

  /** Takes everything above a place away. */
  cut(place: number): void {
    this.#top = place;
  }

  // ---- memo ----

  /** The number that MEMOIZE gives: how many entries there are. */
  get nextMemo(): number {
    return this.#memoCount + this.#scattered;
  }

  put(index: number): void {
    const slot = this.peek();
    if (index > this.#memoCount) {
      if (!this.#sparse.has(index)) this.#scattered++;
      this.#keep(index, slot);
      return;
    }
    if (index === this.#memoCount) this.#advance();
    this.#set(index, slot);
  }

  /** One entry more without a gap before it, and those that were stored behind it out of order. */
  #advance(): void {
    if (this.#sparse.has(this.#memoCount)) this.#scattered--;
    this.#memoCount++;
    for (let next = this.#sparse.get(this.#memoCount); next !== undefined;) {
      this.#set(this.#memoCount++, next);
      this.#scattered--;
      next = this.#sparse.get(this.#memoCount);
    }
  }

  /** An entry below the count. */
  #set(index: number, slot: number): void {
    if (index < MEMO_DENSE_MAX) {
      while (index >= this.#memo.length) this.#memo = grow(this.#memo);
      this.#memo[index] = slot;
      this.#sparse.delete(index);
      return;
    }
    // Far along only what can be called is remembered; a string that names something stands right before its use.
    const isKept = (slot & 7) !== PLAIN && (slot & 7) !== STRING;
    if (isKept) this.#keep(index, slot);
    else this.#sparse.delete(index);
  }

  #keep(index: number, slot: number): void {
    if (this.#sparse.size >= MEMO_SPARSE_MAX && !this.#sparse.has(index)) {
      throw new Unjudged('its memo grows without order');
    }
    this.#sparse.set(index, slot);
  }

  get(index: number): void {
    const isDense = index < this.#memoCount && index < MEMO_DENSE_MAX;
    const kept = isDense ? this.#memo[index] : this.#sparse.get(index);
    if (kept === undefined && index >= this.#memoCount) {
      throw new Broken('a memo entry is missing');
    }
    // What was forgotten may be a string.
    this.push(finished(kept ?? BUILT));
  }

  // ---- strings ----

  /** Pushes a string and keeps where it is, in a ring that grows to its limit. */
  pushString(from: number, to: number): void {
    if (this.#strings === this.#stringAt.length && this.#strings < STRINGS_KEPT) {
      this.#stringAt = growPlaces(this.#stringAt);
      this.#stringLength = growPlaces(this.#stringLength);
    }
    const number = this.#strings++;
    const at = number % this.#stringAt.length;
    this.#stringAt[at] = from;
    this.#stringLength[at] = to - from;
    this.push(STRING | ((number & STRING_NUMBERS) << 3));
  }

  /** Where a string is, or undefined when the slot is none or too long ago. */
  findString(slot: number): { readonly from: number; readonly to: number } | undefined {
    if ((slot & 7) !== STRING) return undefined;
    const back = (this.#strings - 1 - (slot >>> 3)) & STRING_NUMBERS;
    const number = this.#strings - 1 - back;
    if (back >= this.#stringAt.length || number < 0) return undefined;
    const at = number % this.#stringAt.length;
    const from = this.#stringAt[at] ?? 0;
    return { from, to: from + (this.#stringLength[at] ?? 0) };
  }
}
