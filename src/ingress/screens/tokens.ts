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
  #bytes = Buffer.alloc(0);
  #codes = new Uint16Array(0);
  #hasDigits = false;

  /** Reads the tokens of a text. */
  read(text: string): void {
    this.count = 0;
    const length = Math.min(text.length, SCREEN_TEXT_LENGTH_MAX);
    this.#copy(text, length);
    const codes = this.#codes;
    let whole = OFFSET;
    for (let at = 0; at < length;) {
      const code = codes[at]!;
      const start = at;
      if (code >= 128 || FOLDED[code] !== 0) at = this.#word(at, length);
      else if (!isMark(code)) {
        at++;
        continue;
      } else {
        at = this.#marks(at, length);
        if (at - start < 2) continue;
      }
      whole = Math.imul(whole ^ this.hashes[this.count]!, PRIME);
      this.starts[this.count] = start;
      this.ends[this.count] = at;
      this.count++;
      if (this.count === this.hashes.length) this.#grow();
    }
    this.textHash = mix(whole);
  }

  #copy(text: string, length: number): void {
    if (this.#codes.length < length) {
      const memory = new ArrayBuffer(Math.max(4096, length * 4));
      this.#bytes = Buffer.from(memory);
      this.#codes = new Uint16Array(memory);
    }
    this.#bytes.write(length === text.length ? text : text.slice(0, length), 0, 'utf16le');
  }

  #word(start: number, length: number): number {
    const codes = this.#codes;
    let hash = OFFSET;
    let at = start;
    this.#hasDigits = false;
    for (; at < length; at++) {
      const code = codes[at]!;
      if (code < 128) {
        const folded = FOLDED[code]!;
        if (folded === 0) break;
        if (folded < 58) this.#hasDigits = true;
        hash = Math.imul(hash ^ folded, PRIME);
        continue;
      }
      if (isIdeograph(code)) {
        // Each ideograph is a token of its own.
        if (at === start) {
          hash = Math.imul(hash ^ code, PRIME);
          at++;
        }
        break;
      }
      hash = Math.imul(hash ^ code, PRIME);
    }
    const mixed = mix(hash);
    this.hashes[this.count] = mixed;
    this.shapes[this.count] = this.#hasDigits ? this.#shape(start, at) : mixed;
    return at;
  }

  #shape(start: number, end: number): number {
    const codes = this.#codes;
    let hash = OFFSET;
    for (let at = start; at < end; at++) {
      const code = codes[at]!;
      const folded = code < 128 ? FOLDED[code]! : code;
      hash = Math.imul(hash ^ (folded >= 48 && folded < 58 ? 48 : folded), PRIME);
    }
    return mix(hash);
  }

  #marks(start: number, length: number): number {
    const codes = this.#codes;
    let hash = OFFSET ^ 0x55;
    let at = start;
    for (; at < length && isMark(codes[at]!); at++) hash = Math.imul(hash ^ codes[at]!, PRIME);
    this.hashes[this.count] = mix(hash);
    this.shapes[this.count] = this.hashes[this.count]!;
    return at;
  }

  #grow(): void {
    const larger = (array: Int32Array): Int32Array<ArrayBuffer> => {
      const out = new Int32Array(array.length * 2);
      out.set(array);
      return out;
    };
    this.hashes = larger(this.hashes);
    this.shapes = larger(this.shapes);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
  }
}
