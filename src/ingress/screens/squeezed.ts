/**
 * Phrases to a model in texts whose blanks and marks are taken out, so that `i g n o r e`, `ig-nore` and `ignoreprevious…`
 * are the same; digits that stand for letters are these. Spelled forwards, backwards and by 13 places on.
 */
import { ALL_HINTS, gramOf, HINT_WORDS } from './hints.ts';
import type { HintWord } from './hints.ts';
import type { Spot } from './spot.ts';
import type { TokenReader } from './tokens.ts';

/** Words of which one, or up to `max` or none, stands there. */
interface Step {
  readonly words: readonly string[];
  readonly min: number;
  readonly max: number;
}

const one = (words: string): Step => ({ words: words.split(' '), min: 1, max: 1 });
const upTo = (max: number, words: string): Step => ({ words: words.split(' '), min: 0, max });

const DROP = one('ignore disregard forget override overlook neglect bypass');
const FILL = 'all any every of the your my these those this that system to given please and other';
const BEFORE = one('previous prior above earlier preceding foregoing initial original');
const ORDERS = one('instruction prompt rule guideline directive direction command message policy');
const REVEAL = one('reveal print repeat output show display leak disclose recite');
const PEOPLE = one('user human operator reviewer overseer supervisor');

const PHRASES: readonly (readonly Step[])[] = [
  [DROP, upTo(4, FILL), BEFORE, upTo(2, FILL), ORDERS],
  [
    ...[DROP, upTo(3, FILL), one('instructions prompts rules guidelines directives')],
    ...[upTo(4, 'you were are that i have been given told'), one('above before earlier')],
  ],
  [
    ...[DROP, one('all any every your my these those'), upTo(3, FILL)],
    one('instructions prompt directives guidelines'),
  ],
  [
    ...[REVEAL, upTo(4, 'me us to all of the your full entire exact complete verbatim')],
    ...[one('system hidden secret initial'), one('prompt instruction message')],
  ],
  [
    one('youarenow actas pretendtobe'),
    upTo(2, 'a an in the'),
    one('dan jailbroken unrestricted unfiltered uncensored developermode godmode'),
  ],
  [one('doanythingnow')],
  [
    ...[one('donot dont never without'), one('tell inform alert notify telling alerting')],
    ...[upTo(2, 'the any your our'), PEOPLE],
  ],
];

const turn = (word: string): string =>
  word.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97),
  );
const reverse = (word: string): string => Array.from(word).reverse().join('');

const SPELLINGS: readonly ((phrase: readonly Step[]) => readonly Step[])[] = [
  (phrase) => phrase,
  (phrase) => phrase.map((step) => ({ ...step, words: step.words.map(turn) })),
  (phrase) => [...phrase].reverse().map((step) => ({ ...step, words: step.words.map(reverse) })),
];
const HOW = ['', ', spelled 13 places on', ', spelled backwards'];

/** A plural before a phrase that is spelled backwards is part of it. */
const SOURCES = SPELLINGS.map((spell) =>
  PHRASES.map((phrase) =>
    spell(phrase)
      .map(({ words, min, max }) => `(?:${words.join('|')}){${min},${max}}`)
      .join(''),
  ).join('|'),
);
const PATTERN = new RegExp(SOURCES.map((source) => `(${source})`).join('|'), 'y');

const ANCHOR = 6;
/** All beginnings of a phrase, of the length of an anchor. */
function* beginnings(steps: readonly Step[], begun: string): Generator<string> {
  const [first, ...rest] = steps;
  if (begun.length >= ANCHOR || first === undefined) {
    yield begun.slice(0, ANCHOR);
    return;
  }
  if (first.min === 0) yield* beginnings(rest, begun);
  const again = first.max > 1 ? [{ ...first, min: 0, max: first.max - 1 }, ...rest] : rest;
  for (const word of first.words) yield* beginnings(again, begun + word);
}

const MASK = 0x3fffffff;
const TAIL = 0x7fff;
const ANCHORS = new Set<number>();
/** By the last three letters: whether an anchor ends so, and in the bits above which word of a hint does. */
const TAILS = new Uint8Array(TAIL + 1);
/** Another quick no: a hash of all letters of an anchor. */
const MAYBE = new Uint8Array(1 << 16);
const slotOf = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> 16;
for (const spell of SPELLINGS) {
  for (const phrase of PHRASES) {
    for (const letters of beginnings(spell(phrase), '')) ANCHORS.add(gramOf(letters));
  }
}
for (const gram of ANCHORS) {
  TAILS[gram & TAIL] = 1;
  MAYBE[slotOf(gram)] = 1;
}
for (const [i, { gram }] of HINT_WORDS.entries()) TAILS[gram & TAIL]! |= (i + 1) << 1;

