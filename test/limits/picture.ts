/** PNG files for tests, written with the platform's own compressor: this is what researchers' libraries hand in. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

function header(width: number, height: number): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 2, 0, 0, 0], 8);
  return data;
}

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
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(width, height)),
    chunk('IDAT', compressed),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
