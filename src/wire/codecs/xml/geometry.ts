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
  textLength: ['expected'],
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
  readonly #middles = new Map<number, number>();
  readonly #rises = new Map<number, number>();
  readonly #lines = { x: [] as number[], y: [] as number[] };
  #now = new Map<string, number>();
  #before = new Map<string, number>();
  #lastFirst = NaN;
  #previous = NaN;

  constructor(tokens: TokenCoder) {
    this.#tokens = tokens;
  }

  /** Notes how long the current text should be, at which font size. */
  expect(length: number, size: number): void {
    this.#now.set('expected', length);
    this.#now.set('size', size);
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
    this.#notice(element, name);
    return coded;
  }

  /** Remembers the middle of upright lines and points, which mark an interval and its estimate. */
  #notice(element: string, name: string): void {
    const now = this.#now;
    if (element === 'circle' && name === 'cy')
      this.#middles.set(now.get('cx') ?? NaN, now.get('cy') ?? NaN);
    if (element === 'line' && name === 'y2' && now.get('x1') === now.get('x2')) {
      this.#middles.set(
        now.get('x1') ?? NaN,
        ((now.get('y1') ?? NaN) + (now.get('y2') ?? NaN)) / 2,
      );
    }
    if (element === 'text' && name === 'y' && now.has('size'))
      this.#noticeRise(now.get('y') ?? NaN, now.get('size') ?? NaN);
    if (this.#middles.size > 4096) this.#middles.clear();
  }

  /** Remembers how far below a line of the grid the base line of its label stands. */
  #noticeRise(y: number, size: number): void {
    const lines = this.#lines.y;
    for (let i = lines.length - 1; i >= 0; i--) {
      const rise = y - (lines[i] ?? NaN);
      if (rise < size * 0.3 || rise > size * 0.42) continue;
      if (this.#rises.size > 64) this.#rises.clear();
      this.#rises.set(size, rise);
      return;
    }
  }

  /** Where a label may stand: its left, middle or right edge as before, or at the next line of the grid. */
  #labelGuesses(name: 'x' | 'y'): number[] {
    const length = name === 'x' ? (this.#now.get('textLength') ?? NaN) : 0;
    const size = this.#now.get('size') ?? NaN;
    const before = this.#before.get(name) ?? NaN;
    const old = name === 'x' ? (this.#before.get('textLength') ?? NaN) : 0;
    const lines = this.#lines[name];
    if (name === 'y') {
      const rise = this.#rises.get(size) ?? size * LABEL_RISE;
      const next = followers(
        lines,
        before - (this.#rises.get(this.#before.get('size') ?? size) ?? rise),
      );
      return [
        before,
        next[0] + rise,
        next[1] + rise,
        before + size * LINE_RISE,
        ...this.#unused(lines, rise),
      ];
    }
    const next = followers(lines, before + old / 2);
    return [
      before,
      next[0] - length / 2,
      before + old - length,
      before + old / 2 - length / 2,
      next[1] - length / 2,
      ...this.#unused(lines, -length / 2),
    ];
  }

  /** The first line of the grid, for the first label of an axis. */
  #unused(lines: readonly number[], offset: number): number[] {
    return lines.length === 0 ? [] : [(lines[0] ?? NaN) + offset];
  }

  #scaleOf(letter: string): number {
    return letter.length === 1 ? 2 : 0;
  }

  #hints(name: string, axis: Axis, beside: number): NumberHints {
    const factor = 10 ** axis.scale;
    const guesses = (RULES[name] ?? []).map((rule) => round(this.#rule(rule) * factor));
    if (this.#now.has('textLength') && (name === 'x' || name === 'y')) {
      return {
        guesses: this.#labelGuesses(name).map((guess) => round(guess * factor)),
        context: contextOf(
          hashText(name),
          this.#now.get('x') ?? NaN,
          this.#before.get(name) ?? NaN,
        ),
      };
    }
    if (name === 'y2')
      guesses.unshift(
        round(
          (2 * (this.#middles.get(this.#now.get('x1') ?? NaN) ?? NaN) -
            (this.#now.get('y1') ?? NaN)) *
            factor,
        ),
      );
    if (name === 'cy')
      guesses.unshift(round((this.#middles.get(this.#now.get('cx') ?? NaN) ?? NaN) * factor));
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
    if (count !== 2) return;
    if (track.x[0] === track.x[1]) keepLine(this.#lines.x, track.x[0] ?? NaN);
    else if (track.y[0] === track.y[1]) keepLine(this.#lines.y, track.y[0] ?? NaN);
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

const LINES_MAX = 400;
/** How far a label's base line stands below the middle of its letters, and how far lines of text are apart, in font sizes. */
const LABEL_RISE = 0.3579;
const LINE_RISE = 1.2;

function keepLine(lines: number[], at: number): void {
  lines.push(at);
  if (lines.length > LINES_MAX) lines.shift();
}

/** The lines that came after and before the latest line near a place. */
function followers(lines: readonly number[], place: number): [number, number] {
  for (let i = lines.length - 1; i >= 0; i--) {
    if (Math.abs((lines[i] ?? NaN) - place) < 0.03)
      return [lines[i + 1] ?? NaN, lines[i - 1] ?? NaN];
  }
  return [NaN, NaN];
}

/** To the nearest integer; the same everywhere. */
function round(value: number): number {
  return Number.isNaN(value) || Math.abs(value) > 2 ** 51 ? NaN : Math.round(value) + 0;
}