/**
 * What each unit stands for: a letter in the lower five bits, and how many bits that makes above them; 0 for what is left
 * out. A sign that is a letter beside letters only has one bit more.
 */
const LETTER = new Uint8Array(1 << 16);
const OWN = 5 << 5;
const SIGN = 6 << 5;
for (let letter = 1; letter <= 26; letter++) {
  LETTER[64 + letter] = OWN | letter;
  LETTER[96 + letter] = OWN | letter;
}
for (const [sign, letter] of Object.entries({
  ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' },
})) {
  LETTER[sign.charCodeAt(0)] = SIGN | (letter.charCodeAt(0) & 31);
}

/** Whether a sign beside this unit is a letter too. */
const isLetter = (code: number | undefined): boolean => {
  const letter = code === undefined ? 0 : LETTER[code]!;
  return letter >= OWN && letter < SIGN;
};

const hintsOf = ({ gram, mask, hints }: HintWord, letters: number): number =>
  (letters & mask) === gram ? hints : 0;

/** More letters than any phrase has. */
const PHRASE_LETTERS_MAX = 240;

/** Squeezes one text after another. */
export class Squeezer {
  readonly #letters = Buffer.alloc(PHRASE_LETTERS_MAX);
  readonly #places = new Uint32Array(PHRASE_LETTERS_MAX);

  /** {@link HINTS} of the text that was read last. */
  hints = ALL_HINTS;

  /** The first phrase. Written out: it runs for every character. */
  find(tokens: TokenReader): Spot | undefined {
    const { codes, length } = tokens;
    let gram = 0;
    let hints = 0;
    for (let at = 0; at < length; at++) {
      let letter = LETTER[codes[at]!]!;
      if (letter >= SIGN) {
        if (!isLetter(codes[at - 1]) && (at + 1 >= length || !isLetter(codes[at + 1]))) continue;
        letter = OWN | (letter & 31);
      }
      // What is left out shifts by no bit: cheaper than to tell it from letters.
      gram = ((gram << (letter >> 5)) | (letter & 31)) & MASK;
      const tail = TAILS[gram & TAIL]!;
      if (tail === 0 || letter === 0) continue;
      if (tail > 1) hints |= hintsOf(HINT_WORDS[(tail >> 1) - 1]!, gram);
      if ((tail & 1) === 0 || MAYBE[slotOf(gram)] === 0 || !ANCHORS.has(gram)) continue;
      const spot = this.#match(tokens, at);
      if (spot === undefined) continue;
      // What is behind it was not looked at.
      this.hints = ALL_HINTS;
      return spot;
    }
    this.hints = hints;
    return undefined;
  }

  /** A phrase whose anchor ends at a place. */
  #match(tokens: TokenReader, anchorEnd: number): Spot | undefined {
    let start = anchorEnd;
    for (let letters = 1; letters < ANCHOR;) if (standsForLetter(tokens, --start)) letters++;
    let size = 0;
    for (let at = start; at < tokens.length && size < PHRASE_LETTERS_MAX; at++) {
      if (!standsForLetter(tokens, at)) continue;
      this.#letters[size] = 96 | (LETTER[tokens.codes[at]!]! & 31);
      this.#places[size++] = at;
    }
    PATTERN.lastIndex = 0;
    const match = PATTERN.exec(this.#letters.toString('latin1', 0, size));
    if (match === null) return undefined;
    const groups: readonly (string | undefined)[] = match.slice(1);
    const how = HOW[groups.findIndex((group) => group !== undefined)] ?? '';
    const end = this.#places[match[0].length - 1]! + 1;
    const what = `gives a model orders${how === '' ? ' without blanks between their letters' : how}`;
    return { start, end, what };
  }
}

function standsForLetter({ codes, length }: TokenReader, at: number): boolean {
  const letter = LETTER[codes[at]!]!;
  if (letter < SIGN) return letter > 0;
  return isLetter(codes[at - 1]) || (at + 1 < length && isLetter(codes[at + 1]));
}
