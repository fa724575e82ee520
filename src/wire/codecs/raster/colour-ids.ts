/** Numbers for colours, in the order in which a session first meets them. */
import { readRow, type Raster } from '../../../formats/raster.ts';

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

  /**
   * Numbers every pixel of a raster into `plane`, whose rows are `stride` apart. Gives false, with the numbering as
   * before, when the picture would need more than the coder's colours.
   */
  fill(raster: Raster, plane: Uint16Array, stride: number): boolean {
    const before = this.count;
    const { width, height } = raster;
    const row = new Uint8Array(width * 4);
    const words = new Uint32Array(row.buffer);
    let last = -1;
    let id = 0;
    for (let y = 0; y < height; y++) {
      readRow(raster, y, row);
      for (let x = 0, to = y * stride; x < width; x++, to++) {
        const word = words[x] ?? 0;
        if (word !== last) {
          last = word;
          const i = x * 4;
          id = this.number(
            (((row[i] ?? 0) << 24) |
              ((row[i + 1] ?? 0) << 16) |
              ((row[i + 2] ?? 0) << 8) |
              (row[i + 3] ?? 0)) >>>
              0,
          );
          if (id >= COLOURS_MAX) {
            this.cut(before);
            return false;
          }
        }
        plane[to] = id;
      }
    }
    return true;
  }
}
