/** Numbers for colours, in the order in which a session first meets them. */
import { readRow, type Raster } from '../../../formats/index.ts';

/** The most colours that one session of the plot coder numbers. */
export const COLOURS_MAX = 65_535;

/** The numbering of one session; encoder and decoder grow the same one. */
export class ColourIds {
  readonly #ids = new Map<number, number>();
  readonly #list: number[] = [];

  /** How many colours are known. */
  get count(): number {
    return this.#list.length;
  }

  /** The colour `0xRRGGBBAA` with this number. */
  colour(id: number): number {
    return this.#list[id] ?? 0;
  }

  /** Adds a colour that the decoder has met. */
  add(colour: number): void {
    if (!this.#ids.has(colour)) this.#ids.set(colour, this.#list.length);
    this.#list.push(colour);
  }

  /** The number of a colour, a new one if it was not met before. */
  number(colour: number): number {
    const known = this.#ids.get(colour);
    if (known !== undefined) return known;
    const id = this.#list.length;
    this.#list.push(colour);
    this.#ids.set(colour, id);
    return id;
  }

  /** Forgets the colours from `count` on. */
  cut(count: number): void {
    for (const colour of this.#list.splice(count)) this.#ids.delete(colour);
  }

  /** Gives `heads`, which are numbers from `from` on in rising order, the first of these, also in `numbers`. */
  moveFirst(from: number, heads: readonly number[], numbers: Uint16Array): void {
    const chosen = new Set(heads);
    const order = [...heads];
    for (let id = from; id < this.count; id++) if (!chosen.has(id)) order.push(id);
    const colours = order.map((id) => this.colour(id));
    const moved = Uint16Array.from({ length: this.count }, (_, id) => id);
    for (const [i, id] of order.entries()) {
      moved[id] = from + i;
      const colour = colours[i] ?? 0;
      this.#list[from + i] = colour;
      this.#ids.set(colour, from + i);
    }
    for (let i = 0; i < numbers.length; i++) numbers[i] = moved[numbers[i] ?? 0] ?? 0;
  }

  /** Numbers every pixel; gives nothing, and forgets the new numbers, when there are more colours than the coder keeps. */
  numberAll(raster: Raster): Uint16Array | undefined {
    const before = this.count;
    const { width, height } = raster;
    const numbers = new Uint16Array(width * height);
    const row = new Uint8Array(width * 4);
    const words = new Uint32Array(row.buffer);
    let last = -1;
    let id = 0;
    for (let y = 0, to = 0; y < height; y++) {
      readRow(raster, y, row);
      for (let x = 0; x < width; x++, to++) {
        const word = words[x] ?? 0;
        if (word !== last) {
          last = word;
          id = this.number(readColour(row, x * 4));
          if (id >= COLOURS_MAX) {
            this.cut(before);
            return undefined;
          }
        }
        numbers[to] = id;
      }
    }
    return numbers;
  }
}

/** Colours told before the first row, at most, and squares of four equal pixels that make one worth telling. */
const HEADS_MAX = 48;
const HEAD_SQUARES = 24;

/**
 * The new colours, numbered `from` to `until`, that fill areas. Edges are mixed from them and come before the first
 * pixel that is wholly of such a colour.
 */
export function chooseHeads(
  numbers: Uint16Array,
  width: number,
  from: number,
  until: number,
): number[] {
  const squares = new Uint32Array(until);
  for (let row = width; row < numbers.length; row += width) {
    for (let i = row + 1; i < row + width; i++) {
      const id = numbers[i] ?? 0;
      if (id === numbers[i - 1] && id === numbers[i - width] && id === numbers[i - width - 1]) {
        squares[id] = (squares[id] ?? 0) + 1;
      }
    }
  }
  const often = (id: number): number => squares[id] ?? 0;
  const heads: number[] = [];
  for (let id = from; id < until; id++) if (often(id) >= HEAD_SQUARES) heads.push(id);
  return heads
    .sort((a, b) => often(b) - often(a) || a - b)
    .slice(0, HEADS_MAX)
    .sort((a, b) => a - b);
}

function readColour(row: Uint8Array, at: number): number {
  const rgb = ((row[at] ?? 0) << 16) | ((row[at + 1] ?? 0) << 8) | (row[at + 2] ?? 0);
  return ((rgb << 8) | (row[at + 3] ?? 0)) >>> 0;
}
