/**
 * Features of a text: the set of its hashed word and character n-grams.
 *
 * Guaranteed: a pure function of the text's code units, with no table that was fitted on data (such a table would let one
 * source change every partition and void the certificate) and no Unicode table (whose version differs between machines).
 * Letters A to Z are folded; everything from U+0080 counts as a letter. Digits in words also give a shape.
 */

/** The number of hashed features. */
export const FEATURE_COUNT = 1 << 18;
/** The longest text, in code units. */
export const TEXT_LENGTH_MAX = 1 << 20;
/** The version of these rules; a model names it, and another version cannot score it. */
export const FEATURES_VERSION = 2;

const MASK = FEATURE_COUNT - 1;
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
const SPACE = 32;
const CHARACTERS_MIN = 1;
const CHARACTERS_MAX = 4;

const WORD_SALT = 0x51ed270b;
const PAIR_SALT = 0x2545f491;
const SHAPE_SALT = 0x6c8e9cf5;

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) & MASK;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || code >= 0x80;
/** Marks that carry meaning in short messages: ! $ % £-like signs are letters already. */
const isMark = (code: number): boolean => code === 33 || code === 36 || code === 37 || code === 63;

/** Collects the features of one text after another; holds one stamp per feature, so one object serves one caller. */
export class FeatureReader {
  readonly #stamps = new Int32Array(FEATURE_COUNT);
  #stamp = 0;
  #features = new Int32Array(4096);
  #count = 0;
  #codes = new Uint16Array(1024);

  /** The features of a text in order of first appearance; the array is valid until the next call. */
  read(text: string): Int32Array {
    this.#count = 0;
    this.#stamp++;
    const length = this.#fold(text);
    this.#addCharacters(length);
    this.#addWords(length);
    return this.#features.subarray(0, this.#count);
  }

  #add(feature: number): void {
    if (this.#stamps[feature] === this.#stamp) return;
    this.#stamps[feature] = this.#stamp;
    if (this.#count === this.#features.length) {
      const larger = new Int32Array(this.#count * 2);
      larger.set(this.#features);
      this.#features = larger;
    }
    this.#features[this.#count++] = feature;
  }

  /** Folds letters and runs of white space, with one space before and after; returns the length. */
  #fold(text: string): number {
    if (this.#codes.length < text.length + 2) this.#codes = new Uint16Array(text.length * 2 + 2);
    const codes = this.#codes;
    let length = 0;
    codes[length++] = SPACE;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code <= SPACE || code === 0xa0) code = SPACE;
      else if (code >= 65 && code <= 90) code += 32;
      if (code === SPACE && codes[length - 1] === SPACE) continue;
      codes[length++] = code;
    }
    if (codes[length - 1] !== SPACE) codes[length++] = SPACE;
    return length;
  }

  #addCharacters(length: number): void {
    const codes = this.#codes;
    for (let start = 0; start + CHARACTERS_MIN <= length; start++) {
      let hash = OFFSET;
      const end = Math.min(length, start + CHARACTERS_MAX);
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ codes[at]!, PRIME);
        // A blank alone is in every text and says nothing.
        const isBlank = at === start && codes[at] === SPACE;
        if (at - start >= CHARACTERS_MIN - 1 && !isBlank) this.#add(finish(hash));
      }
    }
  }

  #addWords(length: number): void {
    const codes = this.#codes;
    let before = 0;
    for (let at = 0; at < length;) {
      const code = codes[at]!;
      if (!isLetter(code) && !isDigit(code) && !isMark(code)) {
        at++;
        continue;
      }
      const marks = isMark(code);
      let word = WORD_SALT;
      let shape = SHAPE_SALT;
      let digits = false;
      for (; at < length; at++) {
        const next = codes[at]!;
        if (marks ? !isMark(next) : !isLetter(next) && !isDigit(next)) break;
        word = Math.imul(word ^ next, PRIME);
        digits ||= isDigit(next);
        shape = Math.imul(shape ^ (isDigit(next) ? 48 : next), PRIME);
      }
      this.#add(finish(word));
      if (digits) this.#add(finish(shape));
      if (before !== 0) this.#add(finish(Math.imul(before ^ PAIR_SALT, PRIME) ^ word));
      before = word;
    }
  }
}
