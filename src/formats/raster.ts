/**
 * The canonical raster: pixels and nothing else.
 *
 * Two pictures with the same width, height and pixels are the same value, whatever file they came from: up to 256
 * distinct colours are a palette in ascending order of `RRGGBBAA` plus one index per pixel; more are RGB planes, or
 * RGBA when some pixel is not opaque. A fully transparent pixel has no colour: its RGB is 0.
 */
import { rasterErrors } from './raster-errors.ts';
import type { Refusal } from '../core/index.ts';

/** The largest picture that is read, written or decoded: 50 megapixels. */
export const RASTER_PIXELS_MAX = 50_000_000;

/** The longest side of a picture. */
export const RASTER_SIDE_MAX = 65_535;

/** A picture with at most 256 colours. */
export interface PaletteRaster {
  readonly kind: 'palette';
  readonly width: number;
  readonly height: number;
  /** Distinct colours `0xRRGGBBAA`, ascending, each of them used. */
  readonly palette: Uint32Array;
  /** One palette index per pixel, row by row. */
  readonly pixels: Uint8Array;
}

/** A picture with more than 256 colours: 3 (opaque) or 4 bytes per pixel. */
export interface ColourRaster {
  readonly kind: 'colour';
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly pixels: Uint8Array;
}

/** The canonical value of every picture format. */
export type Raster = PaletteRaster | ColourRaster;

/** Refuses sizes outside the limits, before anything is allocated for them. */
export function checkRasterSize(width: number, height: number): Refusal | undefined {
  if (width < 1 || height < 1) return rasterErrors.refuse('SIZE_EMPTY', { width, height });
  if (width > RASTER_SIDE_MAX || height > RASTER_SIDE_MAX) {
    return rasterErrors.refuse('SIDE_EXCESS', { width, height, limit: RASTER_SIDE_MAX });
  }
  if (width * height > RASTER_PIXELS_MAX) {
    return rasterErrors.refuse('PIXELS_EXCESS', { width, height, limit: RASTER_PIXELS_MAX });
  }
  return undefined;
}

const SLOTS = 1024;

/** Collects rows of RGBA bytes into the canonical value; colours are found while rows arrive. */
export class RasterBuilder {
  readonly #width: number;
  readonly #height: number;
  readonly #channels: 3 | 4;
  readonly #keys = new Uint32Array(SLOTS);
  readonly #slots = new Int16Array(SLOTS).fill(-1);
  readonly #colours = new Uint32Array(256);
  #count = 0;
  #row = 0;
  #opaque = true;
  #indices: Uint8Array | undefined;
  #planes: Uint8Array | undefined;

  /** `mayBeTransparent` false promises that every alpha is 255 and saves a plane. The size must have been checked. */
  constructor(width: number, height: number, mayBeTransparent: boolean) {
    this.#width = width;
    this.#height = height;
    this.#channels = mayBeTransparent ? 4 : 3;
    this.#indices = new Uint8Array(width * height);
  }

  /** Adds the next row: `width` pixels of four bytes each. */
  pushRow(rgba: Uint8Array): void {
    const start = this.#row++ * this.#width;
    if (this.#indices !== undefined) {
      const done = this.#pushIndices(this.#indices, start, rgba);
      if (done) return;
      this.#spill(start);
    }
    this.#pushColours(start, rgba);
  }

