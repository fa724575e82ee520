/** Smaller pictures: every new pixel is the exact average of the area that it covers, in integers. */
import { RasterBuilder, readRow, type Raster } from './raster.ts';

/** The size of a side after scaling, at least one pixel. */
export function scaleSide(side: number, factor: number): number {
  return Math.max(1, Math.round(side * factor));
}

/** Makes a picture smaller by a factor above 0 and at most 1. */
export function scaleRaster(raster: Raster, factor: number): Raster {
  const width = scaleSide(raster.width, factor);
  const height = scaleSide(raster.height, factor);
  if (width === raster.width && height === raster.height) return raster;
  const builder = new RasterBuilder(width, height, true);
  const row = new Uint8Array(raster.width * 4);
  const across = new Float64Array(width * 4);
  const sums = new Float64Array(width * 4);
  const out = new Uint8Array(width * 4);
  let loaded = -1;
  // Positions are counted in units of 1 / (old side × new side), so that every weight is an integer.
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    let next: number;
    for (let from = y * raster.height; from < (y + 1) * raster.height; from = next) {
      const source = Math.floor(from / height);
      next = Math.min((source + 1) * height, (y + 1) * raster.height);
      if (source !== loaded) {
        readRow(raster, source, row);
        sumAcross(row, raster.width, width, across);
        loaded = source;
      }
      const weight = next - from;
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (across[i] ?? 0) * weight;
    }
    writeAverages(sums, raster.width * raster.height, out);
    builder.pushRow(out);
  }
  return builder.finish();
}

/** Weighted sums of one row; colours count as much as they are opaque. */
function sumAcross(row: Uint8Array, oldWidth: number, width: number, across: Float64Array): void {
  for (let to = 0; to < width; to++) {
    let [r, g, b, a] = [0, 0, 0, 0];
    const end = (to + 1) * oldWidth;
    for (let from = to * oldWidth; from < end;) {
      const x = Math.floor(from / width);
      const next = Math.min((x + 1) * width, end);
      const alpha = (row[x * 4 + 3] ?? 0) * (next - from);
      r += (row[x * 4] ?? 0) * alpha;
      g += (row[x * 4 + 1] ?? 0) * alpha;
      b += (row[x * 4 + 2] ?? 0) * alpha;
      a += alpha;
      from = next;
    }
    across[to * 4] = r;
    across[to * 4 + 1] = g;
    across[to * 4 + 2] = b;
    across[to * 4 + 3] = a;
  }
}

function writeAverages(sums: Float64Array, area: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i += 4) {
    const alpha = sums[i + 3] ?? 0;
    for (let c = 0; c < 3; c++) {
      out[i + c] = alpha === 0 ? 0 : Math.floor((sums[i + c] ?? 0) / alpha + 0.5);
    }
    out[i + 3] = Math.floor(alpha / area + 0.5);
  }
}
