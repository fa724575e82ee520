/**
 * Cuts a text into tokens with hashes: words, single ideographs, and runs of two or more marks. One pass, no strings made.
 */

/** The longest text that is looked at; the rest is a finding of its own, never silently left out. */
export const SCREEN_TEXT_LENGTH_MAX = 1 << 20;

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** What each code unit is folded to within a plain word; 0 for what ends one. */
const FOLDED = Uint8Array.from({ length: 1 << 16 }, (_, code) => {
  if (code >= 65 && code <= 90) return code + 32;
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) ? code : 0;
});

/** Signs that screens look for, as bits; what a text has of them tells what need not be looked for in it. */
export const SIGNS = {
  /** A character beyond printable ASCII and blanks. */
  beyond: 1,
  less: 2,
  bracket: 4,
  hash: 8,
  exclamation: 16,
  backslash: 32,
  percent: 64,
  equals: 128,
  ampersand: 256,
  plus: 512,
  /** Two or more marks of which one is a dash. */
  dashes: 1024,
} as const;
/** All of them: of a text that was not looked at, or not to its end. */
export const ALL_SIGNS = -1;

/** The bits of each code unit below 128, and whether it is a mark. */
const SIGN_OF = new Int32Array(128);
const IS_MARK = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const isBlank = code === 9 || code === 10 || code === 13;
  SIGN_OF[code] = (code < 32 && !isBlank) || code === 127 ? SIGNS.beyond : 0;
  IS_MARK[code] = code > 32 && code < 127 && FOLDED[code] === 0 ? 1 : 0;
}
for (const [sign, bit] of Object.entries({
  ...{ '<': SIGNS.less, '[': SIGNS.bracket, '#': SIGNS.hash, '!': SIGNS.exclamation },
  ...{ '\\': SIGNS.backslash, '%': SIGNS.percent, '=': SIGNS.equals, '&': SIGNS.ampersand },
  '+': SIGNS.plus,
})) {
  SIGN_OF[sign.charCodeAt(0)] = bit;
}
const DASH = 45;

/** What a token is made of: letters of ASCII, these and digits, characters beyond ASCII too, or marks. */
export const LETTERS = 0;
export const ALNUM = 1;
export const BEYOND = 2;
export const MARKS = 3;
/** The bit that letters of ASCII have and digits have not. */
const LETTER_BIT = 64;

/** Mixes 32 bits well. */
export function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The hash of one token that is given as text; the same as {@link TokenReader} finds in running text. */
export function hashToken(token: string): number {
  const reader = new TokenReader();
  reader.read(token);
  return reader.count === 1 ? reader.hashes[0]! : 0;
}

const isIdeograph = (code: number): boolean =>
  (code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3);

/** Reads one text after another; the arrays are valid until the next. */
export class TokenReader {
  /** Hash of each token; A to Z are folded. */
  hashes = new Int32Array(1024);
  /** The same with every digit as 0, for near-duplicates whose numbers were changed. */
  shapes = new Int32Array(1024);
  starts = new Int32Array(1024);
  ends = new Int32Array(1024);
  /** What each token is made of. */
  kinds = new Uint8Array(1024);
  count = 0;
  /** A hash of all tokens in their order: equal for texts that differ in case, blanks and single marks only. */
  textHash = 0;
  /** Which of {@link SIGNS} the text has. */
  signs = ALL_SIGNS;

  /** The text's code units, copied so that reading one is one load whatever form the string has; behind them a 0. */
  codes = new Uint16Array(0);
  /** How many units of the text were looked at. */
  length = 0;

  #bytes = Buffer.alloc(0);
  #hash = 0;
  #marksSigns = 0;

