/** Maps hashed contexts to the value that followed last, with a grade of how often it repeated. */

/** The cells of a memory. */
export interface SavedMemory {
  readonly values: Float64Array;
  readonly checks: Uint32Array;
  readonly grades: Uint8Array;
}

/** What followed a context the last time. A colliding context overwrites: forgetting is allowed, lying is checked. */
export class ContextMemory {
  readonly #values: Float64Array;
  readonly #checks: Uint32Array;
  readonly #grades: Uint8Array;
  readonly #mask: number;

  constructor(sizeBits: number) {
    const size = 1 << sizeBits;
    this.#mask = size - 1;
    this.#values = new Float64Array(size);
    this.#checks = new Uint32Array(size);
    this.#grades = new Uint8Array(size);
  }

  /** A copy of all cells. */
  save(): SavedMemory {
    return {
      values: this.#values.slice(),
      checks: this.#checks.slice(),
      grades: this.#grades.slice(),
    };
  }

  /** Takes up cells that were saved. */
  restore(saved: SavedMemory): void {
    this.#values.set(saved.values);
    this.#checks.set(saved.checks);
    this.#grades.set(saved.grades);
  }

  /** The value that followed this context last, or NaN. */
  get(context: number): number {
    const at = context & this.#mask;
    return this.#grades[at] !== 0 && this.#checks[at] === context ? (this.#values[at] ?? NaN) : NaN;
  }

  /** 0 when unknown; 1..7 by how many times in a row the same value followed. */
  grade(context: number): number {
    const at = context & this.#mask;
    return this.#checks[at] === context ? (this.#grades[at] ?? 0) : 0;
  }

  /** Remembers what followed. */
  set(context: number, value: number): void {
    const at = context & this.#mask;
    if (this.#checks[at] === context && this.#grades[at] !== 0 && this.#values[at] === value) {
      const grade = this.#grades[at] ?? 1;
      this.#grades[at] = Math.min(7, grade + 1);
      return;
    }
    this.#checks[at] = context;
    this.#values[at] = value;
    this.#grades[at] = 1;
  }
}

/** The most recently used distinct values of one axis or slot, newest first. */
export class RecentValues {
  readonly #values: number[] = [];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** A copy that changes on its own. */
  copy(): RecentValues {
    const copy = new RecentValues(this.#capacity);
    copy.#values.push(...this.#values);
    return copy;
  }

  get size(): number {
    return this.#values.length;
  }

  /** Steps since this value was used, or -1. */
  rank(value: number): number {
    return this.#values.indexOf(value);
  }

  at(rank: number): number {
    return this.#values[rank] ?? NaN;
  }

  /** Moves the value to the front. */
  use(value: number): void {
    const values = this.#values;
    if (values[0] === value) return;
    let rank = values.indexOf(value);
    if (rank < 0) {
      if (values.length < this.#capacity) values.push(value);
      rank = values.length - 1;
    }
    for (let i = rank; i > 0; i--) values[i] = values[i - 1] ?? NaN;
    values[0] = value;
  }

  /** Multiplies every value, when the scale of the axis grows. */
  scale(factor: number): void {
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = (this.#values[i] ?? 0) * factor;
  }
}
