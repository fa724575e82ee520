import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { emitPng } from '../../../formats/png-emit.ts';
import { RasterBuilder, type Raster } from '../../../formats/raster.ts';
import { openDecoder, openEncoder } from '../../engine/index.ts';
import { rasterCodec } from './index.ts';
import { LETTERS_BYTES, readLetters } from './letters.ts';

/** Builds a raster from a function of the place, giving `0xRRGGBBAA`. */
function draw(width: number, height: number, colourAt: (x: number, y: number) => number): Raster {
  const builder = new RasterBuilder(width, height, true);
  const row = new Uint8Array(width * 4);
  const view = new DataView(row.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) view.setUint32(x * 4, colourAt(x, y) >>> 0);
    builder.pushRow(row);
  }
  return builder.finish();
}

function crossAndCompare(values: readonly Raster[], references: readonly Raster[] = []): number {
  const encoder = openEncoder();
  const writing = rasterCodec.open(encoder);
  for (const value of values) writing.encode(value, references);
  const bytes = encoder.finish();
  const reading = rasterCodec.open(openDecoder(bytes));
  for (const value of values) {
    const read = reading.decode(references);
    assert.equal(Buffer.compare(read.pixels, value.pixels), 0);
    assert.deepEqual({ ...read, pixels: 0 }, { ...value, pixels: 0 });
  }
  return bytes.length;
}

const hash = (x: number, y: number): number =>
  (Math.imul(Math.imul(x, 0x9e3779b1) ^ (y + 77), 0x85ebca6b) ^ 0x1234567) >>> 0;

const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 40 }),
    kind: fc.constantFrom('flat', 'noise', 'bars', 'fade', 'clear', 'dots'),
    seed: fc.integer({ min: 0, max: 9999 }),
  })
  .map(({ width, height, kind, seed }) =>
    draw(width, height, (x, y) => {
      switch (kind) {
        case 'flat':
          return hash(seed, 0) | 255;
        case 'noise':
          return hash(x + seed, y);
        case 'bars':
          return hash((x / (1 + (seed % 7))) | 0, seed) | 255;
        case 'fade':
          return (((x * 3 + y) & 255) * 0x1010100) | 255;
        case 'clear':
          return hash(x, y + seed) & (x & 4 ? 0xffffff00 : 0xffffffff);
        case 'dots':
          return hash(x, y + seed) % 17 === 0 ? 0x000000ff : 0xffffffff;
      }
    }),
  );

test('a raster crosses unchanged, alone and after others', () => {
  fc.assert(
    fc.property(fc.array(pictures, { minLength: 1, maxLength: 3 }), (values) => {
      crossAndCompare(values);
    }),
    { numRuns: 12 },
  );
});

test('the emitted file parses to the same raster', () => {
  fc.assert(
    fc.property(pictures, (value) => {
      const parsed = rasterCodec.parse(emitPng(value));
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.value, value);
    }),
    { numRuns: 60 },
  );
});

test('a changed version of an earlier picture, or of a reference, costs little and crosses unchanged', () => {
  const version = (seed: number): Raster =>
    draw(160, 90, (x, y) =>
      hash(x >> 2, y >> 2) % 5 === 0 ? hash(x >> 1, y >> 1) | 255 : x === seed ? 255 : 0xffffffff,
    );
  const alone = crossAndCompare([version(3)]);
  assert.ok(crossAndCompare([version(3), version(9)]) < alone * 1.3);
  assert.ok(crossAndCompare([version(9)], [version(3)]) < alone * 0.3);
  const others = [version(3), draw(9, 9, () => 0xffffffff), draw(160, 90, hash), version(9)];
  crossAndCompare(others, [version(5)]);
});

/** The first letters that the coder knows, as shares of ink by place. */
function readFirstLetters(count: number): ((x: number, y: number) => number)[] {
  const bytes = brotliDecompressSync(readLetters());
  assert.equal(bytes.length, LETTERS_BYTES);
  const letters: ((x: number, y: number) => number)[] = [];
  for (let at = 0; letters.length < count;) {
    const width = bytes[at] ?? 0;
    const height = bytes[at + 1] ?? 0;
    const rows = bytes.subarray(at + 2, at + 2 + width * height);
    letters.push((x, y) =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : (rows[y * width + x] ?? 0),
    );
    at += 2 + width * height;
  }
  return letters;
}

test('letters that are known cost less than others, in any colours and turned, and cross unchanged', () => {
  const letters = readFirstLetters(24);
  const mix = (paper: number, ink: number, share: number): number =>
    Math.round((paper * (255 - share) + ink * share) / 255);
  const write = (paper: number, ink: number, shape: 'known' | 'turned' | 'mirrored'): Raster =>
    draw(shape === 'turned' ? 60 : 900, shape === 'turned' ? 900 : 60, (x, y) => {
      const along = shape === 'turned' ? 899 - y : x;
      const across = shape === 'turned' ? x : y;
      const within = (along % 36) - 4;
      const place = shape === 'mirrored' ? 26 - within : within;
      const share = letters[Math.floor(along / 36)]?.(place, across - 12) ?? 0;
      return (mix(paper, ink, share) * 0x1010100 + 255) >>> 0;
    });
  const mirrored = crossAndCompare([write(255, 30, 'mirrored')]);
  assert.ok(crossAndCompare([write(255, 30, 'known')]) < mirrored * 0.6);
  assert.ok(crossAndCompare([write(20, 240, 'known')]) < mirrored * 0.6);
  assert.ok(crossAndCompare([write(255, 77, 'turned')]) < mirrored * 0.6);
});

test('noise and fades of a whole photo cross unchanged', () => {
  crossAndCompare([
    draw(120, 80, (x, y) => ((x * 2) << 24) | ((y * 3) << 16) | (((x + y) & 255) << 8) | 255),
    draw(120, 80, (x, y) => hash(x, y) | 255),
    draw(120, 80, (x, y) => hash(x, y)),
  ]);
});

test('random bytes decode to a raster or to a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 60 }), (bytes) => {
      try {
        const value = rasterCodec.open(openDecoder(bytes)).decode([]);
        assert.ok(value.pixels.length > 0);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
    { numRuns: 20 },
  );
});