  /** Reads the tokens of a text. Written out, with everything in local variables: it runs for every character. */
  read(text: string): void {
    const length = Math.min(text.length, SCREEN_TEXT_LENGTH_MAX);
    this.length = length;
    this.#copy(text, length);
    if (this.hashes.length <= length) this.#grow(length);
    const { codes, hashes, shapes, starts, ends, kinds } = this;
    let signs = length < text.length ? ALL_SIGNS : 0;
    let count = 0;
    let whole = OFFSET;
    for (let at = 0; at < length;) {
      const start = at;
      let hash = OFFSET;
      let kind = LETTER_BIT;
      let code = codes[at]!;
      // The plain part of a word: letters and digits of ASCII. The 0 behind the text ends it.
      for (let folded = FOLDED[code]!; folded !== 0; folded = FOLDED[code]!) {
        kind &= folded;
        hash = Math.imul(hash ^ folded, PRIME);
        code = codes[++at]!;
      }
      if (code >= 128) {
        signs |= SIGNS.beyond;
        at = this.#wordBeyond(start, at, hash, length);
        hash = this.#hash;
        kind = BEYOND;
      } else if (at > start) {
        kind = kind === LETTER_BIT ? LETTERS : ALNUM;
      } else {
        if (IS_MARK[code] === 0) {
          signs |= SIGN_OF[code]!;
          at++;
          continue;
        }
        at = this.#marks(start);
        signs |= this.#marksSigns;
        if (at - start < 2) continue;
        hash = this.#hash;
        kind = MARKS;
      }
      const mixed = mix(hash);
      hashes[count] = mixed;
      shapes[count] = kind === ALNUM || kind === BEYOND ? this.#shape(start, at) : mixed;
      starts[count] = start;
      ends[count] = at;
      kinds[count] = kind;
      count++;
      whole = Math.imul(whole ^ mixed, PRIME);
    }
    this.count = count;
    this.textHash = mix(whole);
    this.signs = signs;
  }

  #copy(text: string, length: number): void {
    if (this.codes.length <= length) {
      const memory = new ArrayBuffer(Math.max(4096, length * 4));
      this.#bytes = Buffer.from(memory);
      this.codes = new Uint16Array(memory);
    }
    this.#bytes.write(length === text.length ? text : text.slice(0, length), 0, 'utf16le');
    this.codes[length] = 0;
  }

  /** The rest of a word from its first character beyond ASCII; leaves the hash in #hash. */
  #wordBeyond(start: number, from: number, begun: number, length: number): number {
    const codes = this.codes;
    let hash = begun;
    let at = from;
    for (; at < length; at++) {
      const code = codes[at]!;
      if (code < 128 && FOLDED[code] === 0) break;
      if (isIdeograph(code)) {
        // Each ideograph is a token of its own.
        if (at === start) hash = Math.imul(hash ^ codes[at++]!, PRIME);
        break;
      }
      hash = Math.imul(hash ^ (code < 128 ? FOLDED[code]! : code), PRIME);
    }
    this.#hash = hash;
    return at;
  }

  #shape(start: number, end: number): number {
    const codes = this.codes;
    let hash = OFFSET;
    for (let at = start; at < end; at++) {
      const code = codes[at]!;
      const folded = code < 128 ? FOLDED[code]! : code;
      hash = Math.imul(hash ^ (folded >= 48 && folded < 58 ? 48 : folded), PRIME);
    }
    return mix(hash);
  }

  /** A run of marks; leaves its hash in #hash and its signs in #marksSigns. */
  #marks(start: number): number {
    const codes = this.codes;
    let hash = OFFSET ^ 0x55;
    let signs = 0;
    let dashes = 0;
    let at = start;
    for (let code = codes[at]!; code < 128 && IS_MARK[code] === 1; code = codes[++at]!) {
      hash = Math.imul(hash ^ code, PRIME);
      signs |= SIGN_OF[code]!;
      if (code === DASH) dashes = SIGNS.dashes;
    }
    this.#hash = hash;
    this.#marksSigns = at - start > 1 ? signs | dashes : signs;
    return at;
  }

  /** Makes room for as many tokens as a text of this length can have. */
  #grow(length: number): void {
    this.hashes = new Int32Array(length * 2);
    this.shapes = new Int32Array(length * 2);
    this.starts = new Int32Array(length * 2);
    this.ends = new Int32Array(length * 2);
    this.kinds = new Uint8Array(length * 2);
  }
}
