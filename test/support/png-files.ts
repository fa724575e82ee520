/** PNG files for tests, put together from chunks, also such as no library would write. */
import { crc32, deflateSync } from 'node:zlib';

/** A chunk: its name of four letters, and what it holds. */
export type PngChunk = readonly [name: string, body: Uint8Array];

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function encodeChunk([name, body]: PngChunk): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}

/** A file of the given chunks, in their order. */
export function packPng(chunks: readonly PngChunk[]): Buffer {
  return Buffer.concat([SIGNATURE, ...chunks.map(encodeChunk)]);
}

/** The header of a picture; `colour` is the number of its type: 0 grey, 2 RGB, 3 palette, 4 and 6 with opacity. */
export function pngHeader(
  width: number,
  height: number,
  depth: number,
  colour: number,
  interlace = 0,
): PngChunk {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([depth, colour, 0, 0, interlace], 8);
  return ['IHDR', body];
}

/** The data of a picture: lines of pixels, each behind the number of its filter. */
export function pngData(lines: Uint8Array): PngChunk {
  return ['IDAT', deflateSync(lines)];
}

/** The last chunk. */
export const PNG_END: PngChunk = ['IEND', new Uint8Array(0)];

/** One grey pixel of 8 or 16 bits, with more chunks before its data. */
export function greyPixel(depth: 8 | 16, more: readonly PngChunk[] = []): Buffer {
  const line = depth === 8 ? Uint8Array.of(0, 90) : Uint8Array.of(0, 90, 17);
  return packPng([pngHeader(1, 1, depth, 0), ...more, pngData(line), PNG_END]);
}
