/**
 * Cuts a text into tokens with hashes: words, single ideographs, and runs of two or more marks. One pass, no strings made.
 */

/** The longest text that is looked at; the rest is a finding of its own, never silently left out. */
export const SCREEN_TEXT_LENGTH_MAX = 1 << 20;

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** What each code unit below 128 is folded to within a word; 0 for what ends one. */
const FOLDED = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 65 && code <= 90) return code + 32;
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) ? code : 0;
});

const isMark = (code: number): boolean => code > 32 && code < 127 && FOLDED[code] === 0;

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
  count = 0;
  /** A hash of all tokens in their order: equal for texts that differ in case, blanks and single marks only. */
  textHash = 0;

  /** The text's code units, copied so that reading one is one load whatever form the string has. */
  codes = new Uint16Array(0);
  /** How many units of the text were looked at. */
  length = 0;

  #bytes = Buffer.alloc(0);
  #hash = 0;

  /** Reads the tokens of a text. Written out, with everything in local variables: it runs for every character. */
  read(text: string): void {
    const length = Math.min(text.length, SCREEN_TEXT_LENGTH_MAX);
    this.length = length;
    this.#copy(text, length);
    if (this.hashes.length <= length) this.#grow(length);
    const codes = this.codes;
    const { hashes, shapes, starts, ends } = this;
    let count = 0;
    let whole = OFFSET;
    for (let at = 0; at < length;) {
      const start = at;
      let hash = OFFSET;
      let digits = 0;
      let code = codes[at]!;
      // The plain part of a word: letters and digits of ASCII.
      while (code < 128 && FOLDED[code] !== 0) {
        const folded = FOLDED[code]!;
        digits |= folded < 58 ? 1 : 0;
        hash = Math.imul(hash ^ folded, PRIME);
        if (++at === length) break;
        code = codes[at]!;
      }
      if (at < length && code >= 128) {
        at = this.#wordBeyond(start, at, hash, length);
        hash = this.#hash;
        digits = 1;
      } else if (at === start) {
        if (!isMark(code)) {
          at++;
          continue;
        }
        at = this.#marks(start, length);
        if (at - start < 2) continue;
        hash = this.#hash;
      }
      const mixed = mix(hash);
      hashes[count] = mixed;
      shapes[count] = digits === 0 ? mixed : this.#shape(start, at);
      starts[count] = start;
      ends[count] = at;
      count++;
      whole = Math.imul(whole ^ mixed, PRIME);
    }
    this.count = count;
    this.textHash = mix(whole);
  }

  #copy(text: string, length: number): void {
    if (this.codes.length < length) {
      const memory = new ArrayBuffer(Math.max(4096, length * 4));
      this.#bytes = Buffer.from(memory);
      this.codes = new Uint16Array(memory);
    }
    this.#bytes.write(length === text.length ? text : text.slice(0, length), 0, 'utf16le');
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

  #marks(start: number, length: number): number {
    const codes = this.codes;
    let hash = OFFSET ^ 0x55;
    let at = start;
    for (; at < length && isMark(codes[at]!); at++) hash = Math.imul(hash ^ codes[at]!, PRIME);
    this.#hash = hash;
    return at;
  }

  /** Makes room for as many tokens as a text of this length can have. */
  #grow(length: number): void {
    this.hashes = new Int32Array(length * 2);
    this.shapes = new Int32Array(length * 2);
    this.starts = new Int32Array(length * 2);
    this.ends = new Int32Array(length * 2);
  }
}
