/**
 * What was coded before, token by token, and where the present looks like the past.
 *
 * A token is a slot (where in the document) and a value (an atom's number or an integer). The history predicts the
 * next token by following the most recent place whose last tokens were the same; a place is kept through a few
 * differences, so that a new version of a file is aligned again right after each change.
 */
import { hash2, hash3, hashNumber } from './hash.ts';

const CAPACITY = 1 << 21;
const INDEX_SIZE = 1 << 18;
const WINDOW = 4;
const MISSES_MAX = 8;
const LENGTH_MAX = 400;

/** A past that can be taken up again. */
export interface SavedHistory {
  readonly slots: Uint32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  readonly index: Int32Array;
}

/** The tokens coded so far, in a ring of fixed size. */
export class TokenHistory {
  readonly #slots = new Grow<Uint32Array<ArrayBuffer>>(Uint32Array);
  readonly #values = new Grow<Float64Array<ArrayBuffer>>(Float64Array);
  readonly #index = new Int32Array(INDEX_SIZE).fill(-1);
  #size = 0;
  #pointer = -1;
  #length = 0;
  #misses = 0;

  /** A copy of the past. */
  save(): SavedHistory {
    return {
      slots: this.#slots.copy(this.#size),
      values: this.#values.copy(this.#size),
      index: this.#index.slice(),
    };
  }

  /** Takes up a past that was saved; nothing is predicted until a document begins. */
  restore(saved: SavedHistory): void {
    this.#slots.paste(saved.slots);
    this.#values.paste(saved.values);
    this.#index.set(saved.index);
    this.#size = saved.slots.length;
    this.#pointer = -1;
    this.#length = 0;
    this.#misses = 0;
  }

  /** The value predicted for a token in this slot, or NaN. */
  predict(slot: number): number {
    if (this.#pointer < 0 || this.#pointer >= this.#size) return NaN;
    return this.#slots.get(this.#pointer) === slot ? this.#values.get(this.#pointer) : NaN;
  }

  /** How much to trust the prediction, 0..15. */
  get confidence(): number {
    const length = this.#length;
    const grade =
      length < 4
        ? length
        : length < 8
          ? 4
          : length < 16
            ? 5
            : length < 32
              ? 6
              : length < 400
                ? 7
                : 8;
    return this.#misses > 0
      ? Math.min(15, 9 + Math.min(3, grade >> 1) + (this.#misses > 2 ? 3 : 0))
      : grade;
  }

  /** Appends what was coded and moves the predicting place along. */
  push(slot: number, value: number): void {
    if (this.#size >= CAPACITY) this.#restart();
    const at = this.#size++;
    this.#slots.set(at, slot);
    this.#values.set(at, value);
    if (this.#pointer >= 0) {
      const same = this.#slots.get(this.#pointer) === slot;
      if (same && this.#values.get(this.#pointer) === value) {
        this.#length = Math.min(LENGTH_MAX, this.#length + 1);
        if (this.#length > 12) this.#misses = 0;
      } else {
        this.#misses++;
        this.#length = 0;
      }
      this.#pointer++;
      if (!same || this.#misses > MISSES_MAX) this.#pointer = -1;
    }
    this.#find(at);
  }

  /** Marks the start of a document, so that starts are aligned with starts. */
  begin(kind: number): void {
    for (let i = 0; i < WINDOW; i++) this.push(hash2(0x5eed, kind), i);
  }

  #find(at: number): void {
    if (at + 1 < WINDOW) return;
    let key = 0;
    for (let i = 0; i < WINDOW; i++) {
      key = hash3(key, this.#slots.get(at - i), hashNumber(this.#values.get(at - i)));
    }
    const cell = key & (INDEX_SIZE - 1);
    const found = this.#index[cell] ?? -1;
    this.#index[cell] = at;
    if (found < 0 || (this.#pointer >= 0 && this.#length >= WINDOW)) return;
    let length = 0;
    while (length < 32 && found - length >= 0 && this.#same(found - length, at - length)) length++;
    if (length < WINDOW) return;
    this.#pointer = found + 1;
    this.#length = length;
    this.#misses = 0;
  }

  #same(a: number, b: number): boolean {
    return this.#slots.get(a) === this.#slots.get(b) && this.#values.get(a) === this.#values.get(b);
  }

  #restart(): void {
    this.#size = 0;
    this.#pointer = -1;
    this.#index.fill(-1);
  }
}

/** A typed array that doubles up to the history's capacity, so that small files cost little memory. */
class Grow<A extends Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>> {
  #array: A;
  readonly #make: new (size: number) => A;

  constructor(make: new (size: number) => A) {
    this.#make = make;
    this.#array = new make(4096);
  }

  get(at: number): number {
    return this.#array[at] ?? 0;
  }

  copy(size: number): A {
    return this.#array.slice(0, size) as A;
  }

  paste(array: A): void {
    if (array.length > this.#array.length) this.#array = new this.#make(array.length * 2);
    this.#array.set(array);
  }

  set(at: number, value: number): void {
    if (at >= this.#array.length) {
      const larger = new this.#make(this.#array.length * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[at] = value;
  }
}
