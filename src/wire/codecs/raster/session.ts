/** One session of the raster codec: pictures in one frame learn from the ones before them. */
import {
  checkRasterSize,
  RasterBuilder,
  RASTER_PIXELS_MAX,
  type Raster,
} from '../../../formats/index.ts';
import type { CodecSession } from '../../codec.ts';
import type { Engine } from '../../engine/index.ts';
import { wireErrors } from '../../errors.ts';
import { chooseHeads, ColourIds } from './colour-ids.ts';
import { likeness, Planes } from './planes.ts';
import { codePieces, DIRECTION, openHost, teachLetters, type Host } from './host.ts';

/** How a picture is coded; part of the wire format. */
const MODE = { plot: 0, grey: 1, rgb: 2, rgba: 3 } as const;

/** Contexts of the engine's integers. */
const CONTEXT = { mode: 0, width: 1, height: 2, bytes: 3, reference: 4 } as const;

/** A picture is no reference when fewer of its edges than this share are in the new one. */
const LIKENESS_MIN = 0.1;

/** References above this are not learnt from: it takes as long as coding them. */
const LEARN_PIXELS_MAX = 16_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Codes rasters on an engine. */
export class RasterSession implements CodecSession<Raster> {
  readonly #engine: Engine;
  readonly #colours = new ColourIds();
  readonly #planes = new Planes();
  #host: Host | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  encode(value: Raster, references: readonly Raster[] = []): void {
    const engine = this.#engine;
    const host = (this.#host ??= openHost());
    this.#learn(host, references);
    const direction = engine.mode === 'train' ? DIRECTION.train : DIRECTION.encode;
    let mode: number = MODE.plot;
    let plot = looksContinuous(value) ? undefined : this.#codePlot(host, value, direction);
    if (plot === undefined) {
      mode = photoMode(value);
      plot = { bytes: encodePhoto(host, value, mode, direction), choice: 0 };
    }
    const { bytes, choice } = plot;
    engine.uint(mode, CONTEXT.mode);
    engine.uint(value.width - 1, CONTEXT.width);
    engine.uint(value.height - 1, CONTEXT.height);
    if (mode === MODE.plot) engine.uint(choice, CONTEXT.reference);
    engine.uint(bytes.length, CONTEXT.bytes);
    for (const byte of bytes) engine.rawBits(byte, 8);
  }

  decode(references: readonly Raster[] = []): Raster {
    const engine = this.#engine;
    const host = (this.#host ??= openHost());
    this.#learn(host, references);
    const mode = engine.uint(0, CONTEXT.mode);
    const size = {
      width: engine.uint(0, CONTEXT.width) + 1,
      height: engine.uint(0, CONTEXT.height) + 1,
    };
    if (mode > MODE.rgba || checkRasterSize(size.width, size.height) !== undefined) {
      throw wireErrors.error('BODY_INVALID', { why: 'a picture has no valid size' });
    }
    if (size.width * size.height > engine.valueBytesMax) {
      throw wireErrors.error('BODY_LIMIT', { limit: engine.valueBytesMax, unit: 'bytes' });
    }
    const choice = mode === MODE.plot ? engine.uint(0, CONTEXT.reference) : 0;
    const length = engine.uint(0, CONTEXT.bytes);
    if (length > Math.min(size.width * size.height, RASTER_PIXELS_MAX) * 8 + 1024) {
      throw wireErrors.error('BODY_INVALID', { why: 'a picture is longer than its pixels' });
    }
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = engine.rawBits(0, 8);
    return mode === MODE.plot
      ? this.#decodePlot(host, size, bytes, choice)
      : decodePhoto(host, size, mode, bytes);
  }

  /** Codes references for learning only, unless this session has coded the same pixels already. */
  #learn(host: Host, references: readonly Raster[]): void {
    for (const reference of references.slice(0, 1)) {
      const large = reference.width * reference.height > LEARN_PIXELS_MAX;
      if (large || looksContinuous(reference) || this.#planes.has(reference)) continue;
      this.#codePlot(host, reference, DIRECTION.train);
    }
  }

  /** Codes a plot; nothing when it has too many colours. */
  #codePlot(
    host: Host,
    value: Raster,
    direction: number,
  ): { bytes: Uint8Array; choice: number } | undefined {
    const before = this.#colours.count;
    // Nothing of the session may change before it is sure that the decoder will see a plot too.
    const numbers = this.#colours.numberAll(value);
    if (numbers === undefined) return undefined;
    const heads = chooseHeads(numbers, value.width, before, this.#colours.count);
    this.#colours.moveFirst(before, heads, numbers);
    const slot = this.#planes.take(value, this.#planes.candidates(value)[0]?.slot);
    const { width, height } = value;
    teachLetters(host);
    const at = host.plotPlane(slot, width, height, -1);
    const stride = host.plotStride();
    const memory = new Uint16Array(host.memory.buffer);
    for (let y = 0; y < height; y++) {
      memory.set(numbers.subarray(y * width, (y + 1) * width), at / 2 + y * stride);
    }
    const kept = this.#planes.candidates(value).filter((candidate) => candidate.slot !== slot);
    let choice = 0;
    let most = LIKENESS_MIN;
    for (const [i, candidate] of kept.entries()) {
      const like = likeness(memory, at / 2, host.plotFirst(candidate.slot) / 2, stride, value);
      if (like > most) {
        most = like;
        choice = i + 1;
      }
    }
    if (choice > 0) host.plotReference(slot, kept[choice - 1]?.slot ?? slot);
    host.plotHeads(before + heads.length);
    const table = new Uint32Array(host.memory.buffer, host.coloursAt());
    for (let id = before; id < this.#colours.count; id++) table[id] = this.#colours.colour(id);
    const bytes = codePieces(host, direction, new Uint8Array(0), value, (from, to) => {
      host.plotRows(width, from, to);
    });
    this.#planes.keep(value, slot);
    return { bytes, choice };
  }

  #decodePlot(host: Host, size: Size, bytes: Uint8Array, choice: number): Raster {
    const candidates = this.#planes.candidates(size);
    const slot = this.#planes.take(size, candidates[0]?.slot);
    const kept = this.#planes.candidates(size).filter((candidate) => candidate.slot !== slot);
    const reference = kept[choice - 1];
    if (choice > 0 && reference === undefined) {
      throw wireErrors.error('BODY_INVALID', { why: 'a picture refers to none that is kept' });
    }
    teachLetters(host);
    const at = host.plotPlane(slot, size.width, size.height, -1);
    if (reference !== undefined) host.plotReference(slot, reference.slot);
    const stride = host.plotStride();
    codePieces(host, DIRECTION.decode, bytes, size, (from, to) => {
      host.plotRows(size.width, from, to);
    });
    const table = new Uint32Array(host.memory.buffer, host.coloursAt());
    for (let id = this.#colours.count; id < host.countColours(); id++) {
      this.#colours.add(table[id] ?? 0);
    }
    const value = readPlane(new Uint16Array(host.memory.buffer, at), stride, table, size);
    this.#planes.keep(value, slot);
    return value;
  }
}

/** Turns a plane of colour numbers into the canonical raster. */
function readPlane(plane: Uint16Array, stride: number, table: Uint32Array, size: Size): Raster {
  const builder = new RasterBuilder(size.width, size.height, true);
  const row = new Uint8Array(size.width * 4);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0, i = 0; x < size.width; x++, i += 4) {
      const colour = table[plane[y * stride + x] ?? 0] ?? 0;
      row[i] = colour >>> 24;
      row[i + 1] = colour >>> 16;
      row[i + 2] = colour >>> 8;
      row[i + 3] = colour;
    }
    builder.pushRow(row);
  }
  return builder.finish();
}

