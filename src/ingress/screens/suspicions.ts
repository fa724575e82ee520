/**
 * Suspected n-grams by label, with what speaks for each: numbers in typed arrays, since a set has hundreds of thousands
 * and each document asks for many of them.
 */

const FIRST_SLOTS = 1 << 13;
/** Numbers of each: both hashes of the n-gram, the second with the label in it, and what {@link Suspicions} tells. */
const RECORD = 8;
const A = 0;
const B = 1;
const FOLDED = 2;
const OCCURRENCES = 3;
const DOCUMENTS = 4;
const LAST = 5;
/** In numbers of 64 bits. */
const EVIDENCE = 3;
const COUNT_MAX = 2 ** 31 - 1;

const fold = (b: number, label: number): number =>
  (b ^ Math.imul(label + 1, 0x9e3779b1)) & 0x1f_ffff;

/** Open addressing; a place is where a suspicion lies until the next one is added or some are dropped. */
export class Suspicions {
  /** How many there are. */
  size = 0;
  #records = new Int32Array(0);
  /** The same memory. */
  #evidence = new Float64Array(0);
  #mask = 0;

  constructor() {
    this.#open(FIRST_SLOTS);
  }

  /** How many places there are. */
  get slots(): number {
    return this.#mask + 1;
  }

  /** The first hash of the n-gram at a place. */
  a(at: number): number {
    return this.#records[at * RECORD + A]!;
  }

  /** Its second hash. */
  b(at: number): number {
    return this.#records[at * RECORD + B]!;
  }

  /** In how many places in documents that may conflict it was met; every other place speaks against the suspicion. */
  occurrences(at: number): number {
    return this.#records[at * RECORD + OCCURRENCES]!;
  }

  /** How many documents gave evidence. */
  documents(at: number): number {
    return this.#records[at * RECORD + DOCUMENTS]!;
  }

  /** How much they gave. */
  evidence(at: number): number {
    return this.#evidence[(at * RECORD) / 2 + EVIDENCE]!;
  }

  /** Where the n-gram is suspected under a label; -1 where it is not. */
  find(a: number, b: number, label: number): number {
    const at = this.#slot(a, fold(b, label));
    return this.#records[at * RECORD + OCCURRENCES] === 0 ? -1 : at;
  }

  /** Notes that the n-gram stands in a document that may conflict; where it is then suspected. */
  meet(a: number, b: number, label: number): number {
    const folded = fold(b, label);
    const at = this.#slot(a, folded);
    const records = this.#records;
    const record = at * RECORD;
    const met = records[record + OCCURRENCES]!;
    if (met > 0) {
      // The largest count stays: it would wrap otherwise.
      if (met < COUNT_MAX) records[record + OCCURRENCES] = met + 1;
      return at;
    }
    if (this.size * 2 > this.#mask) {
      this.#rebuild(this.slots * 2, () => true);
      return this.meet(a, b, label);
    }
    records[record + A] = a;
    records[record + B] = b;
    records[record + FOLDED] = folded;
    records[record + OCCURRENCES] = 1;
    this.size++;
    return at;
  }

  /** Adds what a document says to the suspicion at a place, once a document. */
  addEvidence(at: number, document: number, nats: number): void {
    const records = this.#records;
    const record = at * RECORD;
    const documents = records[record + DOCUMENTS]!;
    if (documents > 0 && records[record + LAST] === (document | 0)) return;
    records[record + LAST] = document;
    if (documents < COUNT_MAX) records[record + DOCUMENTS] = documents + 1;
    this.#evidence[record / 2 + EVIDENCE]! += nats;
  }

  /** Calls back with the place of each. */
  each(visit: (at: number) => void): void {
    const records = this.#records;
    for (let at = 0; at <= this.#mask; at++) {
      if (records[at * RECORD + OCCURRENCES]! > 0) visit(at);
    }
  }

  /** Keeps those for which `isKept` holds. */
  retain(isKept: (at: number) => boolean): void {
    this.#rebuild(FIRST_SLOTS, isKept);
  }

  #slot(a: number, folded: number): number {
    const records = this.#records;
    const mask = this.#mask;
    for (let at = (a ^ Math.imul(folded, 0x9e3779b1)) & mask; ; at = (at + 1) & mask) {
      const record = at * RECORD;
      if (records[record + OCCURRENCES] === 0) return at;
      if (records[record + A] === a && records[record + FOLDED] === folded) return at;
    }
  }

  #open(slots: number): void {
    this.#records = new Int32Array(slots * RECORD);
    this.#evidence = new Float64Array(this.#records.buffer);
    this.#mask = slots - 1;
    this.size = 0;
  }

  #rebuild(slotsMin: number, isKept: (at: number) => boolean): void {
    const places: number[] = [];
    this.each((at) => {
      if (isKept(at)) places.push(at * RECORD);
    });
    const old = this.#records;
    let slots = slotsMin;
    while (slots <= places.length * 2) slots *= 2;
    this.#open(slots);
    this.size = places.length;
    for (const from of places) {
      const to = this.#slot(old[from + A]!, old[from + FOLDED]!) * RECORD;
      for (let i = 0; i < RECORD; i++) this.#records[to + i] = old[from + i]!;
    }
  }
}
