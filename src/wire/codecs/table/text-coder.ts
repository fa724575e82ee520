/**
 * Codes one text at a time, byte by byte, ended by a zero byte.
 *
 * Predictors: the bytes before, the word, the text above in the same column, a source text that is often alike, and
 * the last place in everything coded so far that continues the same five bytes.
 */
import type { Engine, Mix } from '../../engine/index.ts';
import { mixHash } from './hash.ts';
import { tableErrors } from './errors.ts';

const HISTORY_BITS = 18;
const HISTORY_MASK = (1 << HISTORY_BITS) - 1;
const HASH_BITS = 16;
/** Longest text in UTF-8 bytes that is coded. */
export const TEXT_BYTES_MAX = 1 << 24;
const NO_BYTES = new Uint8Array(0);

/** What a coder has read, for later matches. */
export interface TextMemory {
  readonly history: Uint8Array<ArrayBuffer>;
  readonly places: Int32Array<ArrayBuffer>;
  readonly length: number;
}

export class TextCoder {
  readonly #mix: Mix;
  readonly #decoding: () => boolean;
  #history = new Uint8Array(1 << HISTORY_BITS);
  #places = new Int32Array(1 << HASH_BITS).fill(-1);
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #length = 0;
  #match = -1;
  #matched = 0;

  constructor(engine: Engine) {
    this.#decoding = () => engine.mode === 'decode';
    this.#mix = engine.mix({
      contexts: 10,
      guesses: 3,
      selectors: [64, 256],
      symbolBits: 8,
      tableBits: 20,
    });
  }

  /** The models, for priming. */
  get mixes(): readonly Mix[] {
    return [this.#mix];
  }

  /** A copy of what was read so far. */
  save(): TextMemory {
    return { history: this.#history.slice(), places: this.#places.slice(), length: this.#length };
  }

  /** Takes what another coder had read. */
  restore(memory: TextMemory): void {
    this.#history = memory.history.slice();
    this.#places = memory.places.slice();
    this.#length = memory.length;
  }

  /** Codes `text` in a column known by `context`; `above` and `source` are texts that may be alike. */
  code(text: string, context: number, above: string, source: string): string {
    const decoding = this.#decoding();
    const bytes = decoding ? NO_BYTES : this.#encoder.encode(text);
    const run = new TextRun(
      context,
      above === '' ? NO_BYTES : this.#encoder.encode(above),
      source === '' ? NO_BYTES : this.#encoder.encode(source),
    );
    const out: number[] = [];
    this.#match = -1;
    this.#matched = 0;
    for (let at = 0; ; at++) {
      const byte = this.#codeByte(run, bytes[at] ?? 0);
      this.#remember(byte);
      if (byte === 0) break;
      if (decoding) {
        if (at >= TEXT_BYTES_MAX) throw tableErrors.error('CELL_TOO_LONG');
        out.push(byte);
      }
      run.advance(byte);
    }
    if (!decoding) return text;
    try {
      return this.#decoder.decode(Uint8Array.from(out));
    } catch {
      throw tableErrors.error('CELL_INVALID');
    }
  }

  #codeByte(run: TextRun, byte: number): number {
    const mix = this.#mix;
    run.fill(mix);
    const guess = this.#match >= 0 ? (this.#history[this.#match & HISTORY_MASK] as number) : -1;
    mix.guesses[2] = guess;
    mix.confidences[2] = Math.min(31, this.#matched);
    const agree = guess >= 0 ? (guess === mix.guesses[0] ? 2 : 1) : 0;
    mix.selectors[0] = Math.min(63, run.confidence() * 3 + agree);
    mix.selectors[1] = run.last;
    return mix.code(byte);
  }

  #remember(byte: number): void {
    if (this.#match >= 0 && this.#history[this.#match & HISTORY_MASK] === byte) {
      this.#match++;
      this.#matched++;
    } else {
      this.#match = -1;
      this.#matched = 0;
    }
    this.#history[this.#length++ & HISTORY_MASK] = byte;
    const length = this.#length;
    if (length < 4) return;
    const b = (back: number): number => this.#history[(length - back) & HISTORY_MASK] as number;
    const hash = mixHash(mixHash(b(1) | (b(2) << 8) | (b(3) << 16), b(4)), 77) >>> (32 - HASH_BITS);
    if (this.#match < 0) {
      const place = this.#places[hash] as number;
      if (place >= 0 && length - place < HISTORY_MASK) {
        this.#match = place;
        this.#matched = 1;
      }
    }
    this.#places[hash] = length;
  }
}

