/**
 * Texts written otherwise than they read: by letters a fixed number of places on or from the other end of the alphabet, by digits for
 * letters, upside down, in Braille, in Morse, uuencoded or in base58. Each comes out as the text that it stands for, to be screened like one.
 *
 * One pass over the tokens tells whether there is anything to undo: two words of the same cipher, or a shape that nothing else has.
 */
import { BASE58_MIN, decodeBase58, decodeMorse, decodeUu } from './cipher-codes.ts';
import { CLASSES, CLASS_NAMES } from './phrase-words.ts';
import type { ClassName } from './phrase-words.ts';
import type { Stretch } from './stretches.ts';
import { ALNUM, hashToken, SIGNS } from './tokens.ts';
import type { TokenReader } from './tokens.ts';

/** What a stretch of a text stands for. */
export interface Deciphered extends Stretch {
  readonly text: string;
  readonly how: string;
  /** It is content that nobody can read as it stands, whatever it says. */
  readonly isEncoded: boolean;
}

/** Words of one cipher that a text needs. */
const WORDS_MIN = 2;
const LENGTH_MIN = 6;
const LENGTH_MAX = 16;

const CORE: readonly ClassName[] = ['drop', 'before', 'orders', 'reveal', 'system', 'persona'];

/** Hashes of how the letters of a word follow one another, which no shift of the alphabet changes; with its first letter. */
const FIRST_OF = new Map<number, number>();
/** The same from the other end of the alphabet. */
const MIRRORED = new Set<number>();
/** How many places on a letter stands behind another, from how far their codes are apart. */
const stepOf = (apart: number): number => apart + ((apart >> 31) & 26);
const stepHash = (hash: number, step: number): number => Math.imul(hash ^ step, 0x01000193);

/** By the first three steps of a word: whether one of them goes on so. */
const OPENINGS = new Uint8Array(1 << 15);

for (const name of CORE) {
  for (const word of CLASSES[name].split(/\s+/)) {
    if (!/^[a-z]+$/.test(word) || word.length < LENGTH_MIN || word.length > LENGTH_MAX) continue;
    const steps = Array.from(word.slice(1), (letter, i) =>
      stepOf(letter.charCodeAt(0) - word.charCodeAt(i)),
    );
    const on = steps.reduce(stepHash, 0);
    const mirrored = steps.map((step) => stepOf(-step));
    const back = mirrored.reduce(stepHash, 0);
    for (const [a = 0, b = 0, c = 0] of [steps, mirrored]) OPENINGS[(a << 10) | (b << 5) | c] = 1;
    FIRST_OF.set(on, word.charCodeAt(0) - 97);
    MIRRORED.add(back);
  }
}

/** Digits and what they stand for in words; 1 may be two letters. */
const DIGITS = 'oizeasgtbg';
const ONES = ['i', 'l'] as const;
const LETTER_I = 105;
const LETTER_L = 108;
const DIGIT_LETTERS = Uint8Array.from(DIGITS, (letter) => letter.charCodeAt(0));

/** Words that phrases are made of, by a hash of their letters. */
const WORDS = new Set<number>();
for (const name of CLASS_NAMES) {
  for (const word of CLASSES[name].split(/\s+/)) {
    if (!/^[a-z]{3,}$/.test(word)) continue;
    let hash = 0;
    for (let i = 0; i < word.length; i++) hash = stepHash(hash, word.charCodeAt(i));
    WORDS.add(hash);
  }
}

const shift = (text: string, places: number): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base - places + 26) % 26) + base);
  });
const mirror = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(base + 25 - (letter.charCodeAt(0) - base));
  });

const UPSIDE = new Map(
  Object.entries({
    ...{ ɐ: 'a', ɔ: 'c', ǝ: 'e', ɟ: 'f', ƃ: 'g', ɓ: 'g', ɥ: 'h', ᴉ: 'i', ı: 'i', ɾ: 'j', ʞ: 'k' },
    ...{ ʃ: 'l', ɯ: 'm', ɹ: 'r', ʇ: 't', ʌ: 'v', ʍ: 'w', ʎ: 'y', n: 'u', u: 'n', d: 'p', p: 'd' },
    ...{ b: 'q', q: 'b', Ɐ: 'a', Ɔ: 'c', Ǝ: 'e', '˙': '.', '\u2018': ',' },
  }),
);
const UPSIDE_SURE = /[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]/g;
const UPSIDE_MIN = 6;

const BRAILLE_RUN = /[\u2800-\u283f](?:[\u2800-\u283f]|\s(?=[\u2800-\u283f])){11,}/g;
/** Letters by their dots, as the numbers of the first sixty-four signs. */
const BRAILLE = new Map(
  Array.from('⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵').map((sign, i) => [sign, String.fromCharCode(97 + i)]),
);

/** What the letters of words stand for when each is read in one cipher: those with the words that phrases are made of. */
class WordCiphers {
  readonly #shifts = new Uint16Array(26);
  #mirrored = 0;
  readonly #words = new Map<number, string>();
  /** Tokens that are long enough for base58. */
  readonly long: Stretch[] = [];
  /** Whether one is `begin`. */
  begins = false;

  /** Looks at the tokens of a text. */
  read(text: string, tokens: TokenReader): void {
    const { codes, hashes, starts, ends, kinds, count } = tokens;
    this.#shifts.fill(0);
    this.#mirrored = 0;
    this.#words.clear();
    this.long.length = 0;
    this.begins = false;
    for (let i = 0; i < count; i++) {
      const kind = kinds[i]!;
      if (kind > ALNUM) continue;
      const start = starts[i]!;
      const end = ends[i]!;
      const length = end - start;
      if (kind === ALNUM) {
        if (length >= BASE58_MIN) this.long.push({ start, end });
        else if (length >= 3 && length <= LENGTH_MAX) this.#readDigits(text, codes, start, end);
      } else if (length >= LENGTH_MIN && length <= LENGTH_MAX) {
        this.#readLetters(codes, start, end);
      } else if (length === 5 && hashes[i] === BEGIN) this.begins = true;
    }
  }

