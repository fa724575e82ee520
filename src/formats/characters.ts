/**
 * Which characters text of any format may hold, and the one spelling of those that look alike.
 *
 * Removed or unified: variation selectors, the many kinds of space, the micro sign. Refused: control, bidirectional,
 * zero-width, private and unassigned characters, stacks of combining marks, and words that mix Latin letters with
 * look-alikes of another script.
 */

// Each code point of the class is meant by itself; none of them combines with its neighbour in the class.
const HIDDEN =
  // eslint-disable-next-line no-misleading-character-class
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{e0100}-\u{e01ef}]/u;
const STACKED = /\p{M}{5,}/u;
/** Longer stacks are refused as they are: putting marks in their canonical order takes quadratic time. */
const STACKED_HIGH = /\p{M}{33,}/u;
const LATIN = /\p{Script=Latin}/u;
const ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf]/u;
const WORD = /[\p{L}\p{M}]+/gu;

/** A character that may not cross, or a place where characters are combined to hide something. */
export interface ForbiddenCharacter {
  readonly index: number;
  /** `U+200B`, or what the combination is. */
  readonly name: string;
}

/**
 * One spelling for characters that nobody can tell apart; the result is in normal form C, unless it holds a stack of marks
 * that {@link findForbiddenCharacter} refuses.
 */
export function unifyCharacters(text: string): string {
  const unified = text
    .replace(/[\ufe00-\ufe0f\u180b-\u180d\u180f]/g, '')
    .replace(/\p{Zs}/gu, ' ')
    .replaceAll('\u00b5', '\u03bc');
  return STACKED_HIGH.test(unified) ? unified : unified.normalize('NFC');
}

/** The first character that may not cross; line feeds and tabs may. Undefined when there is none. */
export function findForbiddenCharacter(text: string): ForbiddenCharacter | undefined {
  const visible = text.replace(/[\n\t]/g, ' ');
  const hidden = HIDDEN.exec(visible);
  if (hidden !== null) {
    const code = (hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return { index: hidden.index, name: `U+${code}` };
  }
  const stacked = STACKED.exec(visible);
  if (stacked !== null) return { index: stacked.index, name: 'stack of combining marks' };
  if (!ALIKE.test(visible)) return undefined;
  for (const word of visible.matchAll(WORD)) {
    if (LATIN.test(word[0]) && ALIKE.test(word[0])) {
      return { index: word.index, name: 'word of two scripts that look alike' };
    }
  }
  return undefined;
}
