/** The pictures that a session coded last, and which of them a new one is most like. */
import type { Raster } from '../../../formats/index.ts';

const SLOTS = 8;
/** Planes of this many pixels together are kept; a larger picture has no reference. */
const PIXELS_KEPT = 34_000_000;

interface Kept {
  readonly value: Raster;
  readonly slot: number;
}

/** A ring of the last pictures; encoder and decoder keep the same one. */
export class Planes {
  #kept: Kept[] = [];

  /** Pictures of the same size, the latest first. */
  candidates(size: { readonly width: number; readonly height: number }): readonly Kept[] {
    return this.#kept.filter(
      ({ value }) => value.width === size.width && value.height === size.height,
    );
  }

  /** Whether these very pixels were coded before and are still kept. */
  has(value: Raster): boolean {
    return this.candidates(value).some((kept) => equalRasters(kept.value, value));
  }

  /** The slot for the next picture; what it held is forgotten, unless it is the one to be kept. */
  take(size: { readonly width: number; readonly height: number }, keep?: number): number {
    const pixels = size.width * size.height;
    const pixelsOf = (): number =>
      this.#kept.reduce((sum, { value }) => sum + value.width * value.height, pixels);
    while (this.#kept.length > 0 && (this.#kept.length >= SLOTS || pixelsOf() > PIXELS_KEPT)) {
      const oldest = this.#kept.findLastIndex(({ slot }) => slot !== keep);
      if (oldest < 0) break;
      this.#kept.splice(oldest, 1);
    }
    for (let slot = 0; slot < SLOTS; slot++) {
      if (!this.#kept.some((kept) => kept.slot === slot)) return slot;
    }
    return 0;
  }

  /** Keeps a picture that was coded into a slot. */
  keep(value: Raster, slot: number): void {
    if (value.width * value.height * 2 > PIXELS_KEPT) return;
    this.#kept = [{ value, slot }, ...this.#kept.filter((kept) => kept.slot !== slot)];
  }
}

function equalRasters(a: Raster, b: Raster): boolean {
  if (a.kind !== b.kind || a.width !== b.width || a.height !== b.height) return false;
  if (a.pixels.length !== b.pixels.length || Buffer.compare(a.pixels, b.pixels) !== 0) return false;
  if (a.kind === 'colour' || b.kind === 'colour') return true;
  return (
    a.palette.length === b.palette.length && a.palette.every((colour, i) => colour === b.palette[i])
  );
}

/** The share of sampled pixels, among those that are not flat, which two numbered planes have in common. */
export function likeness(
  memory: Uint16Array,
  first: number,
  second: number,
  stride: number,
  size: { readonly width: number; readonly height: number },
): number {
  let same = 0;
  let seen = 1;
  for (let y = 3; y < size.height; y += 7) {
    const row = y * stride;
    for (let x = 1; x < size.width; x++) {
      const a = memory[first + row + x] ?? 0;
      if (a === memory[first + row + x - 1]) continue;
      seen++;
      if (a === memory[second + row + x]) same++;
    }
  }
  return same / seen;
}
