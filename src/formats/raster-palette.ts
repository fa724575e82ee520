/**
 * Fewer colours. The colours that stay are colours of the picture itself: backgrounds and lines keep their exact
 * shade, and the steps of antialiased edges share what is left.
 */
import { RasterBuilder, readRow, type Raster } from './raster.ts';

interface Colours {
  /** `0xRRGGBBAA`, ascending. */
  readonly values: Uint32Array;
  /** How much each counts: the square root of its pixels, so that lines weigh beside backgrounds. */
  readonly weights: Float64Array;
}

const ROUNDS = 3;
/** Pictures with more colours than this are first counted at 5 bits per channel. */
const EXACT_COLOURS_MAX = 8192;

/** Reduces a picture to at most `count` colours, 2 to 256. */
export function reducePalette(raster: Raster, count: number): Raster {
  if (raster.kind === 'palette' && raster.palette.length <= count) return raster;
  const colours = countColours(raster);
  const chosen = chooseColours(colours, count);
  const builder = new RasterBuilder(raster.width, raster.height, true);
  const nearest = new Map<number, number>();
  const row = new Uint8Array(raster.width * 4);
  const view = new DataView(row.buffer);
  let last = -1;
  let mapped = 0;
  for (let y = 0; y < raster.height; y++) {
    readRow(raster, y, row);
    for (let i = 0; i < row.length; i += 4) {
      const colour = view.getUint32(i);
      if (colour !== last) {
        last = colour;
        const known = nearest.get(colour);
        mapped = known ?? chosen[findNearest(chosen, colour)] ?? 0;
        if (known === undefined && nearest.size < 1 << 20) nearest.set(colour, mapped);
      }
      view.setUint32(i, mapped);
    }
    builder.pushRow(row);
  }
  return builder.finish();
}

function countColours(raster: Raster): Colours {
  const exact = tally(raster, 0xffffffff, EXACT_COLOURS_MAX);
  const counts = exact ?? tally(raster, 0xf8f8f8f8, Infinity) ?? new Map<number, number>();
  const values = Uint32Array.from(counts.keys()).sort();
  const weights = Float64Array.from(values, (value) =>
    Math.max(1, Math.floor(Math.sqrt(counts.get(value) ?? 0))),
  );
  return { values, weights };
}

/** Pixels per colour under a mask, or nothing when there are more colours than `limit`. */
function tally(raster: Raster, mask: number, limit: number): Map<number, number> | undefined {
  const counts = new Map<number, number>();
  const row = new Uint8Array(raster.width * 4);
  const view = new DataView(row.buffer);
  for (let y = 0; y < raster.height; y++) {
    readRow(raster, y, row);
    for (let i = 0; i < row.length;) {
      const colour = view.getUint32(i);
      let run = i + 4;
      while (run < row.length && view.getUint32(run) === colour) run += 4;
      const key = (mask === 0xffffffff ? colour : widen(colour & mask)) >>> 0;
      counts.set(key, (counts.get(key) ?? 0) + (run - i) / 4);
      i = run;
    }
    if (counts.size > limit) return undefined;
  }
  return counts;
}

/** Five bits per channel spread back over eight, so that black and white stay themselves. */
const widen = (masked: number): number => masked | ((masked >>> 5) & 0x07070707);

/** Distance with green counting most, as eyes do. */
function distance(a: number, b: number): number {
  const r = (a >>> 24) - (b >>> 24);
  const g = ((a >>> 16) & 255) - ((b >>> 16) & 255);
  const blue = ((a >>> 8) & 255) - ((b >>> 8) & 255);
  const alpha = (a & 255) - (b & 255);
  return 3 * r * r + 4 * g * g + 2 * blue * blue + 4 * alpha * alpha;
}

function findNearest(chosen: readonly number[], colour: number): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < chosen.length; i++) {
    const d = distance(chosen[i] ?? 0, colour);
    if (d < least) {
      least = d;
      best = i;
    }
  }
  return best;
}

/** Takes one colour after the other where the weighted error is greatest, then settles groups around them. */
function chooseColours(colours: Colours, count: number): number[] {
  const { values, weights } = colours;
  const errors = new Float64Array(values.length).fill(Infinity);
  let chosen: number[] = [];
  let next = weights.indexOf(weights.reduce((most, weight) => Math.max(most, weight), 0));
  while (chosen.length < count && next >= 0) {
    const colour = values[next] ?? 0;
    chosen.push(colour);
    let most = 0;
    next = -1;
    for (let i = 0; i < values.length; i++) {
      const error = Math.min(errors[i] ?? 0, distance(colour, values[i] ?? 0));
      errors[i] = error;
      if (error * (weights[i] ?? 0) > most) {
        most = error * (weights[i] ?? 0);
        next = i;
      }
    }
  }
  for (let round = 0; round < ROUNDS; round++) chosen = settle(colours, chosen);
  return chosen;
}

/** Each group of colours is spoken for by the member that costs the group least, among its heaviest and its middle. */
function settle({ values, weights }: Colours, chosen: readonly number[]): number[] {
  const groups = chosen.map(() => ({ r: 0, g: 0, b: 0, a: 0, weight: 0, heaviest: -1, most: 0 }));
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const weight = weights[i] ?? 0;
    const group = groups[findNearest(chosen, value)];
    if (group === undefined) continue;
    group.r += (value >>> 24) * weight;
    group.g += ((value >>> 16) & 255) * weight;
    group.b += ((value >>> 8) & 255) * weight;
    group.a += (value & 255) * weight;
    group.weight += weight;
    if (weight > group.most) {
      group.most = weight;
      group.heaviest = value;
    }
  }
  return groups.map((group, i) => {
    if (group.weight === 0) return chosen[i] ?? 0;
    // A colour that outweighs the rest of its group is a solid one and must not shift.
    if (group.most * 3 >= group.weight) return group.heaviest;
    const [r = 0, g = 0, b = 0, a = 0] = [group.r, group.g, group.b, group.a].map((sum) =>
      Math.floor(sum / group.weight + 0.5),
    );
    return ((r << 24) | (g << 16) | (b << 8) | a) >>> 0;
  });
}
