import assert from 'node:assert/strict';
import { deflateSync, inflateSync } from 'node:zlib';
import { test } from 'node:test';
import fc from 'fast-check';
import { encode } from 'jpeg-js';
import { PNG_END, packPng, pngHeader, type PngChunk } from '../../test/support/png-files.ts';
import { leastThreadMs } from '../../test/support/thread-time.ts';
import { emitPng } from './png-emit.ts';
import { parseRaster } from './raster-file.ts';
import { RasterBuilder, RASTER_PIXELS_MAX, type Raster } from './raster.ts';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Palette entries as RGB. */
  readonly palette: readonly (readonly [number, number, number])[];
  readonly pixels: readonly number[];
}

const pictures: fc.Arbitrary<Picture> = fc
  .record({
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 13 }),
    palette: fc.uniqueArray(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), {
      minLength: 1,
      maxLength: 16,
      selector: String,
    }),
  })
  .chain((picture) =>
    fc
      .array(fc.nat(picture.palette.length - 1), {
        minLength: picture.width * picture.height,
        maxLength: picture.width * picture.height,
      })
      .map((pixels) => ({ ...picture, pixels })),
  );

/** Rows of one pass, filtered with the given filter on every row. */
function filterRows(rows: readonly Uint8Array[], step: number, filter: number): Buffer {
  const out: Buffer[] = [];
  rows.forEach((row, y) => {
    const above = rows[y - 1] ?? new Uint8Array(row.length);
    const line = Buffer.alloc(row.length + 1);
    line[0] = filter;
    for (let i = 0; i < row.length; i++) {
      const a = row[i - step] ?? 0;
      const b = above[i] ?? 0;
      const c = above[i - step] ?? 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const guess = [0, a, b, (a + b) >> 1, paeth][filter] ?? 0;
      line[i + 1] = ((row[i] ?? 0) - guess) & 255;
    }
    out.push(line);
  });
  return Buffer.concat(out);
}

const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Writes a picture in one of the ways in which PNG can say the same pixels. */
function write(
  picture: Picture,
  how: { type: number; depth: number; filter: number; level: number; interlace: number },
  extra: readonly PngChunk[] = [],
  order?: readonly number[],
): Buffer {
  const { width, height, palette, pixels } = picture;
  const places = order ?? palette.map((_, i) => i);
  const samples = how.type === 2 ? 3 : how.type === 6 ? 4 : 1;
  const sampleRow = (xs: readonly number[], y: number): Uint8Array => {
    const bits = xs.length * samples * how.depth;
    const row = new Uint8Array(Math.ceil(bits / 8));
    xs.forEach((x, i) => {
      const index = pixels[y * width + x] ?? 0;
      const colour = palette[index] ?? [0, 0, 0];
      const values = how.type === 3 ? [places.indexOf(index)] : [...colour, 255].slice(0, samples);
      values.forEach((value, s) => {
        const at = (i * samples + s) * how.depth;
        if (how.depth === 16) row.set([value, value], at / 8);
        else row[at >> 3] = (row[at >> 3] ?? 0) | (value << (8 - how.depth - (at & 7)));
      });
    });
    return row;
  };
  const step = Math.max(1, (samples * how.depth) >> 3);
  const grid = how.interlace === 1 ? PASSES : ([[0, 0, 1, 1]] as const);
  const data = grid.map(([x0, y0, dx, dy]) => {
    const xs: number[] = [];
    for (let x = x0; x < width; x += dx) xs.push(x);
    const rows: Uint8Array[] = [];
    for (let y = y0; y < height && xs.length > 0; y += dy) rows.push(sampleRow(xs, y));
    return filterRows(rows, step, how.filter);
  });
  const packed = deflateSync(Buffer.concat(data), { level: how.level });
  const half = packed.length >> 1;
  return packPng([
    pngHeader(width, height, how.depth, how.type, how.interlace),
    ...extra,
    ...(how.type === 3
      ? [['PLTE', Buffer.from(places.flatMap((i) => palette[i] ?? [0, 0, 0]))] as const]
      : []),
    ['IDAT', packed.subarray(0, half)],
    ['IDAT', packed.subarray(half)],
    PNG_END,
  ]);
}

function read(bytes: Uint8Array): Raster {
  const parsed = parseRaster(bytes);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
  return parsed.value;
}

