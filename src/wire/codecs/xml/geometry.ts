/** What is known of a drawing's coordinates while it is coded: earlier elements, earlier points, and guesses from them. */
import { contextOf, hash2, hash3, hashText } from '../tokens/index.ts';
import type { Axis, NumberHints, TokenCoder } from '../tokens/index.ts';

const AXES: Readonly<Record<string, string>> = {
  x: 'x',
  x1: 'x',
  x2: 'x',
  cx: 'x',
  fx: 'x',
  y: 'y',
  y1: 'y',
  y2: 'y',
  cy: 'y',
  fy: 'y',
  width: 'w',
  height: 'h',
  rx: 'r',
  ry: 'r',
};
/** Which coordinates of the same element or of the one before make a good guess, as sums and differences. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  x: ['<x+<width', '<x', '<x+<dx'],
  y: ['<y+<height', '<y'],
  x1: ['<x2'],
  y1: ['<y2'],
  x2: ['x1', '<x2+x1-<x1'],
  y2: ['y1', '<y2+y1-<y1'],
  width: ['<width', '<x+<width-x'],
  height: ['<y+<height-y', '<height+<y-y'],
  cy: ['cx'],
};

/** One list of points: a polyline, a polygon or the numbers of a path. */
export interface Track {
  readonly x: number[];
  readonly y: number[];
}

/** Geometry seen so far. Values are doubles that come from exact decimals by the same arithmetic on both sides. */
export class Geometry {
  readonly #tokens: TokenCoder;
  readonly #elements = new Map<string, Map<string, number>>();
  readonly #tracks = new Map<number, Track>();
  #now = new Map<string, number>();
  #before = new Map<string, number>();
  #lastFirst = NaN;
  #previous = NaN;

  constructor(tokens: TokenCoder) {
    this.#tokens = tokens;
  }

  /** Starts an element of this name. */
  begin(name: string): void {
    this.#before = this.#elements.get(name) ?? new Map<string, number>();
    this.#lastFirst = this.#now.size > 0 ? ([...this.#now.values()][0] ?? NaN) : this.#lastFirst;
    this.#now = new Map();
    this.#previous = this.#lastFirst;
    this.#elements.set(name, this.#now);
  }

  /** Codes the number of one attribute of the current element. */
  attribute(text: string, element: string, name: string, beside: number): string {
    const letter = AXES[name] ?? name;
    const axis = this.#tokens.integers.axis(hashText(`axis ${letter}`), this.#scaleOf(letter));
    const slot = hash3(hashText(element), hashText(name), 0xa1);
    const coded = this.#tokens.decimal(text, slot, axis, (known) =>
      this.#hints(name, known, beside),
    );
    const value = Number(coded);
    this.#now.set(name, value);
    this.#previous = value;
    return coded;
  }

  #scaleOf(letter: string): number {
    return letter.length === 1 ? 2 : 0;
  }

  #hints(name: string, axis: Axis, beside: number): NumberHints {
    const factor = 10 ** axis.scale;
    const guesses = (RULES[name] ?? []).map((rule) => round(this.#rule(rule) * factor));
    if (AXES[name] !== undefined) guesses.push(round(this.#lastFirst * factor));
    return { guesses, context: contextOf(hashText(name), this.#previous, beside) };
  }

  #rule(rule: string): number {
    let sum = 0;
    for (const match of rule.matchAll(/([+-]?)(<?)(\w+)/g)) {
      const [, sign, back, name = ''] = match;
      const value = (back === '<' ? this.#before : this.#now).get(name) ?? NaN;
      sum = sign === '-' ? sum - value : sum + value;
    }
    return sum;
  }

  /** Codes one coordinate of a list of points and appends it. `like` is an earlier list of the same kind. */
  coordinate(text: string, letter: 'x' | 'y', track: Track, place: TrackPlace): string {
    const axis = this.#tokens.integers.axis(
      hashText(`axis ${place.relative ? `d${letter}` : letter}`),
      2,
    );
    const { count, index, kind } = place;
    const at = count <= 4 ? index : Math.min(index, 2);
    const slot = hash3(hash2(kind, letter === 'x' ? 1 : 2), at, count <= 4 ? count : 5);
    const coded = this.#tokens.decimal(text, slot, axis, (known) =>
      this.#trackHints(letter, track, place, known),
    );
    track[letter].push(Number(coded));
    return coded;
  }

  #trackHints(letter: 'x' | 'y', track: Track, place: TrackPlace, axis: Axis): NumberHints {
    const factor = 10 ** axis.scale;
    const own = track[letter];
    const n = own.length;
    const like = place.like?.[letter] ?? [];
    const p1 = own[n - 1] ?? NaN;
    const p2 = own[n - 2] ?? NaN;
    const p3 = own[n - 3] ?? NaN;
    const mirror =
      place.index * 2 >= place.count ? (own[place.count - 1 - place.index] ?? NaN) : NaN;
    const stacked = like[place.count - 1 - place.index] ?? NaN;
    const guesses = [
      2 * p1 - p2,
      (like[n] ?? NaN) + p1 - (like[n - 1] ?? NaN),
      p1,
      3 * p1 - 3 * p2 + p3,
      like[n] ?? NaN,
      Number.isNaN(mirror) || letter === 'y' ? stacked : mirror,
    ].map((guess) => round(guess * factor));
    const other = letter === 'y' ? (track.x[n] ?? NaN) : (track.y[n - 1] ?? NaN);
    return { guesses, context: contextOf(letter === 'x' ? 1 : 2, other, letter === 'x' ? p1 : 0) };
  }

  /** The last list of this kind and length, if any. */
  trackLike(kind: number, count: number): Track | undefined {
    return this.#tracks.get(hash2(kind, count)) ?? this.#tracks.get(kind);
  }

  /** Keeps a finished list as the pattern for the next. */
  keepTrack(kind: number, count: number, track: Track): void {
    this.#tracks.set(hash2(kind, count), track);
    this.#tracks.set(kind, track);
    this.#now.set('first', track.x[0] ?? NaN);
  }
}

/** Where a point stands in its list. */
export interface TrackPlace {
  readonly kind: number;
  readonly index: number;
  readonly count: number;
  readonly relative: boolean;
  readonly like: Track | undefined;
}

/** To the nearest integer; the same everywhere. */
function round(value: number): number {
  return Number.isNaN(value) || Math.abs(value) > 2 ** 51 ? NaN : Math.round(value) + 0;
}
