/** Words that are spelled with letters of another script so that they look like Latin ones. */
import { COMMON_WORDS } from './common-words.ts';
import { foldWord, latinOf } from './skeleton.ts';
import type { Spot } from './spot.ts';

// eslint-disable-next-line no-control-regex -- everything up to here is Latin or common.
const BEYOND = /[^\u0000-\u024f\u1e00-\u1eff]/;
/** Words that have a letter beyond Latin. */
const WORD = /[\p{L}\p{M}\p{So}]+/gu;
const LATIN = /\p{Script=Latin}/u;
const FULL_WIDTH = /^[\uff21-\uff3a\uff41-\uff5a]+$/;
const STYLED =
  /^(?:[\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f189}\u24b6-\u24e9\u249c-\u24b5\u2100-\u214f])+$/u;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Functions that mathematics sets in letters of its own. */
const FUNCTIONS = new Set(
  'sin cos tan cot sec log exp max min lim arg sup inf det dim ker mod gcd lcm deg end hom var cov tr id re im ln sgn div rot grad curl'.split(
    ' ',
  ),
);

const MIXED = 'a word that mixes Latin letters with ones that look like them';
const WHOLE = 'a word of another script that looks like a Latin one';
const STYLES = 'letters of a mathematical or full-width alphabet';

/** Greek letters beside one Latin letter are formulas. */
function isMixed(word: string): boolean {
  let latin = 0;
  let likes = 0;
  let greek = 0;
  let phonetic = 0;
  for (const letter of word) {
    if (letter.charCodeAt(0) < 0x250 && LATIN.test(letter)) latin++;
    else if (latinOf(letter) !== undefined) {
      likes++;
      if (/\p{Script=Greek}/u.test(letter)) greek++;
      if (LATIN.test(letter)) phonetic++;
    } else return false;
  }
  if (latin === 0 || likes === 0) return false;
  const isKnown = COMMON_WORDS.has(foldWord(word));
  // Phonetic letters are Latin: dictionaries mix both.
  if (phonetic === likes) return isKnown;
  if (latin + likes >= 4) return true;
  return latin + likes === 3 ? greek === 0 || isKnown : greek === 0 && isKnown;
}

const isAllAlike = (word: string): boolean => {
  for (const letter of word) if (latinOf(letter) === undefined) return false;
  return true;
};

function judgeWord(word: string, text: string, at: number): string | undefined {
  if (STYLED.test(word)) {
    const letters = Array.from(word).length;
    const isFormula = letters < 3 || FUNCTIONS.has(foldWord(word));
    return isFormula ? undefined : STYLES;
  }
  if (FULL_WIDTH.test(word)) {
    const near = text.slice(Math.max(0, at - 200), at + word.length + 200);
    return word.length < 2 || CJK.test(near) ? undefined : STYLES;
  }
  if (isMixed(word)) return MIXED;
  if (word.length < 3 || !isAllAlike(word)) return undefined;
  return COMMON_WORDS.has(foldWord(word)) && isLatinAround(text, at, word.length)
    ? WHOLE
    : undefined;
}

/** Whether the letters around a place are mostly Latin. */
function isLatinAround(text: string, at: number, length: number): boolean {
  const near = `${text.slice(Math.max(0, at - 60), at)} ${text.slice(at + length, at + length + 60)}`;
  const letters = near.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => LATIN.test(letter)).length;
  return latin >= 4 && latin * 2 > letters.length;
}

/** What a unit is: no letter, Latin, like Latin, another letter, a mark that changes nothing, or in need of a closer look. */
const NONE = 0;
const OWN = 1;
const LIKE = 2;
const OTHER = 4;
const NEUTRAL = 8;
const CLOSER = 16;
const UNKNOWN = 255;
const kinds = new Uint8Array(1 << 16).fill(UNKNOWN);

function kindOf(code: number): number {
  if (code >= 0xd800 && code < 0xe000) return CLOSER;
  const letter = String.fromCharCode(code);
  if (/\p{M}/u.test(letter)) return NEUTRAL;
  if (FULL_WIDTH.test(letter) || STYLED.test(letter)) return CLOSER;
  if (!/[\p{L}\p{So}]/u.test(letter)) return NONE;
  if (code < 0x250 && LATIN.test(letter)) return OWN;
  return latinOf(letter) === undefined ? OTHER : LIKE;
}

/** Whether letters of these kinds can be a word that only looks as it does. */
const isSuspect = (flags: number): boolean =>
  (flags & CLOSER) !== 0 || ((flags & LIKE) !== 0 && (flags & OTHER) === 0);

/** The first word that only looks as it does. */
export function findLookalike(text: string): Spot | undefined {
  if (!BEYOND.test(text)) return undefined;
  let flags = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32;
    let kind = kinds[code]!;
    if (kind === UNKNOWN) kind = kinds[code] = kindOf(code);
    if (kind !== NONE) {
      if (flags === 0) start = at;
      flags |= kind;
      continue;
    }
    const what = isSuspect(flags) ? judgeStretch(text, start, at) : undefined;
    if (what !== undefined) return what;
    flags = 0;
  }
  return undefined;
}

/** The words of a stretch of letters; one in other planes may have signs in it. */
function judgeStretch(text: string, from: number, to: number): Spot | undefined {
  for (const match of text.slice(from, to).matchAll(WORD)) {
    const word = match[0].replace(/\p{M}/gu, '');
    const start = from + match.index;
    const what = BEYOND.test(word) ? judgeWord(word, text, start) : undefined;
    if (what !== undefined) {
      return { start, end: start + Math.min(match[0].length, 40), what };
    }
  }
  return undefined;
}
