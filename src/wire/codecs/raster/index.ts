/**
 * Pictures. Guaranteed: what crosses is width, height and 8-bit pixels, and the canonical file is a PNG of exactly
 * these; two files with equal pixels are one value. Assumed: WebAssembly arithmetic, which is exact on every machine.
 * Not guaranteed: colour profiles, resolution, texts and orientation marks, which never cross.
 */
import { parseRaster } from '../../../formats/index.ts';
import { emitPng } from '../../../formats/index.ts';
import type { Raster } from '../../../formats/index.ts';
import type { Codec } from '../../codec.ts';
import { RasterSession } from './session.ts';

const emitted = new WeakMap<Raster, Uint8Array>();

/** The codec of rasters. */
export const rasterCodec: Codec<Raster> = {
  type: 'raster',
  parse: parseRaster,
  emit(value) {
    const known = emitted.get(value);
    if (known !== undefined) return known;
    const bytes = emitPng(value);
    emitted.set(value, bytes);
    return bytes;
  },
  open: (engine) => new RasterSession(engine),
};
