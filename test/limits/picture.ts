/** PNG files for tests, written with the platform's own compressor: this is what researchers' libraries hand in. */
import { deflateSync } from 'node:zlib';
import { PNG_END, packPng, pngHeader } from '../support/png-files.ts';

/** An 8-bit RGB picture. */
export function encodePng(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const bytes = width * 3;
  const rows = Buffer.alloc((bytes + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * bytes, (y + 1) * bytes), y * (bytes + 1) + 1);
  }
  return assemble(width, height, deflateSync(rows, { level: 6 }));
}

/** A picture whose header claims a size that its data may lack. */
export function assemble(width: number, height: number, compressed: Uint8Array): Uint8Array {
  return packPng([pngHeader(width, height, 8, 2), ['IDAT', compressed], PNG_END]);
}