/** The state of one text while it is coded. */
class TextRun {
  readonly #context: number;
  readonly #above: Uint8Array;
  readonly #source: Uint8Array;
  #at = 0;
  #order = 0;
  #long = 0;
  #word = 0;
  #hits = 8;
  #from = 0;
  #aboveHits = 4;
  #aboveAt = 0;
  last = 0;

  constructor(context: number, above: Uint8Array, source: Uint8Array) {
    this.#context = context;
    this.#above = above;
    this.#source = source;
  }

  /** How far the source can be trusted, 0..20. */
  confidence(): number {
    return this.#source.length === 0 ? 0 : 1 + Math.min(19, this.#hits);
  }

  fill(mix: Mix): void {
    const { contexts } = mix;
    const column = this.#context;
    const order = this.#order;
    const source = this.#source.length === 0 ? -1 : (this.#source[this.#from] ?? 0);
    const above = this.#above.length === 0 ? -1 : (this.#above[this.#aboveAt] ?? 0);
    contexts[0] = mixHash(column, order & 0xff);
    contexts[1] = mixHash(column, (order & 0xffff) | 0x10000);
    contexts[2] = mixHash(order & 0xffffff, 3);
    contexts[3] = mixHash(order, 4);
    contexts[4] = mixHash(mixHash(order, this.#long & 0xffff), 5);
    contexts[5] = mixHash(mixHash(this.#word, column), 6);
    contexts[6] = mixHash(mixHash(column, Math.min(this.#at, 63)), above + 2);
    contexts[7] = mixHash(mixHash(order & 0xff, source + 2), above + 2);
    contexts[8] = mixHash(this.#word, order & 0xff);
    contexts[9] = mixHash(order & 0xffff, 10);
    mix.guesses[0] = source;
    mix.confidences[0] = Math.min(31, this.#hits);
    mix.guesses[1] = above;
    mix.confidences[1] = Math.min(31, this.#aboveHits);
  }

  advance(byte: number): void {
    if (this.#source.length > 0) this.#follow(byte);
    if (this.#above.length > 0) {
      this.#aboveHits =
        this.#above[this.#aboveAt] === byte ? this.#aboveHits + 1 : this.#aboveHits >> 1;
      this.#aboveAt++;
    }
    this.#at++;
    this.#long = (this.#long << 8) | (this.#order >>> 24);
    this.#order = (this.#order << 8) | byte;
    this.last = byte;
    const letter = (byte | 32) >= 97 && (byte | 32) <= 122;
    this.#word = letter || byte > 127 ? mixHash(this.#word, byte) : 0;
  }

  /** Follows the source; after a miss goes on beside it, or jumps behind the same two bytes further on. */
  #follow(byte: number): void {
    const source = this.#source;
    const hit = source[this.#from] === byte;
    this.#from++;
    if (hit) {
      this.#hits++;
      return;
    }
    this.#hits = this.#hits >> 2;
    const previous = this.#order & 0xff;
    for (let at = this.#from; at < Math.min(source.length, this.#from + 64); at++) {
      if (source[at] === byte && source[at - 1] === previous) {
        this.#from = at + 1;
        return;
      }
    }
    const next = source.indexOf(byte, this.#from);
    if (next >= 0 && next < this.#from + 16 && this.#at === 0) this.#from = next + 1;
  }
}
