/**
 * A strict JPEG reader: baseline and progressive, one or three components of 8 bits. The file's skeleton is checked
 * here before a decoder sees it; its pixels are then a raster like any other, and every mark and metadata is dropped.
 */
import { decode } from 'jpeg-js';
import type { Refusal } from '../core/index.ts';
import { rasterErrors } from './raster-errors.ts';
import { checkRasterSize, RasterBuilder, type Raster } from './raster.ts';

/** The largest JPEG in pixels; its decoder needs about 20 bytes for each. */
export const JPEG_PIXELS_MAX = 16_000_000;

/** Each scan costs a pass over the picture; real encoders write at most about a dozen. */
const SCANS_MAX = 32;
const SEGMENTS_MAX = 10_000;
const MEMORY_MIB = 640;

interface Skeleton {
  readonly width: number;
  readonly height: number;
}

const refuse = (why: string, at?: number): Refusal =>
  rasterErrors.refuse('JPEG_BROKEN', { why }, at === undefined ? undefined : `byte ${String(at)}`);

/** Reads a JPEG to its canonical pixels. */
export function parseJpeg(bytes: Uint8Array): { ok: true; value: Raster } | Refusal {
  const skeleton = readSkeleton(bytes);
  if ('ok' in skeleton) return skeleton;
  const { width, height } = skeleton;
  try {
    const picture = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: JPEG_PIXELS_MAX / 1_000_000,
      maxMemoryUsageInMB: MEMORY_MIB,
    });
    if (picture.width !== width || picture.height !== height) return refuse('its size changes');
    const builder = new RasterBuilder(width, height, false);
    for (let y = 0; y < height; y++) {
      builder.pushRow(picture.data.subarray(y * width * 4, (y + 1) * width * 4));
    }
    return { ok: true, value: builder.finish() };
  } catch {
    return refuse('its picture data is broken or of a rare kind');
  }
}

/** Walks every segment from the start mark to the end mark, which must be the end of the file. */
function readSkeleton(bytes: Uint8Array): Skeleton | Refusal {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8)
    return refuse('it does not begin with a JPEG mark', 0);
  let at = 2;
  let frame: Skeleton | undefined;
  let scans = 0;
  for (let count = 0; count < SEGMENTS_MAX; count++) {
    if (bytes[at] !== 0xff) return refuse('a mark is missing', at);
    while (bytes[at + 1] === 0xff) at++;
    const mark = bytes[at + 1] ?? 0;
    if (mark === 0xd9) {
      if (at + 2 !== bytes.length) return refuse('data follows the end of the picture', at);
      return frame !== undefined && scans > 0 ? frame : refuse('it has no picture', at);
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > bytes.length) return refuse('a segment is broken', at);
    const body = bytes.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (mark === 0xc0 || mark === 0xc1 || mark === 0xc2) {
      if (frame !== undefined) return refuse('it has two frames', at);
      const read = readFrame(body);
      if ('ok' in read) return read;
      frame = read;
    } else if (mark === 0xda) {
      if (frame === undefined || ++scans > SCANS_MAX) {
        return refuse(`it has a scan before its frame, or more than ${String(SCANS_MAX)}`, at);
      }
      at = skipScan(bytes, at);
    } else if (!isQuiet(mark)) {
      return refuse(`mark ${mark.toString(16)} is of a rare kind`, at);
    }
  }
  return refuse(`it has more than ${String(SEGMENTS_MAX)} segments`, at);
}

/** Tables, restart interval, application data and comments. */
const isQuiet = (mark: number): boolean =>
  mark === 0xc4 ||
  mark === 0xdb ||
  mark === 0xdd ||
  mark === 0xfe ||
  (mark >= 0xe0 && mark <= 0xef);

function readFrame(body: Uint8Array): Skeleton | Refusal {
  const height = ((body[1] ?? 0) << 8) | (body[2] ?? 0);
  const width = ((body[3] ?? 0) << 8) | (body[4] ?? 0);
  const components = body[5] ?? 0;
  if (body[0] !== 8) return refuse('its samples are not 8 bits');
  if (components !== 1 && components !== 3) return refuse('it is not grey, YCbCr or RGB');
  if (body.length !== 6 + 3 * components) return refuse('its frame is broken');
  const ids = new Set<number>();
  for (let c = 0; c < components; c++) {
    const [id = 0, sampling = 0, table = 0] = body.subarray(6 + c * 3);
    const across = sampling >> 4;
    const down = sampling & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4 || table > 3 || ids.has(id)) {
      return refuse('its frame is broken');
    }
    ids.add(id);
  }
  const wrong = checkRasterSize(width, height);
  if (wrong !== undefined) return wrong;
  if (width * height > JPEG_PIXELS_MAX) {
    return rasterErrors.refuse('JPEG_EXCESS', { width, height, limit: JPEG_PIXELS_MAX });
  }
  return { width, height };
}

/** The next mark after coded data: neither a stuffed zero nor a restart. */
function skipScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
    at = bytes.indexOf(0xff, at + 2);
  }
  return bytes.length;
}
