/** The text model: which contexts and guesses predict the next byte. See docs/spec/wire.md for the list. */
import type { CodecSession } from '../../codec.ts';
import type { Engine, Mix } from '../../engine/index.ts';
import { wireErrors } from '../../errors.ts';
import { Matcher } from './matcher.ts';
import { TEXT_PRIMING } from './priming.ts';

/** A power of two, so that growing and forgetting are the same on both sides. */
const HISTORY_BYTES_MAX = 64 * 1024 * 1024;
const REFERENCE_BYTES_MAX = 4 * 1024 * 1024;
const hash = (a: number, b: number): number =>
  Math.imul(Math.imul(a, 0x2c1b3c6d) ^ b, 0x297a2d39) ^ (a >>> 15);

/** What kind of byte this is, for contexts that look at shapes: digits are alike, and so are letters. */
const CLASS = new Uint8Array(256);
/** The same in eight steps, for selectors. */
const KIND = new Uint8Array(256);
for (let c = 0; c < 256; c++) {
  const digit = c >= 48 && c <= 57;
  const lower = c >= 97 && c <= 122;
  const upper = c >= 65 && c <= 90;
  CLASS[c] = digit ? 48 : lower ? 97 : upper ? 65 : c > 127 ? 200 : c;
  KIND[c] = digit
    ? 1
    : lower
      ? 2
      : upper
        ? 3
        : c === 32 || c === 9
          ? 4
          : c === 10
            ? 5
            : c > 127
              ? 6
              : c === 46 || c === 45 || c === 124
                ? 7
                : 0;
}