test('equal pixels give equal files, whatever colour type, depth, palette order, filter, level or chunks', () => {
  const text: PngChunk = ['tEXt', Buffer.from('Comment\0hidden')];
  const gamma: PngChunk = ['gAMA', Buffer.from([0, 0, 1, 2])];
  fc.assert(
    fc.property(
      pictures,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 1 }),
      fc.boolean(),
      (picture, filter, interlace, reversed) => {
        const order = picture.palette.map((_, i) => i);
        if (reversed) order.reverse();
        const how = { filter, interlace, level: filter };
        const files = [
          write(picture, { type: 2, depth: 8, filter: 0, level: 9, interlace: 0 }),
          write(picture, { ...how, type: 2, depth: 16 }, [text]),
          write(picture, { ...how, type: 6, depth: 8 }, [gamma]),
          write(picture, { ...how, type: 3, depth: 8 }, [text, gamma], order),
          write(picture, { ...how, type: 3, depth: 4 }, [], order),
        ].map((file) => emitPng(read(file)));
        for (const file of files) assert.deepEqual(file, files[0]);
        assert.deepEqual(emitPng(read(files[0] ?? packPng([]))), files[0]);
      },
    ),
    { numRuns: 40 },
  );
});

test('what is emitted is whole for other readers, also where most bytes are zero', () => {
  // A streaming deflate once referred to data before the beginning: one in thirty pictures like these was broken.
  const shape = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    colours: fc.constantFrom(2, 3, 5, 17, 300),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ width, height, colours, seed }) => {
      const builder = new RasterBuilder(width, height, false);
      const pixels = Buffer.alloc(width * height * 4);
      let state = seed;
      for (let i = 0; i < width * height; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const colour = (state >>> 16) % colours;
        pixels.set([colour & 255, (colour >> 8) * 90, 150 - (colour % 150), 255], i * 4);
      }
      for (let y = 0; y < height; y++) {
        builder.pushRow(pixels.subarray(y * width * 4, (y + 1) * width * 4));
      }
      const raster = builder.finish();
      const file = Buffer.from(emitPng(raster));
      const packed: Buffer[] = [];
      for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
        if (file.toString('latin1', at + 4, at + 8) !== 'IDAT') continue;
        packed.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
      }
      inflateSync(Buffer.concat(packed));
      assert.ok(file.equals(emitPng(read(file))));
    }),
    { numRuns: 500 },
  );
});

test('colours under full transparency vanish', () => {
  const draw = (hidden: number): Buffer =>
    packPng([
      pngHeader(2, 1, 8, 6),
      ['IDAT', deflateSync(Buffer.from([0, hidden, hidden, 3, 0, 1, 2, 3, 255]))],
      PNG_END,
    ]);
  assert.deepEqual(emitPng(read(draw(200))), emitPng(read(draw(7))));
});

test('grey, low depth and transparent colour keys are read', () => {
  const grey = read(
    packPng([pngHeader(9, 1, 1, 0), ['IDAT', deflateSync(Buffer.from([0, 0xaa, 0x80]))], PNG_END]),
  );
  assert.deepEqual([...(grey.kind === 'palette' ? grey.palette : [])], [0x000000ff, 0xffffffff]);
  const key = read(
    packPng([
      pngHeader(2, 1, 8, 2),
      ['tRNS', Buffer.from([0, 1, 0, 2, 0, 3])],
      ['IDAT', deflateSync(Buffer.from([0, 1, 2, 3, 9, 9, 9]))],
      PNG_END,
    ]),
  );
  assert.deepEqual([...(key.kind === 'palette' ? key.palette : [])], [0, 0x090909ff]);
});

function codeOf(bytes: Uint8Array): string {
  const parsed = parseRaster(bytes);
  assert.ok(!parsed.ok, 'the picture was taken');
  return parsed.code;
}

test('broken, trailing, misordered and animated PNG are refused', () => {
  const data: PngChunk = ['IDAT', deflateSync(Buffer.from([0, 5]))];
  const good = packPng([pngHeader(1, 1, 8, 0), data, PNG_END]);
  assert.ok(parseRaster(good).ok);
  const spoilt = Buffer.from(good);
  spoilt[40] = (spoilt[40] ?? 0) ^ 1;
  const text: PngChunk = ['tEXt', Buffer.from('x')];
  const bad: readonly Buffer[] = [
    spoilt,
    Buffer.concat([good, Buffer.from('x')]),
    good.subarray(0, -4),
    packPng([data, pngHeader(1, 1, 8, 0), PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), data, text, data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), pngHeader(1, 1, 8, 0), data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), PNG_END]),
    packPng([pngHeader(1, 1, 3, 0), data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 3), data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 3), ['PLTE', Buffer.from([1, 2, 3])], data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), ['ABCD', Buffer.from('x')], data, PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), ['IDAT', deflateSync(Buffer.from([0, 5, 6]))], PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), ['IDAT', deflateSync(Buffer.from([0]))], PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), ['IDAT', deflateSync(Buffer.from([7, 5]))], PNG_END]),
    packPng([pngHeader(1, 1, 8, 0), ['IDAT', Buffer.concat([data[1], Buffer.from('x')])], PNG_END]),
    packPng([pngHeader(0, 1, 8, 0), data, PNG_END]),
  ];
  for (const file of bad) assert.match(codeOf(file), /^RASTER_(PNG_BROKEN|SIZE_EMPTY)$/);
  const animated = packPng([pngHeader(1, 1, 8, 0), ['acTL', Buffer.alloc(8)], data, PNG_END]);
  assert.equal(codeOf(animated), 'RASTER_PNG_ANIMATED');
});