/** Whether most pixels differ from the one before them, so that the plot coder would be of no use. */
function looksContinuous(value: Raster): boolean {
  const step = value.kind === 'palette' ? 1 : value.channels;
  const { width, pixels } = value;
  const rows = Math.max(1, Math.floor(value.height / 64));
  let same = 0;
  let seen = 0;
  for (let y = 0; y < value.height; y += rows) {
    for (let x = 1; x < width; x++) {
      const at = (y * width + x) * step;
      let equal = true;
      for (let c = 0; c < step; c++) equal &&= pixels[at + c] === pixels[at + c - step];
      if (equal) same++;
      seen++;
    }
  }
  return seen >= 4096 && same * 5 < seen * 2 && (value.kind === 'colour' || isGrey(value));
}

function isGrey(value: Raster): boolean {
  if (value.kind !== 'palette') return false;
  return value.palette.every((colour) => colour === ((colour >>> 24) * 0x1010100 + 255) >>> 0);
}

function photoMode(value: Raster): number {
  if (isGrey(value)) return MODE.grey;
  if (value.kind === 'colour') return value.channels === 3 ? MODE.rgb : MODE.rgba;
  return value.palette.every((colour) => (colour & 255) === 255) ? MODE.rgb : MODE.rgba;
}

const channelsOf = (mode: number): number => (mode === MODE.grey ? 1 : mode === MODE.rgb ? 3 : 4);

function encodePhoto(host: Host, value: Raster, mode: number, direction: number): Uint8Array {
  const channels = channelsOf(mode);
  const { width, height, pixels } = value;
  const at = host.photoPlane(width, height, channels);
  const stride = host.photoPlaneStride();
  const plane = new Uint8Array(host.memory.buffer, at);
  for (let y = 0; y < height; y++) {
    const to = y * stride;
    if (value.kind === 'colour') {
      plane.set(pixels.subarray(y * width * channels, (y + 1) * width * channels), to);
      continue;
    }
    for (let x = 0; x < width; x++) {
      const colour = value.palette[pixels[y * width + x] ?? 0] ?? 0;
      for (let c = 0; c < channels; c++) plane[to + x * channels + c] = colour >>> (24 - c * 8);
    }
  }
  return codePieces(host, direction, new Uint8Array(0), value, (from, to) => {
    host.photoRows(width, from, to);
  });
}

function decodePhoto(host: Host, size: Size, mode: number, bytes: Uint8Array): Raster {
  const channels = channelsOf(mode);
  const { width, height } = size;
  const at = host.photoPlane(width, height, channels);
  const stride = host.photoPlaneStride();
  codePieces(host, DIRECTION.decode, bytes, size, (from, to) => {
    host.photoRows(width, from, to);
  });
  const plane = new Uint8Array(host.memory.buffer, at);
  const builder = new RasterBuilder(width, height, channels === 4);
  const row = new Uint8Array(width * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = 0; x < width; x++, i += 4) {
      const from = y * stride + x * channels;
      for (let c = 0; c < 3; c++) row[i + c] = plane[from + (channels === 1 ? 0 : c)] ?? 0;
      if (channels === 4) row[i + 3] = plane[from + 3] ?? 0;
    }
    builder.pushRow(row);
  }
  return builder.finish();
}
