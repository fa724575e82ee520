/** Rows of PNG data: undoing filters, and turning samples of any colour type and depth into RGBA bytes. */
import type { PngChunks } from './png-chunks.ts';

/** Samples per pixel for each colour type. */
export const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Undoes the filter of the row at `at`, whose filter byte comes first; gives false for a filter that does not exist. */
export function unfilterRow(
  data: Uint8Array,
  at: number,
  above: number,
  length: number,
  step: number,
): boolean {
  const filter = data[at] ?? 0;
  const row = at + 1;
  const end = row + length;
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (let i = row + step; i < end; i++) data[i] = (data[i] ?? 0) + (data[i - step] ?? 0);
      return true;
    case 2:
      if (above < 0) return true;
      for (let i = row, u = above + 1; i < end; i++, u++) {
        data[i] = (data[i] ?? 0) + (data[u] ?? 0);
      }
      return true;
    case 3:
      for (let i = row, u = above + 1; i < end; i++, u++) {
        const left = i - row >= step ? (data[i - step] ?? 0) : 0;
        const up = above < 0 ? 0 : (data[u] ?? 0);
        data[i] = (data[i] ?? 0) + ((left + up) >> 1);
      }
      return true;
    case 4:
      unfilterPaeth(data, row, above + 1, end, step, above < 0);
      return true;
    default:
      return false;
  }
}

function unfilterPaeth(
  data: Uint8Array,
  row: number,
  above: number,
  end: number,
  step: number,
  first: boolean,
): void {
  for (let i = row, u = above; i < end; i++, u++) {
    const inside = i - row >= step;
    const a = inside ? (data[i - step] ?? 0) : 0;
    const b = first ? 0 : (data[u] ?? 0);
    const c = inside && !first ? (data[u - step] ?? 0) : 0;
    const pa = Math.abs(b - c);
    const pb = Math.abs(a - c);
    const pc = Math.abs(a + b - c - c);
    data[i] = (data[i] ?? 0) + (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
  }
}

/** Turns one unfiltered row of `width` pixels at `at` into RGBA; false when a palette index does not exist. */
export type RowReader = (data: Uint8Array, at: number, width: number, rgba: Uint8Array) => boolean;

/** Sixteen bits become eight by rounding to the nearest of 256 equal steps. */
const reduce = (high: number, low: number): number => (((high << 8) | low) * 255 + 32_895) >>> 16;

/** The reader for the colour type and depth of a PNG. */
export function openRowReader(png: PngChunks): RowReader {
  if (png.colourType === 3 || (png.colourType === 0 && png.depth <= 8)) return openIndexReader(png);
  const samples = SAMPLES[png.colourType] ?? 1;
  const wide = png.depth === 16;
  const key = png.transparency;
  const grey = samples < 3;
  const alphaAt = samples === 2 ? 1 : samples === 4 ? 3 : -1;
  const size = wide ? 2 : 1;
  return (data, at, width, rgba) => {
    for (let x = 0, o = 0; x < width; x++, o += 4, at += samples * size) {
      for (let c = 0; c < 3; c++) {
        const i = at + (grey ? 0 : c * size);
        rgba[o + c] = wide ? reduce(data[i] ?? 0, data[i + 1] ?? 0) : (data[i] ?? 0);
      }
      if (alphaAt >= 0) {
        const i = at + alphaAt * size;
        rgba[o + 3] = wide ? reduce(data[i] ?? 0, data[i + 1] ?? 0) : (data[i] ?? 0);
      } else {
        rgba[o + 3] = key !== undefined && matchesKey(data, at, samples, wide, key) ? 0 : 255;
      }
    }
    return true;
  };
}

/** Whether a pixel has the one colour that `tRNS` declares transparent, compared at full depth. */
function matchesKey(
  data: Uint8Array,
  at: number,
  samples: number,
  wide: boolean,
  key: Uint8Array,
): boolean {
  for (let c = 0; c < samples; c++) {
    const high = wide ? (data[at + c * 2] ?? 0) : 0;
    const low = wide ? (data[at + c * 2 + 1] ?? 0) : (data[at + c] ?? 0);
    if (key[c * 2] !== high || key[c * 2 + 1] !== low) return false;
  }
  return true;
}

/** Palette pictures, and grey ones of up to 8 bits, which are read as a palette of greys. */
function openIndexReader(png: PngChunks): RowReader {
  const { depth } = png;
  const table = png.colourType === 3 ? listPalette(png) : listGreys(png);
  const count = table.length / 4;
  const mask = (1 << depth) - 1;
  return (data, at, width, rgba) => {
    for (let x = 0, o = 0; x < width; x++, o += 4) {
      const bit = x * depth;
      const index = ((data[at + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & mask;
      if (index >= count) return false;
      const i = index * 4;
      rgba[o] = table[i] ?? 0;
      rgba[o + 1] = table[i + 1] ?? 0;
      rgba[o + 2] = table[i + 2] ?? 0;
      rgba[o + 3] = table[i + 3] ?? 0;
    }
    return true;
  };
}

function listPalette(png: PngChunks): Uint8Array {
  const colours = png.palette ?? new Uint8Array(0);
  const table = new Uint8Array((colours.length / 3) * 4);
  for (let i = 0; i * 3 < colours.length; i++) {
    table.set(colours.subarray(i * 3, i * 3 + 3), i * 4);
    table[i * 4 + 3] = png.transparency?.[i] ?? 255;
  }
  return table;
}

function listGreys(png: PngChunks): Uint8Array {
  const count = 1 << png.depth;
  const table = new Uint8Array(count * 4);
  const key = png.transparency;
  const clear = key === undefined ? -1 : ((key[0] ?? 0) << 8) | (key[1] ?? 0);
  for (let i = 0; i < count; i++) {
    table.fill((i * 255) / (count - 1), i * 4, i * 4 + 3);
    table[i * 4 + 3] = i === clear ? 0 : 255;
  }
  return table;
}