test('sizes above the limits and bombs are refused before anything is allocated', () => {
  const data: PngChunk = ['IDAT', deflateSync(Buffer.alloc(100_000))];
  assert.equal(
    codeOf(packPng([pngHeader(10_000, 5001, 8, 0), data, PNG_END])),
    'RASTER_PIXELS_EXCESS',
  );
  assert.equal(codeOf(packPng([pngHeader(70_000, 1, 8, 0), data, PNG_END])), 'RASTER_SIDE_EXCESS');
  assert.equal(RASTER_PIXELS_MAX, 50_000_000);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(
    codeOf(packPng([pngHeader(10_000, 5000, 16, 6), data, PNG_END])),
    'RASTER_PNG_BROKEN',
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
});

test('changed and shortened files are refused or read, never an exception', () => {
  const png = packPng([pngHeader(3, 2, 8, 2), ['IDAT', deflateSync(Buffer.alloc(20))], PNG_END]);
  const jpeg = encode({ width: 9, height: 9, data: Buffer.alloc(9 * 9 * 4, 80) }, 80).data;
  fc.assert(
    fc.property(
      fc.constantFrom(png, jpeg),
      fc.nat(),
      fc.nat(255),
      fc.boolean(),
      (file, at, by, cut) => {
        const copy = Uint8Array.from(file);
        const place = at % copy.length;
        copy[place] = by;
        parseRaster(cut ? copy.subarray(0, place) : copy);
      },
    ),
    { numRuns: 500 },
  );
});

test('a JPEG becomes pixels, and its comments and trailing bytes do not pass', () => {
  const data = Buffer.alloc(32 * 16 * 4, 255);
  for (let i = 0; i < data.length; i += 4) data[i] = (i >> 2) & 31 ? 200 : 10;
  const plain = encode({ width: 32, height: 16, data }, 90).data;
  const commented = encode({ width: 32, height: 16, data, comments: ['hidden'] }, 90).data;
  const value = read(plain);
  assert.deepEqual([value.width, value.height], [32, 16]);
  assert.deepEqual(emitPng(read(commented)), emitPng(value));
  assert.equal(codeOf(Buffer.concat([plain, Buffer.from('x')])), 'RASTER_JPEG_BROKEN');
});

test('cheaper forms: areas are averaged exactly and solid colours keep their shade', () => {
  const builder = new RasterBuilder(40, 20, true);
  const row = Buffer.alloc(160);
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 40; x++) row.writeUInt32BE(x < 20 ? 0xffffffff : 0x336699ff, x * 4);
    row.writeUInt32BE((0x10203000 + y * 0x01010100 + 255) >>> 0, 80);
    builder.pushRow(row);
  }
  const file = emitPng(builder.finish());
  const half = parseRaster(file, { scale: 0.5 });
  assert.ok(half.ok && half.value.width === 20 && half.value.height === 10);
  const four = parseRaster(file, { palette: 4 });
  assert.ok(four.ok && four.value.kind === 'palette' && four.value.palette.length <= 4);
  assert.ok(four.value.palette.includes(0xffffffff) && four.value.palette.includes(0x336699ff));
  const same = parseRaster(file, { scale: 1 });
  assert.ok(same.ok && Buffer.compare(emitPng(same.value), file) === 0);
  assert.ok(!parseRaster(file, { palette: 1 }).ok && !parseRaster(file, { scale: 0 }).ok);
});

test('parsing takes time linear in the pixels', () => {
  const file = (side: number): Buffer =>
    packPng([
      pngHeader(side, side, 8, 2),
      ['IDAT', deflateSync(Buffer.alloc((side * 3 + 1) * side, 1), { level: 1 })],
      PNG_END,
    ]);
  const timeFor = (bytes: Buffer): number => leastThreadMs(() => read(bytes));
  const [few, many] = [timeFor(file(300)), timeFor(file(1200))];
  assert.ok(many < few * 16 * 4, `${String(few)} ms, then ${String(many)} ms`);
});