  /** Looks up every colour of one row; false when the palette is full. */
  #pushIndices(indices: Uint8Array, start: number, rgba: Uint8Array): boolean {
    let last = 0;
    let lastIndex = -1;
    for (let x = 0, i = 0; x < this.#width; x++, i += 4) {
      const alpha = rgba[i + 3] ?? 0;
      const colour =
        alpha === 0
          ? 0
          : (((rgba[i] ?? 0) << 24) |
              ((rgba[i + 1] ?? 0) << 16) |
              ((rgba[i + 2] ?? 0) << 8) |
              alpha) >>>
            0;
      if (colour !== last || lastIndex < 0) {
        last = colour;
        lastIndex = this.#find(colour);
        if (lastIndex < 0) return false;
      }
      indices[start + x] = lastIndex;
    }
    return true;
  }

  #find(colour: number): number {
    let slot = (Math.imul(colour ^ (colour >>> 13), 0x9e3779b1) >>> 22) & (SLOTS - 1);
    for (;;) {
      const index = this.#slots[slot] ?? -1;
      if (index < 0) break;
      if (this.#keys[slot] === colour) return index;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#count === 256) return -1;
    if ((colour & 255) !== 255) this.#opaque = false;
    this.#keys[slot] = colour;
    this.#slots[slot] = this.#count;
    this.#colours[this.#count] = colour;
    return this.#count++;
  }

  /** The 257th colour was met: the rows before it become planes. */
  #spill(pixels: number): void {
    const planes = new Uint8Array(this.#width * this.#height * this.#channels);
    const indices = this.#indices ?? new Uint8Array(0);
    for (let p = 0, o = 0; p < pixels; p++) {
      const colour = this.#colours[indices[p] ?? 0] ?? 0;
      planes[o++] = colour >>> 24;
      planes[o++] = colour >>> 16;
      planes[o++] = colour >>> 8;
      if (this.#channels === 4) planes[o++] = colour;
    }
    this.#planes = planes;
    this.#indices = undefined;
  }

  #pushColours(start: number, rgba: Uint8Array): void {
    const planes = this.#planes ?? new Uint8Array(0);
    let o = start * this.#channels;
    for (let i = 0; i < this.#width * 4; i += 4) {
      const alpha = rgba[i + 3] ?? 0;
      const keep = alpha === 0 ? 0 : 255;
      planes[o++] = (rgba[i] ?? 0) & keep;
      planes[o++] = (rgba[i + 1] ?? 0) & keep;
      planes[o++] = (rgba[i + 2] ?? 0) & keep;
      if (this.#channels === 4) planes[o++] = alpha;
      if (alpha !== 255) this.#opaque = false;
    }
  }

  /** The canonical value; every row must have been pushed. The builder is of no use afterwards. */
  finish(): Raster {
    const size = { width: this.#width, height: this.#height };
    if (this.#indices !== undefined) {
      return sortPalette({
        kind: 'palette',
        ...size,
        palette: this.#colours.slice(0, this.#count),
        pixels: this.#indices,
      });
    }
    const planes = this.#planes ?? new Uint8Array(0);
    if (this.#channels === 3) return { kind: 'colour', ...size, channels: 3, pixels: planes };
    if (!this.#opaque) return { kind: 'colour', ...size, channels: 4, pixels: planes };
    let o = 0;
    for (let i = 0; i < planes.length; i += 4) {
      planes[o++] = planes[i] ?? 0;
      planes[o++] = planes[i + 1] ?? 0;
      planes[o++] = planes[i + 2] ?? 0;
    }
    return { kind: 'colour', ...size, channels: 3, pixels: planes.slice(0, o) };
  }
}

/** Sorts the palette ascending, drops unused colours, and renumbers the pixels in place. */
function sortPalette(raster: PaletteRaster): PaletteRaster {
  const { palette, pixels } = raster;
  const order = Array.from(palette.keys()).sort((a, b) => (palette[a] ?? 0) - (palette[b] ?? 0));
  const renumber = new Uint8Array(256);
  order.forEach((old, index) => (renumber[old] = index));
  for (let p = 0; p < pixels.length; p++) pixels[p] = renumber[pixels[p] ?? 0] ?? 0;
  return { ...raster, palette: Uint32Array.from(order, (old) => palette[old] ?? 0) };
}

/** Writes row `y` of a raster as RGBA bytes. */
export function readRow(raster: Raster, y: number, rgba: Uint8Array): void {
  const { width } = raster;
  if (raster.kind === 'palette') {
    const { palette, pixels } = raster;
    for (let p = y * width, i = 0; i < width * 4; p++, i += 4) {
      const colour = palette[pixels[p] ?? 0] ?? 0;
      rgba[i] = colour >>> 24;
      rgba[i + 1] = colour >>> 16;
      rgba[i + 2] = colour >>> 8;
      rgba[i + 3] = colour;
    }
    return;
  }
  const { pixels, channels } = raster;
  for (let p = y * width * channels, i = 0; i < width * 4; p += channels, i += 4) {
    rgba[i] = pixels[p] ?? 0;
    rgba[i + 1] = pixels[p + 1] ?? 0;
    rgba[i + 2] = pixels[p + 2] ?? 0;
    rgba[i + 3] = channels === 4 ? (pixels[p + 3] ?? 0) : 255;
  }
}
