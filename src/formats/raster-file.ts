/** Picture files of every kind that is read, PNG and JPEG, told apart by their content; and their cheaper forms. */
import type { Refusal } from '../core/index.ts';
import { parseJpeg } from './jpeg.ts';
import { parsePng } from './png-parse.ts';
import { rasterErrors } from './raster-errors.ts';
import { reducePalette } from './raster-palette.ts';
import { scaleRaster } from './raster-scale.ts';
import type { Raster } from './raster.ts';

/** The cheaper forms of a picture; scaling comes first. */
export interface RasterForm {
  /** Colours to keep, 2 to 256. */
  readonly palette?: number;
  /** Factor on both sides, above 0 and at most 1. */
  readonly scale?: number;
}

/** Whether the bytes begin like a picture file that is read here. */
export function looksLikeRaster(bytes: Uint8Array): boolean {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
  return isPng || (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff);
}

/** Reads a picture file to its canonical pixels, then takes the cheaper form if one is given. */
export function parseRaster(
  bytes: Uint8Array,
  form: RasterForm = {},
): { readonly ok: true; readonly value: Raster } | Refusal {
  const { palette, scale } = form;
  if (palette !== undefined && !(Number.isInteger(palette) && palette >= 2 && palette <= 256)) {
    return rasterErrors.refuse('FORM_INVALID', {
      why: `palette ${String(palette)} is not 2 to 256`,
    });
  }
  if (scale !== undefined && !(scale > 0 && scale <= 1)) {
    return rasterErrors.refuse('FORM_INVALID', { why: `scale ${String(scale)} is not in 0 to 1` });
  }
  const parsed = bytes[0] === 0xff ? parseJpeg(bytes) : parsePng(bytes);
  if (!parsed.ok) return parsed;
  let { value } = parsed;
  if (scale !== undefined) value = scaleRaster(value, scale);
  if (palette !== undefined) value = reducePalette(value, palette);
  return { ok: true, value };
}

/** What reading a picture changes that its pixels do not show. The bytes must be a picture that was read. */
export function noteRaster(bytes: Uint8Array): string[] {
  // Byte 24 of a PNG is the depth in its header, which always comes first.
  return bytes[0] === 0x89 && bytes[24] === 16 ? ['16 bits a sample rounded to 8'] : [];
}
