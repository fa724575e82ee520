/** Channels in PNG images: low bits, palette order, ancillary and text chunks, filters. */
import { deflateSync, inflateSync } from 'node:zlib';
import { servedBytes, submit, type Channel, type Served } from './channel.ts';

const SIDE = 32;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (CRC_TABLE[(c ^ byte) & 255] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

interface Png {
  readonly colourType: 2 | 3;
  readonly rows: readonly Uint8Array[];
  readonly palette?: Uint8Array;
  readonly extra?: readonly Buffer[];
  /** Filter type per row, 0 or 1; the pixels are the same either way. */
  readonly filters?: readonly number[];
}

function writePng(png: Png): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header[8] = 8;
  header[9] = png.colourType;
  const step = png.colourType === 2 ? 3 : 1;
  const raw = Buffer.concat(
    png.rows.map((row, y) => {
      const filter = png.filters?.[y] ?? 0;
      const line = Uint8Array.from(row, (value, i) =>
        filter === 1 ? (value - (i >= step ? (row[i - step] ?? 0) : 0)) & 255 : value,
      );
      return Buffer.concat([Buffer.from([filter]), line]);
    }),
  );
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    ...(png.palette === undefined ? [] : [chunk('PLTE', png.palette)]),
    ...(png.extra ?? []),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(bytes: Uint8Array): { type: string; data: Buffer }[] {
  const buffer = Buffer.from(bytes);
  const found: { type: string; data: Buffer }[] = [];
  for (let at = 8; at + 12 <= buffer.length;) {
    const length = buffer.readUInt32BE(at);
    found.push({
      type: buffer.toString('latin1', at + 4, at + 8),
      data: buffer.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return found;
}

function served(releases: readonly Served[]): { type: string; data: Buffer }[] {
  return chunksOf(servedBytes(releases, 'image.png'));
}

/** Every pixel of a served image as [r, g, b]; the decoder undoes whatever form it was emitted in. */
function pixels(releases: readonly Served[]): number[][] {
  const parts = served(releases);
  const header = parts.find((part) => part.type === 'IHDR')?.data;
  if (header === undefined) return [];
  const depth = header[8] ?? 8;
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[header[9] ?? 0] ?? 1;
  const palette = parts.find((part) => part.type === 'PLTE')?.data;
  const raw = inflateSync(
    Buffer.concat(parts.filter((part) => part.type === 'IDAT').map((part) => part.data)),
  );
  const stride = Math.ceil((SIDE * channels * depth) / 8);
  const bytesEach = Math.max(1, (channels * depth) >> 3);
  let above = new Uint8Array(stride);
  const out: number[][] = [];
  for (let y = 0; y < SIDE; y++) {
    const line = unfilter(raw.subarray(y * (stride + 1), (y + 1) * (stride + 1)), above, bytesEach);
    for (let x = 0; x < SIDE; x++) out.push(pixelAt(line, x, depth, channels, palette));
    above = line;
  }
  return out;
}

function unfilter(coded: Uint8Array, above: Uint8Array, step: number): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(above.length);
  const filter = coded[0] ?? 0;
  for (let i = 0; i < line.length; i++) {
    const a = i >= step ? (line[i - step] ?? 0) : 0;
    const b = above[i] ?? 0;
    const c = i >= step ? (above[i - step] ?? 0) : 0;
    const p = a + b - c;
    const paeth =
      Math.abs(p - a) <= Math.abs(p - b) && Math.abs(p - a) <= Math.abs(p - c)
        ? a
        : Math.abs(p - b) <= Math.abs(p - c)
          ? b
          : c;
    const predicted = [0, a, b, (a + b) >> 1, paeth][filter] ?? 0;
    line[i] = ((coded[i + 1] ?? 0) + predicted) & 255;
  }
  return line;
}

function pixelAt(
  line: Uint8Array,
  x: number,
  depth: number,
  channels: number,
  palette: Uint8Array | undefined,
): number[] {
  if (channels >= 3) return [0, 1, 2].map((c) => line[x * channels + c] ?? 0);
  const bit = x * channels * depth;
  const value = ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  if (palette !== undefined) return [0, 1, 2].map((c) => palette[value * 3 + c] ?? 0);
  const grey = Math.round((value * 255) / ((1 << depth) - 1));
  return [grey, grey, grey];
}

const GREYS = 128;
function stripes(palette: readonly number[]): Uint8Array[] {
  return Array.from({ length: SIDE }, (_, y) =>
    Uint8Array.from({ length: SIDE }, (_unused, x) => palette.indexOf((x + y * SIDE) % GREYS)),
  );
}

const plainRows = (): Uint8Array[] =>
  Array.from({ length: SIDE }, (_, y) =>
    Uint8Array.from({ length: SIDE * 3 }, (_unused, i) => ((Math.floor(i / 3) + y) % 8) * 32),
  );

function chunkChannel(name: string, type: string, wrap: (payload: Buffer) => Buffer): Channel {
  return {
    name,
    expected: 'removed',
    payloadBits: 128,
    embed: (payload) => {
      const bytes = Buffer.from(
        Array.from({ length: 16 }, (_, i) =>
          payload.slice(i * 8, i * 8 + 8).reduce((v, b) => v * 2 + b, 0),
        ),
      );
      return [
        submit({
          name: 'image.png',
          bytes: writePng({ colourType: 2, rows: plainRows(), extra: [chunk(type, wrap(bytes))] }),
        }),
      ];
    },
    extract: (releases) => {
      const data = served(releases).find((part) => part.type === type)?.data ?? Buffer.alloc(16);
      const tail = data.subarray(data.length - 32);
      const hex = Buffer.from(tail.toString('latin1'), 'hex');
      return [...(hex.length === 16 ? hex : Buffer.alloc(16))].flatMap((byte) =>
        Array.from({ length: 8 }, (_, b) => (byte >> (7 - b)) & 1),
      );
    },
  };
}

/** Every channel in PNG. */
export const PNG_CHANNELS: readonly Channel[] = [
  {
    name: 'png-low-bits',
    expected: 'charged',
    payloadBits: SIDE * SIDE * 3,
    embed: (payload) => [
      submit({
        name: 'image.png',
        bytes: writePng({
          colourType: 2,
          rows: plainRows().map((row, y) =>
            row.map((value, i) => value | (payload[y * SIDE * 3 + i] ?? 0)),
          ),
        }),
      }),
    ],
    extract: (releases) => pixels(releases).flatMap((pixel) => pixel.map((value) => value & 1)),
  },
  {
    name: 'png-palette-order',
    expected: 'removed',
    payloadBits: GREYS / 2,
    embed: (payload) => {
      const order = payload.flatMap((bit, i) =>
        bit === 1 ? [2 * i + 1, 2 * i] : [2 * i, 2 * i + 1],
      );
      const palette = Uint8Array.from(order.flatMap((c) => [c * 2, 255 - c * 2, 40]));
      return [
        submit({
          name: 'image.png',
          bytes: writePng({ colourType: 3, rows: stripes(order), palette }),
        }),
      ];
    },
    extract: (releases) => {
      const palette = served(releases).find((part) => part.type === 'PLTE')?.data;
      const order = Array.from({ length: GREYS }, (_, i) => (palette?.[i * 3] ?? 0) / 2);
      return Array.from({ length: GREYS / 2 }, (_, i) =>
        order.indexOf(2 * i) > order.indexOf(2 * i + 1) ? 1 : 0,
      );
    },
  },
  chunkChannel('png-ancillary-chunk', 'saLy', (payload) => Buffer.from(payload.toString('hex'))),
  chunkChannel('png-text-chunk', 'tEXt', (payload) =>
    Buffer.concat([Buffer.from('Comment\0', 'latin1'), Buffer.from(payload.toString('hex'))]),
  ),
  {
    name: 'png-row-filters',
    expected: 'removed',
    payloadBits: SIDE,
    embed: (payload) => [
      submit({
        name: 'image.png',
        bytes: writePng({ colourType: 2, rows: plainRows(), filters: payload }),
      }),
    ],
    extract: (releases) => {
      const data = served(releases)
        .filter((part) => part.type === 'IDAT')
        .map((part) => part.data);
      if (data.length === 0) return new Array<number>(SIDE).fill(0);
      const raw = inflateSync(Buffer.concat(data));
      const stride = raw.length / SIDE;
      return Array.from({ length: SIDE }, (_, y) => ((raw[y * stride] ?? 0) === 1 ? 1 : 0));
    },
  },
];
