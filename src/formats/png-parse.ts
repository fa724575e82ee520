/** A strict PNG reader: every rule of the format is checked, and only pixels come out. */
import type { Refusal } from '../core/index.ts';
import { inflateExactly } from './inflate.ts';
import { readPngChunks, type PngChunks } from './png-chunks.ts';
import { openRowReader, SAMPLES, unfilterRow } from './png-rows.ts';
import { rasterErrors } from './raster-errors.ts';
import { checkRasterSize, RasterBuilder, type Raster } from './raster.ts';

/** A pass of Adam7: first column and row, steps between columns and rows. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
  readonly rowBytes: number;
}

const refuse = (why: string): Refusal => rasterErrors.refuse('PNG_BROKEN', { why });

/** Reads a PNG to its canonical pixels. */
export function parsePng(bytes: Uint8Array): { ok: true; value: Raster } | Refusal {
  const png = readPngChunks(bytes);
  if ('ok' in png) return png;
  const tooLarge = checkRasterSize(png.width, png.height);
  if (tooLarge !== undefined) return tooLarge;
  const passes = listPasses(png);
  const expected = passes.reduce((sum, pass) => sum + pass.height * (pass.rowBytes + 1), 0);
  const [first = new Uint8Array(0)] = png.data;
  const input = png.data.length === 1 ? first : Buffer.concat(png.data);
  const data = inflateExactly(input, expected, 'zlib');
  return typeof data === 'string' ? refuse(data) : readPixels(png, passes, data);
}

function listPasses(png: PngChunks): Pass[] {
  const bits = (SAMPLES[png.colourType] ?? 1) * png.depth;
  const grid = png.interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  return grid
    .map(([x, y, stepX, stepY]) => {
      const width = Math.ceil((png.width - x) / stepX);
      const height = Math.ceil((png.height - y) / stepY);
      return { x, y, stepX, stepY, width, height, rowBytes: Math.ceil((width * bits) / 8) };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

function readPixels(
  png: PngChunks,
  passes: readonly Pass[],
  data: Uint8Array,
): { ok: true; value: Raster } | Refusal {
  const read = openRowReader(png);
  const step = Math.max(1, ((SAMPLES[png.colourType] ?? 1) * png.depth) >> 3);
  const mayBeTransparent = png.transparency !== undefined || png.colourType >= 4;
  const builder = new RasterBuilder(png.width, png.height, mayBeTransparent);
  const canvas = png.interlaced ? new Uint8Array(png.width * png.height * 4) : undefined;
  const rgba = new Uint8Array(png.width * 4);
  let at = 0;
  for (const pass of passes) {
    for (let row = 0; row < pass.height; row++) {
      const above = row === 0 ? -1 : at - pass.rowBytes - 1;
      if (!unfilterRow(data, at, above, pass.rowBytes, step)) {
        return refuse('a row has a filter that does not exist');
      }
      if (!read(data, at + 1, pass.width, rgba)) {
        return refuse('a pixel has a colour that is not in the palette');
      }
      if (canvas === undefined) builder.pushRow(rgba);
      else placeRow(canvas, png.width, pass, row, rgba);
      at += pass.rowBytes + 1;
    }
  }
  if (canvas !== undefined) {
    for (let y = 0; y < png.height; y++) {
      builder.pushRow(canvas.subarray(y * png.width * 4, (y + 1) * png.width * 4));
    }
  }
  return { ok: true, value: builder.finish() };
}

/** Puts the pixels of one row of an interlace pass where they belong. */
function placeRow(
  canvas: Uint8Array,
  width: number,
  pass: Pass,
  row: number,
  rgba: Uint8Array,
): void {
  let to = ((pass.y + row * pass.stepY) * width + pass.x) * 4;
  for (let i = 0; i < pass.width * 4; i += 4, to += pass.stepX * 4) {
    canvas[to] = rgba[i] ?? 0;
    canvas[to + 1] = rgba[i + 1] ?? 0;
    canvas[to + 2] = rgba[i + 2] ?? 0;
    canvas[to + 3] = rgba[i + 3] ?? 0;
  }
}