/** Codes texts on one engine; each learns from those before it. */
export class TextSession implements CodecSession<Uint8Array> {
  readonly #engine: Engine;
  readonly #mix: Mix;
  /** Fingerprints of the texts that the models have seen. */
  readonly #learnt = new Set<number>();
  readonly #long: Matcher;
  readonly #short: Matcher;
  #history: Uint8Array;
  #end = 0;
  /** The latest twelve bytes, four in each, the newest lowest. */
  #first = 0;
  #second = 0;
  #third = 0;
  /** Where the current line starts and where the line before it started. */
  #lineStart = 0;
  #lineBefore = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#mix = engine.mix({
      contexts: 8,
      guesses: 3,
      selectors: [256, 256, 256],
      symbolBits: 8,
      tableBits: 22,
    });
    const bits = Math.min(22, Math.max(15, Math.ceil(Math.log2(engine.sizeBytes)) + 1));
    this.#long = new Matcher(12, bits);
    this.#short = new Matcher(5, bits);
    this.#history = new Uint8Array(
      Math.min(engine.sizeBytes, 1 << 26) + TEXT_PRIMING.length + 1024,
    );
    const primed = new TextEncoder().encode(TEXT_PRIMING);
    // What the matchers find in the priming depends on their size, and so does what the model learns from it.
    const ran = engine.primed(`text-${String(bits)}`, [this.#mix], () => {
      this.#run(primed, primed.length);
    });
    if (!ran) this.#remember(primed);
  }

  encode(value: Uint8Array, references: readonly Uint8Array[]): void {
    this.#learn(references);
    this.#engine.uint(value.length, 0);
    this.#run(value, value.length);
    this.#learnt.add(fingerprint(value));
  }

  decode(references: readonly Uint8Array[]): Uint8Array {
    this.#learn(references);
    const length = this.#engine.uint(0, 0);
    if (length > this.#engine.valueBytesMax) {
      throw wireErrors.error('BODY_LIMIT', { limit: this.#engine.valueBytesMax, unit: 'bytes' });
    }
    const value = this.#run(undefined, length);
    this.#learnt.add(fingerprint(value));
    return value;
  }

  #learn(references: readonly Uint8Array[]): void {
    for (const reference of references) {
      // An earlier file of this body has been learnt already.
      if (this.#learnt.has(fingerprint(reference))) continue;
      const part = reference.subarray(0, REFERENCE_BYTES_MAX);
      this.#engine.train(() => this.#run(part, part.length));
      this.#learnt.add(fingerprint(reference));
    }
  }

  /** Takes bytes into the history without coding them. */
  #remember(bytes: Uint8Array): void {
    this.#restart();
    for (const byte of bytes) this.#append(byte);
  }

  /** Starts a file: no match and no line goes on from the one before. */
  #restart(): void {
    this.#long.restart();
    this.#short.restart();
    this.#lineStart = this.#end;
    this.#lineBefore = this.#end;
  }

  /** Makes room for more bytes: the history grows up to its limit and then forgets its older half. */
  #makeRoom(): void {
    if (this.#history.length < HISTORY_BYTES_MAX) {
      const grown = new Uint8Array(Math.min(HISTORY_BYTES_MAX, this.#history.length * 2));
      grown.set(this.#history);
      this.#history = grown;
      return;
    }
    const gone = HISTORY_BYTES_MAX >> 1;
    this.#history.copyWithin(0, gone, this.#end);
    this.#end -= gone;
    this.#lineStart = Math.max(0, this.#lineStart - gone);
    this.#lineBefore = Math.max(0, this.#lineBefore - gone);
    this.#long.forget(gone);
    this.#short.forget(gone);
  }

  #append(byte: number): void {
    if (this.#end >= this.#history.length) this.#makeRoom();
    const history = this.#history;
    history[this.#end++] = byte;
    const third = (this.#third << 8) | (this.#second >>> 24) | 0;
    const second = (this.#second << 8) | (this.#first >>> 24) | 0;
    const first = (this.#first << 8) | byte | 0;
    this.#first = first;
    this.#second = second;
    this.#third = third;
    const four = Math.imul(first, 0x2f0b4f37);
    this.#short.update(history, this.#end, Math.imul(four ^ (second & 0xff), 0x297a2d39));
    this.#long.update(history, this.#end, hash(hash(four, second), third));
    if (byte === 10) {
      this.#lineBefore = this.#lineStart;
      this.#lineStart = this.#end;
    }
  }

  #run(value: Uint8Array | undefined, length: number): Uint8Array {
    // A decoder allocates as it goes, so that a hostile length costs no memory.
    let out = value ?? new Uint8Array(Math.min(length, 1 << 20));
    this.#restart();
    const mix = this.#mix;
    const { contexts, guesses, confidences, selectors } = mix;
    let last4 = 0;
    let word = 0;
    let wordBefore = 0;
    let field = 0;
    let fieldText = 0;
    let lead = 0;
    let number = 0;
    for (let at = 0; at < length; at++) {
      if (at >= out.length) out = grow(out, length);
      const history = this.#history;
      const column = this.#end - this.#lineStart;
      const aboveAt = this.#lineBefore + column;
      const above = aboveAt < this.#lineStart ? (history[aboveAt] ?? 0) : 10;
      const aboveNext = aboveAt + 1 < this.#lineStart ? (history[aboveAt + 1] ?? 0) : 10;
      const c1 = last4 & 0xff;
      contexts[0] = last4 & 0xffff;
      contexts[1] = last4 & 0xffffff;
      contexts[2] = last4;
      contexts[3] = hash(word, 8 + c1);
      contexts[4] = hash(hash(word, wordBefore), 9);
      contexts[5] = hash(c1, (above << 8) | aboveNext);
      contexts[6] = hash(hash(fieldText, field), lead);
      contexts[7] = hash(hash(number, field), above);
      const long = this.#long.confidence;
      const short = this.#short.confidence;
      guesses[0] = this.#long.guess(history);
      confidences[0] = long;
      guesses[1] = this.#short.guess(history);
      confidences[1] = short;
      guesses[2] = above;
      confidences[2] = (KIND[above] ?? 0) * 8 + (KIND[c1] ?? 0);
      // The buckets of both matches.
      selectors[0] = (long & 0xf0) | (short >> 4);
      selectors[1] = c1;
      selectors[2] = (KIND[above] ?? 0) * 32 + (KIND[c1] ?? 0) * 4 + Math.min(3, field);
      const symbol = mix.code(out[at] ?? 0);
      out[at] = symbol;
      this.#append(symbol);
      last4 = (last4 << 8) | symbol;
      const kind = CLASS[symbol] ?? 0;
      if (kind === 97 || kind === 65 || kind === 200) {
        word = hash(word, symbol | 32);
      } else if (word !== 0) {
        wordBefore = word;
        word = 0;
      }
      number = kind === 48 ? hash(number + 1, 48) : symbol === 46 ? hash(number, 46) : 0;
      if (symbol === 124 || symbol === 9 || symbol === 44 || symbol === 58 || symbol === 61) {
        field++;
        fieldText = 0;
      } else {
        fieldText = hash(fieldText, symbol);
      }
      if (symbol === 10) {
        field = 0;
        fieldText = 0;
        lead = 0;
      } else if (column < 4) {
        lead = hash(lead, symbol);
      }
    }
    return out.length === length ? out : out.slice(0, length);
  }
}

/** Tells texts apart; if two were confused, only the price would change, and on both sides alike. */
function fingerprint(bytes: Uint8Array): number {
  let h = bytes.length | 0;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

function grow(bytes: Uint8Array, most: number): Uint8Array {
  const grown = new Uint8Array(Math.min(most, bytes.length * 2 + 1024));
  grown.set(bytes);
  return grown;
}
