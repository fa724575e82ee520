/** Finds where the latest bytes stood before and guesses that the same byte follows. */

/** The length of a match in 16 steps, times 16. */
const BUCKET = Uint8Array.from({ length: 192 }, (_, length) => {
  if (length < 8) return (1 + (length >> 1)) << 4;
  return Math.min(15, 5 + (length < 32 ? (length - 8) >> 2 : 6 + ((length - 32) >> 5))) << 4;
});

/** One match model over a growing history of bytes; it survives single differences, such as a changed digit. */
export class Matcher {
  readonly #minimum: number;
  readonly #mask: number;
  readonly #places: Int32Array;
  #pointer = -1;
  #length = 0;
  /** The latest eight outcomes of the current match, newest in the low bit, 1 for a hit. */
  #outcomes = 0;

  /** Looks for matches of at least `minimum` bytes; remembers about `2^bits` places. */
  constructor(minimum: number, bits: number) {
    this.#minimum = minimum;
    this.#mask = (1 << bits) - 1;
    this.#places = new Int32Array(1 << bits).fill(-1);
  }

  /** Forgets the current match, for instance where a new file starts. */
  restart(): void {
    this.#pointer = -1;
    this.#length = 0;
    this.#outcomes = 0;
  }

  /** Follows a history that has lost its first `gone` bytes. */
  forget(gone: number): void {
    const places = this.#places;
    for (let i = 0; i < places.length; i++) {
      const place = (places[i] ?? 0) - gone;
      places[i] = place > 0 ? place : -1;
    }
    this.#pointer -= gone;
    if (this.#pointer < 0) this.restart();
  }

  /** The guessed byte, or -1. */
  guess(history: Uint8Array): number {
    return this.#pointer < 0 ? -1 : (history[this.#pointer] ?? -1);
  }

  /** How far the guess is to be trusted: 16 × the length of the match in 16 steps, 0 for none, and the last four outcomes. */
  get confidence(): number {
    return this.#pointer < 0
      ? 0
      : (BUCKET[Math.min(this.#length, 191)] ?? 0) | (this.#outcomes & 15);
  }

  /** Takes in the byte before `end`, which has just been written to the history; `key` stands for the latest bytes. */
  update(history: Uint8Array, end: number, key: number): void {
    if (this.#pointer >= 0) {
      const hit = history[this.#pointer] === history[end - 1];
      this.#outcomes = ((this.#outcomes << 1) | (hit ? 1 : 0)) & 255;
      this.#length = hit ? Math.min(this.#length + 1, 65535) : this.#length >> 2;
      this.#pointer++;
      if (!hit && this.#outcomes === 0) this.#pointer = -1;
    }
    const slot = (key ^ (key >>> 15)) & this.#mask;
    if (this.#pointer < 0 || this.#length < this.#minimum)
      this.#lookUp(history, end, this.#places[slot] ?? -1);
    this.#places[slot] = end;
  }

  #lookUp(history: Uint8Array, end: number, candidate: number): void {
    if (candidate <= 0) return;
    let length = 0;
    while (
      length < 400 &&
      candidate > length &&
      history[candidate - 1 - length] === history[end - 1 - length]
    )
      length++;
    if (length >= this.#minimum && (this.#pointer < 0 || length > this.#length)) {
      this.#pointer = candidate;
      this.#length = length;
      this.#outcomes = 0;
    }
  }
}
