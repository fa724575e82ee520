/**
 * The canonical PNG of a raster: one rule for colour type and depth, one filter rule, one deflate implementation in
 * plain JavaScript, so that the bytes are the same on every machine.
 */
import { crc32 } from 'node:zlib';
import { Deflate } from 'pako';
import { PNG_SIGNATURE } from './png-chunks.ts';
import type { ColourRaster, PaletteRaster, Raster } from './raster.ts';

/** Rows are deflated in pieces of about this size, which bounds memory. */
const PIECE_BYTES = 1 << 20;
/** Every IDAT chunk but the last has this length: with the level it fixes the bytes. */
const CHUNK_BYTES = 1 << 18;
const LEVEL = 4;

/** Writes a raster as PNG. */
export function emitPng(raster: Raster): Uint8Array {
  const chunks: Uint8Array[] = [PNG_SIGNATURE];
  if (raster.kind === 'palette') {
    const grey = greyDepth(raster.palette);
    const depth = grey > 0 ? grey : indexDepth(raster.palette.length);
    chunks.push(header(raster, depth, grey > 0 ? 0 : 3));
    if (grey === 0) chunks.push(...paletteChunks(raster.palette));
    const samples = grey > 0 ? raster.palette.map((c) => (c >>> 24) >> (8 - grey)) : undefined;
    chunks.push(...deflateRows(raster.height, packedRows(raster, depth, samples)));
  } else {
    chunks.push(header(raster, 8, raster.channels === 3 ? 2 : 6));
    chunks.push(...deflateRows(raster.height, filteredRows(raster)));
  }
  chunks.push(chunk('IEND', new Uint8Array(0)));
  return Buffer.concat(chunks);
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

function header(raster: Raster, depth: number, colourType: number): Uint8Array {
  const body = new Uint8Array(13);
  const view = new DataView(body.buffer);
  view.setUint32(0, raster.width);
  view.setUint32(4, raster.height);
  body[8] = depth;
  body[9] = colourType;
  return chunk('IHDR', body);
}

/** The smallest grey depth that holds every colour exactly, or 0 when some colour is not an opaque grey. */
function greyDepth(palette: Uint32Array): number {
  let depth = 1;
  for (const colour of palette) {
    const level = colour >>> 24;
    if (colour !== (level * 0x1010100 + 255) >>> 0) return 0;
    while (level % (255 / (2 ** depth - 1)) !== 0) depth *= 2;
  }
  // Fewer than 17 greys off the lattice are cheaper as a palette.
  return depth === 8 && palette.length <= 16 ? 0 : depth;
}

function indexDepth(colours: number): number {
  return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

function paletteChunks(palette: Uint32Array): Uint8Array[] {
  const colours = new Uint8Array(palette.length * 3);
  const alphas = new Uint8Array(palette.length);
  let alphaCount = 0;
  palette.forEach((colour, i) => {
    colours[i * 3] = colour >>> 24;
    colours[i * 3 + 1] = colour >>> 16;
    colours[i * 3 + 2] = colour >>> 8;
    alphas[i] = colour;
    if ((colour & 255) !== 255) alphaCount = i + 1;
  });
  const chunks = [chunk('PLTE', colours)];
  if (alphaCount > 0) chunks.push(chunk('tRNS', alphas.subarray(0, alphaCount)));
  return chunks;
}

type RowWriter = { readonly bytes: number; write(y: number, out: Uint8Array, at: number): void };

/** Rows of indices or grey levels, packed to `depth` bits, without a filter. */
function packedRows(
  raster: PaletteRaster,
  depth: number,
  samples: Uint32Array | undefined,
): RowWriter {
  const { width, pixels } = raster;
  const values = new Uint8Array(256);
  for (let i = 0; i < 256; i++) values[i] = samples?.[i] ?? i;
  const bytes = Math.ceil((width * depth) / 8);
  const write = (y: number, out: Uint8Array, at: number): void => {
    let p = y * width;
    const end = p + width;
    out[at++] = 0;
    for (let i = 0; i < bytes; i++) {
      let byte = 0;
      for (let shift = 8 - depth; shift >= 0; shift -= depth) {
        if (p < end) byte |= (values[pixels[p++] ?? 0] ?? 0) << shift;
      }
      out[at++] = byte;
    }
  };
  return { bytes: bytes + 1, write };
}

/** Rows of RGB or RGBA with the Paeth filter: good on photos, harmless on flat areas, and no choice to hide bits in. */
function filteredRows(raster: ColourRaster): RowWriter {
  const { channels: step, pixels } = raster;
  const bytes = raster.width * step;
  const write = (y: number, out: Uint8Array, at: number): void => {
    out[at++] = 4;
    const row = y * bytes;
    for (let i = 0; i < bytes; i++) {
      const a = i < step ? 0 : (pixels[row + i - step] ?? 0);
      const b = y === 0 ? 0 : (pixels[row + i - bytes] ?? 0);
      const c = i < step || y === 0 ? 0 : (pixels[row + i - bytes - step] ?? 0);
      const pa = Math.abs(b - c);
      const pb = Math.abs(a - c);
      const pc = Math.abs(a + b - c - c);
      out[at++] = (pixels[row + i] ?? 0) - (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
    }
  };
  return { bytes: bytes + 1, write };
}

/** Deflates rows piece by piece; each piece that comes out is one IDAT chunk. */
function deflateRows(height: number, rows: RowWriter): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const deflate = new Deflate({ level: LEVEL, chunkSize: CHUNK_BYTES });
  deflate.onData = (piece) => {
    if (piece.length > 0) chunks.push(chunk('IDAT', piece));
  };
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / rows.bytes));
  for (let y = 0; y < height; y += perPiece) {
    const count = Math.min(perPiece, height - y);
    const piece = new Uint8Array(count * rows.bytes);
    for (let i = 0; i < count; i++) rows.write(y + i, piece, i * rows.bytes);
    if (!deflate.push(piece, y + count === height)) {
      throw new Error(`deflate of a picture failed: ${deflate.msg || `code ${deflate.err}`}`);
    }
  }
  return chunks;
}
