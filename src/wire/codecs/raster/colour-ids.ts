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

function readColour(row: Uint8Array, at: number): number {
  const rgb = ((row[at] ?? 0) << 16) | ((row[at + 1] ?? 0) << 8) | (row[at + 2] ?? 0);
  return ((rgb << 8) | (row[at + 3] ?? 0)) >>> 0;
}