  /** A token of letters that may be a word on other places of the alphabet. Most end at the first steps. */
  #readLetters(codes: Uint16Array, start: number, end: number): void {
    const first = codes[start]! | 32;
    const second = codes[start + 1]! | 32;
    const third = codes[start + 2]! | 32;
    const a = stepOf(second - first);
    const b = stepOf(third - second);
    const c = stepOf((codes[start + 3]! | 32) - third);
    if (OPENINGS[(a << 10) | (b << 5) | c] === 0) return;
    let hash = 0;
    let last = first;
    for (let at = start + 1; at < end; at++) {
      const code = codes[at]! | 32;
      hash = stepHash(hash, stepOf(code - last));
      last = code;
    }
    const own = FIRST_OF.get(hash);
    if (own !== undefined) this.#shifts[stepOf(first - 97 - own)]!++;
    if (MIRRORED.has(hash)) this.#mirrored++;
  }

  /** A token of letters and digits that looks like a word of a phrase. */
  #readDigits(text: string, codes: Uint16Array, start: number, end: number): void {
    let withI = 0;
    let withL = 0;
    let isWord = false;
    for (let at = start; at < end; at++) {
      const code = codes[at]!;
      const small = code | 32;
      if (small >= 97 && small <= 122) {
        isWord = true;
        withI = Math.imul(withI ^ small, 0x01000193);
        withL = Math.imul(withL ^ small, 0x01000193);
      } else if (code >= 48 && code <= 57) {
        const letter = DIGIT_LETTERS[code - 48]!;
        withI = Math.imul(withI ^ (code === 49 ? LETTER_I : letter), 0x01000193);
        withL = Math.imul(withL ^ (code === 49 ? LETTER_L : letter), 0x01000193);
      } else return;
    }
    if (!isWord) return;
    const found = [withI, withL].findIndex((hash) => WORDS.has(hash));
    if (found < 0 || this.#words.size > WORDS_KEPT_MAX) return;
    const word = text
      .slice(start, end)
      .toLowerCase()
      .replace(/[0-9]/g, (digit) => (digit === '1' ? ONES[found]! : DIGITS[Number(digit)]!));
    this.#words.set(start, word);
  }

  /** Whether there is anything that the text may stand for. */
  get any(): boolean {
    const { length } = this.long;
    if (length > 0 || this.#mirrored >= WORDS_MIN || this.#words.size >= WORDS_MIN) return true;
    return this.#shifts.some((words, places) => places > 0 && words >= WORDS_MIN);
  }

  /** What the text stands for. */
  *texts(text: string): Generator<readonly [text: string, how: string]> {
    if (this.#mirrored >= WORDS_MIN) yield [mirror(text), 'letters from the other end'];
    for (let places = 1; places < 26; places++) {
      // Thirteen places on are read letter by letter, without blanks.
      if (this.#shifts[places]! >= WORDS_MIN) {
        yield [shift(text, places), `letters ${String(places)} places on`];
      }
    }
    if (this.#words.size < WORDS_MIN) return;
    let out = '';
    let at = 0;
    for (const [start, word] of this.#words) {
      out += text.slice(at, start) + word;
      at = start + word.length;
    }
    yield [out + text.slice(at), 'digits for letters'];
  }
}

const NOTHING: readonly Deciphered[] = [];
/** The beginning of a uuencoded file. */
const BEGIN = hashToken('begin');

/** The most words of digits that are read of one text. */
const WORDS_KEPT_MAX = 4096;

/** Finds what one text after another stands for. */
export class CipherReader {
  readonly #words = new WordCiphers();

  /** What a text stands for, by each cipher that fits it; `isPlain`: it has nothing beyond ASCII. */
  read(text: string, tokens: TokenReader, isPlain: boolean): Iterable<Deciphered> {
    this.#words.read(text, tokens);
    const mayHaveMorse = (tokens.signs & (SIGNS.dashes | SIGNS.beyond)) !== 0;
    if (isPlain && !this.#words.any && !this.#words.begins && !mayHaveMorse) return NOTHING;
    return this.#decipher(text, tokens, isPlain);
  }

  *#decipher(text: string, tokens: TokenReader, isPlain: boolean): Generator<Deciphered> {
    const whole = { start: 0, end: tokens.length, isEncoded: false };
    for (const [spelled, how] of this.#words.texts(text)) yield { ...whole, text: spelled, how };
    if (!isPlain) yield* readSigns(text, whole);
    yield* decodeUu(text);
    yield* decodeMorse(text);
    yield* decodeBase58(text, tokens.codes, this.#words.long);
  }
}

function* readSigns(
  text: string,
  whole: Pick<Deciphered, 'start' | 'end' | 'isEncoded'>,
): Generator<Deciphered> {
  let sure = 0;
  for (const _ of text.matchAll(UPSIDE_SURE)) if (++sure >= UPSIDE_MIN) break;
  if (sure >= UPSIDE_MIN) {
    const turned = Array.from(text.toLowerCase(), (letter) => UPSIDE.get(letter) ?? letter);
    yield { ...whole, text: turned.reverse().join(''), how: 'letters upside down' };
  }
  for (const { 0: run, index } of text.matchAll(BRAILLE_RUN)) {
    const letters = Array.from(run, (sign) => BRAILLE.get(sign) ?? ' ').join('');
    const place = { start: index, end: index + run.length, isEncoded: false };
    yield { ...place, text: letters, how: 'Braille' };
  }
}
